"""The only place that commits: one write transaction, begun so that SQLite cannot refuse it half-way."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from threading import Lock
from weakref import WeakKeyDictionary

from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from api.web.extensions import db
from api.web.turns import Turns


@contextmanager
def write() -> Iterator[Session]:
    """One write transaction: commits at the end, rolls back on any exception.

    The reading transaction of the request is ended first, because SQLite cannot upgrade a read snapshot
    that another writer has overtaken; on SQLite it begins with BEGIN IMMEDIATE, and the writers of one
    process take turns, those of several wait for the file.
    """
    session: Session = db.session()
    session.rollback()
    with _turn(session):
        session.connection(execution_options={"begin": "IMMEDIATE"})
        try:
            yield session
            session.commit()
        except BaseException:
            session.rollback()
            raise


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
