"""Answers: JSON in Central's shape."""

from __future__ import annotations

from flask import Response, jsonify

from server.errors import Problem


def failure(problem: Problem) -> Response:
    """`{"message": ..., "code": 404.1, "details": {...}}` with the status of the code."""
    response = jsonify(problem.as_json())
    response.status_code = problem.status
    return response
