"""Writes of the assessments: assess a household again, keep a release of the law."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from survey import law
from survey.access.audit import record
from survey.areas import queries as areas
from survey.assessment import facts as facts_of
from survey.assessment import queries
from survey.assessment.models import AssessmentRow, LawRelease, LawText
from survey.assessment.rows import Reassessed
from survey.db import add_once
from survey.registry import queries as registry
from survey.registry.models import Household, Survey


def keep_text(session: Session, book: law.Book) -> None:
    """Keep the text of a law under its hash, so that what is assessed by it can be replayed."""
    if session.scalar(select(LawText.sha256).where(LawText.sha256 == book.release)) is None:
        add_once(session, LawText(sha256=book.release, canonical=book.canonical()))


def store_release(session: Session, book: law.Book, released_by: int | None, released_at: datetime) -> str:
    """Make this law the one the server assesses by from now on (ban hành bản luật). Returns its hash."""
    keep_text(session, book)
    session.add(LawRelease(sha256=book.release, released_by=released_by, released_at=released_at))
    session.flush()
    record(
        session,
        at=released_at,
        actor_id=released_by,
        action="law.release",
        subject_kind="law",
        subject_id=book.release,
    )
    return book.release


def assess_survey(session: Session, survey: Survey, book: law.Book, on: date, at: datetime) -> AssessmentRow:
    """Assess the household of an interview by the law of `on` and make the result current.

    The old assessment stays, no longer current. The law is kept with it.
    """
    keep_text(session, book)
    household = session.get_one(Household, survey.household_id)
    path = areas.path(session, household.area_code, on) if household.area_code else ()
    known = facts_of.collect(session, survey, path, on)
    result = law.assess(known, book.law_on(on, path))
    session.execute(
        update(AssessmentRow)
        .where(AssessmentRow.household_id == survey.household_id, AssessmentRow.is_current)
        .values(is_current=False)
    )
    row = AssessmentRow(
        household_id=survey.household_id,
        survey_id=survey.id,
        assessed_on=on,
        assessed_at=at,
        release_sha256=book.release,
        engine_version=law.ENGINE_VERSION,
        result=result.to_dict(),
        outcome=result.outcome,
        house_class=result.house_class,
        programme=result.programme,
        works_kind=result.works_kind,
        amount_vnd=result.amount_vnd,
        is_provisional=result.provisional,
    )
    session.add(row)
    session.flush()
    return row


def reassess(
    session: Session, household_ids: Iterable[str], book: law.Book, on: date, at: datetime
) -> Iterator[Reassessed]:
    """Assess each household's newest interview again; households without one are passed over."""
    for household_id in household_ids:
        survey = registry.latest_interview(session, household_id)
        if survey is None:
            continue
        before = queries.current(session, household_id)
        old = (before.outcome, before.programme, before.amount_vnd) if before else None
        after = assess_survey(session, survey, book, on, at)
        yield Reassessed(household_id, old != (after.outcome, after.programme, after.amount_vnd))
