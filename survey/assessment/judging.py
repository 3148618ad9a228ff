"""One household judged: which interview counts, on which days the law is asked, and what it says.

Nothing here depends on the day a record arrived or an assessment is made.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey import law
from survey.areas.places import path_on
from survey.assessment import facts as facts_of
from survey.assessment.models import AssessmentRow
from survey.cases import queries as cases
from survey.cases.models import Step
from survey.registry import queries as registry
from survey.registry.models import Household, Survey

Facts = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Counting:
    """The interview a household's programme and amount rest on, and a newer one beside it (đối chiếu lại).

    `acts` is what the household's case tells the law.
    """

    basis: Survey | None
    beside: Survey | None = None
    acts: Facts = field(default_factory=dict)


def counting(session: Session, household_id: str) -> Counting:
    """Until approval the newest interview counts; from approval on, the one that the approval rested on."""
    return counting_of(session, [household_id])[household_id]


def counting_of(session: Session, household_ids: Sequence[str]) -> dict[str, Counting]:
    """By household what `counting` says of it; each one asked for has an entry."""
    newest = registry.latest_interviews(session, household_ids)
    of_households = cases.cases_of(session, household_ids)
    approvals = cases.approvals_of(session, of_households.values())
    rested_on = _rested_on(session, approvals, newest)
    found = {}
    for household_id in household_ids:
        latest, basis = newest.get(household_id), rested_on.get(household_id)
        if household_id in approvals and basis is None:
            until = approvals[household_id].done_on
            basis = registry.latest_interview(session, household_id, until)
        basis = basis or latest
        acts = cases.case_facts(of_households.get(household_id))
        found[household_id] = Counting(basis, latest if latest is not basis else None, acts)
    return found


def _rested_on(
    session: Session, approvals: Mapping[str, Step], latest: Mapping[str, Survey]
) -> dict[str, Survey]:
    """The interviews that approvals name, as corrected since for their household.

    Older approvals name only the assessment kept of it, if there was one. The latest interview is not
    corrected: where an approval names it, nothing is looked up.
    """
    named: dict[str, int] = {}
    found: dict[str, Survey] = {}
    for household_id, approval in approvals.items():
        survey_id, assessment_id = (approval.values.get(name) for name in ("survey_id", "assessment_id"))
        if survey_id is None and assessment_id is not None:
            survey_id = session.get_one(AssessmentRow, assessment_id).survey_id
        if household_id in latest and latest[household_id].id == survey_id:
            found[household_id] = latest[household_id]
        elif survey_id is not None:
            named[household_id] = survey_id
    newest = registry.newest_versions(session, list(named.values())) if named else {}
    return found | {household_id: newest[id_] for household_id, id_ in named.items() if id_ in newest}


def judge(session: Session, survey: Survey, book: law.LawBook, acts: Facts) -> law.Assessment:
    """What the law says of an interviewed household whose case tells these facts; see `judge_all`."""
    return judge_all(session, [(survey, acts)], book)[0]


def judge_all(
    session: Session, asked: Sequence[tuple[Survey, Facts]], book: law.LawBook
) -> list[law.Assessment]:
    """What the law says of each interviewed household whose case tells these facts.

    The house is asked about on the day of the visit, programme and place on the day of entry.
    """
    records = facts_of.records_of(session, [survey for survey, _ in asked])
    return [judge_told(session, survey, book, acts, records[survey.id]) for survey, acts in asked]


def judge_told(
    session: Session, survey: Survey, book: law.LawBook, acts: Facts, records: Facts
) -> law.Assessment:
    """The same of one whose dated statuses (see `facts.records_of`) are at hand."""
    area_code = survey.area_code or session.get_one(Household, survey.household_id).area_code
    place, entered_on = entry(survey, area_code, acts)
    known = book.known(facts_of.collect(session, survey, place, entered_on, acts, records))
    path = path_on(session, place, entered_on) if place else ()
    return law.assess(known, book.law_on(survey.visited_on, path))


def entry(survey: Any, area_code: str | None, acts: Facts) -> tuple[str | None, date]:
    """Where and on which day the household of an interview entered a programme; `area_code` is its own, for
    an interview that names no place.
    """
    return survey.area_code or area_code, acts.get("approved_on") or survey.visited_on


@dataclass(frozen=True, slots=True)
class Approvable:
    """What an approval rests on: the interview that counted, the assessment kept of it, if any, and what the
    law says with the approval known.
    """

    survey: Survey
    assessment_id: int | None
    made: law.Assessment


def for_approval(
    session: Session, household_ids: Sequence[str], book: law.LawBook, approved_on: date
) -> dict[str, Approvable]:
    """What an approval of each household on a day would rest on; none for one that was never interviewed."""
    surveys = registry.latest_interviews(session, household_ids, approved_on)
    if later := [each for each in household_ids if each not in surveys]:
        surveys |= registry.latest_interviews(session, later)
    kept = select(AssessmentRow.survey_id, AssessmentRow.id).where(
        AssessmentRow.survey_id.in_([survey.id for survey in surveys.values()])
    )
    newest_last = session.execute(kept.order_by(AssessmentRow.is_current, AssessmentRow.id))
    assessment_ids = {row.survey_id: row.id for row in newest_last}
    of_households = cases.cases_of(session, household_ids)
    entered = {"registered": True, "approved_on": approved_on}
    asked = [(one, cases.case_facts(of_households.get(id_)) | entered) for id_, one in surveys.items()]
    return {
        survey.household_id: Approvable(survey, assessment_ids.get(survey.id), made)
        for (survey, _), made in zip(asked, judge_all(session, asked, book), strict=True)
    }
