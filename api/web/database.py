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

import migrations
from api.web import clock, storage, transaction
from api.web.extensions import db
from survey.problems import Problem
from survey.standing.history import rebuild
from survey.standing.queries import without_line

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


def upgrade(app: Flask, revision: str = "head", tell: Callable[[int], None] | None = None) -> None:
    """Migrate the application's database to `revision` (default: the newest).

    Households from before lines were kept get theirs; `tell` is told how many have, as it goes on.
    Raises: Problem 8011 for a database that a newer program has been at work on.
    """
    folder = app.config["SETTINGS"].data_folder
    storage.protect(folder)
    with app.app_context():
        if (told := revisions()).is_future:
            raise Problem(8011, found=told.found, newest=told.newest)
        command.upgrade(_config(app), revision)
        if revision == "head":
            _write_history(tell or (lambda _: None))
    storage.protect(folder)


def _config(app: Flask) -> Config:
    """Alembic's settings. Its own commands are called: Flask-Migrate's end the process on a failure."""
    config: Config = app.extensions["migrate"].migrate.get_config(MIGRATIONS)
    return config


def _write_history(tell: Callable[[int], None]) -> None:
    """Write how households stood that have no line yet; goes on where it stopped."""
    last, done = "", 0
    while ids := without_line(db.session(), last, CHUNK):
        with transaction.write() as session:
            rebuild(session, ids, clock.today())
        last, done = ids[-1], done + len(ids)
        tell(done)


def downgrade(app: Flask, revision: str = "base") -> None:
    """Undo migrations down to `revision`; "base" is an empty database. Rows of what goes are lost."""
    with app.app_context():
        command.downgrade(_config(app), revision)
