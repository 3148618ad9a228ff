"""A household judged anew after what arrived about it; it is where the interview that counts found it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from survey.assessment import queries as assessment
from survey.assessment.actions import assess_households
from survey.intake import queries
from survey.intake.rows import IntakeContext
from survey.registry.actions import follow
from survey.registry.models import Household, Person, Survey
from survey.registry.queries import persons
from survey.registry.rows import Point


def judge_anew(
    session: Session,
    household_ids: Sequence[str],
    context: IntakeContext,
    told: Told | None = None,
    counted: Mapping[str, Survey] | None = None,
) -> None:
    """Assess households again; where another interview counts now, area, point and head follow it.

    One that stands beside an approval moves nothing: the approved household is where it was approved. What
    the interview that arrived just now has `told` need not be read, nor which interviews `counted` until now.
    """
    before = assessment.counted_of(session, household_ids) if counted is None else counted
    after = assess_households(session, household_ids, context.book, context.now)
    for household_id, row in after.items():
        last = before.get(household_id)
        if last is None or last.id != row.survey_id:
            survey = session.get_one(Survey, row.survey_id)
            is_told = told is not None and told.survey is survey
            _follow(session, told if told and is_told else _told(session, survey), last)


@dataclass(frozen=True, slots=True)
class Told:
    """What an interview tells of where a household is and who lives there."""

    survey: Survey
    point: Point | None
    persons: Sequence[Person]


def _told(session: Session, survey: Survey) -> Told:
    return Told(survey, _point_of(session, survey), persons(session, survey.person_ids))


def _follow(session: Session, told: Told, counted: Survey | None) -> None:
    """The household follows an interview in the place of the one that counted before.

    A change of head is an act of its own: only a later visit names another head than the act did.
    """
    survey = told.survey
    household = session.get_one(Household, survey.household_id)
    is_later = counted is None or counted.visited_on < survey.visited_on
    is_as_told = counted is None or household.head_person_id in (None, *counted.person_ids)
    follow(household, survey.area_code, told.point, told.persons if is_later or is_as_told else ())


def _point_of(session: Session, survey: Survey) -> Point | None:
    """The point that a stored interview told, as it was received."""
    sent = queries.version(session, survey.envelope_id, survey.version)
    return point_told(json.loads(sent.body)["payload"].get("point")) if sent and sent.body else None


def point_told(value: Mapping[str, Any] | None) -> Point | None:
    """The answer to the point question as a position; none when the house was not (or wrongly) placed."""
    if not value or not {"lon", "lat"} <= set(value):
        return None
    return Point(value["lon"], value["lat"], value.get("accuracy_m"), value.get("source", "gnss"))
