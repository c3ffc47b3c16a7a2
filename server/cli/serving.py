"""Serving: one process of granian around the application."""

from __future__ import annotations

import os
import socket

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
    """Serve until a signal to stop.

    Raises Problem 500.51 when granian is not installed, 409.54 when something else listens on the port.
    """
    try:
        from granian.constants import Interfaces
        from granian.server import Server
    except ImportError:
        raise Problem(
            500.51, "granian is not installed here. Serve `server.wsgi:app` with another WSGI server."
        ) from None

    _refuse_busy(host, port)
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


def _refuse_busy(host: str, port: int) -> None:
    """Granian would share the port, and half of the requests would go to the other server's database."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        if os.name == "posix":
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise Problem(
                409.54, f"Nothing can listen on {host}:{port} ({error.strerror}); give another --port."
            ) from None
