"""Tables of approval: official acts and what they carry, frozen lists, postings on the web."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from survey.db import AreaCode, Base, Sha256, UuidText, Vnd
from survey.encryption import EncryptedText

EVERY = "*"
"""A target for every programme, or for new building and repair together."""


class OfficialAct(Base):
    """An official act (văn bản) as it was read: number and symbol (407, QĐ-UBND), day, issuer, subject.

    `issuer` keeps the issuer's name and `issuer_level` its level of that day: units end, their acts stay.
    `area_code` is the area for which it is kept: a commune keeps the acts of its province too.
    """

    __tablename__ = "official_acts"
    __table_args__ = (UniqueConstraint("issuer_code", "number", "symbol", "signed_on"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(20))
    symbol: Mapped[str] = mapped_column(String(40))
    signed_on: Mapped[date]
    issuer_code: Mapped[str] = mapped_column(AreaCode, index=True)
    issuer_level: Mapped[str] = mapped_column(String(20))
    issuer: Mapped[str] = mapped_column(String(200))
    area_code: Mapped[str] = mapped_column(AreaCode, index=True)
    signer: Mapped[str | None] = mapped_column(EncryptedText)
    subject: Mapped[str] = mapped_column(EncryptedText)
    kept_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    kept_at: Mapped[datetime]


class OfficialActFile(Base):
    """A scan of an act, byte for byte as it came, for those who may see `area_code`: a commune's own extract
    stands beside the province's whole list.
    """

    __tablename__ = "official_act_files"
    __table_args__ = (UniqueConstraint("official_act_id", "sha256", "area_code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    official_act_id: Mapped[int] = mapped_column(ForeignKey("official_acts.id"))
    sha256: Mapped[str] = mapped_column(Sha256)
    kind: Mapped[str] = mapped_column(String(4))
    size_bytes: Mapped[int]
    area_code: Mapped[str] = mapped_column(AreaCode)
    added_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    added_at: Mapped[datetime]


class AllocationTarget(Base):
    """A total that an official act sets (chỉ tiêu): so many houses, so much money, for an area and a year."""

    __tablename__ = "act_targets"
    __table_args__ = (
        UniqueConstraint(
            "official_act_id", "area_code", "year", "programme", "works_kind", name="uq_act_targets_total"
        ),
        CheckConstraint("households >= 0 AND amount_vnd >= 0", name="not_negative"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    official_act_id: Mapped[int] = mapped_column(ForeignKey("official_acts.id"))
    area_code: Mapped[str] = mapped_column(AreaCode)
    year: Mapped[int]
    programme: Mapped[str] = mapped_column(String(40), default=EVERY)
    works_kind: Mapped[str] = mapped_column(String(10), default=EVERY)
    households: Mapped[int]
    amount_vnd: Mapped[int] = mapped_column(Vnd)


class CaseList(Base):
    """One frozen version of an area's approved list (danh sách) of a year; rows and hash never change.

    `rows` and `left` (who left since the version before, and why) hold ids, codes and money, no personal
    value. `sha256` is that of their canonical text.
    """

    __tablename__ = "case_lists"
    __table_args__ = (UniqueConstraint("area_code", "year", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    area_code: Mapped[str] = mapped_column(AreaCode)
    year: Mapped[int]
    version: Mapped[int]
    sha256: Mapped[str] = mapped_column(Sha256)
    rows: Mapped[list[Any]]
    left: Mapped[list[Any]]
    households: Mapped[int]
    amount_vnd: Mapped[int] = mapped_column(Vnd)
    made_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    made_at: Mapped[datetime]
    reason: Mapped[str | None] = mapped_column(EncryptedText)
    official_act_id: Mapped[int | None] = mapped_column(ForeignKey("official_acts.id"), index=True)


class NoticePage(Base):
    """A posting put on the web: an unlisted address until a last day, or until it is withdrawn."""

    __tablename__ = "publications"

    id: Mapped[int] = mapped_column(primary_key=True)
    posting_id: Mapped[str] = mapped_column(UuidText, index=True)
    token: Mapped[str] = mapped_column(String(64), unique=True)
    area_code: Mapped[str | None] = mapped_column(AreaCode)
    until: Mapped[date]
    published_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    published_at: Mapped[datetime]
    withdrawn_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    withdrawn_at: Mapped[datetime | None]


class PublicObjection(Base):
    """What somebody wrote on the page of a posting; waits until the commune makes it an act or settles it."""

    __tablename__ = "public_objections"
    __table_args__ = (Index(None, "publication_id", "settled_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    publication_id: Mapped[int] = mapped_column(ForeignKey("publications.id"))
    received_at: Mapped[datetime]
    text: Mapped[str] = mapped_column(EncryptedText)
    name: Mapped[str | None] = mapped_column(EncryptedText)
    contact: Mapped[str | None] = mapped_column(EncryptedText)
    settled_at: Mapped[datetime | None]
    settled_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    settled_reason: Mapped[str | None] = mapped_column(EncryptedText)
    act_id: Mapped[str | None] = mapped_column(UuidText)
