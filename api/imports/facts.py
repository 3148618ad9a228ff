"""`nhavung import facts`: dated facts of places from a table, checked whole and taken whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from api.imports.report import Report
from api.shared.tables import Row, read_table
from survey.areas import queries
from survey.areas.actions import set_fact
from survey.areas.told import unit_told
from survey.law.facts import Fact
from survey.law.texts import parse_text
from survey.problems import Problem
from survey.spelling import day

COLUMNS = ("area_code", "fact", "value", "from", "source")
"""The columns a table must have; `until` may be there too."""


@dataclass(frozen=True, slots=True)
class Stated:
    """One row: the value of a fact of a place from a day on, until another (None: still)."""

    line: int
    area_code: str
    fact: str
    value: Any
    on: date
    until: date | None
    source: str


def take_facts(session: Session, path: str | Path, vocabulary: Mapping[str, Fact], today: date) -> Report:
    """Read the table and state its facts unless a row is refused; the caller commits.

    Raises: Problems of `read_table`; 3047 a column is missing.
    """
    path = Path(path)
    table = read_table(path, wanted=lambda titles: len({*COLUMNS} & {*titles}))
    missing = [column for column in COLUMNS if column not in table.columns]
    if missing:
        raise Problem(3047, file=path.name, missing=", ".join(missing), columns=", ".join(COLUMNS))
    report = Report(path.name, list(table.notes))
    stated = []
    for row in table.rows:
        try:
            stated.append(_read(session, row, vocabulary, today))
        except Problem as problem:
            report.refuse(row.line, problem)
    for one in stated if not report.refused else ():
        before = queries.revision(session)
        set_fact(session, one.area_code, one.fact, one.value, one.on, source=one.source, until=one.until)
        report.count("unchanged" if queries.revision(session) == before else "added")
    return report


def _read(session: Session, row: Row, vocabulary: Mapping[str, Fact], today: date) -> Stated:
    """One row understood. Raises: Problem 2031 its value, 3040 and 3041 its unit, 3048 another cell."""
    values = row.values
    for column, text in row.broken.items():
        raise Problem(4211, line=row.line, column=column, got=text[:40])
    fact = vocabulary.get(values["fact"])
    if fact is None or fact.origin != "area":
        known = ", ".join(name for name, one in vocabulary.items() if one.origin == "area")
        raise Problem(3048, column="fact", got=values["fact"], expected=known)
    first = _day(values, "from")
    if first is None:
        raise Problem(3048, column="from", got="", expected="2025-07-01, 01/07/2025")
    value = parse_text(fact, values["value"])
    if value is None:
        raise Problem(3048, column="value", got="", expected=fact.expected())
    if not values["source"]:
        raise Problem(3048, column="source", got="", expected="văn bản / a document")
    told = values["area_code"]
    gone = queries.tree(session, today).path(told)  # an old unit's facts pass on to what it became
    code = told if gone else unit_told(session, told, first).code
    return Stated(row.line, code, fact.name, value, first, _day(values, "until"), values["source"])


def _day(values: Mapping[str, str], column: str) -> date | None:
    """The day in a cell, or None for an empty one. Raises: Problem 3048."""
    text = values.get(column, "")
    found = day(text)
    if text and found is None:
        raise Problem(3048, column=column, got=text, expected="2025-07-01, 01/07/2025")
    return found
