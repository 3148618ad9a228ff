"""The yearly list of poor and near-poor households (or of merit), matched and kept as dated records."""

from __future__ import annotations

import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from sqlalchemy.orm import Session

from api.imports.units import Units
from api.shared.tables import Row, read_table
from survey.areas import queries as areas
from survey.areas.names import bare_name, folded_name, normal_name
from survey.areas.told import unit_meant
from survey.assessment.facts import LIST_SOURCE
from survey.problems import Problem
from survey.registry.matching import Wanted, match
from survey.registry.rows import NewStatus
from survey.spelling import APOSTROPHE, day, digits_of, truth, whole_number

COLUMNS = {
    "name": (
        "ho va ten", "ho va ten chu ho", "ho ten", "ho ten chu ho", "ten chu ho", "chu ho", "name",
        "head_name",
    ),
    "born": (
        "nam sinh", "nam sinh: nam", "nam sinh: nu", "ngay sinh", "ngay thang nam sinh",
        "ngay, thang, nam sinh", "birth_year", "birth year", "date of birth",
    ),
    "national_id": (
        "so dinh danh", "so dinh danh ca nhan", "cccd", "so cccd", "so cccd/cmnd", "so dinh danh/cccd",
        "national_id",
    ),
    "value": ("dien ho", "dien", "phan loai", "phan loai ho", "loai ho", "value", "status"),
    "area": ("ma thon", "thon", "thon, ban", "thon/ban", "ma dia ban", "area_code"),
    "around": ("ma xa", "xa", "xa, phuong", "xa/phuong"),
}  # fmt: skip
"""What is read: the titles it goes by, without marks and capitals; of several the first filled tells."""
VALUES: dict[str, dict[str, str | bool]] = {
    "poverty_status": {
        **dict.fromkeys(("ho ngheo", "ngheo", "hn", "poor"), "poor"),
        **dict.fromkeys(("ho can ngheo", "can ngheo", "hcn", "cn", "near_poor"), "near_poor"),
        **dict.fromkeys(("khong", "khong ngheo", "ho khong ngheo", "none"), "none"),
        **dict.fromkeys(("thoat ngheo", "ho thoat ngheo", "thoat can ngheo", "ho thoat can ngheo"), "none"),
    },
    "merit_status": {
        **dict.fromkeys(("co", "nguoi co cong", "ncc", "yes"), True),
        **dict.fromkeys(("khong", "no"), False),
    },
}
"""What is written: in a column of values, or as the title of a column that is marked with an x.

Who left poverty or near-poverty is neither; a list that means near-poverty by leaving poverty says so itself.
"""
BESIDE_A_NAME = re.compile(r"^(?:ông|bà)\s+(?=\S+\s)|\s*\([^()]*\)$", re.IGNORECASE)
"""What clerks write beside a name: Ông Triệu Văn A, Lý Văn B (chết 2024). A person decides what it means."""
NO_HOUSEHOLD = 4210


@dataclass(frozen=True, slots=True)
class Decision:
    """The decision (quyết định) that a list rests on: its fact, days, body and number, and for which area."""

    fact: str
    valid_from: date
    valid_to: date | None
    deciding_body: str
    decision_number: str
    area_code: str


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the list: matched to a household, or why not.

    `outcome` is matched, ambiguous, not_found, refused or passed (a heading, a total: no household).
    """

    line: int
    outcome: str
    household_id: str | None = None
    status: NewStatus | None = None
    candidates: tuple[str, ...] = ()
    problem: Problem | None = None


@dataclass(slots=True)
class Plan:
    """The whole list before anything is written: every row has one outcome."""

    source: str
    notes: list[str]
    lines: list[Line] = field(default_factory=list)

    def counts(self) -> Counter[str]:
        """Rows by outcome; they add up to the rows of the file."""
        return Counter(line.outcome for line in self.lines)


def plan(session: Session, path: Path, decision: Decision, on: date) -> Plan:
    """Read and match the list without writing. Problems 300x, 4290 (a column is missing), 1004."""
    within = unit_meant(session, decision.area_code, on).code
    if within is None:
        raise Problem(1004, what=decision.area_code)
    decision = replace(decision, area_code=within)
    table = read_table(path, wanted=lambda titles: sum(map(len, _columns(titles, decision.fact).values())))
    columns = _columns(table.columns, decision.fact)
    for needed in ("name", "value"):
        if needed not in columns:
            got = ", ".join(table.columns)[:200]
            raise Problem(4290, file=path.name, needed=" | ".join(COLUMNS[needed]), got=got)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    found = Plan(f"{LIST_SOURCE}{digest[:40]}", table.notes)
    known = _AreaCodes(session, Units(session, on, within), on)
    lines = [_line(session, row, columns, decision, known) for row in table.rows]
    found.lines += _doubtful_if_contradicted(lines)
    return found


def _doubtful_if_contradicted(lines: list[Line]) -> list[Line]:
    """Rows that mean one household and say different things of it are for a person to sort out."""
    values: defaultdict[str, set[str | bool]] = defaultdict(set)
    for line in lines:
        if line.household_id and line.status:
            values[line.household_id].add(line.status.value)
    return [
        Line(line.line, "ambiguous", candidates=(line.household_id,))
        if line.household_id and len(values[line.household_id]) > 1
        else line
        for line in lines
    ]


def _columns(given: Sequence[str], fact: str) -> dict[str, list[str]]:
    """Our name -> the columns that tell it, in order; columns to be marked with an x tell the value too."""
    folded = {folded_name(column): column for column in reversed(given)}
    columns = {ours: [folded[name] for name in names if name in folded] for ours, names in COLUMNS.items()}
    if not columns["value"]:
        columns["value"] = [column for column in given if _marked_value(column, fact) is not None]
    return {ours: found for ours, found in columns.items() if found}


def _marked_value(column: str, fact: str) -> str | bool | None:
    """What a mark in this column says; under a wider title the lower one tells."""
    return VALUES[fact].get(folded_name(column.rpartition(":")[2]))


class _AreaCodes:
    """The codes of a unit and everything under it, asked once a unit."""

    def __init__(self, session: Session, units: Units, on: date) -> None:
        self._session, self._units, self._on = session, units, on
        self._kept: dict[str, list[str]] = {}

    def under(self, text: str, around: str) -> list[str]:
        """The unit that a text means and those below it; without a text those of the whole list.

        Raises: Problem 4105 for a unit nobody knows, 3041 for several.
        """
        meant = self._units.meant(text, around, self._on)
        got = ", ".join(part for part in (text, around) if part)[:60]
        if meant.code is None and meant.candidates:
            raise Problem(3041, told=got, count=len(meant.candidates), alike=meant.named())
        if meant.code is None:
            raise Problem(4105, area_code=got)
        if meant.code not in self._kept:
            self._kept[meant.code] = list(self._session.scalars(areas.subtree([meant.code], self._on)))
        return self._kept[meant.code]


def _line(
    session: Session, row: Row, columns: dict[str, list[str]], decision: Decision, known: _AreaCodes
) -> Line:
    """What becomes of one row: matched, asked back with candidates, not found, passed over or refused."""
    told = {ours: _first_filled(row, names) for ours, names in columns.items()}
    try:
        wanted, value = _wanted(row, told, columns, decision.fact, known)
    except Problem as problem:
        outcome = "passed" if problem.number == NO_HOUSEHOLD else "refused"
        return Line(row.line, outcome, problem=problem)
    found = match(session, wanted)
    if found.household_id is None:
        candidates = found.candidates or _called_otherwise(session, wanted)
        return Line(row.line, "ambiguous" if candidates else "not_found", candidates=candidates)
    status = NewStatus(
        decision.fact,
        value,
        decision.valid_from,
        decision.valid_to,
        decision.deciding_body,
        decision.decision_number,
    )
    return Line(row.line, "matched", found.household_id, status)


def _called_otherwise(session: Session, wanted: Wanted) -> tuple[str, ...]:
    """Households that have the name without what was written beside it."""
    bare = BESIDE_A_NAME.sub("", wanted.name)
    if bare == wanted.name:
        return ()
    found = match(session, replace(wanted, name=bare))
    return found.candidates if found.household_id is None else (found.household_id,)


def _first_filled(row: Row, columns: Sequence[str]) -> str:
    return next((row.values[column] for column in columns if row.values[column]), "")


def _wanted(
    row: Row, told: Mapping[str, str], columns: Mapping[str, Sequence[str]], fact: str, known: _AreaCodes
) -> tuple[Wanted, str | bool]:
    """The household that a row means, and what it says of it.

    Raises: Problem 4105, 3041 (its unit), 4209 nobody, 4210 no household, 4211 (a cell without its value),
    4291 (its status), 4292 (its birth).
    """
    is_unit = bare_name(told["name"]) != normal_name(told["name"])
    if row.is_total or (is_unit and not any(text for ours, text in told.items() if ours != "name")):
        raise Problem(NO_HOUSEHOLD, line=row.line, got=" ".join(row.words)[:60])
    for column in (name for names in columns.values() for name in names if name in row.broken):
        raise Problem(4211, line=row.line, column=column, got=row.broken[column][:40])
    value = _value(row, columns["value"], fact)
    if not told["name"]:
        raise Problem(4209, line=row.line)
    national_id = APOSTROPHE.sub("", told.get("national_id", ""))
    wanted = Wanted(
        told["name"],
        _birth_year(told.get("born", "")),
        digits_of("national_id", national_id) or None,
        known.under(told.get("area", ""), told.get("around", "")),
    )
    return wanted, value


def _value(row: Row, columns: Sequence[str], fact: str) -> str | bool:
    """The status in the column of values, or of the one column marked with an x. Raises: Problem 4291."""
    told = {column: row.values[column] for column in columns if row.values[column]}
    found = []
    for column, text in told.items():
        marked = _marked_value(column, fact)
        if marked is None:
            found.append(VALUES[fact].get(folded_name(text)))
        elif truth(text) is not False:
            found.append(marked if truth(text) else None)
    if len(found) != 1 or found[0] is None:
        got = " | ".join(f"{column}: {text}" if len(columns) > 1 else text for column, text in told.items())
        raise Problem(4291, got=got[:80], expected=", ".join(sorted(VALUES[fact])))
    return found[0]


def _birth_year(text: str) -> int | None:
    """The year in a year or a day of birth; None where nothing is told. Raises: Problem 4292."""
    born = day(text)
    year = born.year if born else whole_number(text)
    if text and year is None:
        raise Problem(4292, got=text[:40])
    return year


def matched(plan_: Plan) -> Iterator[tuple[str, NewStatus]]:
    """(household, status) of every sure row."""
    for line in plan_.lines:
        if line.household_id is not None and line.status is not None:
            yield line.household_id, line.status
