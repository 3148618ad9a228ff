"""Databases of areas in memory, filled once for all tests that only read them."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from survey.areas.models import AreaRow
from survey.db import Base

_kept: dict[str, Session] = {}


def in_memory(name: str, fill: Callable[[Session], None]) -> Session:
    """The database of this name, filled on first use."""
    if name not in _kept:
        engine = create_engine("sqlite://")
        tables = [table for table in AreaRow.metadata.sorted_tables if table.name.startswith("area")]
        Base.metadata.create_all(engine, tables)
        session = Session(engine)
        try:
            fill(session)
            session.commit()
        except BaseException:  # what it is filled from may be absent: then nothing half full is kept
            session.close()
            engine.dispose()
            raise
        _kept[name] = session
    return _kept[name]


def close_all() -> None:
    """Close what was kept; for the end of a module of tests."""
    for session in _kept.values():
        session.close()
        session.get_bind().dispose()
    _kept.clear()
