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

SILENCE = 60
"""Seconds after which the system asks whether the other end of a connection is still there."""


def serve(host: str, port: int, threads: int) -> None:
    """Serve until a signal to stop.

    Raises Problem 500.51 when granian is not installed, 409.54 when something else listens on the port.
    """
    try:
        from granian.constants import Interfaces
        from granian.net import SocketHolder
        from granian.server import Server
    except ImportError:
        raise Problem(
            500.51, "granian is not installed here. Serve `server.wsgi:app` with another WSGI server."
        ) from None

    class Listening(Server):
        """Granian on a socket of our own."""

        def _init_shared_socket(self) -> None:
            self._sso = listen(self.bind_addr, self.bind_port, self.backlog)
            self._ssp, self._sfd = None, self._sso.fileno()
            self._shd = SocketHolder(self._sfd, False, self.backlog)

    Listening(
        "server.wsgi:app",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=1,
        blocking_threads=threads,
        websockets=False,
        log_dictconfig=LOGGING,
    ).serve()


def listen(host: str, port: int, backlog: int) -> socket.socket:
    """A listening socket; Problem 409.54 when something else listens there.

    Granian's own would share the port, and half of the requests would go to the other server's database. It also
    waits for ever for the rest of an upload, so that each tablet that loses its network would take one of our threads
    with it: here the system asks after a silent one (accepted connections inherit this), and ends what is dead.
    """
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    if os.name == "posix":
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for option, seconds in (("TCP_KEEPIDLE", SILENCE), ("TCP_KEEPINTVL", SILENCE // 4), ("TCP_KEEPCNT", 4)):
        if hasattr(socket, option):
            listener.setsockopt(socket.IPPROTO_TCP, getattr(socket, option), seconds)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise Problem(409.54, f"Nothing can listen on {host}:{port} ({error.strerror}); give another --port.") from None
    listener.listen(backlog)
    listener.setblocking(False)
    listener.set_inheritable(True)
    return listener
