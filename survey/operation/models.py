"""Tables of operation: epochs begun by restores, fingerprints of keys, runs of what keeps the data safe."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from survey.db import Base, Sha256, UuidText

RUNS = ("backup", "drill", "upgrade", "standing", "start")
"""Kinds of run: a backup, a restore drill, an upgrade, the check of all lines, a start of the server."""


class Epoch(Base):
    """A life of the database that a restore began. One that was never restored has no row.

    What was acknowledged after `restored_to` is not in it; phones that know an earlier epoch offer it again.
    """

    __tablename__ = "database_epochs"

    number: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(UuidText, unique=True)
    began_at: Mapped[datetime]
    generation: Mapped[str] = mapped_column(String(40))
    """Which backup was restored."""
    restored_to: Mapped[datetime]
    """When that backup was begun: everything acknowledged before is in it."""


class KeyFingerprint(Base):
    """A keyed hash of a key: it tells whether a key file is the one of this database, and nothing else."""

    __tablename__ = "key_fingerprints"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    fingerprint: Mapped[str] = mapped_column(Sha256)
    noted_at: Mapped[datetime]


class OperationRun(Base):
    """One run of a backup, drill, upgrade or check; `details` hold counts, names of folders and numbers."""

    __tablename__ = "operation_runs"
    __table_args__ = (Index(None, "kind", "began_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    began_at: Mapped[datetime]
    ended_at: Mapped[datetime]
    is_good: Mapped[bool]
    details: Mapped[dict[str, Any]]
