"""Villages (thôn, bản, tổ dân phố) have no official codes: codes of their own, and approximate cells."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date
from math import hypot

from shapely.geometry.base import BaseGeometry
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.areas import queries
from survey.areas.actions import put_areas, put_shapes
from survey.areas.cells import cells
from survey.areas.locate import locator
from survey.areas.models import AreaParent, AreaRow, AreaSuccession
from survey.areas.names import normal_name
from survey.areas.rows import Area, AreaInput
from survey.areas.shapes import METRES
from survey.areas.tree import holds

CELL_SOURCE = "ô gần đúng quanh điểm thôn (Voronoi)"

Unnumbered = tuple[str, str, tuple[float, float] | None]
"""A village as a list gives it: commune code, name, point or None."""


def village_codes(session: Session, given: Sequence[Unnumbered], on: date) -> list[str]:
    """A code for each village, in order: the one it already has, else `<commune>-<running number>`.

    A village is known again by its name in its commune; of several of one name by the nearest point, so
    that the same file gives the same codes.
    """
    standing = _villages_of(session, {row[0] for row in given}, on)
    free = {commune: list(areas) for commune, areas in standing.items()}
    numbers = {commune: _highest(session, commune) for commune in standing}
    codes = []
    for commune, name, point in given:
        known = _again(free[commune], name, point)
        if known is not None:
            free[commune].remove(known)
            codes.append(known.code)
            continue
        numbers[commune] += 1
        codes.append(f"{commune}-{numbers[commune]:03d}")
    return codes


def _villages_of(session: Session, communes: Collection[str], on: date) -> dict[str, list[Area]]:
    """The villages of each commune on the day, in order of their codes."""
    found: dict[str, list[Area]] = {commune: [] for commune in sorted(communes)}
    below = [child.code for commune in found for child in queries.children(session, commune, on)]
    for area in sorted(queries.areas(session, below, on, "village"), key=lambda area: area.code):
        found[area.parent_code or ""].append(area)
    return found


def _again(free: Sequence[Area], name: str, point: tuple[float, float] | None) -> Area | None:
    """The village of this name, the nearest of several; without points the first in order of codes."""
    named = [area for area in free if normal_name(area.name) == normal_name(name)]
    return min(named, key=lambda area: _apart(area.point, point), default=None)


def _apart(one: tuple[float, float] | None, other: tuple[float, float] | None) -> float:
    return 0.0 if one is None or other is None else hypot(one[0] - other[0], one[1] - other[1])


def _highest(session: Session, commune: str) -> int:
    """The highest running number ever given in this commune: none is given twice."""
    prefix = f"{commune}-"
    codes = session.scalars(select(AreaRow.code).where(AreaRow.code.startswith(prefix, autoescape=True)))
    numbers = (code.removeprefix(prefix) for code in codes)
    return max((int(number) for number in numbers if number.isdigit()), default=0)


def put_points(session: Session, given: Sequence[AreaInput], on: date) -> set[str]:
    """Take in points (and real boundaries) of villages; answers the codes for which they are new.

    A village that stays at its point keeps its drawn cell.
    """
    standing = {area.code: area for area in queries.areas(session, [unit.code for unit in given], on)}
    moved = [unit for unit in given if unit.boundary is not None or standing[unit.code].point != unit.point]
    return put_shapes(session, moved, on)


def renew_cells(session: Session, communes: Collection[str], on: date, crs: str = METRES) -> set[str]:
    """Draw approximate cells for the villages of these communes that have a point and no real boundary.

    Answers the codes of the villages whose cell is new. The ground of real boundaries is left to them.
    """
    drawn: list[AreaInput] = []
    standing = _villages_of(session, communes, on)
    for commune in queries.areas(session, sorted(communes), on):
        villages = standing[commune.code]
        real = [area.boundary for area in villages if area.boundary and not area.boundary_is_approximate]
        ground = commune.boundary
        for boundary in real:
            ground = ground.difference(boundary) if ground is not None else None
        pointed = [
            area for area in villages if area.point and (area.boundary_is_approximate or not area.boundary)
        ]
        if ground is not None and not ground.is_empty:
            drawn += _cell_shapes(pointed, ground, crs)
    return put_shapes(session, drawn, on)


def _cell_shapes(villages: Sequence[Area], ground: BaseGeometry, crs: str) -> list[AreaInput]:
    points = [area.point for area in villages if area.point is not None]
    return [
        AreaInput(
            area.code,
            area.level,
            area.name,
            point=area.point,
            boundary=cell,
            uncertainty_m=None,
            boundary_is_approximate=True,
            source=CELL_SOURCE,
        )
        for area, cell in zip(villages, cells(points, ground, crs), strict=True)
        if cell is not None
    ]


def settle_split(session: Session, on: date) -> tuple[list[str], list[str]]:
    """Give villages of communes split among several the commune their point lies in, from `on`.

    Answers the codes placed and the codes left for a person: no point, or in none of the successors.
    """
    known = locator(session, on)
    placed: list[AreaInput] = []
    undecided: list[str] = []
    for split, successors in _splits(session, on).items():
        hanging = session.scalars(
            select(AreaParent.child).where(AreaParent.parent == split, holds(AreaParent, on))
        )
        for village in queries.areas(session, list(hanging), on, "village"):
            commune = known.place(*village.point).commune_code if village.point else None
            if commune in successors:
                placed.append(
                    AreaInput(village.code, village.level, village.name, commune, source=village.source)
                )
            else:
                undecided.append(village.code)
    put_areas(session, placed, on)
    return sorted(unit.code for unit in placed), sorted(undecided)


def _splits(session: Session, on: date) -> dict[str, set[str]]:
    rows = session.scalars(
        select(AreaSuccession).where(AreaSuccession.on == on, AreaSuccession.kind == "split")
    )
    successors: defaultdict[str, set[str]] = defaultdict(set)
    for row in rows:
        successors[row.old].add(row.new)
    return successors
