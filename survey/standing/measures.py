"""The measures (chỉ tiêu): what every figure counts, from `measures.toml`; nothing else counts households."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, or_, select, true
from sqlalchemy.orm import Session

from survey.assessment.models import SOON
from survey.cases import machine
from survey.law.assessment import ELIGIBLE
from survey.standing.models import StandingLine, StandingObstacle
from survey.standing.queries import Condition, holds

TABLES: dict[str, Any] = {"households": StandingLine, "obstacles": StandingObstacle}
DATED: Mapping[str, Callable[[date | None, date], bool]] = {
    "past": lambda day, on: day is not None and day <= on,
    "open": lambda day, on: day is None or day > on,
    "overdue": lambda day, on: day is not None and day < on,
    "soon": lambda day, on: day is not None and on < day <= on + SOON,
}
"""Tests that the day asked for decides, as `_test` puts them to the database."""


@dataclass(frozen=True, slots=True)
class Measure:
    """What one figure counts. `where` is the condition as its file tells it; `parts` add up to it."""

    code: str
    vi: str
    en: str
    of: str
    where: dict[str, Any] = field(default_factory=dict)
    parts: tuple[str, ...] = ()

    def condition(self, on: date) -> ColumnElement[bool]:
        """The rows it counts, as of a day."""
        return self._meets(self.where, on)

    @property
    def dated(self) -> dict[str, str]:
        """Of its tests those that the day decides: column -> test."""
        return {name: told for name, told in self.where.items() if isinstance(told, str) and told in DATED}

    def undated(self) -> ColumnElement[bool]:
        """The rows it counts on some day, by the other tests."""
        lasting = {name: told for name, told in self.where.items() if name not in self.dated}
        return self._meets(lasting, date.min)

    def counts_on(self, on: date, **days: date | None) -> bool:
        """Whether it counts a row of these days (by column) that meets its other tests."""
        return all(DATED[told](days[name], on) for name, told in self.dated.items())

    def _meets(self, where: Mapping[str, Any], on: date) -> ColumnElement[bool]:
        table = TABLES[self.of]
        newest = [table.is_newest] if table is StandingLine else []
        return and_(true(), *newest, *(_test(table, name, told, on) for name, told in where.items()))


def _test(table: Any, name: str, told: Any, on: date) -> ColumnElement[bool]:
    """One column's test, as the head of `measures.toml` explains it."""
    column = getattr(table, "case_state" if name == "phase" else name)
    if name == "phase":
        told = list(machine.states(told))
    tests: dict[str, Any] = {
        "past": lambda: column <= on,
        "open": lambda: or_(column.is_(None), column > on),
        "overdue": lambda: column < on,
        "soon": lambda: and_(column > on, column <= on + SOON),
        "some": lambda: _is_some(column),
        "none": lambda: ~_is_some(column),
        "eligible": lambda: column.in_(ELIGIBLE),
    }
    found: ColumnElement[bool]
    if isinstance(told, str) and told in tests:
        found = tests[told]()
    else:
        found = column.in_(told) if isinstance(told, list) else column == told
    return found


def _is_some(column: Any) -> ColumnElement[bool]:
    found: ColumnElement[bool] = column > 0 if column.type.python_type is int else column.is_not(None)
    return found


@cache
def measures() -> dict[str, Measure]:
    """Every measure by its code."""
    raw = tomllib.loads(Path(__file__).with_name("measures.toml").read_text("utf-8"))
    return {
        code: Measure(code, **{**known, "parts": tuple(known.get("parts", ()))})
        for code, known in raw.items()
    }


@cache
def by_state() -> dict[str, str]:
    """The measure, by its code, that counts the households whose newest case stands in a state."""
    found = {}
    for code, one in measures().items():
        if one.where.keys() == {"case_state"}:
            found[one.where["case_state"]] = code
        elif one.where.keys() == {"phase"} and len(machine.states(one.where["phase"])) == 1:
            found[machine.states(one.where["phase"])[0]] = code
    return found


def condition(code: str, on: date) -> ColumnElement[bool]:
    """The condition of a measure as of a day. KeyError for one nobody defined."""
    return measures()[code].condition(on)


def sums(codes: Sequence[str], on: date) -> list[Any]:
    """How many rows each of these measures counts, as columns of one statement."""
    return [func.sum(case((condition(code, on), 1), else_=0)) for code in codes]


def totals(
    session: Session,
    codes: Sequence[str],
    visible: Condition,
    *conditions: Condition,
    on: date,
    at: datetime | None = None,
) -> dict[str, int]:
    """Figures of households all together, one statement for all of them."""
    found = by_area(session, codes, visible, *conditions, on=on, at=at)
    return {code: sum(figures[code] for figures in found.values()) for code in codes}


def by_area(
    session: Session,
    codes: Sequence[str],
    visible: Condition,
    *conditions: Condition,
    on: date,
    at: datetime | None = None,
) -> dict[str | None, dict[str, int]]:
    """Figures of households by village, one statement for all of them; add them up along the tree."""
    statement = (
        select(StandingLine.area_code, *sums(codes, on))
        .where(holds(StandingLine, at), ~StandingLine.is_training, visible, *conditions)
        .group_by(StandingLine.area_code)
    )
    return {row[0]: dict(zip(codes, map(int, row[1:]), strict=True)) for row in session.execute(statement)}
