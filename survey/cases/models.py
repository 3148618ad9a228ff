"""Tables of the cases. Acts and steps are only ever added; a case row is what its steps come to."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from survey.db import AreaCode, Base, Sha256, UuidText, Vnd
from survey.encryption import EncryptedText


class Case(Base):
    """A household's case (hồ sơ hỗ trợ nhà ở): where it stands, kept beside its steps for lists and sums.

    At most one case of a household is active; the database holds it.
    """

    __tablename__ = "cases"
    __table_args__ = (
        Index(
            "uq_cases_active",
            "household_id",
            unique=True,
            sqlite_where=text("is_active"),
            postgresql_where=text("is_active"),
        ),
        CheckConstraint("paid_vnd >= 0 AND recovery_due_vnd >= 0", name="money_not_negative"),
    )

    id: Mapped[str] = mapped_column(UuidText, primary_key=True)
    household_id: Mapped[str] = mapped_column(UuidText, ForeignKey("households.id"), index=True)
    state: Mapped[str] = mapped_column(String(30), index=True)
    since: Mapped[date]
    is_active: Mapped[bool]
    is_newest: Mapped[bool] = mapped_column(default=True)
    works_kind: Mapped[str | None] = mapped_column(String(10))
    year: Mapped[int | None]
    reason: Mapped[str | None] = mapped_column(String(40))
    posted_until: Mapped[date | None]
    approved_on: Mapped[date | None]
    started_on: Mapped[date | None]
    finished_on: Mapped[date | None]
    programme: Mapped[str | None] = mapped_column(String(40))
    amount_vnd: Mapped[int | None] = mapped_column(Vnd)
    objections: Mapped[int] = mapped_column(default=0)
    obstacles: Mapped[int] = mapped_column(default=0)
    obstacle_kind: Mapped[str | None] = mapped_column(String(30))
    flags: Mapped[int] = mapped_column(default=0)
    paid_vnd: Mapped[int] = mapped_column(Vnd, default=0)
    recovery_due_vnd: Mapped[int] = mapped_column(Vnd, default=0)
    updated_at: Mapped[datetime]


class Act(Base):
    """One version of an act (việc đã làm): who did what, when, where, with what evidence; never changed.

    `details` hold codes, numbers and dates; `texts` what a person typed (names, remarks), sealed. Of a
    decision signed on paper `actor_id` entered it and `confirmed_by` compared it with that paper.
    """

    __tablename__ = "acts"
    __table_args__ = (UniqueConstraint("envelope_id", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    envelope_id: Mapped[str] = mapped_column(UuidText)
    version: Mapped[int]
    kind: Mapped[str] = mapped_column(String(30), index=True)
    form_version: Mapped[str] = mapped_column(String(40))
    area_code: Mapped[str | None] = mapped_column(AreaCode, index=True)
    done_on: Mapped[date]
    captured_at: Mapped[datetime]
    received_at: Mapped[datetime] = mapped_column(index=True)
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    confirmed_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    device_id: Mapped[str | None] = mapped_column(String(80))
    lon: Mapped[float | None]
    lat: Mapped[float | None]
    accuracy_m: Mapped[float | None]
    point_source: Mapped[str | None] = mapped_column(String(20))
    details: Mapped[dict[str, Any]]
    texts: Mapped[str | None] = mapped_column(EncryptedText)
    flags: Mapped[list[Any]]


class Step(Base):
    """What one act did to one case. A correction or a revocation takes the place of an earlier step.

    `place` is the step's position in the history of its case; a correction keeps the place of what it
    corrects. Steps that none replaces, in the order of their places, make the case.
    """

    __tablename__ = "steps"
    __table_args__ = (
        UniqueConstraint("act_id", "case_id"),
        Index("ix_steps_case_id_place", "case_id", "place"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[str] = mapped_column(UuidText, ForeignKey("cases.id"))
    act_id: Mapped[int] = mapped_column(ForeignKey("acts.id"), index=True)
    place: Mapped[int]
    kind: Mapped[str] = mapped_column(String(30))
    outcome: Mapped[str | None] = mapped_column(String(30))
    done_on: Mapped[date]
    to_state: Mapped[str] = mapped_column(String(30))
    values: Mapped[dict[str, Any]]
    replaces_id: Mapped[int | None] = mapped_column(ForeignKey("steps.id"), unique=True)


class ActPhoto(Base):
    """A photo or scan of an act, announced with it or added later; the registry keeps its bytes.

    `lon`, `lat` and `taken_at` are the camera's own, where it noted them.
    """

    __tablename__ = "act_photos"

    act_id: Mapped[int] = mapped_column(ForeignKey("acts.id"), primary_key=True)
    received_sha256: Mapped[str] = mapped_column(Sha256, primary_key=True)
    slot: Mapped[str] = mapped_column(String(20), primary_key=True)
    lon: Mapped[float | None]
    lat: Mapped[float | None]
    taken_at: Mapped[str | None] = mapped_column(String(19))
    added_at: Mapped[datetime]
    added_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
