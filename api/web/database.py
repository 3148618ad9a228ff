"""How old a database is, and bringing it up to date by the migrations that are installed with the program."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from sqlalchemy.orm import Session

import migrations
from api.web import clock, storage, transaction
from api.web.extensions import db
from survey.problems import Problem
from survey.registry.actions import renew_words
from survey.registry.queries import without_words
from survey.standing.history import rebuild
from survey.standing.queries import without_line
from survey.trail import genesis

CHUNK = 500
MIGRATIONS = str(Path(migrations.__file__).parent)


@dataclass(frozen=True, slots=True)
class Revisions:
    """The revision a database is at (None: it is empty), and those that the program knows, newest first."""

    found: str | None
    known: tuple[str, ...]

    @property
    def newest(self) -> str:
        """What this program works with."""
        return self.known[0]

    @property
    def is_future(self) -> bool:
        """Whether a newer program has been at work on it."""
        return self.found is not None and self.found not in self.known

    @property
    def pending(self) -> int:
        """How many migrations it lacks; none while it is empty or from the future."""
        return 0 if self.found is None or self.is_future else self.known.index(self.found)


def revisions() -> Revisions:
    """How old the application's database is; within its context."""
    with db.engine.connect() as connection:
        found = MigrationContext.configure(connection).get_current_revision()
    known = ScriptDirectory(MIGRATIONS).walk_revisions()
    return Revisions(found, tuple(script.revision for script in known))


def upgrade(app: Flask, revision: str = "head", tell: Callable[[str, int], None] | None = None) -> None:
    """Migrate the application's database to `revision` (default: the newest).

    Households from before lines or words of names were kept get theirs, and rows from before the trail are
    noted in it; `tell` is told of what (lines, words, rows) how many have been, as it goes on.
    Raises: Problem 8011 for a database that a newer program has been at work on.
    """
    folder = app.config["SETTINGS"].data_folder
    storage.protect(folder)
    with app.app_context():
        if (told := revisions()).is_future:
            raise Problem(8011, found=told.found, newest=told.newest)
        command.upgrade(_config(app), revision)
        if revision == "head":
            tell = tell or (lambda *_: None)
            for what in MADE:
                _make(what, tell)
            _begin_trail(tell)
    storage.protect(folder)


def _config(app: Flask) -> Config:
    """Alembic's settings. Its own commands are called: Flask-Migrate's end the process on a failure."""
    config: Config = app.extensions["migrate"].migrate.get_config(MIGRATIONS)
    return config


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


def _begin_trail(tell: Callable[[str, int], None]) -> None:
    """Note every row that stands since before the trail; goes on where it stopped."""
    if not genesis.is_due(db.session()):
        return
    done = 0
    for name, page in genesis.waiting(db.session()):
        with transaction.write() as session:
            genesis.note_page(session, name, page, clock.now())
        done += len(page)
        tell("rows", done)
    with transaction.write() as session:
        genesis.note_begun(session, clock.now())


def downgrade(app: Flask, revision: str = "base") -> None:
    """Undo migrations down to `revision`; "base" is an empty database. Rows of what goes are lost."""
    with app.app_context():
        command.downgrade(_config(app), revision)
