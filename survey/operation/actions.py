"""Writing what operation keeps; nothing here is ever changed but a fingerprint that was not known yet."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from survey.db import add_once
from survey.operation.models import Epoch, KeyFingerprint, OperationRun

Detail = str | int | bool | None


def begin_epoch(
    session: Session, epoch_id: str, at: datetime, generation: str, restored_to: datetime
) -> Epoch:
    """A restore begins a new life of the database."""
    epoch = Epoch(id=epoch_id, began_at=at, generation=generation, restored_to=restored_to)
    session.add(epoch)
    return epoch


def note_fingerprint(session: Session, name: str, fingerprint: str, at: datetime) -> None:
    """Know a key of this database from now on; one that is known already stays."""
    add_once(session, KeyFingerprint(name=name, fingerprint=fingerprint, noted_at=at))


def note_run(
    session: Session, kind: str, began_at: datetime, ended_at: datetime, is_good: bool, **details: Detail
) -> None:
    """Keep that something was run, and how it went."""
    run = OperationRun(
        kind=kind, began_at=began_at, ended_at=ended_at, is_good=is_good, details=dict(details)
    )
    session.add(run)
