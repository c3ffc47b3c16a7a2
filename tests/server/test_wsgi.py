"""The web process and the one that started it."""

from __future__ import annotations

import time
from collections.abc import Callable

import requests

from server import db
from server.app import create_app


def holds_within(seconds: float, condition: Callable[[], bool]) -> bool:
    until = time.monotonic() + seconds
    while not condition() and time.monotonic() < until:
        time.sleep(0.2)
    return condition()


def refuses(url: str) -> bool:
    try:
        requests.get(f"{url}/health", timeout=5)
    except requests.ConnectionError:
        return True
    return False


def test_a_killed_server_leaves_nobody_on_its_port(config, serve):
    config.data_dir.mkdir(parents=True, exist_ok=True)
    engine = create_app(config).extensions["engine"]
    db.upgrade(engine)
    engine.dispose()
    running = serve(config)
    running.process.kill()
    assert holds_within(10, lambda: refuses(running.url))
