"""From a kept envelope to a stored, assessed survey: check, flag, keep, assess."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from survey.access.rights import may
from survey.areas import queries as areas
from survey.assessment.actions import assess_survey
from survey.intake import checks, queries
from survey.intake.models import ReceivedEnvelope
from survey.intake.rows import Desk, Envelope
from survey.problems import Problem
from survey.questionnaire import Fault, Form, check, load_form, split_personal, survey_facts
from survey.registry.actions import keep_survey
from survey.registry.models import Household
from survey.registry.queries import latest_interview, recorded_by
from survey.registry.rows import NewStatus, NewSurvey, Point

KINDS = ("survey",)
META = ("visit", "training", "household", "area_code", "point")
"""Questions of the form that are columns of their own, not answers about the household."""


@dataclass(frozen=True, slots=True)
class Done:
    """What processing came to: faults (then nothing was kept), or the household it belongs to."""

    faults: list[dict[str, Any]] = field(default_factory=list)
    area_code: str | None = None
    household_id: str | None = None


def process(session: Session, envelope: Envelope, row: ReceivedEnvelope, desk: Desk) -> Done:
    """Check one envelope and, if nothing is wrong with it, keep and assess it."""
    try:
        if envelope.kind not in KINDS:
            raise Problem(4106, kind=envelope.kind, known=", ".join(KINDS))
        form = load_form(envelope.form, envelope.form_version)
    except Problem as problem:
        return Done([Fault("form", problem).to_dict()])
    checked = check(form, envelope.payload)
    values = checked.values
    household_id = values.get("household") or _household_of(session, envelope)
    faults = [*checked.faults, *_reference_faults(session, values, household_id, desk)]
    if faults:
        return Done(
            [fault.to_dict() for fault in faults], _area_of_waiting(session, values, household_id, desk)
        )
    new = _new_survey(session, envelope, form, values, row, household_id or envelope.id, desk.today)
    survey = keep_survey(session, new)
    if latest_interview(session, new.household_id) is survey:
        assess_survey(session, survey, desk.book, desk.today, desk.now)
    return Done([], new.area_code, new.household_id)


def _reference_faults(
    session: Session, values: dict[str, Any], household_id: str | None, desk: Desk
) -> list[Fault]:
    """An area or household the record names and we do not know, or a household the sender may not change."""
    faults = []
    code = values.get("area_code")
    if code and _known_area(session, values, desk) is None:
        faults.append(Fault("area_code", Problem(4105, area_code=code), code))
    household = session.get(Household, household_id) if household_id else None
    if household_id and household is None:
        faults.append(Fault("household", Problem(4104, household=household_id), household_id))
    if household and not _may_change(session, household, desk):
        faults.append(Fault("household", Problem(4111), household_id))
    return faults


def _area_of_waiting(
    session: Session, values: dict[str, Any], household_id: str | None, desk: Desk
) -> str | None:
    """On whose desk a waiting record belongs: where its household lives, else where it says it was made."""
    household = session.get(Household, household_id) if household_id else None
    return household.area_code if household else _known_area(session, values, desk)


def _may_change(session: Session, household: Household, desk: Desk) -> bool:
    """Whether the sender recorded it, or may survey where it lives; an import by the operator always may."""
    if desk.sender_id is None or recorded_by(session, household.id, desk.sender_id):
        return True
    actions = ("survey.send", "inbox.mend")
    return any(may(session, desk.sender_id, action, household.area_code, desk.today) for action in actions)


def _known_area(session: Session, values: dict[str, Any], desk: Desk) -> str | None:
    """The stated area, if we know it or what it became."""
    code = values.get("area_code")
    return code if code and areas.path(session, code, desk.today) else None


def _new_survey(
    session: Session,
    envelope: Envelope,
    form: Form,
    values: dict[str, Any],
    row: ReceivedEnvelope,
    household_id: str,
    today: date,
) -> NewSurvey:
    """The checked answers as the registry takes them, personal values apart, flags added."""
    answers, persons = split_personal(form, values)
    facts = survey_facts(form, values)
    point = _point(values.get("point"))
    flags, area_code = checks.place_flags(session, point, values.get("area_code"), today)
    flags += checks.point_flags(point, bool((values.get("point") or {}).get("mock")))
    flags += checks.time_flags(envelope.captured_at, row.received_at)
    flags += checks.duplicate_flags(session, household_id, area_code, persons)
    return NewSurvey(
        envelope_id=envelope.id,
        version=envelope.version,
        household_id=household_id,
        form=form.code,
        form_version=form.version,
        visit=values["visit"],
        is_training=bool(values.get("training")),
        area_code=area_code,
        point=point,
        captured_at=envelope.captured_at,
        received_at=row.received_at,
        officer_id=row.sender_id,
        device_id=envelope.device,
        answers={code: value for code, value in answers.items() if code not in META},
        facts=_plain(facts),
        flags=flags,
        persons=persons,
        photos=envelope.photos,
        statuses=_statuses(facts, values.get("status_records", [])),
    )


def _plain(facts: dict[str, Any]) -> dict[str, Any]:
    """A survey's own facts as JSON; the dated ones are kept as records."""
    return {
        name: value.isoformat() if isinstance(value, date) else value
        for name, value in sorted(facts.items())
        if not isinstance(value, tuple)
    }


def _statuses(facts: dict[str, Any], told: list[dict[str, Any]]) -> list[NewStatus]:
    """The dated facts of a survey as records, each with the body and number its row names."""
    statuses = []
    for fact, periods in facts.items():
        for first, last, value in periods if isinstance(periods, tuple) else ():
            row = next((row for row in told if row["kind"] == fact and _begins(row, first)), {})
            body, number = row.get("deciding_body"), row.get("decision_number")
            statuses.append(NewStatus(fact, value, first, last, body, number))
    return statuses


def _begins(row: dict[str, Any], first: date) -> bool:
    """Whether a status row is the one whose period begins on this day."""
    return row.get("decided_on") == first.isoformat() or row.get("year") == first.year


def _household_of(session: Session, envelope: Envelope) -> str | None:
    """The household an earlier version of this envelope belongs to."""
    base = queries.version(session, envelope.id, envelope.base_version) if envelope.base_version else None
    return base.household_id if base else None


def _point(value: dict[str, Any] | None) -> Point | None:
    """The answer to the point question as a position; none when the house was not placed."""
    if not value:
        return None
    return Point(value["lon"], value["lat"], value.get("accuracy_m"), value.get("source", "gnss"))
