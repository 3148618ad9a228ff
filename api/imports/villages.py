"""`nhavung import villages`: villages from a list or points; cells are drawn, every row accounted for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from api.imports.areas import CODE_TITLES, Watch
from api.imports.report import Repaired, Report
from api.imports.shapes import estimated_m, shape_of
from api.imports.sources import (
    LINES_SHOWN,
    Source,
    SourceRow,
    chosen_column,
    column_by_content,
    most_told,
    read_source,
    require_vietnamese,
)
from survey.areas import locate, villages
from survey.areas.actions import put_areas
from survey.areas.checks import FAR_M
from survey.areas.names import has_kind
from survey.areas.rows import AreaInput, Name
from survey.areas.told import Told
from survey.problems import Problem

CODE_TITLES_VILLAGE = ("village_code", "ma_thon", "ma_thon_ban")
NAME_TITLES = ("village_name", "ten_thon", "thon", "thon_ban", "ten_thon_ban", "name_vi", "name", "ten")
PARENT_TITLES = (*CODE_TITLES["commune"], "parent", "parent_code", "commune_name", "ten_xa", "xa", "commune")


@dataclass(frozen=True, slots=True)
class VillageOptions:
    """How to read the file; columns left out are found by their titles, and said aloud.

    `names` are tried in order, the first that is not empty counts. `by_position` leaves the commune to the
    point alone. `uncertainty_m` is of boundaries given in the file (None: told from the drawing); nobody
    knows it of drawn cells. `moved` takes points far from the commune they are said to be in.
    """

    on: date
    layer: str | None = None
    crs: str | None = None
    code: str | None = None
    names: tuple[str, ...] = ()
    parent: str | None = None
    by_position: bool = False
    encoding: str | None = None
    uncertainty_m: float | None = None
    moved: bool = False
    source: str = ""


@dataclass(frozen=True, slots=True)
class Columns:
    """Columns of a village's own code, its name (first not empty) and its commune."""

    code: str | None
    names: tuple[str, ...]
    parent: str | None


@dataclass(frozen=True, slots=True)
class Read:
    """A row understood: its own code if the file has one, the commune as the file names it, its place.

    `repair` says what was wrong with the boundary.
    """

    line: int
    code: str
    given: str
    name: str
    point: tuple[float, float] | None
    boundary: Any
    repair: str | None


def take_villages(session: Session, path: str | Path, options: VillageOptions, watch: Watch = iter) -> Report:
    """Read the file, take its villages in from `options.on` and draw their cells; the caller commits.

    Raises: Problems of `read_source`; 3018 no column of names; 3043 names in another encoding.
    """
    source = read_source(path, layer=options.layer, crs=options.crs, encoding=options.encoding)
    report = Report(source.file, list(source.notes))
    told = Told(session, options.on, ("commune",))
    columns = choose_columns(source, told, options, report.notes)
    for column in columns.names:
        require_vietnamese(source, column)
    read = []
    for row in watch(source.rows):
        try:
            read.append(_read(row, columns))
        except Problem as problem:
            report.refuse(row.line, problem)
    placed = _placed(read, _Communes(told, bool(columns.parent), options.moved), report)
    if options.uncertainty_m is None:
        estimated = estimated_m([row.boundary for row, _ in placed], report.notes)
        options = replace(options, uncertainty_m=estimated)
    _take(session, placed, options, source.file, report)
    return report


Placed = tuple[Read, str]
"""A row and the code of its commune."""


def _placed(read: Sequence[Read], communes: _Communes, report: Report) -> list[Placed]:
    """The rows whose commune can be told, with it; the points are laid on the communes in one join."""
    holding = communes.locator.communes_holding([row.point for row in read])
    placed = []
    for row, held in zip(read, holding, strict=True):
        try:
            placed.append((row, communes.of(row, held)))
        except Problem as problem:
            report.refuse(row.line, problem)
            continue
        if row.repair:
            report.repaired.append(Repaired(row.line, row.code or row.name, row.repair))
    communes.say(report)
    return placed


def choose_columns(source: Source, told: Told, options: VillageOptions, notes: list[str]) -> Columns:
    """The columns named in the options or found by their titles or contents; says which."""
    for asked in options.names:
        chosen_column("name", asked, source.columns, ())
    found = options.names or tuple(
        column
        for title in NAME_TITLES
        if (column := chosen_column("name", None, source.columns, (title,))[0])
    )
    if not found and (named := most_told(source, has_kind)):
        found = (named,)
    if not found:
        raise Problem(3018, what="name", got="", columns=", ".join(source.columns))
    code, said_code = chosen_column("code", options.code, source.columns, CODE_TITLES_VILLAGE)
    parent, said_parent = None, iter(("Xã theo vị trí / commune by position",))
    if not options.by_position:
        parent, said_parent = column_by_content("parent", options.parent, source, PARENT_TITLES, told.knows)
    notes += [f"Cột / column name: {' → '.join(found)}", *said_code, *said_parent]
    return Columns(code, found, parent)


class _Communes:
    """Finds the commune of each row: by its code or name in the file, else by position."""

    def __init__(self, told: Told, named: bool, moved: bool) -> None:
        self.told, self.named, self.moved = told, named, moved
        self.locator = locate.locator(told.session, told.on)
        self.elsewhere: list[int] = []

    def of(self, row: Read, held: Sequence[str]) -> str:
        """The commune's code; `held` are the communes its point lies in.

        Raises: Problem 3023 when it cannot be told, 3044 when it is far away.
        """
        if self.named:
            commune = self._named(row)
            if row.point and commune.code not in held:
                self._look_beyond(row, row.point, commune)
            return commune.code
        if row.point is None:
            raise Problem(3023, name=row.name, reason="không có tọa độ / no point")
        commune_code = held[0] if held else self.locator.place(*row.point).commune_code
        if commune_code is None:
            raise Problem(3023, name=row.name, reason="điểm ngoài mọi xã / point in no commune")
        return commune_code

    def _look_beyond(self, row: Read, point: tuple[float, float], commune: Name) -> None:
        """Note a point in another commune than the one named. Raises: Problem 3044 when it is far away."""
        beyond_m = self.locator.beyond_m(*point, commune.code) or 0.0
        if beyond_m > FAR_M and not self.moved:
            known = f"{commune.name} ({commune.code})"
            raise Problem(3044, code=row.code or "–", name=row.name, known=known, km=f"{beyond_m / 1000:.1f}")
        if self.locator.agreement(*point, commune.code) == "elsewhere":
            self.elsewhere.append(row.line)

    def _named(self, row: Read) -> Name:
        if not row.given:
            raise Problem(3023, name=row.name, reason='""')
        try:
            return self.told.unit(row.given)
        except Problem as problem:
            alike = problem.details["alike"]
            reason = f'"{row.given}"' + (f", gần giống / alike: {alike}" if alike != "–" else "")
            raise Problem(3023, name=row.name, reason=reason) from problem

    def say(self, report: Report) -> None:
        """Tell which points lie in another commune than the one the file names: kept as named."""
        if self.elsewhere:
            lines = ", ".join(str(line) for line in self.elsewhere[:LINES_SHOWN])
            report.notes.append(
                f"{len(self.elsewhere)} điểm nằm ngoài xã đã ghi, giữ theo tệp / points outside the commune"
                f" named, kept as named: {lines}{' …' if len(self.elsewhere) > LINES_SHOWN else ''}"
            )


def _read(row: SourceRow, columns: Columns) -> Read:
    """One row understood. Raises: Problem 3011 no name, 3015 and 3022 of its shape."""
    name = next((row.values[column] for column in columns.names if row.values[column]), "")
    code = row.values[columns.code] if columns.code else ""
    if not name:
        raise Problem(3011, code=code or "?", name="", limit=200)
    boundary, point, repair = shape_of(row, code or name)
    given = row.values[columns.parent] if columns.parent else ""
    return Read(row.line, code, given, name, point, boundary, repair)


def _take(
    session: Session, placed: Sequence[Placed], options: VillageOptions, file: str, report: Report
) -> None:
    """Write the villages, then the cells of their communes, and count what is new."""
    unnumbered = [(commune, row.name, row.point) for row, commune in placed if not row.code]
    made = iter(villages.village_codes(session, unnumbered, options.on))
    units = [_unit(row, row.code or next(made), commune, options, file) for row, commune in placed]
    answers = put_areas(session, [bare for bare, _ in units], options.on)
    shaped = [unit for (_, unit), answer in zip(units, answers, strict=True) if answer.problem is None]
    redrawn = villages.put_points(session, shaped, options.on)
    redrawn |= villages.renew_cells(session, {commune for _, commune in placed}, options.on)
    for (row, _), (unit, _), answer in zip(placed, units, answers, strict=True):
        if answer.problem is not None:
            report.refuse(row.line, answer.problem)
        else:
            same = answer.outcome == "unchanged" and unit.code in redrawn
            report.count("changed" if same else answer.outcome)
    report.refused.sort(key=lambda refused: refused.line)


def _unit(
    row: Read, code: str, commune: str, options: VillageOptions, file: str
) -> tuple[AreaInput, AreaInput]:
    """The unit without and with its shape: the shape is decided when all points of a commune are known."""
    text = options.source or file
    bare = AreaInput(code, "village", row.name, commune, source=text)
    shaped = AreaInput(
        code, "village", row.name, commune, row.point, row.boundary, options.uncertainty_m, source=text
    )
    return bare, shaped
