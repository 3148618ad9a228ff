"""Reads: houses with their current assessment, counts, history. Each takes the viewer's condition."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from survey import law
from survey.assessment.models import (
    LAPSED,
    SOON,
    AmountPattern,
    AssessmentRow,
    AssessmentStretch,
    LawRelease,
    LawText,
)
from survey.assessment.rows import Count, HouseRow
from survey.law.assessment import ELIGIBLE
from survey.problems import Problem
from survey.registry.models import Household, Person, Survey

NOT_ASSESSED = "not_assessed"
EACH_TIME = 1000
"""Rows fetched at a time where all are walked through."""
_books: dict[str, law.LawBook] = {}
"""Parsed laws by hash: immutable, few, and 10 ms each to parse."""


def outcome(as_of: date) -> ColumnElement[str]:
    """The outcome of a household's current assessment as of a day: `lapsed` where its programme has ended
    without it, or `not_assessed`.
    """
    told = func.coalesce(AssessmentRow.outcome, NOT_ASSESSED)
    return case((AssessmentRow.lapses_on <= as_of, LAPSED), else_=told)


def amount_vnd(as_of: date) -> ColumnElement[int]:
    """The amount of a current assessment as of a day: that of a house begun on it, if none is begun yet; none
    once its programme has ended without it.
    """
    later = select(AssessmentStretch.amount_vnd).where(*_begun(as_of))
    amount = func.coalesce(later.correlate(AssessmentRow).scalar_subquery(), AssessmentRow.amount_vnd)
    return case((AssessmentRow.lapses_on <= as_of, None), else_=amount)


def _begun(as_of: date) -> tuple[ColumnElement[bool], ...]:
    """The stretch of a current assessment for a house begun on a day."""
    return (
        AssessmentStretch.assessment_id == AssessmentRow.id,
        AssessmentStretch.starts_on <= as_of,
        AssessmentStretch.ends_on.is_(None) | (AssessmentStretch.ends_on >= as_of),
    )


def amount_pattern(as_of: date) -> ColumnElement[int]:
    """What the amount as of a day is made of (`AmountPattern`), chosen as `amount_vnd` is; a later start that
    would get nothing has no pattern.
    """
    later = select(AssessmentStretch.amount_pattern_id).where(*_begun(as_of)).correlate(AssessmentRow)
    return case(
        (AssessmentRow.lapses_on <= as_of, None),
        (later.exists(), later.scalar_subquery()),
        else_=AssessmentRow.amount_pattern_id,
    )


def patterns(session: Session) -> dict[int, list[dict[str, Any]]]:
    """The components of every pattern by its id; they are few."""
    return {row.id: row.parts for row in session.scalars(select(AmountPattern))}


def lapses_soon(as_of: date) -> ColumnElement[bool]:
    """Its programme ends without the household within `SOON` of a day, and would help it until then."""
    is_soon = and_(AssessmentRow.lapses_on > as_of, AssessmentRow.lapses_on <= as_of + SOON)
    return and_(is_soon, AssessmentRow.outcome.in_(ELIGIBLE))


def counted(visible: ColumnElement[bool]) -> Select[Household, AssessmentRow]:
    """Every real (not training) household one may see, with its current assessment if it has one."""
    return (
        select(Household, AssessmentRow)
        .outerjoin(AssessmentRow, (AssessmentRow.household_id == Household.id) & AssessmentRow.is_current)
        .where(visible, ~Household.is_training)
    )


def houses(
    session: Session,
    visible: ColumnElement[bool],
    *conditions: ColumnElement[bool],
    as_of: date,
    names: bool,
    amounts: bool,
    offset: int = 0,
    limit: int | None = None,
) -> list[HouseRow]:
    """Households in Vietnamese order of their heads' names (village first); names and amounts by right.

    Outcomes and amounts are those as of a day.
    """
    rows = session.execute(_listed(visible, *conditions).offset(offset).limit(limit))
    return [_house_row(*row, as_of=as_of, names=names, amounts=amounts) for row in rows]


def each_house(
    session: Session,
    visible: ColumnElement[bool],
    *conditions: ColumnElement[bool],
    as_of: date,
    names: bool,
    amounts: bool,
) -> Iterator[HouseRow]:
    """The same households one after another, for files: a province's are never all held at once."""
    statement = _listed(visible, *conditions).execution_options(yield_per=EACH_TIME)
    for row in session.execute(statement):
        yield _house_row(*row, as_of=as_of, names=names, amounts=amounts)


def _listed(visible: ColumnElement[bool], *conditions: ColumnElement[bool]) -> Select[Any]:
    return (
        counted(visible)
        .outerjoin(Person, Person.id == Household.head_person_id)
        .outerjoin(Survey, Survey.id == AssessmentRow.survey_id)
        .with_only_columns(
            Household, AssessmentRow, Person.full_name, Survey.visited_on, Survey.flags, has_beside()
        )
        .where(*conditions)
        .order_by(Household.area_code, Household.sort_key, Household.id)
    )


def has_beside() -> ColumnElement[bool]:
    """A newer interview stands beside the one that a household's approval rested on."""
    beside = aliased(AssessmentRow)
    return exists().where(beside.household_id == Household.id, beside.is_beside)


def _house_row(
    household: Household,
    assessment: AssessmentRow | None,
    full_name: str | None,
    visited_on: date | None,
    flags: list[Any] | None,
    is_interviewed_again: bool,
    *,
    as_of: date,
    names: bool,
    amounts: bool,
) -> HouseRow:
    """One row, without what the viewer has no right to."""
    return HouseRow(
        household_id=household.id,
        head_name=full_name if names else None,
        village_code=household.area_code,
        lon=household.lon,
        lat=household.lat,
        accuracy_m=household.accuracy_m,
        point_source=household.point_source,
        outcome=assessment.outcome_on(as_of) if assessment else NOT_ASSESSED,
        house_class=assessment.house_class if assessment else None,
        programme=assessment.programme if assessment else None,
        works_kind=assessment.works_kind if assessment else None,
        amount_vnd=assessment.amount_on(as_of) if assessment and amounts else None,
        is_provisional=bool(assessment and assessment.is_provisional),
        surveyed_on=visited_on,
        flags=(*(flags or ()), *([{"code": "interviewed_again"}] if is_interviewed_again else [])),
    )


def count_houses(session: Session, visible: ColumnElement[bool], *conditions: ColumnElement[bool]) -> int:
    """How many households the same conditions list."""
    statement = counted(visible).where(*conditions).with_only_columns(func.count())
    return session.scalar(statement) or 0


def counts(
    session: Session, visible: ColumnElement[bool], *conditions: ColumnElement[bool], as_of: date
) -> list[Count]:
    """Households and money by outcome (as of a day), programme and works kind: together the whole list."""
    keys = (outcome(as_of), AssessmentRow.programme, AssessmentRow.works_kind)
    statement = (
        counted(visible)
        .where(*conditions)
        .with_only_columns(*keys, func.count(), func.coalesce(func.sum(amount_vnd(as_of)), 0))
        .group_by(*keys)
        .order_by(*keys)
    )
    return [Count(*row[:4], amount_vnd=int(row[4] or 0)) for row in session.execute(statement)]


def current(session: Session, household_id: str) -> AssessmentRow | None:
    """The current assessment of one household."""
    return session.scalar(
        select(AssessmentRow).where(AssessmentRow.household_id == household_id, AssessmentRow.is_current)
    )


def newest(session: Session, household_id: str) -> AssessmentRow | None:
    """The assessment of the household's newest interview: the one beside the current one, if there is any."""
    wanted = select(AssessmentRow).where(
        AssessmentRow.household_id == household_id, AssessmentRow.is_current | AssessmentRow.is_beside
    )
    return session.scalar(wanted.order_by(AssessmentRow.is_beside.desc()).limit(1))


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
    """The law released last, by which the server assesses; None when none was released yet."""
    sha256 = session.scalar(select(LawRelease.sha256).order_by(LawRelease.id.desc()).limit(1))
    return release(session, sha256) if sha256 else None


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


def grouped(
    session: Session,
    visible: ColumnElement[bool],
    keys: tuple[ColumnElement[Any] | InstrumentedAttribute[Any], ...],
    *conditions: ColumnElement[bool],
) -> list[tuple[Any, ...]]:
    """How many households there are for each combination of `keys`: rows of (*keys, households)."""
    statement = counted(visible).where(*conditions).with_only_columns(*keys, func.count()).group_by(*keys)
    return [tuple(row) for row in session.execute(statement)]


def newest_survey(
    session: Session, visible: ColumnElement[bool], *conditions: ColumnElement[bool]
) -> datetime | None:
    """When the newest survey behind a current assessment was recorded: how fresh the figures are."""
    statement = (
        counted(visible)
        .join(Survey, Survey.id == AssessmentRow.survey_id)
        .where(*conditions)
        .with_only_columns(func.max(Survey.captured_at))
    )
    return session.scalar(statement)


def household_ids(session: Session, *conditions: ColumnElement[bool]) -> list[str]:
    """The ids of all households that fit, training ones included, neighbours together."""
    wanted = select(Household.id).where(*conditions).order_by(Household.area_code, Household.id)
    return list(session.scalars(wanted))
