"""Tables of how things stand. A row is closed when something changes, and never rewritten.

As of a moment: `from_at <= moment < to_at`, open rows have no `to_at`. Rows hold days, never what today would
decide of them: what is overdue or has lapsed is asked with the day.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, Index, Integer, String, text
from sqlalchemy.orm import Mapped, mapped_column

from survey.db import AreaCode, Base, Sha256, UuidText, Vnd

OPEN = text("to_at IS NULL")
ROLLUPS_KEPT = "rollups"
"""Under which name a transaction keeps the figures it has asked for (`survey.db.once`)."""
RowId = BigInteger().with_variant(Integer, "sqlite")


class StandingLine(Base):
    """How a household stands (dòng hiện trạng), with one of its cases.

    The newest line tells the household: interview, assessment, newest case. A household keeps a line more for
    each earlier case, which tells that case alone. `commune_code` is the commune of its village on the day
    the line was written, by which figures are kept; where a household belongs today the tree of areas says.
    """

    __tablename__ = "standing_lines"
    __table_args__ = (
        Index("ix_standing_lines_household_id_from_at", "household_id", "from_at"),
        Index("ix_standing_lines_area_code", "area_code", sqlite_where=OPEN, postgresql_where=OPEN),
        Index("ix_standing_lines_commune_code", "commune_code", "from_at"),
        Index(
            "uq_standing_lines_case_id_open",
            "case_id",
            unique=True,
            sqlite_where=text("to_at IS NULL AND case_id IS NOT NULL"),
            postgresql_where=text("to_at IS NULL AND case_id IS NOT NULL"),
        ),
        Index(
            "ix_standing_lines_since",
            "since",
            "area_code",
            sqlite_where=text("to_at IS NULL AND is_newest = 1 AND case_id IS NOT NULL"),
            postgresql_where=text("to_at IS NULL AND is_newest AND case_id IS NOT NULL"),
        ),
        Index("ix_standing_lines_case_state", "case_state", sqlite_where=OPEN, postgresql_where=OPEN),
        Index(
            "uq_standing_lines_open",
            "household_id",
            unique=True,
            sqlite_where=text("to_at IS NULL AND is_newest = 1"),  # as statements say it, or it is not used
            postgresql_where=text("to_at IS NULL AND is_newest"),
        ),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    household_id: Mapped[str] = mapped_column(UuidText)
    case_id: Mapped[str | None] = mapped_column(UuidText)
    is_newest: Mapped[bool]
    from_at: Mapped[datetime]
    to_at: Mapped[datetime | None]
    cause: Mapped[str] = mapped_column(String(20))
    cause_id: Mapped[str | None] = mapped_column(String(80))
    area_code: Mapped[str | None] = mapped_column(AreaCode)
    commune_code: Mapped[str | None] = mapped_column(AreaCode)
    is_training: Mapped[bool]
    has_point: Mapped[bool]
    survey_id: Mapped[int | None]
    surveyed_on: Mapped[date | None]
    visited_on: Mapped[date | None]
    outcome: Mapped[str | None] = mapped_column(String(20))
    house_class: Mapped[str | None] = mapped_column(String(30))
    programme: Mapped[str | None] = mapped_column(String(40))
    works_kind: Mapped[str | None] = mapped_column(String(10))
    amount_vnd: Mapped[int | None] = mapped_column(Vnd)
    amount_pattern_id: Mapped[int | None]
    is_provisional: Mapped[bool]
    lapses_on: Mapped[date | None]
    release_sha256: Mapped[str | None] = mapped_column(Sha256)
    is_beside: Mapped[bool]
    case_state: Mapped[str] = mapped_column(String(30))
    since: Mapped[date | None]
    year: Mapped[int | None]
    reason: Mapped[str | None] = mapped_column(String(40))
    case_works_kind: Mapped[str | None] = mapped_column(String(10))
    case_programme: Mapped[str | None] = mapped_column(String(40))
    case_amount_vnd: Mapped[int | None] = mapped_column(Vnd)
    posted_until: Mapped[date | None]
    approved_on: Mapped[date | None]
    started_on: Mapped[date | None]
    finished_on: Mapped[date | None]
    paid_vnd: Mapped[int] = mapped_column(Vnd)
    recovery_due_vnd: Mapped[int] = mapped_column(Vnd)
    lacks_scan: Mapped[bool]
    objections: Mapped[int]
    obstacles: Mapped[int]
    obstacle_kind: Mapped[str | None] = mapped_column(String(30))
    obstacle_lead: Mapped[str | None] = mapped_column(String(30))
    obstacle_due_on: Mapped[date | None]
    survey_flags: Mapped[int]
    case_flags: Mapped[int]


class StandingObstacle(Base):
    """An obstacle (vướng mắc) of an active case while nobody has cleared it; `act_id` names its act."""

    __tablename__ = "standing_obstacles"
    __table_args__ = (
        Index("ix_standing_obstacles_household_id_from_at", "household_id", "from_at"),
        Index(
            "uq_standing_obstacles_open",
            "case_id",
            "act_id",
            unique=True,
            sqlite_where=OPEN,
            postgresql_where=OPEN,
        ),
        Index("ix_standing_obstacles_area_code", "area_code", sqlite_where=OPEN, postgresql_where=OPEN),
        Index(
            "ix_standing_obstacles_due_on",
            "due_on",
            "since",
            "id",
            sqlite_where=OPEN,
            postgresql_where=OPEN,
        ),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    household_id: Mapped[str] = mapped_column(UuidText)
    case_id: Mapped[str] = mapped_column(UuidText)
    act_id: Mapped[str] = mapped_column(UuidText)
    from_at: Mapped[datetime]
    to_at: Mapped[datetime | None]
    area_code: Mapped[str | None] = mapped_column(AreaCode)
    is_training: Mapped[bool]
    case_state: Mapped[str] = mapped_column(String(30))
    kind: Mapped[str] = mapped_column(String(30))
    lead: Mapped[str | None] = mapped_column(String(30))
    since: Mapped[date]
    due_on: Mapped[date | None]


class CommuneRevision(Base):
    """A mark, another one whenever households of a commune are written about: figures kept hold till then.

    `number` only rises: it is that of the commune's newest `HouseholdChange`.
    """

    __tablename__ = "commune_revisions"

    commune_code: Mapped[str] = mapped_column(AreaCode, primary_key=True)
    revision: Mapped[int] = mapped_column(BigInteger)
    number: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")


class HouseholdChange(Base):
    """The newest change of a household that was or is in a commune, by its number there.

    Whoever knows a commune up to a number finds what is new by larger ones: a number is given under a lock of
    the commune that ends with the transaction, so no smaller one is seen later.
    """

    __tablename__ = "household_changes"
    __table_args__ = (Index("ix_household_changes_commune_code_number", "commune_code", "number"),)

    commune_code: Mapped[str] = mapped_column(AreaCode, primary_key=True)
    household_id: Mapped[str] = mapped_column(UuidText, primary_key=True)
    number: Mapped[int] = mapped_column(BigInteger)
