"""The households of an assignment: the newest interview, the assessment, the case and what may follow.

One read a table, whatever the number of households. National ids and phone numbers stay at the server; names
and amounts go by right.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session

from survey.areas import places
from survey.assessment.facts import told_last_first
from survey.assessment.models import AssessmentRow
from survey.assessment.queries import NOT_ASSESSED, amount_on, patterns
from survey.cases import machine
from survey.cases import queries as cases
from survey.cases.rows import Open, Progress
from survey.fieldwork.scope import Scope, shown
from survey.intake.models import ReceivedEnvelope
from survey.registry.models import Household, Person, StatusRecord, Survey
from survey.standing import queries as standing
from survey.standing.models import StandingLine

Json = dict[str, Any]
PARTS = 500
"""Households to one read of histories: databases limit how many values one statement may carry."""


def households(session: Session, scope: Scope, *conditions: ColumnElement[bool]) -> list[Json]:
    """The households of the scope that meet the conditions, training left out, village by village."""
    rows = session.execute(_statement(session, scope, *conditions)).all()
    ids = [row.id for row in rows]
    progress: dict[str, Progress | None] = {}
    statuses: dict[str, list[Json]] = {}
    for start in range(0, len(ids), PARTS):
        part = ids[start : start + PARTS]
        histories = cases.histories(session, part)
        progress |= {household_id: found[0].progress for household_id, found in histories.items()}
        statuses |= _statuses(session, part)
    entries = _entries(session, rows, progress, scope.today)
    levels = patterns(session)
    return [
        _household(row, progress.get(row.id), statuses.get(row.id, []), scope)
        | {"entry": entries.get((row.area_code, _approved_on(progress.get(row.id))))}
        | ({"amount_vnd": amount_on(row, levels, scope.today)} if row.area_code in scope.paid else {})
        for row in rows
    ]


def _entries(
    session: Session, rows: Sequence[Any], progress: Mapping[str, Progress | None], today: date
) -> dict[tuple[str, date | None], Json]:
    """The units and the facts of a household's place on the day of its approval, where today's differ.

    The law asks about the place as it then was (see `assessment.judging`).
    """
    codes_by_day: dict[date, set[str]] = {}
    for row in rows:
        approved_on = _approved_on(progress.get(row.id))
        if approved_on and row.area_code:
            codes_by_day.setdefault(approved_on, set()).add(row.area_code)
    now = _places(session, {code for codes in codes_by_day.values() for code in codes}, today)
    found: dict[tuple[str, date | None], Json] = {}
    for day, codes in codes_by_day.items():
        then = _places(session, codes, day)
        found |= {(code, day): place for code, place in then.items() if place != now[code]}
    return found


def _approved_on(progress: Progress | None) -> date | None:
    approved_on: date | None = cases.case_facts(progress).get("approved_on")
    return approved_on


def _places(session: Session, codes: Collection[str], on: date) -> dict[str, Json]:
    facts = places.facts_of_many(session, codes, on)
    return {
        code: {"path": list(places.path_on(session, code, on)), "area_facts": facts[code]} for code in codes
    }


def count(session: Session, scope: Scope) -> int:
    """How many households the whole assignment holds."""
    return standing.count(session, scope.mine(session, StandingLine.area_code), StandingLine.is_newest)


def gone(session: Session, scope: Scope, *conditions: ColumnElement[bool]) -> list[str]:
    """Ids of the households that meet the conditions and do not lie in the scope."""
    statement = select(Household.id).where(~scope.mine(session), *conditions).order_by(Household.id)
    return list(session.scalars(statement))


def _statement(session: Session, scope: Scope, *conditions: ColumnElement[bool]) -> Any:
    """Each household with its current assessment, the interview behind that, and its head."""
    same_version = and_(
        ReceivedEnvelope.envelope_id == Survey.envelope_id, ReceivedEnvelope.version == Survey.version
    )
    return (
        select(
            *(Household.id, Household.area_code, Household.lon, Household.lat, Household.accuracy_m),
            *(Household.point_source, Person.full_name),
            *(AssessmentRow.outcome, AssessmentRow.house_class, AssessmentRow.programme),
            *(AssessmentRow.works_kind, AssessmentRow.is_provisional),
            *(AssessmentRow.amount_vnd, AssessmentRow.amount_pattern_id),
            *(AssessmentRow.assessed_on, AssessmentRow.release_sha256, AssessmentRow.lapses_on),
            *(Survey.envelope_id, Survey.version, Survey.form, Survey.form_version, Survey.captured_at),
            *(Survey.answers, ReceivedEnvelope.body),
        )
        .outerjoin(AssessmentRow, and_(AssessmentRow.household_id == Household.id, AssessmentRow.is_current))
        .outerjoin(Person, Person.id == Household.head_person_id)
        .outerjoin(Survey, Survey.id == AssessmentRow.survey_id)
        .outerjoin(ReceivedEnvelope, same_version)
        .where(scope.mine(session), ~Household.is_training, *conditions)
        .order_by(Household.area_code, Household.sort_key, Household.id)
    )


def _statuses(session: Session, ids: Sequence[str]) -> dict[str, list[Json]]:
    """The dated statuses of households, what was told last first, as the law is told them."""
    statement = select(StatusRecord).where(StatusRecord.household_id.in_(ids))
    rows = session.scalars(statement.order_by(StatusRecord.id.desc())).all()
    versions = select(Survey.envelope_id, Survey.version, Survey.visited_on, Survey.captured_at)
    surveys = session.execute(versions.where(Survey.household_id.in_(ids)).order_by(Survey.version))
    found: dict[str, list[Json]] = {}
    for row in told_last_first(rows, surveys):
        told = {
            "fact": row.fact,
            "value": row.value,
            "valid_from": row.valid_from.isoformat(),
            "valid_to": _day(row.valid_to),
            "deciding_body": row.deciding_body,
            "decision_number": row.decision_number,
            "source": row.source,
        }
        found.setdefault(row.household_id, []).append(told)
    return found


def _household(row: Any, progress: Progress | None, statuses: list[Json], scope: Scope) -> Json:
    """One household as a phone keeps it."""
    names = row.area_code in scope.named
    answers, withheld = shown(_payload(row), names=names)
    is_dead = progress is not None and progress.state == machine.CANCELLED
    return {
        "id": row.id,
        "village_code": row.area_code,
        "head_name": row.full_name if names else None,
        "people": answers.get("people"),
        "lon": row.lon,
        "lat": row.lat,
        "accuracy_m": row.accuracy_m,
        "point_source": row.point_source,
        "case": None if progress is None or is_dead else _case(progress),
        "case_facts": _plain(cases.case_facts(progress)),
        "next": _next(progress) if row.area_code in scope.recording else [],
        "outcome": row.outcome or NOT_ASSESSED,
        "house_class": row.house_class,
        "programme": row.programme,
        "works_kind": row.works_kind,
        "provisional": bool(row.is_provisional),
        "lapses_on": _day(row.lapses_on),
        "assessed_on": _day(row.assessed_on),
        "release": row.release_sha256,
        "answers": answers,
        "withheld": withheld,
        "form": row.form,
        "form_version": row.form_version,
        "envelope_id": row.envelope_id,
        "version": row.version,
        "captured_at": row.captured_at.isoformat() if row.captured_at else None,
        "status_records": statuses,
    }


def _payload(row: Any) -> Mapping[str, Any]:
    """What the newest interview said, as it was sent; after an erasure only what is not personal."""
    payload = json.loads(row.body).get("payload") if row.body else None
    return payload if isinstance(payload, dict) else row.answers or {}


def _case(progress: Progress) -> Json:
    """Where the case stands; days as text, no money."""
    days = ("since", "posted_from", "posted_until", "approved_on", "started_on", "finished_on")
    return {
        "state": progress.state,
        "works_kind": progress.works_kind,
        "year": progress.year,
        "reason": progress.reason,
        "returned_from": progress.returned_from,
        "programme": progress.programme,
        **{name: _day(getattr(progress, name)) for name in days},
        "stages": list(machine.outcomes(progress, "stage")),
        "obstacles": [_open(one) for one in progress.obstacles],
        "objections": [_open(one) for one in progress.objections],
    }


def _open(one: Open) -> Json:
    told = asdict(one)
    del told["assessment_id"]
    return _plain(told)


def _next(progress: Progress | None) -> list[str]:
    """The acts that a person in the field may record next."""
    return [kind for kind in machine.possible(progress) if machine.acts()[kind].right == "case.record"]


def _plain(values: Mapping[str, Any]) -> Json:
    return {name: _day(value) if isinstance(value, date) else value for name, value in values.items()}


def _day(value: date | None) -> str | None:
    return value.isoformat() if value else None
