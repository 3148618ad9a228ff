"""What the level above looks at: joined duties, a whole life in one hand, decisions against the result."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, String, cast, exists, or_, select
from sqlalchemy.orm import Session, aliased

from survey.access.models import User
from survey.approval.duties import DutyBook
from survey.assessment.models import AssessmentRow
from survey.cases import queries as cases
from survey.cases.models import Act, Case, Step
from survey.law.assessment import ELIGIBLE
from survey.registry.models import Household, Person

JOINED, ONE_HAND = "duties_joined", "one_hand"
KINDS = ("approval", "payment")


@dataclass(frozen=True, slots=True)
class Watched:
    """One household's decision or payment that somebody above looks at, and whether it is drawn for checking.

    `flag` is what joined its duties (with the unit and the act that allows it); `against` the outcome it was
    decided against, open until the assessment says otherwise. Name None without right.
    """

    household_id: str
    case_id: str
    head_name: str | None
    area_code: str | None
    kind: str
    act_id: str
    done_on: date
    actor_name: str | None
    flag: dict[str, Any] | None
    against: str | None
    is_open: bool
    official_act_id: int | None
    reason: str | None
    is_drawn: bool


def watched(session: Session, visible: ColumnElement[bool], book: DutyBook, *, names: bool) -> list[Watched]:
    """Counting approvals and payments that are watched, the newest first."""
    later = aliased(Step)
    joined = [cast(Act.flags, String).contains(code) for code in (JOINED, ONE_HAND)]
    statement = (
        select(Step, Act, Case, Household, Person.full_name, User.full_name, AssessmentRow.outcome)
        .join(Act, Act.id == Step.act_id)
        .join(Case, Case.id == Step.case_id)
        .join(Household, Household.id == Case.household_id)
        .outerjoin(Person, Person.id == Household.head_person_id)
        .outerjoin(User, User.id == Act.actor_id)
        .outerjoin(AssessmentRow, (AssessmentRow.household_id == Household.id) & AssessmentRow.is_current)
        .where(visible, Step.kind.in_(KINDS), ~exists().where(later.replaces_id == Step.id))
        .where(or_(*joined, cast(Step.values, String).contains('"against"')))
        .order_by(Step.id.desc())
    )
    return [one for row in session.execute(statement) for one in _watched(tuple(row), book, names=names)]


def _watched(row: tuple[Any, ...], book: DutyBook, *, names: bool) -> Iterator[Watched]:
    """The line of one step; none where the flags of its act are about other households only."""
    step, act, case, household, head_name, actor_name, outcome = row
    ours = (flag for flag in act.flags if flag.get("household") == household.id)
    flag = next((flag for flag in ours if flag["code"] in (JOINED, ONE_HAND)), None)
    against = step.values.get("against")
    if flag is None and against is None:
        return
    yield Watched(
        household_id=household.id,
        case_id=case.id,
        head_name=head_name if names else None,
        area_code=household.area_code,
        kind=step.kind,
        act_id=act.envelope_id,
        done_on=step.done_on,
        actor_name=actor_name,
        flag=flag,
        against=against,
        is_open=against is not None and outcome not in ELIGIBLE,
        official_act_id=step.values.get("official_act"),
        reason=cases.texts_of(act).get("against_reason") if names else None,
        is_drawn=flag is not None and book.is_drawn(case.id),
    )
