"""A household judged anew after what arrived about it; it is where the interview that counts found it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from survey.assessment import queries as assessment
from survey.assessment.actions import assess_household
from survey.intake import queries
from survey.intake.rows import IntakeContext
from survey.registry.actions import follow
from survey.registry.models import Household, Survey
from survey.registry.queries import persons
from survey.registry.rows import Point


def judge_anew(session: Session, household_id: str, context: IntakeContext) -> None:
    """Assess a household again; where another interview counts now, area, point and head follow it.

    One that stands beside an approval moves nothing: the approved household is where it was approved.
    """
    before = assessment.current(session, household_id)
    after = assess_household(session, household_id, context.book, context.now)
    if after is None or (before is not None and before.survey_id == after.survey_id):
        return
    counted = session.get(Survey, before.survey_id) if before is not None else None
    _follow(session, session.get_one(Survey, after.survey_id), counted)


def _follow(session: Session, survey: Survey, counted: Survey | None) -> None:
    """The household follows an interview in the place of the one that counted before.

    A change of head is an act of its own: only a later visit names another head than the act did.
    """
    household = session.get_one(Household, survey.household_id)
    told = persons(session, survey.person_ids)
    is_later = counted is None or counted.visited_on < survey.visited_on
    is_as_told = counted is None or household.head_person_id in (None, *counted.person_ids)
    follow(household, survey.area_code, _point_of(session, survey), told if is_later or is_as_told else ())
    session.flush()


def _point_of(session: Session, survey: Survey) -> Point | None:
    """The point that a stored interview told, as it was received."""
    sent = queries.version(session, survey.envelope_id, survey.version)
    return point_told(json.loads(sent.body)["payload"].get("point")) if sent and sent.body else None


def point_told(value: Mapping[str, Any] | None) -> Point | None:
    """The answer to the point question as a position; none when the house was not (or wrongly) placed."""
    if not value or not {"lon", "lat"} <= set(value):
        return None
    return Point(value["lon"], value["lat"], value.get("accuracy_m"), value.get("source", "gnss"))
