import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from server.config import Config
from server.demo import process
from server.errors import Problem


def test_a_busy_port_is_passed_over():
    with socket.socket() as taken:
        port = process.free_port(23000)
        taken.bind(("127.0.0.1", port))
        taken.listen()
        assert process.free_port(port) > port


def test_a_server_that_does_not_start_is_reported_with_its_log(tmp_path, monkeypatch):
    monkeypatch.setattr(process, "COMMAND", (*process.COMMAND[:1], "-c", "raise SystemExit('no')"))
    with pytest.raises(Problem, match=r"server\.log says why"):
        process.start(Config(data_dir=tmp_path), process.free_port(23100))
    assert "no" in (tmp_path / "server.log").read_text()


@pytest.mark.skipif(not os.path.exists("/proc/self/status"), reason="the system does not tell")  # noqa: PTH110
def test_peak_memory_is_told_in_megabytes():
    assert 10 < process.peak_memory(os.getpid()) < 100_000


def test_the_memory_of_no_process_is_nothing():
    assert process.peak_memory(2**22 + 1) == 0


def test_an_interrupt_waits_for_what_must_not_be_left_half_done():
    done = []
    before = signal.getsignal(signal.SIGINT)

    def work() -> None:
        with process.undisturbed():
            signal.raise_signal(signal.SIGINT)
            done.append("all")

    with pytest.raises(KeyboardInterrupt):
        work()
    assert done == ["all"]
    assert signal.getsignal(signal.SIGINT) is before


def a_server(folder: Path, program: str) -> process.Running:
    """A running program in the place of a server."""
    command = [sys.executable, "-c", program]
    return process.Running(subprocess.Popen(command, start_new_session=True), folder / "server.log")


def test_a_stopped_server_may_be_stopped_again(tmp_path):
    running = a_server(tmp_path, "import time; time.sleep(60)")
    running.stop()
    running.stop()
    assert running.process.returncode == -signal.SIGTERM


def test_what_a_server_has_started_ends_with_it_even_if_it_does_not_listen(tmp_path, monkeypatch):
    monkeypatch.setattr(process, "PATIENCE", 1)
    deaf = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN)"
    child = f"import subprocess, sys; subprocess.Popen([sys.executable, '-c', {deaf + '; time.sleep(60)'!r}])"
    running = a_server(tmp_path, f"{deaf}; {child}; open({str(tmp_path / 'ready')!r}, 'w'); time.sleep(60)")
    while not (tmp_path / "ready").exists():
        time.sleep(0.05)
    running.stop()
    assert _members(running.process.pid) == []


def _members(group: int) -> list[str]:
    """The living processes of a group."""
    listed = subprocess.run(["ps", "-eo", "pgid=,stat="], capture_output=True, text=True, check=True).stdout
    return [line for line in listed.splitlines() if line.split()[0] == str(group) and "Z" not in line.split()[1]]
