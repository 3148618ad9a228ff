"""Bringing a database up to date by the migrations that are installed with the program."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import flask_migrate
from flask import Flask
from sqlalchemy.orm import Session

import migrations
from api.web import clock, transaction
from api.web.extensions import db
from survey.registry.actions import renew_words
from survey.registry.queries import without_words
from survey.standing.history import rebuild
from survey.standing.queries import without_line

CHUNK = 500
MIGRATIONS = str(Path(migrations.__file__).parent)


def upgrade(app: Flask, revision: str = "head", tell: Callable[[str, int], None] | None = None) -> None:
    """Migrate the application's database to `revision` (default: the newest).

    Households from before lines or words of names were kept get theirs; `tell` is told of what (lines, words)
    how many have them, as it goes on.
    """
    app.config["SETTINGS"].data_folder.mkdir(parents=True, exist_ok=True)
    with app.app_context():
        flask_migrate.upgrade(directory=MIGRATIONS, revision=revision)
        if revision == "head":
            for what in MADE:
                _make(what, tell or (lambda *_: None))


MADE: dict[str, tuple[Callable[..., list[str]], Callable[[Session, list[str]], object]]] = {
    "lines": (without_line, lambda session, ids: rebuild(session, ids, clock.today())),
    "words": (without_words, renew_words),
}
"""What households from before it was kept lack: who they are, and what makes it."""


def _make(what: str, tell: Callable[[str, int], None]) -> None:
    """Make what households have not yet; goes on where it stopped."""
    lacking, make = MADE[what]
    last, done = "", 0
    while ids := lacking(db.session(), last, CHUNK):
        with transaction.write() as session:
            make(session, ids)
        last, done = ids[-1], done + len(ids)
        tell(what, done)


def downgrade(app: Flask, revision: str = "base") -> None:
    """Undo migrations down to `revision`; "base" is an empty database. Rows of what goes are lost."""
    with app.app_context():
        flask_migrate.downgrade(directory=MIGRATIONS, revision=revision)
