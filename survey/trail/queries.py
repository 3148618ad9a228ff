"""Reads of the trail for people: entries by who, what, where and when."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from survey.access.models import AuditEntry, User
from survey.access.queries import folded_username


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry (mục nhật ký) with the account that made it; no account is the program or its operator."""

    id: int
    at: datetime
    username: str | None
    action: str
    subject_kind: str
    subject_id: str
    area_code: str | None
    details: dict[str, Any]
    sequence: int | None


def actions(session: Session) -> list[str]:
    """Every kind of action there is an entry of."""
    return list(session.scalars(select(AuditEntry.action).distinct().order_by(AuditEntry.action)))


def filtered(
    visible: ColumnElement[bool],
    *,
    action: str = "",
    who: str = "",
    subject: str = "",
    since: datetime | None = None,
    until: datetime | None = None,
    unsealed: bool = False,
) -> ColumnElement[bool]:
    """SQL condition on entries: `who` is a username, `subject` the id of what was done something to."""
    condition = visible
    if action:
        condition &= AuditEntry.action == action
    if who:
        account = select(User.id).where(User.username == folded_username(who))
        condition &= AuditEntry.actor_id.in_(account)
    if subject:
        condition &= AuditEntry.subject_id == subject.strip()
    if since:
        condition &= AuditEntry.at >= since
    if until:
        condition &= AuditEntry.at < until
    return condition & AuditEntry.sequence.is_(None) if unsealed else condition


def count(session: Session, condition: ColumnElement[bool]) -> int:
    """How many entries meet a condition."""
    return session.scalar(select(func.count()).select_from(AuditEntry).where(condition)) or 0


def entries(
    session: Session, condition: ColumnElement[bool], *, offset: int = 0, limit: int | None = None
) -> Iterator[Entry]:
    """Entries that meet a condition, the newest first."""
    columns: Any = (AuditEntry.id, AuditEntry.at, User.username, AuditEntry.action, AuditEntry.subject_kind)
    columns += (AuditEntry.subject_id, AuditEntry.area_code, AuditEntry.details, AuditEntry.sequence)
    asked = select(*columns).outerjoin(User, User.id == AuditEntry.actor_id).where(condition)
    asked = asked.order_by(AuditEntry.at.desc(), AuditEntry.id.desc()).offset(offset).limit(limit)
    for row in session.execute(asked.execution_options(yield_per=500)):
        yield Entry(*row)
