"""`nhavung import areas`: official units from a map file or a list, dated; every row accounted for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from api.imports.report import Repaired, Report
from api.imports.sources import Source, SourceRow, chosen_column, plain_title, read_source
from survey.areas.actions import put_areas
from survey.areas.rows import AreaInput
from survey.areas.shapes import mended
from survey.problems import Problem

CODE_WIDTH = {"province": 2, "district": 3, "commune": 5}
"""Digits of official codes (Decision 19/2025/QĐ-TTg; districts: Decision 124/2004/QĐ-TTg)."""
CODE_TITLES = {
    "province": ("province_code", "ma_tinh", "matinh", "ma_tinh_tp"),
    "district": ("district_code", "ma_huyen", "mahuyen", "ma_quan_huyen"),
    "commune": ("commune_code", "ward_code", "ma_xa", "maxa", "ma_phuong_xa"),
}
NAME_TITLES = {
    "province": ("province_name", "ten_tinh", "tentinh", "tinh", "ten_tinh_tp"),
    "district": ("district_name", "ten_huyen", "tenhuyen", "huyen", "ten_quan_huyen"),
    "commune": ("commune_name", "ward_name", "ten_xa", "tenxa", "xa", "ten_phuong_xa"),
}
ANY_CODE = ("code", "ma", "ma_don_vi", "ma_dvhc", "madvhc", "ma_so")
ANY_NAME = ("name", "ten", "ten_don_vi", "ten_dvhc", "tendvhc")
ANY_PARENT = ("parent", "parent_code", "ma_cap_tren")
PARENT_LEVELS = {"province": (), "district": ("province",), "commune": ("district", "province")}

Watch = Callable[[Sequence[Any]], Iterable[Any]]
"""Walks a sequence, showing how far it is."""


@dataclass(frozen=True, slots=True)
class AreaOptions:
    """How to read the file; columns left out are found by their titles, and said aloud.

    `on` is the first day the units are so, `until` their last. `uncertainty_m` None is unlimited.
    """

    on: date
    level: str | None = None
    until: date | None = None
    layer: str | None = None
    crs: str | None = None
    code: str | None = None
    name: str | None = None
    parent: str | None = None
    uncertainty_m: float | None = None
    approximate: bool = False
    source: str = ""


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns that carry a unit's code, name and the code of the unit above."""

    code: str
    name: str
    parent: str | None
    parent_level: str | None


def take_areas(session: Session, path: str | Path, options: AreaOptions, watch: Watch = iter) -> Report:
    """Read the file and take its units in from `options.on`; the caller commits.

    Raises: Problems of `read_source`; 3018 no column for code or name; 3024 no level.
    """
    source = read_source(path, layer=options.layer, crs=options.crs, likely_layer=options.level)
    level = options.level or (source.layer if source.layer in CODE_WIDTH else None)
    if level not in CODE_WIDTH:
        raise Problem(3024, file=source.file)
    report = Report(source.file, list(source.notes))
    columns = choose_columns(source, level, options, report.notes)
    text = options.source or " ".join(part for part in (source.file, source.layer) if part)
    lines, units = [], []
    for row in watch(source.rows):
        unit = _unit(row, columns, level, options, text, report)
        if unit is not None:
            lines.append(row.line)
            units.append(unit)
    for line, answer in zip(lines, put_areas(session, units, options.on, until=options.until), strict=True):
        if answer.problem is not None:
            report.refuse(line, answer.problem)
        else:
            report.count(answer.outcome)
    report.refused.sort(key=lambda refused: refused.line)
    return report


def choose_columns(source: Source, level: str, options: AreaOptions, notes: list[str]) -> Columns:
    """The columns named in the options or found by their titles; says which."""
    code, said_code = chosen_column("code", options.code, source.columns, (*CODE_TITLES[level], *ANY_CODE))
    name, said_name = chosen_column("name", options.name, source.columns, (*NAME_TITLES[level], *ANY_NAME))
    for what, found in (("code", code), ("name", name)):
        if found is None:
            raise Problem(3018, what=what, got="", columns=", ".join(source.columns))
    wanted = [title for above in PARENT_LEVELS[level] for title in CODE_TITLES[above]]
    parent, said_parent = chosen_column("parent", options.parent, source.columns, (*wanted, *ANY_PARENT))
    if level == "province":
        parent, said_parent = None, iter(())
    notes += [f"Cấp / level: {level}", *said_code, *said_name, *said_parent]
    return Columns(str(code), str(name), parent, _parent_level(parent, level))


def _parent_level(parent: str | None, level: str) -> str | None:
    """The level a parent column speaks of, as far as its title tells."""
    if parent is None:
        return None
    known = (above for above in PARENT_LEVELS[level] if plain_title(parent) in CODE_TITLES[above])
    return next(known, None)


def _unit(
    row: SourceRow, columns: Columns, level: str, options: AreaOptions, text: str, report: Report
) -> AreaInput | None:
    """One row as a unit, or None after it was refused."""
    code = full_code(row.values[columns.code], CODE_WIDTH[level])
    parent = row.values[columns.parent] if columns.parent else ""
    if columns.parent_level:
        parent = full_code(parent, CODE_WIDTH[columns.parent_level])
    try:
        if not (code.isascii() and code.isdigit() and len(code) == CODE_WIDTH[level]):
            raise Problem(3025, code=code, level=level, width=CODE_WIDTH[level])
        boundary, point, repair = shape_of(row, code)
    except Problem as problem:
        report.refuse(row.line, problem)
        return None
    if repair:
        report.repaired.append(Repaired(row.line, code, repair))
    return AreaInput(
        code=code,
        level=level,
        name=row.values[columns.name],
        parent_code=parent or None,
        point=point,
        boundary=boundary,
        uncertainty_m=options.uncertainty_m,
        boundary_is_approximate=options.approximate,
        source=text,
    )


def full_code(code: str, width: int) -> str:
    """A code of digits with the leading zeros back that a spreadsheet ate.

    >>> full_code("1834", 5), full_code("01834", 5), full_code("XA-1", 5)
    ('01834', '01834', 'XA-1')
    """
    return code.zfill(width) if code.isascii() and code.isdigit() else code


def shape_of(row: SourceRow, code: str) -> tuple[Any, tuple[float, float] | None, str | None]:
    """(boundary, point, what was repaired) of a row; a polygon's point lies inside it.

    Raises: Problem 3015 a shape without ground, 3022 coordinates that are no lon and lat.
    """
    shape = row.shape
    if shape is None or shape.is_empty:
        return None, None, None
    west, south, east, north = shape.bounds
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        raise Problem(3022, lon=west, lat=south)
    if shape.geom_type == "Point":
        return None, (shape.x, shape.y), None
    boundary, repair = mended(shape)
    if boundary is None:
        raise Problem(3015, code=code, reason=repair or f"{shape.geom_type}, cần đa giác / polygon expected")
    inside = boundary.representative_point()
    return boundary, (inside.x, inside.y), repair
