"""Reads: houses with their current assessment, counts, history. Each takes the viewer's condition."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, bindparam, select
from sqlalchemy.orm import Session, defer

from survey import law
from survey.areas.tree import MARK, REVISION_KEPT
from survey.assessment.models import (
    AmountPattern,
    AssessmentRow,
    LawRelease,
    LawText,
)
from survey.db import know
from survey.problems import Problem
from survey.registry.models import Household, Survey

NOT_ASSESSED = "not_assessed"
EACH_TIME = 1000
"""Rows fetched at a time where all are walked through."""
_books: dict[str, law.LawBook] = {}
"""Parsed laws by hash: immutable, few, and 10 ms each to parse."""


def patterns(session: Session) -> dict[int, AmountPattern]:
    """Every pattern by its id; they are few."""
    return {row.id: row for row in session.scalars(select(AmountPattern))}


def amount_on(told: Any, levels: Mapping[int, AmountPattern], on: date) -> int | None:
    """An amount as of a day: that of a house begun on it, where no start is known yet; none once lapsed.

    `told` has the lapses_on, amount_vnd and amount_pattern_id of an assessment.
    """
    if told.lapses_on is not None and told.lapses_on <= on:
        return None
    return begun_on(told.amount_vnd, levels.get(told.amount_pattern_id or 0), on)


def begun_on(amount_vnd: int | None, pattern: AmountPattern | None, on: date) -> int | None:
    """The amount of a house begun on a day."""
    later = pattern.as_of(on)[0] if pattern else None
    return amount_vnd if later is None else later


def current(session: Session, household_id: str) -> AssessmentRow | None:
    """The assessment that counts, with its whole result; None while nobody was interviewed."""
    return session.scalar(
        select(AssessmentRow).where(AssessmentRow.household_id == household_id, AssessmentRow.is_current)
    )


def newest(session: Session, household_id: str) -> AssessmentRow | None:
    """The assessment of the household's newest interview: the one beside the current one, if there is any."""
    return newest_of(session, [household_id]).get(household_id)


_of_these = AssessmentRow.household_id.in_(bindparam("households", expanding=True))
_newest_of = (  # these are made once: every act asks
    select(AssessmentRow)
    .where(_of_these, AssessmentRow.is_current | AssessmentRow.is_beside)
    .order_by(AssessmentRow.is_beside)
    .options(defer(AssessmentRow.result))
)
_current_of = (
    select(AssessmentRow).where(_of_these, AssessmentRow.is_current).options(defer(AssessmentRow.result))
)
_counted_of = (
    select(Survey)
    .join(AssessmentRow, AssessmentRow.survey_id == Survey.id)
    .where(_of_these, AssessmentRow.is_current)
)


def newest_of(session: Session, household_ids: Sequence[str]) -> dict[str, AssessmentRow]:
    """By household the assessment that `newest` finds; one never assessed is absent."""
    rows = session.scalars(_newest_of, {"households": household_ids})
    return {row.household_id: row for row in rows}


def current_of(session: Session, household_ids: Sequence[str]) -> dict[str, AssessmentRow]:
    """The current assessments of many households; whole results are read where they are asked."""
    rows = session.scalars(_current_of, {"households": household_ids})
    return {row.household_id: row for row in rows}


def counted_of(session: Session, household_ids: Sequence[str]) -> dict[str, Survey]:
    """The interviews that the current assessments of households are of."""
    surveys = session.scalars(_counted_of, {"households": household_ids})
    return {survey.household_id: survey for survey in surveys}


def history(session: Session, household_id: str) -> list[AssessmentRow]:
    """All assessments of one household, newest first."""
    statement = select(AssessmentRow).where(AssessmentRow.household_id == household_id)
    return list(session.scalars(statement.order_by(AssessmentRow.id.desc())))


def release(session: Session, sha256: str) -> law.LawBook:
    """A kept law by its hash. Problem 5002 when it is not there."""
    book = _books.get(sha256)
    if book is None:
        row = session.get(LawText, sha256)
        if row is None:
            raise Problem(5002, release=sha256[:12])
        book = _books[sha256] = law.LawBook.from_canonical(row.canonical)
    return book


def in_force(session: Session) -> law.LawBook | None:
    """The law released last, by which the server assesses; None when none was released yet.

    Whoever asks for it asks about places next: the mark of the areas is read with it.
    """
    sha256, mark = session.execute(_newest_release).one()
    know(session, REVISION_KEPT, mark or "")
    return release(session, sha256) if sha256 else None


_newest_release = select(
    select(LawRelease.sha256).order_by(LawRelease.id.desc()).limit(1).scalar_subquery(),
    MARK.scalar_subquery(),
)


def releases(session: Session) -> list[LawRelease]:
    """All releases, newest first."""
    return list(session.scalars(select(LawRelease).order_by(LawRelease.id.desc())))


def current_facts(session: Session) -> Iterator[law.Household]:
    """What every current assessment was told, for `law compare`."""
    statement = select(AssessmentRow.result).where(AssessmentRow.is_current)
    for result in session.scalars(statement.execution_options(yield_per=EACH_TIME)):
        yield law.Household.of_stored(result)


def replay(session: Session, row: AssessmentRow) -> law.Assessment:
    """The stored assessment computed again from its own facts and release; must equal what is stored."""
    return law.replay(law.Assessment.from_dict(row.result), release(session, row.release_sha256))


def household_ids(session: Session, *conditions: ColumnElement[bool]) -> list[str]:
    """The ids of all households that fit, training ones included, neighbours together."""
    wanted = select(Household.id).where(*conditions).order_by(Household.area_code, Household.id)
    return list(session.scalars(wanted))
