"""The worker process: carries out the jobs that wait on Redis."""

from __future__ import annotations

import os

from server import jobs
from server.app import create_app
from server.config import Config
from server.errors import ConfigError


def main() -> None:
    """Work until told to stop. Raises ConfigError when no Redis is configured."""
    config = Config.from_env(os.environ)
    if not config.redis_url:
        raise ConfigError("ENUMERA_REDIS_URL is not set: without Redis jobs run in the server's own process")
    with create_app(config).app_context():
        jobs.work(jobs.Queued(config.redis_url))


if __name__ == "__main__":
    main()
