"""Reads of the money: the estimate from current assessments, rolled up to the units under an area."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session

from survey.areas import queries as areas
from survey.assessment import queries as assessments
from survey.assessment.rows import HouseRow
from survey.finance.rows import Estimate, EstimateLine, EstimatePart, OutsideEstimate, parts_together
from survey.problems import Problem
from survey.standing import queries as standing
from survey.standing.measures import condition, measures, totals
from survey.standing.models import StandingLine as Line

ENTITLED = "entitled"
UNKNOWN_WORKS = "unknown"
"""The works kind of households that get the same amount for either and have not chosen yet."""


def estimate(session: Session, visible: ColumnElement[bool], area_code: str, as_of: date) -> Estimate:
    """The need of an area (dự toán nhu cầu): entitled households by sub-area × programme × works kind.

    Boundaries are those of `as_of`. `visible` is the viewer's condition, limited to the area already.
    Problem 1004 for an area unknown on that day.
    """
    tree = areas.tree(session, as_of)
    name = tree.names.get(area_code)
    if name is None:
        raise Problem(1004, what=area_code)
    under = _unit_under(tree.path, area_code)
    lines: Counter[tuple[str | None, str, str]] = Counter()
    amounts: Counter[tuple[str | None, str, str]] = Counter()
    parts: dict[tuple[str | None, str, str], list[EstimatePart]] = defaultdict(list)
    patterns = assessments.patterns(session)
    for code, programme, works_kind, base_vnd, pattern, households in _entitled(session, visible, as_of):
        key = (under(code), programme or "", works_kind or UNKNOWN_WORKS)
        known = patterns.get(pattern or 0)
        lines[key] += households
        amounts[key] += (assessments.begun_on(base_vnd, known, as_of) or 0) * households
        parts[key] += [
            EstimatePart(**one | {"households": households, "amount_vnd": one["amount_vnd"] * households})
            for one in (known.as_of(as_of)[1] if known else ())
        ]
    order = {code: place for place, code in enumerate(tree.below.get(area_code, ()))}
    return Estimate(
        area_code=area_code,
        area_name=name.name,
        as_of=as_of,
        release_sha256s=_releases(session, visible, as_of),
        lines=tuple(
            EstimateLine(
                code,
                tree.names[code].name if code else None,
                programme,
                kind,
                number,
                amounts[key],
                parts_together(parts[key]),
            )
            for key, number in sorted(lines.items(), key=lambda item: _rank(item[0], order))
            for code, programme, kind in [key]
        ),
        outside=_outside(session, visible, as_of),
        provisional_households=_provisional(session, visible, as_of),
    )


def line_numbers(session: Session, estimate: Estimate) -> Callable[[HouseRow], int | None]:
    """Which line of an estimate (1, 2, …) a household counts in; None for one that is outside it."""
    under = _unit_under(areas.tree(session, estimate.as_of).path, estimate.area_code)
    numbers = {
        (line.area_code, line.programme, line.works_kind): number
        for number, line in enumerate(estimate.lines, 1)
    }

    def number_of(house: HouseRow) -> int | None:
        if house.outcome != ENTITLED:
            return None
        key = (under(house.village_code), house.programme or "", house.works_kind or UNKNOWN_WORKS)
        return numbers.get(key)

    return number_of


def _rank(key: tuple[str | None, str, str], order: dict[str, int]) -> tuple[int, str, str]:
    """Sub-areas in Vietnamese order, the area itself after them, unknown areas last."""
    code, programme, works_kind = key
    place = len(order) + 1 if code is None else order.get(code, len(order))
    return place, programme, works_kind


def _unit_under(path: Callable[[str], tuple[str, ...]], area_code: str) -> Callable[[str | None], str | None]:
    """Which unit directly under `area_code` a household's area belongs to (or the area itself)."""

    def under(code: str | None) -> str | None:
        way = path(code) if code else ()
        if area_code not in way:
            return None
        place = way.index(area_code)
        return way[place - 1] if place else area_code

    return under


def _entitled(session: Session, visible: ColumnElement[bool], as_of: date) -> list[Any]:
    """(village, programme, works kind, amount_vnd, pattern, how many) of the entitled households."""
    keys = (Line.area_code, Line.programme, Line.works_kind, Line.amount_vnd, Line.amount_pattern_id)
    return standing.grouped(session, visible, keys, condition("entitled", as_of))


def _outside(session: Session, visible: ColumnElement[bool], as_of: date) -> tuple[OutsideEstimate, ...]:
    """Everyone who is not in the lines, by outcome."""
    others = [code for code in measures()["households"].parts if code != ENTITLED]
    found = totals(session, sorted(others), visible, on=as_of)
    return tuple(OutsideEstimate(code, number) for code, number in found.items() if number)


def _provisional(session: Session, visible: ColumnElement[bool], as_of: date) -> int:
    """Entitled households whose amount still depends on an act to come (start of building, …)."""
    return standing.count(session, visible, condition("provisional", as_of))


def _releases(session: Session, visible: ColumnElement[bool], as_of: date) -> tuple[str, ...]:
    """The law releases the counted assessments used."""
    rows = standing.grouped(session, visible, (Line.release_sha256,), condition("entitled", as_of))
    return tuple(sorted(row[0] for row in rows))
