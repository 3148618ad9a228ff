"""Writes of the assessments: assess a household again, keep a release of the law."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from survey import law
from survey.access.audit import record
from survey.assessment.bulk import Anew, Judge
from survey.assessment.judging import counting, judge
from survey.assessment.models import AmountPattern, AssessmentRow, AssessmentStretch, LawRelease, LawText
from survey.assessment.rows import Reassessment
from survey.cases.queries import act_facts
from survey.days import day_of
from survey.db import add_once
from survey.registry.models import Household

AT_A_TIME = 1000
"""Households assessed again together."""


def keep_text(session: Session, book: law.LawBook) -> None:
    """Keep the text of a law under its hash, so that what is assessed by it can be replayed."""
    if session.scalar(select(LawText.sha256).where(LawText.sha256 == book.release)) is None:
        add_once(session, LawText(sha256=book.release, canonical=book.canonical()))


def store_release(session: Session, book: law.LawBook, released_by: int | None, released_at: datetime) -> str:
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


def assess_household(
    session: Session, household_id: str, book: law.LawBook, at: datetime
) -> AssessmentRow | None:
    """Assess a household by its own days and make the result current; None where no interview counts.

    The old assessment stays, no longer current. The law is kept with it. An interview newer than the one an
    approval rested on is assessed beside it.
    """
    found = counting(session, household_id)
    session.execute(
        update(AssessmentRow)
        .where(AssessmentRow.household_id == household_id, AssessmentRow.is_current | AssessmentRow.is_beside)
        .values(is_current=False, is_beside=False)
    )
    if found.basis is None:
        return None
    keep_text(session, book)
    acts = act_facts(session, household_id)
    if found.beside is not None:
        _keep(session, found.beside, judge(session, found.beside, book, acts), at, is_beside=True)
    return _keep(session, found.basis, judge(session, found.basis, book, acts), at)


def _keep(
    session: Session, survey: Any, result: law.Assessment, at: datetime, *, is_beside: bool = False
) -> AssessmentRow:
    row = AssessmentRow(
        household_id=survey.household_id,
        survey_id=survey.id,
        is_current=not is_beside,
        is_beside=is_beside,
        assessed_on=day_of(at),
        assessed_at=at,
        release_sha256=result.release,
        engine_version=law.ENGINE_VERSION,
        result=result.to_dict(),
        outcome=result.outcome,
        house_class=result.house_class,
        programme=result.programme,
        works_kind=result.works_kind,
        amount_vnd=result.amount_vnd,
        amount_pattern_id=_pattern(session, result.components),
        is_provisional=result.provisional,
        lapses_on=result.lapses_on,
    )
    session.add(row)
    session.flush()
    ends = [one.first - timedelta(days=1) for one in result.if_started[1:]]
    for one, ends_on in zip(result.if_started, [*ends, None], strict=False):
        session.add(
            AssessmentStretch(
                assessment_id=row.id,
                starts_on=one.first,
                ends_on=ends_on,
                programme=one.programme,
                amount_vnd=one.amount_vnd,
                amount_pattern_id=_pattern(session, one.components),
            )
        )
    session.flush()
    return row


def _pattern(session: Session, components: Sequence[law.ComponentAmount]) -> int | None:
    """The id of the pattern of these components, kept once; None where there is nothing."""
    if not components:
        return None
    parts = [
        {
            "code": one.code,
            "kind": one.kind,
            "payer": one.payer,
            "amount_vnd": one.amount_vnd,
            "is_apart": one.is_apart,
        }
        for one in components
    ]
    sha256 = hashlib.sha256(json.dumps(parts, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
    wanted = select(AmountPattern.id).where(AmountPattern.sha256 == sha256)
    found = session.scalar(wanted)
    if found is None:
        _one_writer(session)
        add_once(session, AmountPattern(sha256=sha256, parts=parts))
        found = session.scalar(wanted)
    return found


def _one_writer(session: Session) -> None:
    """New patterns are kept by one transaction at a time: two that keep the same in another order would each
    wait for the other. SQLite has one writer anyway.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("LOCK TABLE amount_patterns IN SHARE ROW EXCLUSIVE MODE"))


def reassess(
    session: Session, household_ids: Iterable[str], book: law.LawBook, at: datetime
) -> Iterator[Reassessment]:
    """Assess households again, each by its own days; those never interviewed are passed over."""
    judge, ids = Judge(book), list(dict.fromkeys(household_ids))
    for start in range(0, len(ids), AT_A_TIME):
        yield from reassess_some(session, ids[start : start + AT_A_TIME], judge, at)


def reassess_some(
    session: Session, household_ids: Sequence[str], judge: Judge, at: datetime
) -> Iterator[Reassessment]:
    """The same of as many different households as one statement may name.

    What would be stored as it is stays as it is. Nobody else's writes about these households come between.
    """
    locked = select(Household.id).where(Household.id.in_(household_ids)).order_by(Household.id)
    session.execute(locked.with_for_update()).all()
    anew = judge.anew(session, household_ids)
    outdated = [row.id for one in anew for row in one.outdated]
    if outdated:
        session.execute(
            update(AssessmentRow)
            .where(AssessmentRow.id.in_(outdated))
            .values(is_current=False, is_beside=False)
        )
    if not all(one.is_kept for one in anew):
        keep_text(session, judge.book)
    for one in anew:
        for judged in one.judged:
            if not judged.is_kept:
                _keep(session, judged.survey, judged.assessment, at, is_beside=judged.is_beside)
    yield from told(anew)


def told(anew: Iterable[Anew]) -> Iterator[Reassessment]:
    """How households came out; those never interviewed are passed over."""
    for one in anew:
        now = next((judged.like for judged in one.judged if not judged.is_beside), None)
        if now is not None:
            has_changed = one.before is None or _noticed(one.before) != _noticed(now)
            yield Reassessment(one.household_id, has_changed, one.is_kept, now.outcome, now.missing_facts)


def _noticed(one: Any) -> tuple[Any, ...]:
    """What an assessment says that people would notice if it came out otherwise."""
    return one.outcome, one.programme, one.amount_vnd, one.lapses_on
