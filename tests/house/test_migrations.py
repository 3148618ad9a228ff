"""The database is made by the migrations: up, down, up again; the models say the same as the tables."""

from __future__ import annotations

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from conftest import Storage, settings
from sqlalchemy import inspect

from api.app import create_app
from api.database import downgrade, upgrade
from api.extensions import db


def test_migrations_go_up_down_and_up_again(storage: Storage, database_url: str, tmp_path) -> None:
    app = create_app(settings(tmp_path, database_url))
    downgrade(app)
    with app.app_context():
        assert set(inspect(db.engine).get_table_names()) <= {"alembic_version"}
    upgrade(app)
    with app.app_context():
        assert set(db.metadata.tables) <= set(inspect(db.engine).get_table_names())
        db.engine.dispose()


def test_the_models_equal_the_migrated_tables(session) -> None:
    context = MigrationContext.configure(session.connection(), opts={"compare_type": True})
    assert compare_metadata(context, db.metadata) == []
