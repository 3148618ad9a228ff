"""The database is made by the migrations: up, down, up again; the models say the same as the tables."""

from __future__ import annotations

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect

from api.web.database import downgrade, upgrade
from api.web.extensions import db


def test_migrations_go_up_down_and_up_again(app, storage) -> None:
    storage.world.clear()  # new tables count their rows from one again: what was copied before would collide
    downgrade(app)
    assert set(inspect(db.engine).get_table_names()) <= {"alembic_version"}
    upgrade(app)
    assert set(db.metadata.tables) <= set(inspect(db.engine).get_table_names())


def test_the_models_equal_the_migrated_tables(session) -> None:
    context = MigrationContext.configure(session.connection(), opts={"compare_type": True})
    assert compare_metadata(context, db.metadata) == []
