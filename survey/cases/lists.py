"""Work lists: conditions by which lists, counts and exports choose cases, and what they show of them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, select
from sqlalchemy.orm import Session, aliased

from survey.cases import machine
from survey.cases.models import Act, ActPhoto, Case, Step
from survey.cases.queries import SCAN_SLOT, newest_act_in, texts_of
from survey.cases.rows import ActStep
from survey.registry.models import Household, Person, Photo

REASONED = tuple(kind for kind, act in machine.acts().items() if act.reasoned)
"""Acts that take a household off the way, or back, and say why."""


# --- conditions, to be put into the lists and counts of `queries`


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


def is_open(step: Any, act: Any) -> ColumnElement[bool]:
    """This step is an obstacle that counts and that no later step ended."""
    end = aliased(Step)
    ended = exists().where(
        end.case_id == step.case_id,
        end.kind == "obstacle_end",
        end.values["obstacle"].as_string() == act.envelope_id,
        _counts(end),
    )
    return and_(step.kind == "obstacle", _counts(step), ~ended)


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
