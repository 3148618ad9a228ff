"""Bringing a database up to date by the migrations that are installed with the program."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import flask_migrate
from flask import Flask

import migrations
from api.web import clock, transaction
from api.web.extensions import db
from survey.standing.history import rebuild
from survey.standing.queries import without_line
from survey.trail import genesis

CHUNK = 500
MIGRATIONS = str(Path(migrations.__file__).parent)


def upgrade(
    app: Flask,
    revision: str = "head",
    tell: Callable[[int], None] | None = None,
    tell_rows: Callable[[int], None] | None = None,
) -> None:
    """Migrate the application's database to `revision` (default: the newest).

    Households from before lines were kept get theirs, and rows from before the trail are noted in it; `tell`
    and `tell_rows` are told how many have been, as it goes on.
    """
    app.config["SETTINGS"].data_folder.mkdir(parents=True, exist_ok=True)
    with app.app_context():
        flask_migrate.upgrade(directory=MIGRATIONS, revision=revision)
        if revision == "head":
            _write_history(tell or (lambda _: None))
            _begin_trail(tell_rows or (lambda _: None))


def _write_history(tell: Callable[[int], None]) -> None:
    """Write how households stood that have no line yet; goes on where it stopped."""
    last, done = "", 0
    while ids := without_line(db.session(), last, CHUNK):
        with transaction.write() as session:
            rebuild(session, ids, clock.today())
        last, done = ids[-1], done + len(ids)
        tell(done)


def _begin_trail(tell: Callable[[int], None]) -> None:
    """Note every row that stands since before the trail; goes on where it stopped."""
    if not genesis.is_due(db.session()):
        return
    done = 0
    for name, page in genesis.waiting(db.session()):
        with transaction.write() as session:
            genesis.note_page(session, name, page, clock.now())
        done += len(page)
        tell(done)
    with transaction.write() as session:
        genesis.note_begun(session, clock.now())


def downgrade(app: Flask, revision: str = "base") -> None:
    """Undo migrations down to `revision`; "base" is an empty database. Rows of what goes are lost."""
    with app.app_context():
        flask_migrate.downgrade(directory=MIGRATIONS, revision=revision)
