"""Serving: one process of granian around the application."""

from __future__ import annotations

from server.errors import Problem

LOGGING = {
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "plain", "stream": "ext://sys.stderr"}},
    "loggers": {
        "_granian": {"handlers": ["stderr"], "level": "INFO", "propagate": False},
        "enumera": {"handlers": ["stderr"], "level": "INFO", "propagate": False},
    },
}
"""All logs go to stderr; granian's own access log stays off, since addresses hold secrets."""


def serve(host: str, port: int, threads: int) -> None:
    """Serve until a signal to stop; Problem 500.51 when granian is not installed."""
    try:
        from granian.constants import Interfaces
        from granian.server import Server
    except ImportError:
        raise Problem(
            500.51, "granian is not installed here. Serve `server.wsgi:app` with another WSGI server."
        ) from None

    Server(
        "server.wsgi:app",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=1,
        blocking_threads=threads,
        websockets=False,
        log_dictconfig=LOGGING,
    ).serve()
