"""Migrations give exactly the tables that the models describe."""

from __future__ import annotations

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import text

from server import db


def differences(engine) -> list:
    with engine.connect() as connection:
        return compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), db.Base.metadata)


def test_a_migrated_database_has_the_tables_of_the_models(database_url):
    engine = db.connect(database_url)
    db.upgrade(engine)
    assert differences(engine) == []
    engine.dispose()


def test_upgrading_twice_changes_nothing(database_url):
    engine = db.connect(database_url)
    assert not db.is_current(engine)
    for _ in range(2):
        db.upgrade(engine)
    assert db.is_current(engine)
    engine.dispose()


def test_the_first_tables_can_be_taken_away_again(database_url):
    from alembic import command

    engine = db.connect(database_url)
    db.upgrade(engine)
    with engine.begin() as connection:
        command.downgrade(db._alembic(connection), "base")
    assert [change[0] for change in differences(engine)].count("remove_table") == 0
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM alembic_version")).scalar_one() == 0
    engine.dispose()
