"""Writes of the assessments: assess a household again, keep a release of the law."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from survey import law
from survey.access.audit import record
from survey.assessment.bulk import Anew, Judge
from survey.assessment.facts import first_told
from survey.assessment.judging import counting_of, judge_all, judge_told
from survey.assessment.models import AmountPattern, AssessmentRow, LawRelease, LawText
from survey.assessment.rows import Reassessment
from survey.days import day_of
from survey.db import add_once, add_rows, lasting
from survey.registry.actions import lock
from survey.registry.models import Survey
from survey.registry.rows import NewStatus
from survey.touched import ASSESSED, touch

PART = ("code", "kind", "payer", "amount_vnd", "is_apart")
"""What a pattern keeps of each component."""
AT_A_TIME = 1000
"""Households assessed again together."""


def keep_text(session: Session, book: law.LawBook) -> None:
    """Keep the text of a law under its hash, so that what is assessed by it can be replayed."""
    wanted = select(LawText.sha256).where(LawText.sha256 == book.release)
    lasting(
        session,
        "law_texts",
        book.release,
        lambda: session.scalar(wanted),
        lambda: add_once(session, LawText(sha256=book.release, canonical=book.canonical())),
    )


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
    """Assess one household; see `assess_households`. None where no interview counts."""
    return assess_households(session, [household_id], book, at).get(household_id)


def assess_households(
    session: Session, household_ids: Sequence[str], book: law.LawBook, at: datetime
) -> dict[str, AssessmentRow]:
    """Assess households by their own days and make the results current; none where no interview counts.

    The old assessment stays, no longer current. The law is kept with it. An interview newer than the one an
    approval rested on is assessed beside it.
    """
    found = counting_of(session, household_ids)
    session.execute(
        update(AssessmentRow)
        .where(
            AssessmentRow.household_id.in_(household_ids), AssessmentRow.is_current | AssessmentRow.is_beside
        )
        .values(is_current=False, is_beside=False)
    )
    touch(session, household_ids, ASSESSED)
    asked = [(one.beside, one.acts, True) for one in found.values() if one.beside]
    asked += [(one.basis, one.acts, False) for one in found.values() if one.basis]
    made = judge_all(session, [(survey, acts) for survey, acts, _ in asked], book)
    rows = [
        _row(session, survey, result, at, is_beside=is_beside)
        for (survey, _, is_beside), result in zip(asked, made, strict=True)
    ]
    _keep(session, rows, book)
    return {row.household_id: row for row in rows if row.is_current}


def assess_first(
    session: Session, survey: Survey, statuses: Sequence[NewStatus], book: law.LawBook, at: datetime
) -> None:
    """Assess a household by its first survey, an interview, and the statuses told in it: nothing else is
    known of it, so nothing is looked up.
    """
    result = judge_told(session, survey, book, {}, first_told(statuses))
    _keep(session, [_row(session, survey, result, at)], book)


def _row(
    session: Session, survey: Any, result: law.Assessment, at: datetime, *, is_beside: bool = False
) -> AssessmentRow:
    return AssessmentRow(
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
        amount_pattern_id=_pattern(session, result),
        is_provisional=result.provisional,
        lapses_on=result.lapses_on,
    )


def _keep(session: Session, rows: Sequence[AssessmentRow], book: law.LawBook) -> None:
    """Store assessments with the law that they used."""
    if rows:
        keep_text(session, book)
        add_rows(session, rows)


def _pattern(session: Session, result: law.Assessment) -> int | None:
    """The id of the pattern of an amount, kept once; None where there is nothing, now or later."""
    parts = _parts(result.components)
    later = [[one.first.isoformat(), one.amount_vnd, _parts(one.components)] for one in result.if_started]
    if not (parts or later):
        return None
    sha256 = pattern_hash(parts, later)
    wanted = select(AmountPattern.id).where(AmountPattern.sha256 == sha256)

    def make() -> None:
        _one_writer(session)
        add_once(session, AmountPattern(sha256=sha256, parts=parts, later=later))

    return lasting(session, "amount_patterns", sha256, lambda: session.scalar(wanted), make)


def _parts(components: Sequence[law.ComponentAmount]) -> list[dict[str, Any]]:
    return [{name: getattr(one, name) for name in PART} for one in components]


def pattern_hash(parts: list[Any], later: list[Any]) -> str:
    """The hash under which a pattern is known; one without later levels has that of its parts alone."""
    told = json.dumps([parts, later] if later else parts, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(told.encode()).hexdigest()


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
    lock(session, household_ids)
    anew = judge.anew(session, household_ids)
    outdated = [row.id for one in anew for row in one.outdated]
    if outdated:
        session.execute(
            update(AssessmentRow)
            .where(AssessmentRow.id.in_(outdated))
            .values(is_current=False, is_beside=False)
        )
    touch(session, [one.household_id for one in anew if not one.is_kept], ASSESSED)
    new = [judged for one in anew for judged in one.judged if not judged.is_kept]
    rows = [_row(session, one.survey, one.assessment, at, is_beside=one.is_beside) for one in new]
    _keep(session, rows, judge.book)
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
