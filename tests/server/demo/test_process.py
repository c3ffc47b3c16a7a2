import os
import socket

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
