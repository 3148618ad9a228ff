"""Reads of areas. Every one is asked for a day; codes are text."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date
from typing import Any, TypeVar

import shapely
from sqlalchemy import (
    ColumnElement,
    Date,
    Select,
    and_,
    case,
    exists,
    func,
    literal,
    or_,
    select,
    true,
    union_all,
)
from sqlalchemy.orm import Session

from survey.areas import names
from survey.areas.models import LEVELS, AreaFact, AreaParent, AreaRow, AreaShape, AreaSuccession
from survey.areas.rows import Area, Match, Name
from survey.areas.tree import Tree, holds, revision, tree, under
from survey.db import one_of

__all__ = [
    "area",
    "area_facts",
    "areas",
    "children",
    "find",
    "last_names",
    "path",
    "revision",
    "roots",
    "subtree",
    "tree",
    "under",
]

Key = TypeVar("Key", str, int)

CHUNK = 5_000
"""Keys asked for in one statement, well under what either database takes as parameters."""
FOR_EVER = date(9999, 12, 31)
UNITS, LINKS, MERGERS = AreaRow.__table__, AreaParent.__table__, AreaSuccession.__table__
"""Plain tables: the recursive statement is built on every request, and entities are slow to build with."""


def subtree(codes: Iterable[str], on: date) -> Select[str]:
    """A SELECT of the codes of `codes` and everything under them on the day; use it in `.in_()`.

    Units that merged into one of these by then are included, with what hung under them. A unit split
    among several is included only where their common unit is. A unit gone before `on` (an old
    province) is answered as on its last day.
    """
    inside = _roots(codes, on).cte(recursive=True)  # unnamed: two subtrees may stand in one statement
    # A recursive step may name itself once only, so links and mergers are two turns of one step; joined
    # from the left, each uses its index.
    turn = union_all(select(literal(0).label("merger")), select(literal(1))).subquery()
    link, merger = LINKS.alias().c, MERGERS.alias().c
    step = (
        select(func.coalesce(link.child, merger.old), inside.c.day)
        .select_from(inside.join(turn, true()))
        .outerjoin(
            link.id.table, and_(turn.c.merger == 0, link.parent == inside.c.code, _holds(link, inside.c.day))
        )
        .outerjoin(
            merger.id.table, and_(turn.c.merger == 1, merger.new == inside.c.code, _by(merger, inside.c.day))
        )
        .where(
            or_(
                merger.id.is_not(None), and_(link.id.is_not(None), ~_became_another(link.child, inside.c.day))
            )
        )
    )
    inside = inside.union(step)
    return select(inside.c.code)


def _roots(codes: Iterable[str], on: date) -> Select[str, date]:
    """(code, day): the day asked for, or the last day of a unit that was gone by then."""
    unit = UNITS.alias().c
    last = func.max(func.coalesce(unit.valid_to, literal(FOR_EVER, Date)))
    asked = literal(on, Date)
    return (
        select(unit.code.label("code"), case((last < asked, last), else_=asked).label("day"))
        .where(unit.code.in_(list(codes)), unit.valid_from <= on)
        .group_by(unit.code)
    )


def _holds(row: Any, day: ColumnElement[date]) -> ColumnElement[bool]:
    """The condition that a dated row holds on a day that is itself a column."""
    return and_(row.valid_from <= day, or_(row.valid_to.is_(None), row.valid_to >= day))


def _by(merger: Any, day: ColumnElement[date]) -> ColumnElement[bool]:
    """The condition that a unit wholly became another one by the day."""
    return and_(merger.on <= day, merger.kind != "split", merger.old != merger.new)


def _became_another(code: ColumnElement[str], day: ColumnElement[date]) -> ColumnElement[bool]:
    """The unit merged into another by the day, so it is found under that one only."""
    later = MERGERS.alias().c
    return exists().where(later.old == code, _by(later, day))


def path(session: Session, code: str, on: date) -> tuple[str, ...]:
    """The unit (or what it has become) and the units above it, deepest first; empty when unknown."""
    return tree(session, on).path(code)


def area(session: Session, code: str, on: date) -> Area | None:
    """The unit on that day with its shape, or None when no unit has this code then."""
    return next(iter(areas(session, [code], on)), None)


def children(session: Session, code: str, on: date) -> list[Name]:
    """The units right under `code` on that day, in Vietnamese order."""
    known = tree(session, on)
    return [known.names[child] for child in known.below.get(code, ())]


def roots(session: Session, on: date) -> list[Name]:
    """The units of that day that belong to no other: the provinces."""
    return [name for name in tree(session, on).names.values() if name.parent_code is None]


def last_names(session: Session, codes: Collection[str]) -> list[tuple[str, str]]:
    """(code, name) of units that may be gone, by the name each bore last; villages are left out."""
    if not codes:
        return []
    known = (
        select(AreaRow.code, AreaRow.name)
        .where(one_of(session, AreaRow.code, codes), AreaRow.level != "village")
        .order_by(AreaRow.valid_from)
    )
    told = dict(session.execute(known).all())
    return sorted(told.items(), key=lambda unit: names.sort_key(unit[1]))


def areas(session: Session, codes: Sequence[str] | None, on: date, level: str | None = None) -> list[Area]:
    """Units of that day with their shapes, in Vietnamese order; `codes` None means all (of `level`)."""
    known = tree(session, on)
    wanted = select(AreaRow).where(holds(AreaRow, on)).order_by(AreaRow.sort_key, AreaRow.code)
    if codes is not None:
        wanted = wanted.where(AreaRow.code.in_(list(codes)))
    if level is not None:
        wanted = wanted.where(AreaRow.level == level)
    units = session.scalars(wanted).all()
    shapes = _shapes(session, {unit.code: unit.valid_from for unit in units}, on)
    return [_area(unit, shapes.get(unit.code), known) for unit in units]


def _shapes(session: Session, began: dict[str, date], on: date) -> dict[str, Any]:
    """The shape of each unit usable on the day, the newest; none from before the unit began.

    First which, then they: joined and ranked in one statement, a server that has just taken in a province
    (and knows nothing of its tables yet) tries every unit with every shape.
    """
    newest: dict[str, int] = {}
    for some in chunks(sorted(began)):
        found = (
            select(AreaShape.id, AreaShape.area_code, AreaShape.valid_from)
            .where(AreaShape.area_code.in_(some), AreaShape.valid_from <= on)
            .order_by(AreaShape.valid_from, AreaShape.id)
        )
        newest |= {
            row.area_code: row.id for row in session.execute(found) if row.valid_from >= began[row.area_code]
        }
    shapes: dict[str, Any] = {}
    for ids in chunks(sorted(newest.values())):
        rows = session.execute(select(*AreaShape.__table__.columns).where(AreaShape.id.in_(ids)))
        shapes |= {row.area_code: row for row in rows}
    return shapes


def chunks(keys: Sequence[Key]) -> Iterator[Sequence[Key]]:
    """The keys in parts that either database takes as the parameters of one statement."""
    for start in range(0, len(keys), CHUNK):
        yield keys[start : start + CHUNK]


def _area(unit: AreaRow, shape: Any, known: Tree) -> Area:
    return Area(
        code=unit.code,
        level=unit.level,
        name=unit.name,
        parent_code=known.parent(unit.code),
        valid_from=unit.valid_from,
        valid_to=unit.valid_to,
        point=None if shape is None or shape.lon is None else (shape.lon, shape.lat),
        boundary=None if shape is None or shape.boundary is None else shapely.from_wkb(shape.boundary),
        uncertainty_m=shape.uncertainty_m if shape is not None else None,
        boundary_is_approximate=shape is not None and shape.boundary_is_approximate,
        source=shape.source if shape is not None else unit.source,
    )


def area_facts(session: Session, codes: Sequence[str], on: date) -> dict[str, object]:
    """Facts of a place on that day; `codes` is its path, deepest first: the nearest unit's value wins."""
    rows = session.execute(
        select(AreaFact.area_code, AreaFact.fact, AreaFact.value)
        .where(AreaFact.area_code.in_(list(codes)), holds(AreaFact, on))
        .order_by(AreaFact.id)
    ).all()
    nearest_last = sorted(rows, key=lambda row: -codes.index(row.area_code))
    return {row.fact: row.value for row in nearest_last}


def find(
    session: Session, name: str, on: date, *, level: str | None = None, within: str | None = None
) -> Match:
    """Units of that day by name: exact ones, and look-alikes (marks dropped, part of a name) apart."""
    key = names.search_key(name)
    if not key:
        return Match((), ())
    wanted = (
        select(AreaRow.code)
        .where(AreaRow.folded_name.contains(key, autoescape=True), holds(AreaRow, on))
        .order_by(AreaRow.sort_key, AreaRow.code)
    )
    if level is not None:
        wanted = wanted.where(AreaRow.level == level)
    if within is not None:
        wanted = wanted.where(AreaRow.code.in_(subtree([within], on)))
    known = tree(session, on)
    found = [known.names[code] for code in session.scalars(wanted)]
    exact = tuple(row for row in found if names.same_name(name, row.name))
    alike = (row for row in found if row not in exact)
    ordered = sorted(alike, key=lambda row: (names.search_key(row.name) != key, LEVELS.index(row.level)))
    return Match(exact, tuple(ordered))
