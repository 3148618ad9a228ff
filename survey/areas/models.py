"""Tables of areas in time. Rows are appended; the only change a row ever sees is its last day.

`valid_to` is the last day a row holds (30 June 2025), empty while it still holds. A row corrected on
its own first day gets a last day before its first: it never held, and stays readable.
Codes are not unique: a commune merged on 1 July 2025 may keep the code of its headquarters commune.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Index, LargeBinary, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from survey.db import AreaCode, Base

LEVELS = ("province", "district", "commune", "village")
"""From the top down."""
DISTRICTS_UNTIL = date(2025, 6, 30)
"""The last day of districts (Resolution 203/2025/QH15)."""
SUCCESSION_KINDS = ("merge", "split", "rename")
"""A split has several successors, so nothing below it is carried over by itself."""

OPEN = text("valid_to IS NULL")


class AreaRow(Base):
    """One unit with one name for a time."""

    __tablename__ = "areas"
    __table_args__ = (
        CheckConstraint(f"level IN {LEVELS}", name="level"),
        CheckConstraint("code <> ''", name="code"),
        Index("uq_areas_code_open", "code", unique=True, sqlite_where=OPEN, postgresql_where=OPEN),
        Index("ix_areas_code", "code", "valid_from"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(AreaCode)
    level: Mapped[str] = mapped_column(String(10))
    name: Mapped[str] = mapped_column(String(200))
    sort_key: Mapped[str] = mapped_column(Text)
    folded_name: Mapped[str] = mapped_column(String(200), index=True)
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    source: Mapped[str] = mapped_column(Text)


class AreaShape(Base):
    """Where a unit lies, from a day on: a point, a boundary, or both.

    A newer or better drawing of the same unit is one more row; for a day the latest `valid_from` not
    after it counts, and of several the one added last. EPSG:4326, boundary as WKB (multi)polygon.
    `uncertainty_m` empty: nobody said how far it may be off (drawn cells), see `rows.Area.reach_m`.
    """

    __tablename__ = "area_shapes"
    __table_args__ = (
        CheckConstraint("(lon IS NULL) = (lat IS NULL)", name="point"),
        CheckConstraint("boundary IS NOT NULL OR lon IS NOT NULL", name="something"),
        Index("ix_area_shapes_area_code", "area_code", "valid_from"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    area_code: Mapped[str] = mapped_column(AreaCode)
    valid_from: Mapped[date]
    lon: Mapped[float | None]
    lat: Mapped[float | None]
    boundary: Mapped[bytes | None] = mapped_column(LargeBinary)
    uncertainty_m: Mapped[float | None]
    boundary_is_approximate: Mapped[bool] = mapped_column(default=False)
    source: Mapped[str] = mapped_column(Text)


class AreaParent(Base):
    """Which unit another belongs to, for a time.

    The row of an abolished unit stays open: it tells where the unit belonged last.
    """

    __tablename__ = "area_parents"
    __table_args__ = (
        CheckConstraint("child <> parent", name="not_itself"),
        Index("uq_area_parents_child_open", "child", unique=True, sqlite_where=OPEN, postgresql_where=OPEN),
        Index("ix_area_parents_child", "child", "valid_from"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    child: Mapped[str] = mapped_column(AreaCode)
    parent: Mapped[str] = mapped_column(AreaCode, index=True)
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]


class AreaSuccession(Base):
    """`old` became `new` on a day, by a legal act. A code kept through a merger has a row to itself."""

    __tablename__ = "area_successions"
    __table_args__ = (
        CheckConstraint(f"kind IN {SUCCESSION_KINDS}", name="kind"),
        Index("uq_area_successions_old_new_on", "old", "new", "on", unique=True),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    old: Mapped[str] = mapped_column(AreaCode)
    new: Mapped[str] = mapped_column(AreaCode, index=True)
    on: Mapped[date]
    kind: Mapped[str] = mapped_column(String(10))
    legal_act: Mapped[str] = mapped_column(Text)


class AreaFact(Base):
    """A dated fact of a place the law asks for (poor district, …); `value` as the law's vocabulary has it."""

    __tablename__ = "area_facts"
    __table_args__ = (Index("ix_area_facts_area_code", "area_code", "fact"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    area_code: Mapped[str] = mapped_column(AreaCode)
    fact: Mapped[str] = mapped_column(String(60))
    value: Mapped[Any] = mapped_column(JSON)
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    source: Mapped[str] = mapped_column(Text)


class AreasRevision(Base):
    """One row: a random mark renewed by every change, so that caches know when they are stale."""

    __tablename__ = "areas_revision"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    mark: Mapped[str] = mapped_column(String(32))
