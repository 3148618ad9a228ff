"""Reads of how things stand: counts, lists and sums, now or as of a moment, by the viewer's condition.

A condition is one of `StandingLine` (or `StandingObstacle`); the same one counts and lists. `at` None is now.
Training households are left out everywhere.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    ColumnExpressionArgument,
    Select,
    and_,
    case,
    exists,
    false,
    func,
    or_,
    select,
)
from sqlalchemy.orm import Session

from survey.approval.rows import WaitingCase
from survey.assessment.models import LAPSED, AmountPattern
from survey.assessment.queries import amount_on, begun_on, patterns
from survey.assessment.rows import HouseRow
from survey.cases import machine
from survey.cases.rows import CaseRow, OpenObstacle, WaitingCount
from survey.keyset import Key, Slice, Window, ordered, read
from survey.registry.models import Household, Person, Survey
from survey.registry.queries import headed_by
from survey.standing.models import StandingLine, StandingObstacle

Condition = ColumnExpressionArgument[bool]
Line, Obstacle = StandingLine, StandingObstacle
EACH_TIME = 1000
"""Rows fetched at a time for files."""
BY_PLACE = (Household.area_code, Household.sort_key, Household.id)
"""Village, then head's name in Vietnamese order."""
PLACE = (Key(Household.area_code, is_optional=True), Key(Household.sort_key), Key(Household.id))
IN_VILLAGE = (Key(Line.area_code, is_optional=True), *PLACE[1:])
ORDERS: dict[str, tuple[Key, ...]] = {
    "place": PLACE,
    "since": (Key(Line.since), *IN_VILLAGE),
    "-since": (Key(Line.since, is_descending=True), *IN_VILLAGE),
}
"""What lists of households are sorted by, each along an index; only those with a case have a `since`."""
FIRST_DUE = (Key(Obstacle.due_on, is_optional=True), Key(Obstacle.since), Key(Obstacle.id))


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
) -> Iterator[HouseRow]:
    """Households by village and head's name, one after another; names and amounts by right, as of a day."""
    levels = patterns(session)
    in_parts = _houses(visible, *conditions).order_by(*BY_PLACE).execution_options(yield_per=EACH_TIME)
    for row in session.execute(in_parts):
        yield _house_row(row, levels, on, names=names, amounts=amounts)


def houses_in(
    session: Session,
    visible: Condition,
    *conditions: Condition,
    on: date,
    names: bool,
    amounts: bool,
    window: Window,
) -> Slice:
    """The same households of one page."""
    levels = patterns(session)
    found = read(session, _houses(visible, *conditions), window)
    return found.of([_house_row(row, levels, on, names=names, amounts=amounts) for row in found.rows])


def _houses(visible: Condition, *conditions: Condition) -> Select[Any]:
    return (
        _with_household(visible, Line.is_newest, *conditions)
        .outerjoin(Survey, Survey.id == Line.survey_id)
        .with_only_columns(Line, Household, Person.full_name, Survey.flags)
    )


def _house_row(
    row: Any, levels: dict[int, AmountPattern], on: date, *, names: bool, amounts: bool
) -> HouseRow:
    line, household, full_name, flags = row
    return HouseRow(
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
    """The search by words of the head's name; nothing asked chooses everybody."""
    if not text.strip():
        return []
    each = headed_by(text)
    return [Line.household_id.in_(found) for found in each] or [false()]


def without_line(session: Session, after: str, limit: int) -> list[str]:
    """Households (ids after one) of which nobody wrote yet how they stand; none, but for data from before
    lines were kept.
    """
    told = exists().where(Line.household_id == Household.id, Line.household_id > after)
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
    window: Window | None = None,
) -> Slice:
    """Households as work lists show them: those of one page, or all by village and head's name.

    Without a case they tell what they are assessed as. Names and amounts by right.
    """
    found = _read(session, _named_lines(visible, *conditions), window)
    levels = patterns(session)
    return found.of(
        [_case_row(line, name if names else None, levels, on, amounts=amounts) for line, name in found.rows]
    )


def _named_lines(visible: Condition, *conditions: Condition) -> Select[Any]:
    columns: tuple[Any, ...] = (Line, Person.full_name)
    return _with_household(visible, Line.is_newest, *conditions).with_only_columns(*columns)


def _read(
    session: Session, statement: Select[Any], window: Window | None, keys: Sequence[Key] = PLACE
) -> Slice:
    """The rows of a window, or all."""
    if window is not None:
        return read(session, statement, window)
    return Slice(list(session.execute(ordered(statement, keys))))


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
    window: Window | None = None,
) -> Slice:
    """Reviewed cases by village and head's name, as assessed, as of a day: those of one page, or all; names
    and amounts by right.
    """
    found = _read(session, _named_lines(visible, Line.case_state == "reviewed", *conditions), window)
    levels = patterns(session)
    rows = [
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
        for line, name in found.rows
    ]
    return found.of(rows)


# --- obstacles (vướng mắc)


def _obstacles(visible: Condition, *conditions: Condition, at: datetime | None) -> Any:
    return select(Obstacle).where(holds(Obstacle, at), ~Obstacle.is_training, visible, *conditions)


def obstacles(
    session: Session,
    visible: Condition,
    *conditions: Condition,
    names: bool,
    window: Window | None = None,
) -> Slice:
    """Open obstacles, the first due first, those without a day last: of one page, or all; names by right."""
    statement = (
        _obstacles(visible, *conditions, at=None)
        .join(Household, Household.id == Obstacle.household_id)
        .outerjoin(Person, Person.id == Household.head_person_id)
        .with_only_columns(Obstacle, Person.full_name)
    )
    found = _read(session, statement, window, FIRST_DUE)
    rows = [
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
        for one, full_name in found.rows
    ]
    return found.of(rows)


def count_obstacles(
    session: Session,
    visible: Condition,
    *conditions: Condition,
    at: datetime | None = None,
) -> int:
    """How many open obstacles the conditions choose."""
    statement = _obstacles(visible, *conditions, at=at).with_only_columns(func.count())
    return session.scalar(statement) or 0


def obstacles_by_area(session: Session, visible: Condition) -> list[Any]:
    """Rows of (village, kind, lead body, day due, open obstacles), for figures added up along the tree."""
    keys = (Obstacle.area_code, Obstacle.kind, Obstacle.lead, Obstacle.due_on)
    statement = _obstacles(visible, at=None).with_only_columns(*keys, func.count()).group_by(*keys)
    return list(session.execute(statement))


# --- between two moments


Asked = tuple[datetime | None, Condition]
"""A moment (none: now), and a measure's condition as of its day."""


def entered(session: Session, visible: Condition, first: Asked, last: Asked) -> list[str]:
    """Households that were counted at the last moment and not at the first; turned round, those that left."""
    then, now = (
        chosen(visible, counted, at=at).with_only_columns(Line.household_id) for at, counted in (first, last)
    )
    return sorted(session.scalars(now.except_(then)))
