"""The only place that commits: one write transaction, begun so that SQLite cannot refuse it half-way.

Before it commits, how the households stand that it wrote is written too (`survey.standing`), and what it
wrote at all (`survey.trail`).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from threading import Lock
from weakref import WeakKeyDictionary

from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from api.web import clock, storage
from api.web.extensions import db
from api.web.turns import Turns
from survey.standing.actions import refresh
from survey.touched import forget
from survey.trail.noticing import keep


@contextmanager
def write() -> Iterator[Session]:
    """One write transaction: commits at the end, rolls back on any exception.

    The reading transaction of the request is ended first, because SQLite cannot upgrade a read snapshot
    that another writer has overtaken; on SQLite it begins with BEGIN IMMEDIATE, and the writers of one
    process take turns, those of several wait for the file. Problems 8012 the database file is gone, 8013 the
    disk is full, 8014 it cannot be written.
    """
    session: Session = db.session()
    session.rollback()
    with _turn(session):
        try:
            connection = session.connection(execution_options={"begin": "IMMEDIATE"})
            info = connection.info
            yield session
            refresh(session, clock.now)
            keep(session, clock.now())
            session.commit()
            storage.check_file(info)
        except BaseException as error:
            session.rollback()
            forget(session)
            storage.note_write(error)
            raise
    storage.note_write()


@contextmanager
def snapshot() -> Iterator[Session]:
    """One long reading in which every statement sees the database as it was at the first."""
    session: Session = db.session()
    session.rollback()
    if session.get_bind().dialect.name == "postgresql":
        session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
    try:
        yield session
    finally:
        session.rollback()


def _turn(session: Session) -> AbstractContextManager[None]:
    bind = session.get_bind()
    if bind.dialect.name != "sqlite":
        return nullcontext()
    with _making:
        turns = _turns.setdefault(bind.engine, Turns())
    return turns.taken()


_turns: WeakKeyDictionary[Engine, Turns] = WeakKeyDictionary()
"""One for each database that this process writes to."""
_making = Lock()
