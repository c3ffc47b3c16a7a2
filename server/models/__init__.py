"""The tables of the server, one module for each noun, with the queries on them."""

from server.models import datasets, events, instruments, jobs, projects, samples, submissions, users, weights

__all__ = [
    "datasets",
    "events",
    "instruments",
    "jobs",
    "projects",
    "samples",
    "submissions",
    "users",
    "weights",
]
