"""Alembic's environment: the connection comes from the server, the tables from its models."""

from alembic import context

import server.models  # noqa: F401 - fills the metadata
from server.db import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
