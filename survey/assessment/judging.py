"""One household judged: which interview counts, on which days the law is asked, and what it says.

Nothing here depends on the day a record arrived or an assessment is made.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey import law
from survey.areas.places import path_on
from survey.assessment import facts as facts_of
from survey.assessment.models import AssessmentRow
from survey.cases import queries as cases
from survey.registry import queries as registry
from survey.registry.models import Household, Survey

Facts = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Counting:
    """The interview a household's programme and amount rest on, and a newer one beside it (đối chiếu lại)."""

    basis: Survey | None
    beside: Survey | None = None


def counting(session: Session, household_id: str) -> Counting:
    """Until approval the newest interview counts; from approval on, the one that the approval rested on."""
    newest = registry.latest_interview(session, household_id)
    approval = cases.approval_of(session, household_id)
    if approval is None:
        return Counting(newest)
    basis = _rested_on(session, approval.values)
    basis = basis or registry.latest_interview(session, household_id, approval.done_on) or newest
    return Counting(basis, newest if newest is not basis else None)


def _rested_on(session: Session, approved: Facts) -> Survey | None:
    """The interview that an approval names, as corrected since for its household.

    Older approvals name only the assessment kept of it, if there was one.
    """
    survey_id, assessment_id = approved.get("survey_id"), approved.get("assessment_id")
    if survey_id is None and assessment_id is not None:
        survey_id = session.get_one(AssessmentRow, assessment_id).survey_id
    survey = session.get(Survey, survey_id) if survey_id is not None else None
    return registry.newest_version(session, survey) if survey else None


def judge(session: Session, survey: Survey, book: law.LawBook, acts: Facts) -> law.Assessment:
    """What the law says of an interviewed household whose case tells these facts.

    The house is asked about on the day of the visit, programme and place on the day of entry.
    """
    household = session.get_one(Household, survey.household_id)
    place, entered_on = entry(survey, household.area_code, acts)
    known = facts_of.collect(session, survey, place, entered_on, acts)
    path = path_on(session, place, entered_on) if place else ()
    return law.assess(known, book.law_on(survey.visited_on, path))


def entry(survey: Any, area_code: str | None, acts: Facts) -> tuple[str | None, date]:
    """Where and on which day the household of an interview entered a programme; `area_code` is its own, for
    an interview that names no place.
    """
    return survey.area_code or area_code, acts.get("approved_on") or survey.visited_on


def for_approval(
    session: Session, household_id: str, book: law.LawBook, approved_on: date
) -> tuple[Survey, int | None, law.Assessment] | None:
    """What an approval on a day rests on: the interview that counted, the assessment kept of it, if any, and
    what the law says with the approval known; None for a household never interviewed.
    """
    survey = registry.latest_interview(session, household_id, approved_on)
    survey = survey or registry.latest_interview(session, household_id)
    if survey is None:
        return None
    newest = (
        select(AssessmentRow.id)
        .where(AssessmentRow.survey_id == survey.id)
        .order_by(AssessmentRow.is_current.desc(), AssessmentRow.id.desc())
    )
    acts = cases.act_facts(session, household_id) | {"registered": True, "approved_on": approved_on}
    return survey, session.scalar(newest.limit(1)), judge(session, survey, book, acts)
