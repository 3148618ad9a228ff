"""Tables of access: accounts, posts with terms, devices, and the append-only audit log."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Date, ForeignKey, Index, Integer, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from survey.db import AreaCode, Base, Sha256, UtcDateTime, UuidText

ROLES = ("officer", "commune", "committee", "signer", "finance", "admin", "auditor")
SIGNER = "signer"
"""Người có thẩm quyền ký: decides for the body of the area, the only role that approves."""
CAPACITIES = ("kt", "tuq", "tl")
"""In whose place a signer signs: KT. (ký thay), TUQ. (thừa ủy quyền), TL. (thừa lệnh); none: the head."""

USERNAME_LENGTH = 64
NAME_LENGTH = 200
ROLE_LIST = ", ".join(f"'{role}'" for role in ROLES)
UNSEALED = text("sequence IS NULL")
CAPACITY_LIST = ", ".join(f"'{capacity}'" for capacity in CAPACITIES)


class User(Base):
    """An account of one person. It is never deleted, only deactivated: the audit log refers to it."""

    __tablename__ = "users"

    id: Mapped[int] = mapped_column(primary_key=True)
    username: Mapped[str] = mapped_column(String(USERNAME_LENGTH), unique=True)
    """Case-folded: `Lan.NM` and `lan.nm` are one account."""
    full_name: Mapped[str] = mapped_column(String(NAME_LENGTH))
    sort_key: Mapped[str] = mapped_column(Text)
    """Vietnamese order of people: given name first."""
    folded_name: Mapped[str] = mapped_column(String(NAME_LENGTH))
    """Name without marks, for searching."""
    password_hash: Mapped[str] = mapped_column(String(200))
    must_change_password: Mapped[bool] = mapped_column(default=True)
    """True while the password is the temporary one of a printed slip."""
    is_active: Mapped[bool] = mapped_column(default=True)
    is_demo: Mapped[bool] = mapped_column(default=False)
    """Made by the demonstration; `serve` refuses such accounts elsewhere."""
    language: Mapped[str] = mapped_column(String(2), default="vi")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    failed_attempts: Mapped[int] = mapped_column(Integer, default=0)
    """Wrong passwords since the last right one."""
    locked_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """No password is accepted before this moment (back-off after wrong ones)."""
    session_number: Mapped[int] = mapped_column(Integer, default=0)
    """Part of every session cookie; raising it ends all sessions, copied cookies too."""
    password_set_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When somebody else last gave the password (made or reset); choosing one's own does not clear it."""
    password_set_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    """Who gave it; empty with a moment beside it: the operator at the server."""
    password_confirmed_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    """The second administrator who saw that the person themselves holds the account."""


class Appointment(Base):
    """A role held in an area for a term (nhiệm kỳ); who may do what follows from posts alone.

    A post withdrawn on its first day gets a last day before its first: it never held, and stays readable.
    """

    __tablename__ = "posts"
    __table_args__ = (
        CheckConstraint(f"role in ({ROLE_LIST})", name="role_known"),
        CheckConstraint(f"capacity in ({CAPACITY_LIST})", name="capacity_known"),
        Index(None, "user_id", "role"),
        Index(None, "area_code"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    role: Mapped[str] = mapped_column(String(20))
    area_code: Mapped[str] = mapped_column(AreaCode)
    """Root of the subtree the post covers, on today's boundaries."""
    valid_from: Mapped[date] = mapped_column(Date)
    """First day of the term."""
    valid_to: Mapped[date | None] = mapped_column(Date)
    """Last day of the term, included; empty while it is open."""
    capacity: Mapped[str | None] = mapped_column(String(4))
    """Of a signer: in whose place they sign; empty for the head of the body and for other roles."""
    proposed_on: Mapped[date | None] = mapped_column(Date)
    """Proposed by an upgrade and given by nobody yet: it carries no right until an administrator gives it."""


class Device(Base):
    """A phone or script with its own token, so that a lost one can be shut out alone."""

    __tablename__ = "devices"
    __table_args__ = (Index(None, "user_id"),)

    id: Mapped[str] = mapped_column(UuidText, primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    label: Mapped[str] = mapped_column(String(NAME_LENGTH))
    token_sha256: Mapped[str] = mapped_column(Sha256, unique=True)
    """Of the random token; the token itself is shown once and kept nowhere."""
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_seen_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """To the hour: a write at every reading would serve nobody."""
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class DataKey(Base):
    """The hash of a key that a device seals its records with; the key itself never stands here."""

    __tablename__ = "data_keys"

    sha256: Mapped[str] = mapped_column(Sha256, primary_key=True)
    device_id: Mapped[str] = mapped_column(ForeignKey("devices.id"), index=True)
    noted_at: Mapped[datetime] = mapped_column(UtcDateTime)


class AuditEntry(Base):
    """One thing somebody did, written in the transaction that did it. Ids and hashes, no personal values.

    `transaction_id` is that of what was written with it (`write_sets`). Entries are the leaves of a tree:
    `sequence` is the place there, empty until sealed.
    """

    __tablename__ = "audit_entries"
    __table_args__ = (
        Index(None, "subject_kind", "subject_id"),
        Index(None, "at"),
        Index("ix_audit_entries_unsealed", "id", sqlite_where=UNSEALED, postgresql_where=UNSEALED),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    """Empty: the operator at the server's command line, or the program itself."""
    action: Mapped[str] = mapped_column(String(40))
    subject_kind: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[str] = mapped_column(String(64))
    area_code: Mapped[str | None] = mapped_column(AreaCode)
    details: Mapped[dict[str, Any]]
    transaction_id: Mapped[str | None] = mapped_column(String(32))
    sequence: Mapped[int | None] = mapped_column(BigInteger, unique=True)
