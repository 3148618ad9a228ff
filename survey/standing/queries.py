"""Reads of how things stand: counts, lists and sums, now or as of a moment, by the viewer's condition.

A condition is one of `StandingLine` (or `StandingObstacle`); the same one counts and lists. `at` None is now.
Training households are left out everywhere.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, ColumnExpressionArgument, Select, and_, case, exists, func, or_, select
from sqlalchemy.orm import Session

from survey.approval.rows import WaitingCase
from survey.areas.names import folded_name
from survey.assessment.models import LAPSED, AmountPattern
from survey.assessment.queries import amount_on, begun_on, patterns
from survey.assessment.rows import HouseRow
from survey.cases import machine
from survey.cases.rows import CaseRow, OpenObstacle, WaitingCount
from survey.registry.models import Household, Person, Survey
from survey.standing.models import StandingLine, StandingObstacle

Condition = ColumnExpressionArgument[bool]
Line, Obstacle = StandingLine, StandingObstacle
EACH_TIME = 1000
"""Rows fetched at a time for files."""
BY_PLACE = (Household.area_code, Household.sort_key, Household.id)
"""Village, then head's name in Vietnamese order."""


def holds(table: Any, at: datetime | None = None) -> ColumnElement[bool]:
    """The rows that hold at a moment, or now."""
    is_open: ColumnElement[bool] = table.to_at.is_(None)
    return is_open if at is None else and_(table.from_at <= at, or_(table.to_at.is_(None), table.to_at > at))


def outcome(on: date) -> ColumnElement[str]:
    """The outcome as of a day: `lapsed` where the programme has ended without the household by then."""
    return case((Line.lapses_on <= on, LAPSED), else_=Line.outcome)


def chosen(visible: Condition, *conditions: Condition, at: datetime | None = None) -> Select[Any]:
    """Every line that meets the conditions."""
    return select(Line).where(holds(Line, at), ~Line.is_training, visible, *conditions)


def count(
    session: Session,
    visible: Condition,
    *conditions: Condition,
    at: datetime | None = None,
) -> int:
    """How many lines the conditions choose."""
    statement = chosen(visible, *conditions, at=at).with_only_columns(func.count())
    return session.scalar(statement) or 0


def grouped(
    session: Session,
    visible: Condition,
    keys: Sequence[Any],
    *conditions: Condition,
    sums: Sequence[Any] = (),
    at: datetime | None = None,
) -> list[Any]:
    """Rows of (*keys, how many, *sums) for each combination of keys among the lines chosen."""
    statement = chosen(visible, *conditions, at=at).with_only_columns(*keys, func.count(), *sums)
    return list(session.execute(statement.group_by(*keys)))


def found_in(session: Session, visible: Condition, column: Any) -> list[Any]:
    """The values that occur in a column, for a filter."""
    statement = chosen(visible, Line.is_newest, column.is_not(None)).with_only_columns(column)
    return list(session.scalars(statement.distinct().order_by(column)))


# --- households


def amounts_by_area(
    session: Session, visible: Condition, *conditions: Condition, on: date
) -> dict[str | None, int]:
    """The money of the entitled households of each village as of a day."""
    keys = (Line.area_code, Line.amount_vnd, Line.amount_pattern_id)
    levels = patterns(session)
    found: dict[str | None, int] = {}
    entitled = (Line.is_newest, outcome(on) == "entitled")
    for code, amount_vnd, pattern, households in grouped(session, visible, keys, *entitled, *conditions):
        each_vnd = begun_on(amount_vnd, levels.get(pattern), on) or 0
        found[code] = found.get(code, 0) + each_vnd * households
    return found


def outcome_on(line: StandingLine, on: date) -> str | None:
    """The outcome of a line as of a day, as `outcome` has it."""
    return LAPSED if line.lapses_on is not None and line.lapses_on <= on else line.outcome


def houses(
    session: Session,
    visible: Condition,
    *conditions: Condition,
    on: date,
    names: bool,
    amounts: bool,
    offset: int = 0,
    limit: int | None = None,
) -> Iterator[HouseRow]:
    """Households by village and head's name, one after another; names and amounts by right, as of a day."""
    statement = (
        _with_household(visible, Line.is_newest, *conditions)
        .outerjoin(Survey, Survey.id == Line.survey_id)
        .with_only_columns(Line, Household, Person.full_name, Survey.flags)
        .order_by(*BY_PLACE)
        .offset(offset)
        .limit(limit)
    )
    levels = patterns(session)
    in_parts = statement.execution_options(yield_per=EACH_TIME)
    for line, household, full_name, flags in session.execute(in_parts):
        yield HouseRow(
            household_id=household.id,
            head_name=full_name if names else None,
            village_code=household.area_code,
            lon=household.lon,
            lat=household.lat,
            accuracy_m=household.accuracy_m,
            point_source=household.point_source,
            outcome=outcome_on(line, on) or "",
            house_class=line.house_class,
            programme=line.programme,
            works_kind=line.works_kind,
            amount_vnd=amount_on(line, levels, on) if amounts else None,
            is_provisional=line.is_provisional,
            surveyed_on=line.surveyed_on,
            flags=(*(flags or ()), *([{"code": "interviewed_again"}] if line.is_beside else [])),
        )


def _with_household(visible: Condition, *conditions: Condition) -> Select[Any]:
    return (
        chosen(visible, *conditions)
        .join(Household, Household.id == Line.household_id)
        .outerjoin(Person, Person.id == Household.head_person_id)
    )


def named(text: str) -> list[ColumnElement[bool]]:
    """The search by the head's name, with or without marks; nothing asked chooses everybody."""
    told = folded_name(text.strip())[:100]
    if not told:
        return []
    persons = select(Person.id).where(Person.folded_name.contains(told, autoescape=True))
    heads = select(Household.id).where(Household.head_person_id.in_(persons))
    return [Line.household_id.in_(heads)]


def without_line(session: Session, after: str, limit: int) -> list[str]:
    """Households (ids after one) of which nobody wrote yet how they stand; none, but for data from before
    lines were kept.
    """
    told = exists().where(Line.household_id == Household.id)
    untold = select(Household.id).where(Household.id > after, ~told)
    return list(session.scalars(untold.order_by(Household.id).limit(limit)))


# --- cases


def waiting(session: Session, visible: Condition, *conditions: Condition) -> dict[str, WaitingCount]:
    """How many newest cases stand in each state and since when the oldest does, in the order of the way."""
    has_case = (Line.is_newest, Line.case_id.is_not(None))
    keys, oldest = (Line.case_state,), (func.min(Line.since),)
    rows = grouped(session, visible, keys, *has_case, *conditions, sums=oldest)
    found = {state: WaitingCount(number, since) for state, number, since in rows}
    return {state: found[state] for state in machine.states() if state in found}


def cases(
    session: Session,
    visible: Condition,
    *conditions: Condition,
    on: date,
    names: bool,
    amounts: bool,
    offset: int = 0,
    limit: int | None = None,
    first: Sequence[ColumnElement[Any]] = (),
) -> list[CaseRow]:
    """Households as work lists show them, ordered by `first`, then village and head's name.

    Without a case they tell what they are assessed as. Names and amounts by right.
    """
    chosen_ones = _with_household(visible, Line.is_newest, *conditions)
    statement = chosen_ones.with_only_columns(Line, Person.full_name).order_by(*first, *BY_PLACE)
    levels = patterns(session)
    return [
        _case_row(line, name if names else None, levels, on, amounts=amounts)
        for line, name in session.execute(statement.offset(offset).limit(limit))
    ]


def _case_row(
    line: StandingLine, name: str | None, levels: dict[int, AmountPattern], on: date, *, amounts: bool
) -> CaseRow:
    has_case = line.case_id is not None
    amount_vnd = line.case_amount_vnd if has_case else amount_on(line, levels, on)
    return CaseRow(
        case_id=line.case_id or "",
        household_id=line.household_id,
        head_name=name,
        area_code=line.area_code,
        year=line.year,
        state=line.case_state,
        since=line.since or line.surveyed_on or on,
        works_kind=line.case_works_kind if has_case else line.works_kind,
        programme=line.case_programme if has_case else line.programme,
        amount_vnd=amount_vnd if amounts else None,
        reason=line.reason,
        objections=line.objections,
        obstacles=line.obstacles,
        flags=line.case_flags if has_case else line.survey_flags + line.is_beside,
        obstacle_kind=line.obstacle_kind,
        posted_until=line.posted_until,
    )


def reviewed(
    session: Session,
    visible: Condition,
    *conditions: Condition,
    on: date,
    names: bool,
    amounts: bool,
    offset: int = 0,
    limit: int | None = None,
) -> list[WaitingCase]:
    """Reviewed cases by village and head's name, as assessed, as of a day; names and amounts by right."""
    waiting_ones = _with_household(visible, Line.is_newest, Line.case_state == "reviewed", *conditions)
    statement = waiting_ones.with_only_columns(Line, Person.full_name).order_by(*BY_PLACE)
    levels = patterns(session)
    return [
        WaitingCase(
            case_id=line.case_id or "",
            household_id=line.household_id,
            head_name=name if names else None,
            area_code=line.area_code,
            year=line.year,
            since=line.since or on,
            posted_until=line.posted_until,
            objections=line.objections,
            flags=line.case_flags,
            works_kind=line.case_works_kind,
            outcome=outcome_on(line, on),
            programme=line.programme,
            amount_vnd=amount_on(line, levels, on) if amounts else None,
        )
        for line, name in session.execute(statement.offset(offset).limit(limit))
    ]


# --- obstacles (vướng mắc)


def _obstacles(visible: Condition, *conditions: Condition, at: datetime | None) -> Any:
    return select(Obstacle).where(holds(Obstacle, at), ~Obstacle.is_training, visible, *conditions)


def obstacles(
    session: Session,
    visible: Condition,
    *conditions: Condition,
    names: bool,
    offset: int = 0,
    limit: int | None = None,
) -> list[OpenObstacle]:
    """Open obstacles, the first due first, those without a day last; names by right."""
    statement = (
        _obstacles(visible, *conditions, at=None)
        .join(Household, Household.id == Obstacle.household_id)
        .outerjoin(Person, Person.id == Household.head_person_id)
        .with_only_columns(Obstacle, Person.full_name)
        .order_by(Obstacle.due_on.is_(None), Obstacle.due_on, Obstacle.since, Obstacle.id)
    )
    return [
        OpenObstacle(
            act_id=one.act_id,
            household_id=one.household_id,
            head_name=full_name if names else None,
            area_code=one.area_code,
            state=one.case_state,
            since=one.since,
            kind=one.kind,
            lead=one.lead,
            due=one.due_on,
        )
        for one, full_name in session.execute(statement.offset(offset).limit(limit))
    ]


def count_obstacles(
    session: Session,
    visible: Condition,
    *conditions: Condition,
    at: datetime | None = None,
) -> int:
    """How many open obstacles the conditions choose."""
    statement = _obstacles(visible, *conditions, at=at).with_only_columns(func.count())
    return session.scalar(statement) or 0


def obstacles_by(
    session: Session, visible: Condition, key: Any, *conditions: Condition
) -> list[tuple[str, int]]:
    """How many open obstacles there are by kind or lead body, the most frequent first."""
    statement = _obstacles(visible, *conditions, at=None).with_only_columns(key, func.count()).group_by(key)
    rows = [(code, number) for code, number in session.execute(statement) if code]
    return sorted(rows, key=lambda row: (-row[1], row[0]))


def obstacles_by_area(
    session: Session, visible: Condition, on: date, *conditions: Condition
) -> list[tuple[str | None, int, int]]:
    """(village, open obstacles, those of them overdue), for figures added up along the tree."""
    late = func.sum(case((Obstacle.due_on < on, 1), else_=0))
    columns = (Obstacle.area_code, func.count(), late)
    statement = _obstacles(visible, *conditions, at=None).with_only_columns(*columns)
    rows = session.execute(statement.group_by(Obstacle.area_code))
    return [(code, number, int(overdue)) for code, number, overdue in rows]


# --- between two moments


Asked = tuple[datetime | None, Condition]
"""A moment (none: now), and a measure's condition as of its day."""


def entered(session: Session, visible: Condition, first: Asked, last: Asked) -> list[str]:
    """Households that were counted at the last moment and not at the first; turned round, those that left."""
    then, now = (
        chosen(visible, counted, at=at).with_only_columns(Line.household_id) for at, counted in (first, last)
    )
    return sorted(session.scalars(now.except_(then)))
