"""The audit log: who did what to which thing, written in the transaction that did it, never changed."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from survey.access.models import AuditEntry

Detail = str | int | bool | None | list[str] | list[int]


def record(
    session: Session,
    *,
    at: datetime,
    actor_id: int | None,
    action: str,
    subject_kind: str,
    subject_id: str | int,
    area_code: str | None = None,
    **details: Detail,
) -> AuditEntry:
    """Add one entry. `details` hold ids, codes, counts and hashes, never a personal value."""
    entry = AuditEntry(
        at=at,
        actor_id=actor_id,
        action=action,
        subject_kind=subject_kind,
        subject_id=str(subject_id),
        area_code=area_code,
        details=dict(details),
    )
    session.add(entry)
    return entry
