"""Shapes of units in a file: how exactly they are drawn, and whether they lie where the units are known."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry
from sqlalchemy.orm import Session

from api.imports.report import Report
from api.imports.sources import SourceRow
from survey.areas import checks, precision, queries
from survey.areas.rows import Area, AreaInput
from survey.areas.shapes import mended
from survey.problems import Problem

UNITS_SHOWN = 10


def shape_of(row: SourceRow, code: str) -> tuple[Any, tuple[float, float] | None, str | None]:
    """(boundary, point, what was repaired) of a row; a polygon's point lies inside it.

    Raises: Problem 3015 a shape without ground, 3022 coordinates that are no lon and lat.
    """
    shape = row.shape
    if shape is None or shape.is_empty:
        return None, None, None
    if shapely.get_num_geometries(shape) == 1:
        shape = shapely.get_geometry(shape, 0)
    west, south, east, north = shape.bounds
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        raise Problem(3022, lon=west, lat=south)
    if shape.geom_type == "Point":
        return None, (shape.x, shape.y), None
    boundary, repair = mended(shape)
    if boundary is None:
        expected = "cần đa giác hoặc một điểm / a polygon or one point expected"
        raise Problem(3015, code=code, reason=repair or f"{shape.geom_type}, {expected}")
    inside = boundary.representative_point()
    return boundary, (inside.x, inside.y), repair


def estimated_m(boundaries: Iterable[BaseGeometry | None], notes: list[str]) -> float | None:
    """How far the boundaries may be off as far as their drawing tells, in metres, and a note that says so."""
    drawn = precision.drawn([boundary for boundary in boundaries if boundary is not None])
    if drawn is None:
        return None
    notes.append(
        f"Ranh giới có thể lệch / boundaries may be off: {drawn.uncertainty_m:g} m, ước theo nét vẽ"
        f" / estimated from the drawing (bước / steps {drawn.step_m:.0f} m, làm tròn / rounded to"
        f" {drawn.rounded_m:.2g} m); biết rõ hơn thì ghi / state what you know: --uncertainty-m"
    )
    if drawn.uncertainty_m > precision.COARSE_M:
        notes.append("Ranh giới vẽ quá thô để biết nhà gần ranh thuộc xã nào / too coarse near borders")
    return drawn.uncertainty_m


def where_known(
    session: Session,
    lines: Sequence[int],
    units: Sequence[AreaInput],
    on: date,
    report: Report,
    *,
    moved: bool,
) -> tuple[list[int], list[AreaInput]]:
    """The units that lie where they, or those above them, are known; others are refused, or (`moved`) said.

    Raises: Problem 3045 when all lie shifted.
    """
    codes = {unit.code for unit in units} | {unit.parent_code for unit in units if unit.parent_code}
    known = {area.code: area for area in queries.areas(session, sorted(codes), on)}
    shift = checks.common_shift(units, known)
    if shift is not None:
        told = {"metres": round(shift.metres), "bearing": round(shift.bearing), "units": shift.units}
        if not moved:
            raise Problem(3045, file=report.file, **told)
        report.notes.append(f"Nhận theo / taken by --moved: {told['metres']} m, {told['bearing']}°")
    kept = []
    for line, unit in zip(lines, units, strict=True):
        problem = far_problem(unit, known)
        if problem is not None and not moved:
            report.refuse(line, problem)
            continue
        if problem is not None:
            report.notes.append(f"Nhận theo / taken by --moved: {problem.message('vi')}")
        kept.append((line, unit))
    say_coarser([unit for _, unit in kept], known, report.notes)
    return [line for line, _ in kept], [unit for _, unit in kept]


def say_coarser(units: Sequence[AreaInput], known: Mapping[str, Area], notes: list[str]) -> None:
    """Tell of boundaries that take the place of ones known twice as well or better."""
    exact = [known[unit.code] for unit in units if unit.boundary is not None and unit.code in known]
    stated_m = next((unit.uncertainty_m for unit in units if unit.uncertainty_m is not None), None)
    finer = [area.reach_m for area in exact if area.boundary and stated_m and area.reach_m * 2 <= stated_m]
    if finer:
        notes.append(
            f"{len(finer)} ranh giới đã có chính xác hơn (đến {min(finer):g} m), nay được thay"
            " / boundaries known better until now are replaced"
        )


def far_problem(unit: AreaInput, known: Mapping[str, Area]) -> Problem | None:
    """Problem 3044 of a unit that lies far from where it is known, or from the unit above it."""
    for code, is_parent in ((unit.code, False), (unit.parent_code, True)):
        there = known.get(code or "")
        apart_m = checks.far_m(unit, there, is_parent=is_parent) if there else None
        if there and apart_m is not None:
            return Problem(
                3044,
                code=unit.code,
                name=unit.name,
                known=f"{there.name} ({code})",
                km=f"{apart_m / 1000:.1f}",
            )
    return None


def say_overlaps(
    session: Session, units: Sequence[AreaInput], level: str, on: date, notes: list[str]
) -> None:
    """Tell which units of the level lie over one another on that day, at least one of them of the file."""
    shaped = {
        area.code: area for area in queries.areas(session, None, on, level) if area.boundary is not None
    }
    found = checks.overlaps(
        {code: area.boundary for code, area in shaped.items()}, [unit.code for unit in units]
    )
    if not found:
        return
    listed = [
        f"{shaped[each.one].name} ({each.one}) – {shaped[each.other].name} ({each.other}) {each.share:.0%}"
        for each in found[:UNITS_SHOWN]
    ]
    more = " …" if len(found) > UNITS_SHOWN else ""
    notes.append(
        f"{len(found)} cặp đơn vị chồng lên nhau / pairs of units overlap (% của đơn vị nhỏ hơn / of the"
        f" smaller one): {'; '.join(listed)}{more}. Đơn vị cũ đã sáp nhập / units merged by now:"
        " nhavung import succession"
    )
