"""Work lists: conditions by which lists, counts and exports choose cases, and what they show of them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, case, exists, func, select
from sqlalchemy.orm import Session, aliased

from survey.cases import machine
from survey.cases.models import Act, ActPhoto, Case, Step
from survey.cases.queries import SCAN_SLOT, listed, newest_act_in, texts_of
from survey.cases.rows import ActStep, OpenObstacle, WaitingCount
from survey.registry.models import Household, Person, Photo

REASONED = tuple(kind for kind, act in machine.acts().items() if act.reasoned)
"""Acts that take a household off the way, or back, and say why."""


# --- conditions, to be put into the lists and counts of `queries`


def without_case() -> ColumnElement[bool]:
    """A household that has no case, or only one that was opened by mistake."""
    case_of = aliased(Case)
    return ~exists().where(
        case_of.household_id == Household.id, case_of.is_newest, case_of.state != machine.CANCELLED
    )


def has_obstacle(kind: str | None = None) -> ColumnElement[bool]:
    """A case with an open obstacle (of a kind)."""
    step, act = aliased(Step), aliased(Act)
    is_that = [step.values["kind"].as_string() == kind] if kind else []
    is_open = exists().where(step.case_id == Case.id, act.id == step.act_id, _is_open(step, act), *is_that)
    return and_(Case.is_active, is_open)


def lacks_scan() -> ColumnElement[bool]:
    """A case with an act whose signed paper (bản ký) nobody has attached."""
    step = aliased(Step)
    on_paper = [kind for kind, act in machine.acts().items() if act.paper]
    scanned = exists().where(
        ActPhoto.act_id == step.act_id,
        ActPhoto.slot == SCAN_SLOT,
        Photo.received_sha256 == ActPhoto.received_sha256,
        Photo.stored_sha256.is_not(None),
    )
    return exists().where(step.case_id == Case.id, step.kind.in_(on_paper), _counts(step), ~scanned)


def _counts(step: Any) -> ColumnElement[bool]:
    """Nothing took the place of this step."""
    later = aliased(Step)
    return ~exists().where(later.replaces_id == step.id)


def _is_open(step: Any, act: Any) -> ColumnElement[bool]:
    """This step is an obstacle that counts and that no later step ended."""
    end = aliased(Step)
    ended = exists().where(
        end.case_id == step.case_id,
        end.kind == "obstacle_end",
        end.values["obstacle"].as_string() == act.envelope_id,
        _counts(end),
    )
    return and_(step.kind == "obstacle", _counts(step), ~ended)


# --- counts


def waiting(
    session: Session, visible: ColumnElement[bool], *conditions: ColumnElement[bool]
) -> dict[str, WaitingCount]:
    """How many cases stand in each state and since when the oldest does, in the order of the way."""
    columns = (Case.state, func.count(), func.min(Case.since))
    rows = session.execute(listed(visible, *conditions).with_only_columns(*columns).group_by(Case.state))
    found = {state: WaitingCount(count, oldest) for state, count, oldest in rows}
    return {state: found[state] for state in machine.states() if state in found}


def by_area(
    session: Session, visible: ColumnElement[bool], *conditions: ColumnElement[bool]
) -> dict[str, int]:
    """How many cases there are in each village; those nobody could place are left out."""
    columns = (Household.area_code, func.count())
    statement = listed(visible, *conditions).with_only_columns(*columns).group_by(Household.area_code)
    return {code: count for code, count in session.execute(statement) if code}


def states_by_area(
    session: Session, visible: ColumnElement[bool], *conditions: ColumnElement[bool]
) -> list[tuple[str | None, str, int]]:
    """(village, state, how many) of the cases, for figures that are added up along the tree."""
    keys = (Household.area_code, Case.state)
    statement = listed(visible, *conditions).with_only_columns(*keys, func.count()).group_by(*keys)
    return [(code, state, count) for code, state, count in session.execute(statement)]


def found_in(session: Session, visible: ColumnElement[bool], column: Any) -> list[Any]:
    """The values that occur in a column of the cases, for a filter."""
    statement = listed(visible, column.is_not(None)).with_only_columns(column).distinct().order_by(column)
    return list(session.scalars(statement))


# --- why and by whom


def reasons(session: Session, case_ids: Iterable[str]) -> dict[str, ActStep]:
    """The newest counting act of each case that says why it went off the way or back."""
    statement = (
        select(Step, Act)
        .join(Act, Act.id == Step.act_id)
        .where(Step.case_id.in_(list(case_ids)), Step.kind.in_(REASONED), _counts(Step))
        .order_by(Step.place)
    )
    return {step.case_id: _done(step, act) for step, act in session.execute(statement)}


def newest_in(session: Session, kind: str, area_code: str) -> dict[str, Any]:
    """What the newest counting act of a kind in an area said: its details and texts; empty for none."""
    act = newest_act_in(session, area_code, kind)
    return {**act.details, **texts_of(act)} if act else {}


def done_by(
    session: Session, visible: ColumnElement[bool], envelope_id: str
) -> list[tuple[ActStep, Household, str | None]]:
    """What an act did, household by household one may see, with the head's name; nothing once revoked."""
    statement = (
        select(Step, Act, Household, Person.full_name)
        .join(Act, Act.id == Step.act_id)
        .join(Case, Case.id == Step.case_id)
        .join(Household, Household.id == Case.household_id)
        .outerjoin(Person, Person.id == Household.head_person_id)
        .where(Act.envelope_id == envelope_id, Step.kind == Act.kind, _counts(Step), visible)
        .order_by(Household.area_code, Household.sort_key, Household.id)
    )
    return [(_done(step, act), household, name) for step, act, household, name in session.execute(statement)]


def households_in(session: Session, act_ids: Iterable[int]) -> dict[int, int]:
    """How many households each act is about."""
    statement = select(Step.act_id, func.count()).where(Step.act_id.in_(list(act_ids)))
    return dict(session.execute(statement.group_by(Step.act_id)).all())


def _done(step: Step, act: Act) -> ActStep:
    return ActStep(step.kind, step.outcome, step.done_on, step.to_state, step.values, texts_of(act))


# --- obstacles (vướng mắc)

obstacle_kind: ColumnElement[str] = Step.values["kind"].as_string()
obstacle_lead: ColumnElement[str] = Step.values["lead"].as_string()
obstacle_due: ColumnElement[str] = Step.values["due"].as_string()
"""What an obstacle's step says: codes, and the day (ISO text) until which it is to be cleared."""


def overdue(today: date) -> ColumnElement[bool]:
    """An obstacle that should have been cleared by now."""
    return obstacle_due < today.isoformat()


def _obstacles(visible: ColumnElement[bool], *conditions: ColumnElement[bool]) -> Any:
    """Every open obstacle of an active case one may see; training left out."""
    return (
        select(Step, Act.envelope_id, Case.state, Household, Person.full_name)
        .join(Act, Act.id == Step.act_id)
        .join(Case, Case.id == Step.case_id)
        .join(Household, Household.id == Case.household_id)
        .outerjoin(Person, Person.id == Household.head_person_id)
        .where(Case.is_active, visible, ~Household.is_training, _is_open(Step, Act), *conditions)
    )


def obstacles(
    session: Session,
    visible: ColumnElement[bool],
    *conditions: ColumnElement[bool],
    names: bool,
    offset: int = 0,
    limit: int | None = None,
) -> list[OpenObstacle]:
    """Open obstacles, the first due first, those without a day last; names by right."""
    undated = case((obstacle_due.is_(None), 1), else_=0)
    ordered = _obstacles(visible, *conditions).order_by(undated, obstacle_due, Step.done_on, Step.id)
    return [
        OpenObstacle(
            act_id=act_id,
            household_id=household.id,
            head_name=full_name if names else None,
            area_code=household.area_code,
            state=state,
            since=step.done_on,
            kind=step.values.get("kind", "other"),
            lead=step.values.get("lead"),
            due=date.fromisoformat(step.values["due"]) if step.values.get("due") else None,
        )
        for step, act_id, state, household, full_name in session.execute(ordered.offset(offset).limit(limit))
    ]


def count_obstacles(session: Session, visible: ColumnElement[bool], *conditions: ColumnElement[bool]) -> int:
    """How many open obstacles the same conditions list."""
    return session.scalar(_obstacles(visible, *conditions).with_only_columns(func.count())) or 0


def obstacles_by(
    session: Session, visible: ColumnElement[bool], key: Any, *conditions: ColumnElement[bool]
) -> list[tuple[str, int]]:
    """How many open obstacles there are by `obstacle_kind` or `obstacle_lead`, the most frequent first."""
    statement = _obstacles(visible, *conditions).with_only_columns(key, func.count()).group_by(key)
    rows = [(code, count) for code, count in session.execute(statement) if code]
    return sorted(rows, key=lambda row: (-row[1], row[0]))


def obstacles_by_area(
    session: Session, visible: ColumnElement[bool], today: date, *conditions: ColumnElement[bool]
) -> list[tuple[str | None, int, int]]:
    """(village, open obstacles, those of them overdue today), for figures added up along the tree."""
    late = func.sum(case((overdue(today), 1), else_=0))
    columns = (Household.area_code, func.count(), late)
    statement = _obstacles(visible, *conditions).with_only_columns(*columns).group_by(Household.area_code)
    return [(code, count, int(late)) for code, count, late in session.execute(statement)]
