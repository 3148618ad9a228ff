"""`nhavung import areas`: official units from a map file or a list, dated; every row accounted for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from api.imports.report import Repaired, Report
from api.imports.shapes import estimated_m, say_overlaps, shape_of, where_known
from api.imports.sources import (
    Source,
    SourceRow,
    chosen_column,
    column_by_content,
    most_told,
    plain_title,
    read_source,
    require_vietnamese,
    said_by_content,
)
from survey.areas import queries
from survey.areas.actions import put_areas
from survey.areas.models import DISTRICTS_UNTIL
from survey.areas.names import has_kind
from survey.areas.rows import AreaInput
from survey.areas.told import CODE_WIDTH, Told, full_code
from survey.problems import Problem

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

    `on` is the first day the units are so, `until` their last. `uncertainty_m` None: told from the drawing.
    `moved` takes shapes that lie far from where their units are known.
    """

    on: date
    level: str | None = None
    until: date | None = None
    layer: str | None = None
    crs: str | None = None
    code: str | None = None
    name: str | None = None
    parent: str | None = None
    encoding: str | None = None
    uncertainty_m: float | None = None
    approximate: bool = False
    moved: bool = False
    source: str = ""


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns that carry a unit's code, name and the unit above: by its code or its name."""

    code: str
    name: str
    parent: str | None
    parent_level: str | None


def take_areas(session: Session, path: str | Path, options: AreaOptions, watch: Watch = iter) -> Report:
    """Read the file and take its units in from `options.on`; the caller commits.

    Raises: Problems of `read_source`; 3018 no column for code or name; 3024 no level; 3043 names in another
    encoding; 3045 all shapes shifted.
    """
    source = read_source(
        path, layer=options.layer, crs=options.crs, likely_layer=options.level, encoding=options.encoding
    )
    level = options.level or (source.layer if source.layer in CODE_WIDTH else None)
    if level not in CODE_WIDTH:
        raise Problem(3024, file=source.file)
    report = Report(source.file, list(source.notes))
    above = Told(session, options.on, parent_levels(level, options.on))
    columns = choose_columns(source, level, above, options, report.notes)
    require_vietnamese(source, columns.name)
    text = options.source or " ".join(part for part in (source.file, source.layer) if part)
    lines, units = [], []
    for row in watch(source.rows):
        unit = _unit(row, columns, level, above, options, text, report)
        if unit is not None:
            lines.append(row.line)
            units.append(unit)
    uncertainty_m = options.uncertainty_m
    if uncertainty_m is None and not options.approximate:
        uncertainty_m = estimated_m([unit.boundary for unit in units], report.notes)
    units = [replace(unit, uncertainty_m=uncertainty_m) for unit in units]
    lines, units = where_known(session, lines, units, options.on, report, moved=options.moved)
    for line, answer in zip(lines, put_areas(session, units, options.on, until=options.until), strict=True):
        if answer.problem is not None:
            report.refuse(line, answer.problem)
        else:
            report.count(answer.outcome)
    report.refused.sort(key=lambda refused: refused.line)
    say_overlaps(session, units, level, options.on, report.notes)
    return report


def parent_levels(level: str, on: date) -> tuple[str, ...]:
    """The levels a unit of this one may lie under on that day, the nearest first."""
    return tuple(above for above in PARENT_LEVELS[level] if above != "district" or on <= DISTRICTS_UNTIL)


def choose_columns(
    source: Source, level: str, above: Told, options: AreaOptions, notes: list[str]
) -> Columns:
    """The columns named in the options or found by their titles or contents; says which."""
    code, said_code = chosen_column("code", options.code, source.columns, (*CODE_TITLES[level], *ANY_CODE))
    name, said_name = chosen_column("name", options.name, source.columns, (*NAME_TITLES[level], *ANY_NAME))
    if code is None:
        code = _code_by_content(source, level, above)
        said_code = said_by_content("code", code)
    if name is None:
        name = most_told(source, has_kind)
        said_name = said_by_content("name", name)
    for what, found in (("code", code), ("name", name)):
        if found is None:
            raise Problem(3018, what=what, got="", columns=", ".join(source.columns))
    wanted = [title for each in above.levels for title in CODE_TITLES[each]] + list(ANY_PARENT)
    wanted += [title for each in above.levels for title in NAME_TITLES[each]]
    parent, said_parent = None, said_by_content("parent", None)
    if level != "province":
        parent, said_parent = column_by_content("parent", options.parent, source, wanted, above.knows)
    notes += [f"Cấp / level: {level}", *said_code, *said_name, *said_parent]
    return Columns(str(code), str(name), parent, _parent_level(parent, level))


def _code_by_content(source: Source, level: str, above: Told) -> str | None:
    """The column with another code in each row; of several, the one whose codes exist on the day."""
    known = queries.tree(above.session, above.on).names
    counted = {}
    for column in source.columns:
        cells = [row.values[column] for row in source.rows]
        codes = {full_code(cell, CODE_WIDTH[level]) for cell in cells}
        is_numbering = sum(len(cell) >= CODE_WIDTH[level] - 1 for cell in cells) * 2 < len(cells)
        if len(codes) == len(cells) and all(_is_code(code, level) for code in codes) and not is_numbering:
            counted[column] = sum(code in known for code in codes)
    if len(counted) < 2 or not any(counted.values()):
        return next(iter(counted)) if len(counted) == 1 else None
    return max(counted, key=lambda column: counted[column])


def _is_code(code: str, level: str) -> bool:
    return code.isascii() and code.isdigit() and len(code) == CODE_WIDTH[level]


def _parent_level(parent: str | None, level: str) -> str | None:
    """The level a parent column speaks of, as far as its title tells."""
    if parent is None:
        return None
    known = (above for above in PARENT_LEVELS[level] if plain_title(parent) in CODE_TITLES[above])
    return next(known, None)


def _unit(
    row: SourceRow,
    columns: Columns,
    level: str,
    above: Told,
    options: AreaOptions,
    text: str,
    report: Report,
) -> AreaInput | None:
    """One row as a unit, or None after it was refused."""
    code = full_code(row.values[columns.code], CODE_WIDTH[level])
    parent = row.values[columns.parent] if columns.parent else ""
    if columns.parent_level:
        parent = full_code(parent, CODE_WIDTH[columns.parent_level])
    try:
        if parent and not parent.isdigit():
            parent = above.unit(parent).code
        if not _is_code(code, level):
            raise Problem(3025, code=code, level=level, width=CODE_WIDTH[level])
        _refuse_ended(code, row.values[columns.name], above)
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
        boundary_is_approximate=options.approximate,
        source=text,
    )


def _refuse_ended(code: str, name: str, above: Told) -> None:
    """Refuse the code of a unit that had become another one by the day. Raises: Problem 3046."""
    tree = queries.tree(above.session, above.on)
    if code in tree.became and code not in tree.names:
        now = tree.names.get(tree.current(code) or "")
        told = f"{now.name} ({now.code})" if now else tree.became[code]
        raise Problem(3046, code=code, name=name, on=above.on.isoformat(), now=told)
