"""`nhavung import villages`: villages from a list or points; cells are drawn, every row accounted for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from api.imports.areas import CODE_TITLES, CODE_WIDTH, Watch, full_code, shape_of
from api.imports.report import Repaired, Report
from api.imports.sources import Source, SourceRow, chosen_column, read_source
from survey.areas import locate, queries, villages
from survey.areas.actions import put_areas
from survey.areas.rows import AreaInput
from survey.problems import Problem

CODE_TITLES_VILLAGE = ("village_code", "ma_thon", "ma_thon_ban")
NAME_TITLES = ("village_name", "ten_thon", "thon", "thon_ban", "ten_thon_ban", "name_vi", "name", "ten")
PARENT_TITLES = (*CODE_TITLES["commune"], "parent", "parent_code", "commune_name", "ten_xa", "xa", "commune")
LINES_SHOWN = 20


@dataclass(frozen=True, slots=True)
class VillageOptions:
    """How to read the file; columns left out are found by their titles, and said aloud.

    `names` are tried in order, the first that is not empty counts. `by_position` leaves the commune to the
    point alone. `uncertainty_m` is of boundaries given in the file; drawn cells are unlimited.
    """

    on: date
    layer: str | None = None
    crs: str | None = None
    code: str | None = None
    names: tuple[str, ...] = ()
    parent: str | None = None
    by_position: bool = False
    uncertainty_m: float | None = None
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

    Raises: Problems of `read_source`; 3018 no column of names.
    """
    source = read_source(path, layer=options.layer, crs=options.crs)
    report = Report(source.file, list(source.notes))
    columns = choose_columns(source, options, report.notes)
    read = []
    for row in watch(source.rows):
        try:
            read.append(_read(row, columns))
        except Problem as problem:
            report.refuse(row.line, problem)
    placed = _placed(session, read, options, bool(columns.parent), report)
    _take(session, placed, options, source.file, report)
    return report


Placed = tuple[Read, str]
"""A row and the code of its commune."""


def _placed(
    session: Session, read: Sequence[Read], options: VillageOptions, named: bool, report: Report
) -> list[Placed]:
    """The rows whose commune can be told, with it; the points are laid on the communes in one join."""
    communes = _Communes(session, options, named)
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


def choose_columns(source: Source, options: VillageOptions, notes: list[str]) -> Columns:
    """The columns named in the options or found by their titles; says which."""
    for asked in options.names:
        chosen_column("name", asked, source.columns, ())
    found = options.names or tuple(
        column
        for title in NAME_TITLES
        if (column := chosen_column("name", None, source.columns, (title,))[0])
    )
    if not found:
        raise Problem(3018, what="name", got="", columns=", ".join(source.columns))
    code, said_code = chosen_column("code", options.code, source.columns, CODE_TITLES_VILLAGE)
    parent, said_parent = chosen_column("parent", options.parent, source.columns, PARENT_TITLES)
    if options.by_position:
        parent, said_parent = None, iter(("Xã theo vị trí / commune by position",))
    notes += [f"Cột / column name: {' → '.join(found)}", *said_code, *said_parent]
    return Columns(code, found, parent)


class _Communes:
    """Finds the commune of each row: by its code or name in the file, else by position."""

    def __init__(self, session: Session, options: VillageOptions, named: bool) -> None:
        self.session, self.on, self.named = session, options.on, named
        self.locator = locate.locator(session, options.on)
        self.found: dict[str, str | Problem] = {}
        self.elsewhere: list[int] = []

    def of(self, row: Read, held: Sequence[str]) -> str:
        """The commune's code; `held` are the communes its point lies in.

        Raises: Problem 3023 when it cannot be told.
        """
        if self.named:
            commune = self._named(row.given, row.name)
            if row.point and commune not in held and self._is_elsewhere(row.point, commune):
                self.elsewhere.append(row.line)
            return commune
        if row.point is None:
            raise Problem(3023, name=row.name, reason="không có tọa độ / no point")
        commune_code = held[0] if held else self.locator.place(*row.point).commune_code
        if commune_code is None:
            raise Problem(3023, name=row.name, reason="điểm ngoài mọi xã / point in no commune")
        return commune_code

    def _is_elsewhere(self, point: tuple[float, float], commune: str) -> bool:
        return self.locator.agreement(*point, commune) == "elsewhere"

    def _named(self, given: str, name: str) -> str:
        if given not in self.found:
            self.found[given] = self._look_up(given, name)
        commune = self.found[given]
        if isinstance(commune, Problem):
            raise Problem(3023, name=name, reason=commune.details["reason"])
        return commune

    def _look_up(self, given: str, name: str) -> str | Problem:
        code = full_code(given, CODE_WIDTH["commune"])
        known = queries.tree(self.session, self.on).names.get(code)
        if known is not None and known.level == "commune":
            return code
        match = queries.find(self.session, given, self.on, level="commune") if given else None
        if match is not None and len(match.exact) == 1:
            return match.exact[0].code
        alike = [*match.exact, *match.candidates] if match is not None else []
        listed = "; ".join(f"{row.name} ({row.code})" for row in alike[:5])
        return Problem(
            3023, name=name, reason=f'"{given}"' + (f", gần giống / alike: {listed}" if listed else "")
        )

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
