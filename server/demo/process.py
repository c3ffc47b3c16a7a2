"""Process: the demo's server, started beside the simulator and stopped with it."""

from __future__ import annotations

import atexit
import http.client
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from server.config import Config
from server.errors import Problem

PORTS_TRIED = 50
PATIENCE = 10
"""How often a server is asked to end, once a second, before it is made to."""

KILL = getattr(signal, "SIGKILL", signal.SIGTERM)
HELD = (signal.SIGINT, signal.SIGTERM)
HEALTH = "/health"
COMMAND = (sys.executable, "-m", "server.cli", "server", "run")


@dataclass(frozen=True)
class Running:
    """A server process that answers."""

    process: subprocess.Popen[bytes]
    log: Path

    def stop(self) -> None:
        """End it with all that it started and wait until it has; once it has ended, nothing happens.

        A worker that is still starting does not hear the first request to end, so it is repeated.
        """
        with undisturbed():
            for _ in range(PATIENCE):
                self._signal(signal.SIGTERM)
                try:
                    self.process.wait(1)
                    break
                except subprocess.TimeoutExpired:
                    continue
            else:
                self._signal(KILL)
                self.process.wait()
        atexit.unregister(self.stop)

    def _signal(self, number: int) -> None:
        """To the whole group of processes, where the system has such; `start` made the server the first of its own."""
        if self.process.poll() is not None:
            return
        if hasattr(os, "killpg"):
            os.killpg(self.process.pid, number)
        else:
            self.process.terminate()


@contextmanager
def undisturbed() -> Iterator[None]:
    """Hold Ctrl-C and SIGTERM back until the block is over, for what must not be left half done."""
    if threading.current_thread() is not threading.main_thread():  # signals only ever reach the main one
        yield
        return
    came: list[int] = []
    held = {number: signal.signal(number, lambda which, _: came.append(which)) for number in HELD}
    try:
        yield
    finally:
        for number, handler in held.items():
            signal.signal(number, handler)
    if came:
        raise KeyboardInterrupt


def free_port(wanted: int) -> int:
    """The wanted port of this computer, or the next one that nothing listens on. Raises Problem 503.5 without one."""
    for port in range(wanted, wanted + PORTS_TRIED):
        with socket.socket() as probe:
            if os.name != "nt":
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise Problem(503.5, f"No free port from {wanted} to {wanted + PORTS_TRIED - 1}; give another with --port.")


def network_address() -> str:
    """This computer's address in the local network. Raises Problem 503.5 when it is in none.

    Nothing is sent: connecting a datagram socket only asks the system which way packets would leave. The far address
    is from the block that is kept for documentation (RFC 5737).
    """
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
            return str(probe.getsockname()[0])
        except OSError:
            raise Problem(503.5, "This computer is in no network; start without --lan.") from None


def start(config: Config, port: int, host: str = "127.0.0.1") -> Running:
    """Start `enumera server run` on that port and wait until it answers. Raises Problem 503.5 when it does not.

    Settings travel in the environment, where other users of the computer cannot read them; the log lies in the
    data folder.
    """
    settings = {"ENUMERA_DATA_DIR": str(config.data_dir), "ENUMERA_PUBLIC_URL": config.public_url}
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ENUMERA_")}
    if config.database_url:
        settings["ENUMERA_DATABASE_URL"] = config.database_url
    log = config.data_dir / "server.log"
    command = [*COMMAND, "--host", host, "--port", str(port)]
    with log.open("ab") as out, undisturbed():
        process = subprocess.Popen(  # noqa: S603 - our own command
            command, env={**kept, **settings}, stdout=out, stderr=out, stdin=subprocess.DEVNULL, start_new_session=True
        )
        running = Running(process, log)
        atexit.register(running.stop)  # whatever interrupts us from here on
    answers = False
    try:
        answers = _answers(running, port, seconds=60)
    finally:  # an interrupt may come while we wait, too
        if not answers:
            running.stop()
    if not answers:
        raise Problem(503.5, f"The server did not start; {log} says why.")
    return running


def peak_memory(pid: int) -> int:
    """The most memory that a process and those it started have held, in MB; 0 where the system does not tell."""
    status = Path(f"/proc/{pid}/status")
    if not status.exists():
        return 0
    lines = dict(line.split(":", 1) for line in status.read_text().splitlines() if ":" in line)
    children = [
        child for task in Path(f"/proc/{pid}/task").iterdir() for child in (task / "children").read_text().split()
    ]
    return int(lines.get("VmHWM", "0 kB").split()[0]) // 1024 + sum(peak_memory(int(child)) for child in children)


def _answers(running: Running, port: int, seconds: float) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until and running.process.poll() is None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            connection.request("GET", HEALTH)
            if connection.getresponse().status == 200:
                return True
        except (OSError, http.client.HTTPException):  # not yet there, or (in the range of short-lived ports) ourselves
            time.sleep(0.1)
        finally:
            connection.close()
    return False
