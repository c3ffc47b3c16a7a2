"""The worker process: carries out the jobs that wait on Redis."""

from __future__ import annotations

import os

from server import db, jobs
from server.app import create_app
from server.config import Config
from server.errors import ConfigError


def main() -> None:
    """Work until told to stop."""
    from rq import SimpleWorker
    from rq.serializers import JSONSerializer

    config = Config.from_env(os.environ)
    if not config.redis_url:
        raise ConfigError("ENUMERA_REDIS_URL is not set: without Redis jobs run in the server's own process")
    with create_app(config).app_context():
        jobs.give_up_lost()
        queue = jobs.Queued(config.redis_url).queue()
        db.engine().dispose()
        SimpleWorker([queue], connection=queue.connection, serializer=JSONSerializer).work()


if __name__ == "__main__":
    main()
