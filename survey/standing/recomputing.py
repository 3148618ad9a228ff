"""What is kept beside the records of a household, made again from them: cases, assessments, how it stands."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from survey import law
from survey.areas.queries import chunks
from survey.assessment.judging import counting_of
from survey.assessment.models import AssessmentRow
from survey.assessment.queries import replay
from survey.cases.actions import values_of
from survey.cases.models import Case
from survey.cases.queries import histories
from survey.problems import Problem
from survey.standing.actions import differing
from survey.standing.models import StandingLine
from survey.trail.verifying import Difference

COPIED = ("outcome", "house_class", "programme", "works_kind", "amount_vnd", "lapses_on")
"""What an assessment's row has of its result, for lists and sums."""


def differences(
    session: Session, household_ids: Sequence[str], today: date, walked: Callable[[int], object]
) -> Iterator[Difference]:
    """Whatever does not come out of the records again; `walked` is told of households looked at."""
    for ids in chunks(household_ids):
        yield from _cases(session, ids)
        yield from _assessments(session, ids)
        for household_id in differing(session, ids, today):
            yield Difference("standing_differs", StandingLine.__tablename__, household_id)
        session.expunge_all()
        walked(len(ids))


def _cases(session: Session, ids: Sequence[str]) -> Iterator[Difference]:
    for of_household in histories(session, ids).values():
        for history in of_household:
            if not _comes_out(history):
                yield Difference("case_differs", Case.__tablename__, history.case.id)


def _comes_out(history: Any) -> bool:
    try:
        told = values_of(history.progress)
    except (Problem, KeyError, ValueError):  # steps that no case can take
        return False
    case = history.case
    return case.flags == history.flags and all(getattr(case, name) == value for name, value in told.items())


def _assessments(session: Session, ids: Sequence[str]) -> Iterator[Difference]:
    name = AssessmentRow.__tablename__
    newest = select(func.max(AssessmentRow.id)).where(AssessmentRow.household_id.in_(ids))
    last = set(session.scalars(newest.group_by(AssessmentRow.household_id, AssessmentRow.survey_id)))
    counting = counting_of(session, ids)
    rows = select(AssessmentRow).where(AssessmentRow.household_id.in_(ids)).order_by(AssessmentRow.id)
    for row in session.scalars(rows):
        if not _is_replayed(session, row):
            yield Difference("assessment_differs", name, str(row.id))
        if row.is_current or row.is_beside:
            one = counting[row.household_id]
            counts = one.beside if row.is_beside else one.basis
            if row.id not in last or counts is None or counts.id != row.survey_id:
                yield Difference("assessment_not_newest", name, str(row.id))


def _is_replayed(session: Session, row: AssessmentRow) -> bool:
    try:
        made, kept = replay(session, row), law.Assessment.from_dict(row.result)
    except (Problem, AttributeError, KeyError, TypeError, ValueError):
        return False
    return made == kept and all(getattr(made, name) == getattr(row, name) for name in COPIED)
