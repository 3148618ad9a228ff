"""Postings on the web (niêm yết công khai): publish, withdraw, show, and what people write there."""

from __future__ import annotations

import secrets
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import Session, aliased

from survey.access.audit import record
from survey.access.rows import Actor
from survey.approval.models import NoticePage, PublicObjection
from survey.approval.rows import PostedHouse, PublicNotice
from survey.assessment.models import AssessmentRow
from survey.assessment.queries import amount_on, patterns
from survey.cases.models import Act, Case, Step
from survey.problems import Problem
from survey.registry.models import Household, Person

POSTING = "posting"
TOKEN_BYTES = 24
"""192 random bits: an address nobody can guess."""
MOST_OPEN = 200
"""Objections of one page that may wait; more than that is not people but a machine."""


# --- postings as acts


def _standing() -> Any:
    """Steps of postings that nothing took the place of."""
    later = aliased(Step)
    replaced = exists().where(later.replaces_id == Step.id)
    return select(Act).join(Step, Step.act_id == Act.id).where(Step.kind == POSTING, ~replaced)


def postings(
    session: Session, *conditions: ColumnElement[bool], offset: int = 0, limit: int | None = None
) -> list[PublicNotice]:
    """Postings that stand, the newest first, with their page on the web if they have one."""
    statement = (
        _standing()
        .where(*conditions)
        .with_only_columns(
            Act.envelope_id, Act.area_code, Act.done_on, Act.id, Act.version, func.count(Step.id)
        )
        .group_by(Act.envelope_id, Act.area_code, Act.done_on, Act.id, Act.version)
        .order_by(Act.done_on.desc(), Act.id.desc())
        .offset(offset)
        .limit(limit)
    )
    found = session.execute(statement).all()
    kept = select(Act.id, Act.details).where(Act.id.in_([row[3] for row in found]))
    last_days = {act_id: date.fromisoformat(values["until"]) for act_id, values in session.execute(kept)}
    pages = _pages(session, [row[0] for row in found])
    waiting = waiting_by_posting(session, [row[0] for row in found])
    return [
        PublicNotice(
            act_id=row[0],
            area_code=row[1],
            posted_from=row[2],
            until=last_days[row[3]],
            households=row[5],
            objections=waiting.get(row[0], 0),
            publication_id=pages[row[0]].id if row[0] in pages else None,
            token=pages[row[0]].token if row[0] in pages else None,
            page_until=pages[row[0]].until if row[0] in pages else None,
        )
        for row in found
    ]


def count_postings(session: Session, *conditions: ColumnElement[bool]) -> int:
    """How many postings the same conditions list."""
    statement = _standing().where(*conditions).with_only_columns(func.count(Act.id.distinct()))
    return session.scalar(statement) or 0


def posting(session: Session, act_id: str, *conditions: ColumnElement[bool]) -> PublicNotice | None:
    """One posting by the id of its act, if it still stands."""
    return next(iter(postings(session, Act.envelope_id == act_id, *conditions)), None)


def _pages(session: Session, act_ids: list[str]) -> dict[str, NoticePage]:
    """The page of each posting that was not withdrawn, the newest."""
    wanted = select(NoticePage).where(NoticePage.posting_id.in_(act_ids), NoticePage.withdrawn_at.is_(None))
    return {page.posting_id: page for page in session.scalars(wanted.order_by(NoticePage.id))}


def houses(session: Session, act_id: str, as_of: date) -> list[PostedHouse]:
    """The households of a posting by village and head's name; programme and money approved, else as assessed,
    as of a day.
    """
    of_posting = _standing().where(Act.envelope_id == act_id).with_only_columns(Step.case_id)
    statement = (
        select(
            *(Case, Household, Person.full_name, AssessmentRow.programme),
            *(AssessmentRow.amount_vnd, AssessmentRow.amount_pattern_id, AssessmentRow.lapses_on),
        )
        .join(Household, Household.id == Case.household_id)
        .outerjoin(Person, Person.id == Household.head_person_id)
        .outerjoin(AssessmentRow, (AssessmentRow.household_id == Household.id) & AssessmentRow.is_current)
        .where(Case.id.in_(of_posting), ~Household.is_training)
        .order_by(Household.area_code, Household.sort_key, Household.id)
    )
    levels = patterns(session)
    return [_posted_house(row, amount_on(row, levels, as_of)) for row in session.execute(statement)]


def _posted_house(row: Any, assessed_vnd: int | None) -> PostedHouse:
    case, house = row.Case, row.Household
    return PostedHouse(
        household_id=house.id,
        head_name=row.full_name,
        village=house.area_code,
        works_kind=case.works_kind,
        programme=case.programme or row.programme,
        amount_vnd=case.amount_vnd if case.amount_vnd is not None else assessed_vnd,
    )


# --- the page on the web


def publish(session: Session, actor: Actor, shown: PublicNotice) -> NoticePage:
    """Give a posting its page until the posting's last day. Problems 5441 has one, 5442 is over."""
    if shown.publication_id is not None:
        raise Problem(5441)
    if shown.until < actor.today:
        raise Problem(5442, until=f"{shown.until:%d/%m/%Y}")
    page = NoticePage(
        posting_id=shown.act_id,
        token=secrets.token_urlsafe(TOKEN_BYTES),
        area_code=shown.area_code,
        until=shown.until,
        published_by=actor.user_id,
        published_at=actor.at,
    )
    session.add(page)
    session.flush()
    _log(session, actor, "posting.publish", page, until=page.until.isoformat())
    return page


def withdraw(session: Session, actor: Actor, page: NoticePage) -> None:
    """Take a page off the web at once; it stays known who showed it and how long."""
    if page.withdrawn_at is None:
        page.withdrawn_at, page.withdrawn_by = actor.at, actor.user_id
        session.flush()
        _log(session, actor, "posting.withdraw", page)


def open_page(session: Session, token: str, today: date) -> tuple[NoticePage, PublicNotice] | None:
    """What an address shows today; None: unknown, withdrawn, over, or its posting was revoked."""
    page = session.scalar(select(NoticePage).where(NoticePage.token == token))
    if page is None or page.withdrawn_at is not None:
        return None
    shown = posting(session, page.posting_id)
    if shown is None or today > min(page.until, shown.until):
        return None
    return page, shown


# --- what people write


def receive_objection(
    session: Session, page: NoticePage, text: str, name: str | None, contact: str | None, at: datetime
) -> PublicObjection:
    """Keep what somebody wrote. Problem 5443 when too many wait already."""
    waiting = select(func.count()).where(
        PublicObjection.publication_id == page.id, PublicObjection.settled_at.is_(None)
    )
    if (session.scalar(waiting) or 0) >= MOST_OPEN:
        raise Problem(5443)
    written = PublicObjection(publication_id=page.id, received_at=at, text=text, name=name, contact=contact)
    session.add(written)
    session.flush()
    return written


def objections(
    session: Session, *conditions: ColumnElement[bool]
) -> list[tuple[PublicObjection, NoticePage]]:
    """What was written, with its page; what still waits first, the oldest first."""
    statement = (
        select(PublicObjection, NoticePage)
        .join(NoticePage, NoticePage.id == PublicObjection.publication_id)
        .where(*conditions)
        .order_by(PublicObjection.settled_at.is_not(None), PublicObjection.received_at, PublicObjection.id)
    )
    return [(written, page) for written, page in session.execute(statement)]


def waiting_by_posting(session: Session, act_ids: list[str]) -> dict[str, int]:
    """How many objections wait, by posting."""
    statement = (
        select(NoticePage.posting_id, func.count())
        .join(PublicObjection, PublicObjection.publication_id == NoticePage.id)
        .where(NoticePage.posting_id.in_(act_ids), PublicObjection.settled_at.is_(None))
        .group_by(NoticePage.posting_id)
    )
    return dict(session.execute(statement).all())


def count_open_objections(session: Session, *conditions: ColumnElement[bool]) -> int:
    """How many objections wait on pages that meet these conditions."""
    statement = (
        select(func.count())
        .select_from(PublicObjection)
        .join(NoticePage, NoticePage.id == PublicObjection.publication_id)
        .where(PublicObjection.settled_at.is_(None), *conditions)
    )
    return session.scalar(statement) or 0


def settle_objection(
    session: Session,
    actor: Actor,
    written: PublicObjection,
    page: NoticePage,
    *,
    reason: str | None = None,
    act_id: str | None = None,
) -> None:
    """Say what became of it: an act of a household, or a reason. Problem 5444 when it is settled already."""
    if written.settled_at is not None:
        raise Problem(5444)
    written.settled_at, written.settled_by = actor.at, actor.user_id
    written.settled_reason, written.act_id = reason, act_id
    session.flush()
    _log(session, actor, "posting.settle_objection", page, objection=written.id, act=act_id)


def _log(session: Session, actor: Actor, action: str, page: NoticePage, **details: str | int | None) -> None:
    record(
        session,
        at=actor.at,
        actor_id=actor.user_id,
        action=action,
        subject_kind="publication",
        subject_id=page.id,
        area_code=page.area_code,
        **details,
    )
