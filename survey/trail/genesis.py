"""The beginning of the trail over data from before it: every row that stands is noted, table by table."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from survey.access.audit import record
from survey.access.models import AuditEntry
from survey.trail import coverage
from survey.trail.models import WriteSet
from survey.trail.noticing import Note, noted
from survey.trail.rows_of import pages

CHUNK, BEGUN = "trail.genesis", "trail.begun"
SUBJECT = "trail"


def is_due(session: Session) -> bool:
    """Whether rows stand that no transaction noted, or a beginning broke off."""
    done = set(
        session.scalars(select(AuditEntry.action).where(AuditEntry.subject_kind == SUBJECT).distinct())
    )
    if BEGUN in done:
        return False
    if CHUNK in done:
        return True
    if session.scalar(select(exists().where(WriteSet.id > 0))):
        return False
    return any(session.scalar(select(exists(select(one.table)))) for one in coverage.tables().values())


def waiting(session: Session) -> Iterator[tuple[str, list[Any]]]:
    """(table, page of rows) of what is still to be noted; goes on where it stopped."""
    for name, covered in coverage.tables().items():
        reached = _reached(session, name)
        for page in pages(session, covered, reached):
            yield name, page


def _reached(session: Session, name: str) -> list[Any] | None:
    """The primary key of the last row of a table that was noted."""
    of_table = (AuditEntry.subject_kind == SUBJECT) & (AuditEntry.subject_id == name)
    details = session.scalar(
        select(AuditEntry.details).where(of_table).order_by(AuditEntry.id.desc()).limit(1)
    )
    return details["last"] if details else None


def note_page(session: Session, name: str, page: list[Any], at: datetime) -> None:
    """Note the rows of one page, by an entry of their own."""
    covered = coverage.tables()[name]
    for _, row in page:
        noted(session).notes.append(Note(name, covered.key_of(row), covered.hash_of(row)))
    told = {"rows": len(page), "last": page[-1][0]}
    record(session, at=at, actor_id=None, action=CHUNK, subject_kind=SUBJECT, subject_id=name, **told)


def note_begun(session: Session, at: datetime) -> None:
    """The entry that says that every table was noted, with how many rows it has."""
    counts: Any = {
        name: session.scalar(select(func.count()).select_from(one.table)) or 0
        for name, one in coverage.tables().items()
    }
    record(session, at=at, actor_id=None, action=BEGUN, subject_kind=SUBJECT, subject_id="tables", **counts)
