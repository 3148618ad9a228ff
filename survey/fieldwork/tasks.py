"""What waits for an officer in the field (việc cần làm), and what became of their records at the server."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from datetime import date
from typing import Any

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from survey.access.models import User
from survey.assessment.queries import NOT_ASSESSED
from survey.cases import machine
from survey.fieldwork.scope import Scope, shown
from survey.intake.conflict import changed_answers
from survey.intake.models import ReceivedEnvelope
from survey.intake.rows import WAITING
from survey.law.assessment import ELIGIBLE
from survey.registry.models import Household
from survey.standing import queries as standing
from survey.standing.measures import condition
from survey.standing.models import StandingLine, StandingObstacle
from survey.words import glossary

Json = dict[str, Any]
FIELD_ACTS = {state: kind for state, kind in machine.waiting_acts().items() if machine.acts()[kind].in_field}
"""State of a case -> what an officer does next: about its household, or for all of its village at once."""
MOST_RETURNED = 300


def of_scope(session: Session, scope: Scope) -> list[Json]:
    """What households and villages ask for. Always the whole list: it is short."""
    return [*_of_households(session, scope), *_overdue(session, scope)]


def in_order(found: list[Json]) -> list[Json]:
    """The overdue first, then the longest waiting."""
    return sorted(found, key=lambda task: (task["due"] is None, task["due"] or "", task["since"] or ""))


def _of_households(session: Session, scope: Scope) -> Iterator[Json]:
    """What the assessment and the case of each household ask for; meetings and postings by village."""
    villages: Counter[tuple[str, str]] = Counter()
    since: dict[tuple[str, str], date] = {}
    for row in session.execute(_standings(session, scope)):
        records = row.area_code in scope.recording
        waiting = FIELD_ACTS.get(row.state)
        if waiting and machine.acts()[waiting].of_village and records and row.area_code:
            key = waiting, row.area_code
            villages[key] += 1
            since[key] = min(since.get(key, row.since), row.since)
        kind = _kind(row.outcome, row.state, records=records)
        if kind:
            yield _task(kind, row.since, household_id=row.id, village_code=row.area_code)
    for (kind, code), count in sorted(villages.items()):
        yield _task(kind, since[kind, code], village_code=code, count=count)


def _standings(session: Session, scope: Scope) -> Any:
    """(id, area, outcome, state and since of the newest case) of every household of the scope."""
    outcome = standing.outcome(scope.today).label("outcome")
    state = StandingLine.case_state.label("state")
    return (
        standing.chosen(scope.mine(session, StandingLine.area_code), StandingLine.is_newest)
        .join(Household, Household.id == StandingLine.household_id)
        .with_only_columns(Household.id, StandingLine.area_code, outcome, state, StandingLine.since)
        .order_by(*standing.BY_PLACE)
    )


def _kind(outcome: str, state: str, *, records: bool) -> str | None:
    """What to do about one household; the case speaks before the assessment."""
    has_case = state != machine.NONE
    waiting = FIELD_ACTS.get(state)
    if has_case and records and waiting and not machine.acts()[waiting].of_village:
        return waiting
    if outcome == NOT_ASSESSED:
        return None if has_case else "visit"
    if outcome == "needs_information":
        return "survey" if not has_case or machine.phases()[state] == "deciding" else None
    wanted = outcome in ELIGIBLE and not has_case and records
    return "registration" if wanted else None


def _overdue(session: Session, scope: Scope) -> Iterator[Json]:
    """Obstacles that should have been cleared by now."""
    mine, overdue = (
        scope.mine(session, StandingObstacle.area_code),
        condition("obstacles_overdue", scope.today),
    )
    late = standing.obstacles(session, mine, overdue, names=False).rows
    for one in late:
        if one.area_code in scope.recording:
            more = {"household_id": one.household_id, "village_code": one.area_code, "act_id": one.act_id}
            yield _task("obstacle", one.since, one.due, **more)


def corrections(returned: list[Json]) -> list[Json]:
    """The officer's own records that have to be corrected."""
    return [
        _task("correction", None, household_id=one["household_id"], village_code=one["area_code"])
        | {"envelope_id": one["envelope_id"], "version": one["version"]}
        for one in returned
        if one["state"] != "corrected"
    ]


def _task(kind: str, since: date | None, due: date | None = None, **more: Any) -> Json:
    return {
        "kind": kind,
        "household_id": None,
        "village_code": None,
        "due": due.isoformat() if due else None,
        "since": since.isoformat() if since else None,
        "text": glossary()[f"field_task.{kind}"],
        **more,
    }


# --- records that wait at the server


LAST = ("version", "body", "sender_id", "area_code")
"""What is read of the newest version."""


def returned_records(session: Session, scope: Scope) -> list[Json]:
    """The officer's records that wait, were set aside with a reason, or were corrected by somebody else.

    What the officer has corrected since, and what is settled with its newest version, is left out.
    """
    newest = (
        select(ReceivedEnvelope.envelope_id, func.max(ReceivedEnvelope.version).label("version"))
        .group_by(ReceivedEnvelope.envelope_id)
        .where(
            ReceivedEnvelope.envelope_id.in_(
                select(ReceivedEnvelope.envelope_id).where(
                    ReceivedEnvelope.sender_id == scope.user_id, ReceivedEnvelope.state == WAITING
                )
            )
        )
        .subquery()
    )
    last = ReceivedEnvelope.__table__.alias("last")
    same = and_(last.c.envelope_id == newest.c.envelope_id, last.c.version == newest.c.version)
    statement = (
        select(
            ReceivedEnvelope, last.c.version, last.c.body, last.c.sender_id, last.c.area_code, User.full_name
        )
        .join(newest, newest.c.envelope_id == ReceivedEnvelope.envelope_id)
        .join(last, same)
        .outerjoin(User, User.id == last.c.sender_id)
        .where(ReceivedEnvelope.sender_id == scope.user_id, ReceivedEnvelope.state == WAITING)
        .order_by(ReceivedEnvelope.received_at.desc(), ReceivedEnvelope.id.desc())
        .limit(MOST_RETURNED)
    )
    found = (_returned(*row, scope=scope) for row in session.execute(statement))
    return [one for one in found if one is not None]


def _returned(
    row: ReceivedEnvelope,
    version: int,
    body: str | None,
    sender_id: int | None,
    area_code: str | None,
    name: str,
    *,
    scope: Scope,
) -> Json | None:
    """One record that came back; None when its own sender has sent a newer version.

    What somebody else made of it is told by where it belongs now, not by what its sender stated.
    """
    if version > row.version and sender_id == scope.user_id:
        return None
    is_mended = version > row.version
    is_told = is_mended and area_code in scope.named | scope.recording
    state = "corrected" if is_mended else "set_aside" if row.settled_at else "waiting"
    return {
        "envelope_id": row.envelope_id,
        "version": row.version,
        "newest_version": version,
        "kind": row.kind,
        "state": state,
        "comment": row.aside_reason,
        "by": name if is_told else None,
        "faults": row.faults,
        "changed": _changed(row.body, body, names=area_code in scope.named) if is_told else [],
        "household_id": row.household_id,
        "area_code": row.area_code,
        "received_at": row.received_at.isoformat(),
    }


def _changed(sent: str | None, newest: str | None, *, names: bool) -> list[Json]:
    """What somebody else changed: question, was, now; what stays at the server is named without its value."""
    before, after = _answers(sent, names=names), _answers(newest, names=names)
    return [
        {"question": code, "was": before.get(code), "now": after.get(code)}
        for code in changed_answers(before, after)
    ]


def _answers(body: str | None, *, names: bool) -> Json:
    payload = json.loads(body).get("payload") if body else None
    return shown(payload, names=names)[0] if isinstance(payload, dict) else {}
