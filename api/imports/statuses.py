"""The yearly list of poor and near-poor households (or of merit), matched and kept as dated records."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from sqlalchemy.orm import Session

from api.shared.tables import Row, read_table
from survey.areas import queries as areas
from survey.areas.names import folded_name
from survey.assessment.facts import LIST_SOURCE
from survey.problems import Problem
from survey.registry.matching import Wanted, match
from survey.registry.rows import NewStatus
from survey.spelling import whole_number

COLUMNS = {
    "name": ("ho va ten", "ho va ten chu ho", "ho ten", "ho ten chu ho", "chu ho", "name", "head_name"),
    "birth_year": ("nam sinh", "birth_year", "birth year"),
    "national_id": ("so dinh danh", "cccd", "so cccd", "so dinh danh/cccd", "national_id"),
    "value": ("dien ho", "phan loai", "loai ho", "value", "status"),
    "area_code": ("ma xa", "ma thon", "ma dia ban", "area_code"),
}
VALUES: dict[str, dict[str, str | bool]] = {
    "poverty_status": {
        "ho ngheo": "poor", "ngheo": "poor", "poor": "poor",
        "ho can ngheo": "near_poor", "can ngheo": "near_poor", "near_poor": "near_poor",
        "khong": "none", "thoat ngheo": "none", "none": "none",
    },
    "merit_status": {"co": True, "nguoi co cong": True, "yes": True, "khong": False, "no": False},
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Decision:
    """What the whole list rests on."""

    fact: str
    valid_from: date
    valid_to: date | None
    deciding_body: str
    decision_number: str
    area_code: str


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the list: matched to a household, or why not.

    `outcome` is matched, ambiguous, not_found or refused.
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
    if decision.area_code not in areas.tree(session, on).names:
        raise Problem(1004, what=decision.area_code)
    table = read_table(path)
    columns = _columns(table.columns, path.name)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    found = Plan(f"{LIST_SOURCE}{digest[:40]}", table.notes)
    known = _AreaCodes(session, on)
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


def _columns(given: list[str], file: str) -> dict[str, str]:
    """Our name -> the file's column. Problem 4290 when name or value is missing."""
    folded = {folded_name(column): column for column in given}
    columns = {ours: folded[name] for ours, names in COLUMNS.items() for name in names if name in folded}
    for needed in ("name", "value"):
        if needed not in columns:
            raise Problem(4290, file=file, needed=" | ".join(COLUMNS[needed]), got=", ".join(given)[:200])
    return columns


class _AreaCodes:
    """The codes of a unit and everything under it, asked once a unit."""

    def __init__(self, session: Session, on: date) -> None:
        self._session, self._on = session, on
        self._kept: dict[str, list[str]] = {}

    def under(self, code: str) -> list[str]:
        """The unit's code and those below it; none for a code nobody knows."""
        if code not in self._kept:
            self._kept[code] = list(self._session.scalars(areas.subtree([code], self._on)))
        return self._kept[code]


def _line(session: Session, row: Row, columns: dict[str, str], decision: Decision, known: _AreaCodes) -> Line:
    """One row matched."""
    told = {ours: row.values.get(column, "") for ours, column in columns.items()}
    value = VALUES[decision.fact].get(folded_name(told["value"]))
    if value is None or not told["name"]:
        problem = Problem(4291, got=told["value"][:40], expected=", ".join(sorted(VALUES[decision.fact])))
        return Line(row.line, "refused", problem=problem)
    area_code = told.get("area_code") or decision.area_code
    if not known.under(area_code):
        return Line(row.line, "refused", problem=Problem(4105, area_code=area_code))
    wanted = Wanted(
        told["name"],
        whole_number(told.get("birth_year", "")),
        told.get("national_id") or None,
        known.under(area_code),
    )
    found = match(session, wanted)
    if found.household_id is None:
        return Line(row.line, "ambiguous" if found.candidates else "not_found", candidates=found.candidates)
    status = NewStatus(
        decision.fact,
        value,
        decision.valid_from,
        decision.valid_to,
        decision.deciding_body,
        decision.decision_number,
    )
    return Line(row.line, "matched", found.household_id, status)


def matched(plan_: Plan) -> Iterator[tuple[str, NewStatus]]:
    """(household, status) of every sure row."""
    for line in plan_.lines:
        if line.household_id is not None and line.status is not None:
            yield line.household_id, line.status
