"""Reading what operation keeps: the epoch of the database, fingerprints, the last runs."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from survey.operation.models import Epoch, KeyFingerprint, OperationRun
from survey.operation.rows import Run

FIRST_EPOCH = "0"
"""The epoch of a database that was never restored."""


def current_epoch(session: Session) -> str:
    """The epoch that the last restore began."""
    return session.scalar(select(Epoch.id).order_by(Epoch.number.desc()).limit(1)) or FIRST_EPOCH


def restored_to_since(session: Session, epoch: str) -> datetime | None:
    """How far back the restores after `epoch` reach; None when there was none.

    An epoch that this database does not know began on another branch of it: every restore counts.
    """
    number = session.scalar(select(Epoch.number).where(Epoch.id == epoch)) or 0
    return session.scalar(select(func.min(Epoch.restored_to)).where(Epoch.number > number))


def fingerprints(session: Session) -> dict[str, str]:
    """Name of a key file -> its fingerprint."""
    found = session.execute(select(KeyFingerprint.name, KeyFingerprint.fingerprint))
    return {row.name: row.fingerprint for row in found}


def last_run(session: Session, kind: str, *, is_good: bool | None = None) -> Run | None:
    """The newest run of a kind; of the good or the failed ones alone where asked."""
    asked = select(OperationRun).where(OperationRun.kind == kind)
    if is_good is not None:
        asked = asked.where(OperationRun.is_good == is_good)
    newest = asked.order_by(OperationRun.began_at.desc(), OperationRun.id.desc()).limit(1)
    row = session.scalars(newest).first()
    return None if row is None else Run(row.kind, row.began_at, row.ended_at, row.is_good, row.details)
