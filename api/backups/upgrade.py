"""An upgrade with a way back: backup, migrate, verify; on any failure the database is what it was before."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask
from sqlalchemy import func, inspect, make_url, select
from sqlalchemy import table as named_table
from sqlalchemy.exc import SQLAlchemyError

from api.backups.backup import Done, back_up
from api.backups.database_copy import check_sqlite, engine_of, put_back_dump, put_back_sqlite
from api.backups.rotation import Keep
from api.web import clock, database, start_checks, transaction
from api.web.extensions import db
from api.web.file_locks import hold
from survey.operation.actions import note_run
from survey.problems import Problem


@dataclass(frozen=True, slots=True)
class Upgraded:
    """An upgrade that went well: from which revision to which, and the backup from before."""

    before: str
    after: str
    backup: Done


def upgrade(
    app: Flask,
    target: Path,
    keep: Keep,
    *,
    with_keys: bool = True,
    tell: Callable[[str], None] = lambda _: None,
    told_made: Callable[[str, int], None] | None = None,
) -> Upgraded | None:
    """Bring the database up to date, or leave it as it was; None when it is. Not within a context.

    `tell` hears of each step, `told_made` of what (lines, words) how many older households have got.

    Problems 8028 it failed and is as before, 8029 it could not be put back, 8035 the server is at work, 8011.
    """
    settings = app.config["SETTINGS"]
    with app.app_context():
        told = database.revisions()
        if told.is_future:
            raise Problem(8011, found=told.found, newest=told.newest)
        if told.found is None:
            raise Problem(1010, reason="empty")
        if not told.pending:
            return None
    lock = hold(settings.data_folder / start_checks.SERVING)
    if lock is None:
        raise Problem(8035)
    with lock:
        tell("backup")
        with app.app_context():
            began = clock.now()
            done = back_up(app, target, keep, with_keys=with_keys)
        try:
            tell("migrate")
            database.upgrade(app, tell=told_made)
            tell("verify")
            with app.app_context():
                _verify(done.manifest.figures.tables)
        except BaseException as error:  # one that is broken off too
            tell("back")
            _put_back(app, done, error)
            raise Problem(8028, reason=_reason(error), generation=done.generation.name) from error
        _note(app, began, told.found, told.newest, done)
    return Upgraded(told.found, told.newest, done)


def _verify(before: Mapping[str, int]) -> None:
    """Refuse an upgrade after which rows are gone, keys do not fit, or tables are not the program's."""
    start_checks.check_age(database.revisions())
    start_checks.check_keys()
    with db.engine.connect() as connection:
        for name in sorted(set(before) & set(inspect(connection).get_table_names()) - {"alembic_version"}):
            rows = connection.scalar(select(func.count()).select_from(named_table(name))) or 0
            if rows < before[name]:
                raise ValueError(f"{name}: {before[name]} → {rows}")
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        if different := compare_metadata(context, db.metadata):
            raise ValueError(f"{different[0]}"[:200])
    if db.engine.dialect.name == "sqlite" and (broken := check_sqlite(Path(db.engine.url.database or ""))):
        raise ValueError(broken)


def _put_back(app: Flask, done: Done, error: BaseException) -> None:
    """Make the database what the backup says. Problem 8029."""
    url = app.config["SETTINGS"].database_url
    copy = done.generation.path / done.manifest.database
    try:
        with app.app_context():
            db.session.remove()
            db.engine.dispose()
        if engine_of(url) == "sqlite":
            put_back_sqlite(copy, Path(make_url(url).database or ""))
        else:
            put_back_dump(copy, url)
    except Exception as why:
        raise Problem(
            8029, reason=_reason(error), why=_reason(why), generation=done.generation.name
        ) from error


def _reason(error: BaseException) -> str:
    """What went wrong in one line; SQLAlchemy's own hint on where to read on is left out."""
    said = str(getattr(error, "orig", None) or error).strip().splitlines()
    return (said[0] if said else type(error).__name__)[:300]


def _note(app: Flask, began: datetime, before: str, after: str, done: Done) -> None:
    with app.app_context(), suppress(SQLAlchemyError), transaction.write() as session:
        note_run(
            session,
            "upgrade",
            began,
            clock.now(),
            True,
            before=before,
            after=after,
            generation=done.generation.name,
        )
