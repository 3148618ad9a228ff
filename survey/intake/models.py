"""Tables of the intake: every envelope received, in its versions, with its receipt."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from survey.db import AreaCode, Base, Sha256, UuidText
from survey.encryption import EncryptedText


class WaitsFor(Base):
    """What a waiting act may be waiting for: a household it names, or the act it wants to revoke."""

    __tablename__ = "waits_for"

    row_id: Mapped[int] = mapped_column(ForeignKey("received_envelopes.id"), primary_key=True)
    subject_id: Mapped[str] = mapped_column(UuidText, primary_key=True, index=True)


class ReceivedEnvelope(Base):
    """One version of an envelope as it came (sealed, for it holds names), and what became of it.

    `state` is `stored` or `waiting` (in the inbox, hộp chờ xử lý). UNIQUE(envelope_id, version) makes
    a double impossible however often and in parallel a phone sends. `let_through_by` is who had it stored
    when that was somebody else than its sender.
    """

    __tablename__ = "received_envelopes"
    __table_args__ = (UniqueConstraint("envelope_id", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    envelope_id: Mapped[str] = mapped_column(UuidText)
    version: Mapped[int]
    content_sha256: Mapped[str] = mapped_column(Sha256)
    body: Mapped[str | None] = mapped_column(EncryptedText)
    kind: Mapped[str] = mapped_column(String(20))
    state: Mapped[str] = mapped_column(String(10), index=True)
    area_code: Mapped[str | None] = mapped_column(AreaCode, index=True)
    faults: Mapped[list[Any]]
    photos: Mapped[list[Any]]
    sender_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"), index=True)
    device_id: Mapped[str | None] = mapped_column(String(80))
    captured_at: Mapped[datetime | None]
    received_at: Mapped[datetime] = mapped_column(index=True)
    household_id: Mapped[str | None] = mapped_column(UuidText, ForeignKey("households.id"))
    settled_at: Mapped[datetime | None]
    let_through_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    aside_reason: Mapped[str | None] = mapped_column(EncryptedText)
