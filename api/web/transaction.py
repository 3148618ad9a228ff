"""The only place that commits: one write transaction, begun so that SQLite cannot refuse it half-way."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.orm import Session

from api.web.extensions import db


@contextmanager
def write() -> Iterator[Session]:
    """One write transaction: commits at the end, rolls back on any exception.

    The reading transaction of the request is ended first, because SQLite cannot upgrade a read snapshot
    that another writer has overtaken; on SQLite it begins with BEGIN IMMEDIATE and so waits its turn.
    """
    session: Session = db.session()
    session.rollback()
    session.connection(execution_options={"begin": "IMMEDIATE"})
    try:
        yield session
        session.commit()
    except BaseException:
        session.rollback()
        raise
