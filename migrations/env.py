"""Runs the migrations on the application's own engine, so that settings stand in one place."""

from __future__ import annotations

from alembic import context
from flask import current_app

from survey.db import Base, UtcDateTime
from survey.encryption import EncryptedText

engine = current_app.extensions["migrate"].db.engine


def render_item(kind: str, item: object, _context: object) -> str | bool:
    """Write our own column types as what they are in the database: a migration must not change with them."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, EncryptedText):
        return "sa.LargeBinary()"
    return False


def run() -> None:
    """Migrate within one transaction; SQLite tables are rebuilt in batches."""
    with engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            render_as_batch=True,
            render_item=render_item,
        )
        with context.begin_transaction():
            context.run_migrations()
        # Under our own BEGIN handling a connection keeps its transaction open until told.
        connection.commit()


run()
