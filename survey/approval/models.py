"""Tables of approval: official acts, what became of them and what they carry, frozen lists, web postings."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from survey.db import AreaCode, Base, Sha256, UuidText, Vnd
from survey.encryption import EncryptedText

EVERY = "*"
"""A target for every programme, or for new building and repair together."""


ACT_STATES = ("issued", "confirmed", "cited", "before", "declined", "joined", "withdrawn", "uncited")
"""How an official act stands; what may become of each: `survey/approval/act_changes.py`."""
CLAIMS = text("state = 'issued'")
STANDS_ALONE = text("state IN ('cited', 'declined')")


class OfficialAct(Base):
    """An official act (văn bản) as it was read: number and symbol (407, QĐ-UBND), day, issuer, subject.

    `state` `issued`: its issuer's own staff entered it, and it alone claims the number. Anybody else cites it
    (viện dẫn): `cited` until the issuer enters it, `joined` to that one (`joined_id`) from then on. `before`:
    kept by another unit before there was this rule. `issuer` keeps the issuer's name and `issuer_level` its
    level of that day: units end, their acts stay. `area_code` is the unit that keeps or cites it; `changes`
    counts its events, so that of two people who change it at once the later one is told.
    """

    __tablename__ = "official_acts"
    __table_args__ = (
        CheckConstraint(f"state IN {ACT_STATES}", name="state"),
        Index(
            "uq_official_acts_issued",
            "issuer_code",
            "number",
            "symbol",
            "signed_on",
            unique=True,
            sqlite_where=CLAIMS,
            postgresql_where=CLAIMS,
        ),
        Index(
            "uq_official_acts_cited",
            "area_code",
            "issuer_code",
            "number",
            "symbol",
            "signed_on",
            unique=True,
            sqlite_where=STANDS_ALONE,
            postgresql_where=STANDS_ALONE,
        ),
    )

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
    state: Mapped[str] = mapped_column(String(10))
    joined_id: Mapped[int | None] = mapped_column(ForeignKey("official_acts.id"), index=True)
    changes: Mapped[int] = mapped_column(default=0)


class OfficialActEvent(Base):
    """What became of an act after it was kept: corrected, joined, confirmed, declined, withdrawn; appended.

    A correction holds what the act said before it; `other_id` is the act that a citation was joined to.
    """

    __tablename__ = "official_act_events"
    __table_args__ = (UniqueConstraint("official_act_id", "place"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    official_act_id: Mapped[int] = mapped_column(ForeignKey("official_acts.id"))
    place: Mapped[int]
    kind: Mapped[str] = mapped_column(String(10))
    by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    at: Mapped[datetime]
    reason: Mapped[str | None] = mapped_column(EncryptedText)
    other_id: Mapped[int | None] = mapped_column(ForeignKey("official_acts.id"))
    number: Mapped[str | None] = mapped_column(String(20))
    symbol: Mapped[str | None] = mapped_column(String(40))
    signed_on: Mapped[date | None]
    signer: Mapped[str | None] = mapped_column(EncryptedText)
    subject: Mapped[str | None] = mapped_column(EncryptedText)


class UnitOutside(Base):
    """A unit that does not use the program for a time (đơn vị chưa dùng phần mềm), as an administrator above
    it named it with an act or a reason: a second person confirms its acts in its place.

    A naming taken back on its first day gets a last day before its first: it never held, and stays readable.
    """

    __tablename__ = "units_outside"
    __table_args__ = (
        Index(
            "uq_units_outside_open",
            "area_code",
            unique=True,
            sqlite_where=text("valid_to IS NULL"),
            postgresql_where=text("valid_to IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    area_code: Mapped[str] = mapped_column(AreaCode)
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    ground: Mapped[str] = mapped_column(EncryptedText)
    named_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    named_at: Mapped[datetime]
    ended_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    ended_at: Mapped[datetime | None]


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
    """A total that an official act sets (chỉ tiêu): so many houses, so much money, for an area and a year.

    It counts while the act is issued or confirmed; what a citation says of totals is only noted.
    """

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


class PromisedDecision(Base):
    """A version frozen before its decision had a number (quyết định sẽ bổ sung), and the day it is due.

    Nothing settles it but an act tied to this version or to a later one of the same list.
    """

    __tablename__ = "promised_decisions"

    case_list_id: Mapped[int] = mapped_column(ForeignKey("case_lists.id"), primary_key=True)
    due_on: Mapped[date]
    promised_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    promised_at: Mapped[datetime]


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
