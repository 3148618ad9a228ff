"""The Flask extensions, made once without an application, and how SQLite is opened."""

from __future__ import annotations

import sqlite3
from typing import Any

from flask_compress import Compress
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_login import LoginManager
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy
from flask_wtf import CSRFProtect
from sqlalchemy import Connection, event
from sqlalchemy.engine import Engine, ExceptionContext
from sqlalchemy.exc import DataError, IntegrityError

from api.web import storage
from survey.db import Base

db = SQLAlchemy(model_class=Base, disable_autonaming=True)
migrate = Migrate()
login_manager = LoginManager()
csrf = CSRFProtect()
compress = Compress()
limiter = Limiter(get_remote_address, storage_uri="memory://")

BUSY_TIMEOUT_MS = 30_000


@event.listens_for(Engine, "connect")
def open_sqlite(connection: Any, record: Any) -> None:
    """WAL, full durability, foreign keys, and transactions begun by us (see `begin_sqlite`)."""
    if not isinstance(connection, sqlite3.Connection):
        return
    connection.isolation_level = None
    for pragma in (
        f"busy_timeout={BUSY_TIMEOUT_MS}",
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
    ):
        connection.execute(f"PRAGMA {pragma}")
    storage.note_file(connection, record)


@event.listens_for(Engine, "begin")
def begin_sqlite(connection: Connection) -> None:
    """Begin with BEGIN IMMEDIATE where `transaction.write` asked for it, else with a plain BEGIN."""
    if connection.dialect.name == "sqlite":
        how = connection.get_execution_options().get("begin", "DEFERRED")
        connection.exec_driver_sql(f"BEGIN {how}")


@event.listens_for(Engine, "handle_error")
def keep_rows_out_of_errors(context: ExceptionContext) -> None:
    """Keep the first line of a refusal: PostgreSQL adds the whole failing row, which belongs in no log."""
    if isinstance(context.sqlalchemy_exception, IntegrityError | DataError):
        for error in (context.original_exception, context.sqlalchemy_exception):
            error.args = (str(error.args[0]).split("\n", 1)[0], *error.args[1:])
