"""From a kept envelope to a stored, assessed survey: check, flag, keep, assess. Acts go their own way."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from survey.areas import queries as areas
from survey.areas.names import folded_name
from survey.assessment.actions import assess_first
from survey.assessment.judging import counting
from survey.cases.queries import approval_of
from survey.days import day_of
from survey.intake import apart, checks, queries
from survey.intake.acts import process_act
from survey.intake.judged import Told, judge_anew, point_told
from survey.intake.models import ReceivedEnvelope
from survey.intake.rights import may_change, may_survey, may_write_in
from survey.intake.rows import MAX_FAULTS, Envelope, Foreseen, IntakeContext, ProcessingResult
from survey.problems import Problem
from survey.questionnaire import (
    Fault,
    Form,
    PersonInput,
    act_forms,
    check,
    doubts,
    load_form,
    split_personal,
    survey_facts,
)
from survey.registry.actions import keep_survey
from survey.registry.models import Household, Person
from survey.registry.queries import INTERVIEWED, household_before, visited_before, with_head
from survey.registry.rows import NewStatus, NewSurvey, Point
from survey.works.checks import photo_place_flags

KINDS = ("survey", "act")
META = ("visit", "training", "household", "area_code", "point")
"""Questions of the form that are columns of their own, not answers about the household."""


@dataclass(frozen=True, slots=True)
class PlacedRecord:
    """Which household a record is about, who is its head, and where that is."""

    household_id: str
    household: Household | None
    head: Person | None
    area_code: str | None
    point: Point | None
    flags: list[checks.Flag]


@dataclass(frozen=True, slots=True)
class Examined:
    """A survey that was looked at and not kept yet: its valid answers, what is wrong, where it belongs.

    `corrected` is the household that an earlier version belonged to, where this one names another.
    """

    form: Form | None
    values: dict[str, Any]
    faults: tuple[Fault, ...]
    placed: PlacedRecord
    corrected: Household | None = None


def process(
    session: Session, envelope: Envelope, row: ReceivedEnvelope, context: IntakeContext
) -> ProcessingResult:
    """Check one envelope and, if nothing is wrong with it, keep it: a survey, assessed, or an act."""
    if envelope.kind == "act":
        return process_act(session, envelope, row, context)
    seen = examine(session, envelope, context, is_new=not envelope.base_version)
    placed, household, corrected = seen.placed, seen.placed.household, seen.corrected
    if seen.faults or seen.form is None:
        # It belongs on the desk of where the household lives, else of where it says it was made.
        where = household.area_code if household else placed.area_code
        return ProcessingResult([fault.to_dict() for fault in seen.faults[:MAX_FAULTS]], where)
    placed.flags.extend(checks.device_flags(session, row, context))
    if seen.values["visit"] == INTERVIEWED:
        placed.flags.extend(_approval_flags(session, envelope, household, corrected, placed.area_code))
    new = _new_survey(session, envelope, seen.form, seen.values, row, placed)
    survey, persons = keep_survey(session, new, household)
    if new.visit == INTERVIEWED:
        if household is None:
            assess_first(session, survey, new.statuses, context.book, context.now)
        touched = [known.id for known in (household, corrected) if known is not None]
        if touched:
            judge_anew(session, touched, context, Told(survey, new.point, persons))
    return ProcessingResult([], placed.area_code, placed.household_id)


def examine(
    session: Session, envelope: Envelope, context: IntakeContext, *, is_new: bool = False
) -> Examined:
    """Everything that speaks against keeping a survey, and where it belongs. Nothing is written.

    Nothing is kept yet under an id that `is_new`.
    """
    try:
        if envelope.kind not in KINDS or envelope.form in act_forms():
            raise Problem(4106, kind=envelope.kind, known=", ".join(KINDS))
        form = load_form(envelope.form, envelope.form_version)
    except Problem as problem:
        nowhere = PlacedRecord(envelope.id, None, None, None, None, [])
        return Examined(None, {}, (Fault("form", problem),), nowhere)
    checked = check(form, envelope.payload)
    values = checked.values
    point = point_told(values.get("point"))
    stated = _known_area(session, values, context)
    flags, area_code = checks.place_flags(session, point, stated, context.today)
    corrected_id = _household_of(session, envelope)
    household_id = values.get("household") or corrected_id or envelope.id
    is_unheard_of = is_new and household_id == envelope.id
    household, head = (None, None) if is_unheard_of else with_head(session, household_id)
    corrected = session.get(Household, corrected_id) if corrected_id not in (None, household_id) else None
    faults = (
        *checked.faults,
        *_unknown_references(values, household, stated),
        *_foreign(session, corrected, None, context),
        *_foreign(session, household, area_code, context),
        *_decided_by(session, envelope, household, context),
    )
    placed = PlacedRecord(household_id, household, head, area_code, point, flags)
    return Examined(form, values, faults, placed, corrected)


def foresee(session: Session, envelope: Envelope, context: IntakeContext) -> Foreseen:
    """What `process` would make of a survey, without keeping anything."""
    seen = examine(session, envelope, context)
    flags = list(seen.placed.flags)
    if seen.form is not None:
        flags += doubts(seen.form, seen.values, _visited_on(session, envelope, seen.values, context.now))
    return Foreseen(seen.faults[:MAX_FAULTS], tuple(flags))


def _unknown_references(
    values: dict[str, Any], household: Household | None, stated: str | None
) -> Iterator[Fault]:
    """An area or household the record names and we do not know."""
    if values.get("area_code") and stated is None:
        yield Fault("area_code", Problem(4105, area_code=values["area_code"]), values["area_code"])
    if values.get("household") and household is None:
        yield Fault("household", Problem(4104, household=values["household"]), values["household"])


def _foreign(
    session: Session, household: Household | None, area_code: str | None, context: IntakeContext
) -> Iterator[Fault]:
    """A household or a place the sender has no post for: kept, and confirmed by those who have."""
    if not may_survey(session, context):
        yield Fault("area_code", Problem(4112, area_code=area_code or "–"), area_code)
    elif household and not may_change(session, household, context):
        yield Fault("household", Problem(4111))
    elif area_code and not may_write_in(session, area_code, context):
        yield Fault("area_code", Problem(4112, area_code=area_code), area_code)


def _decided_by(
    session: Session, envelope: Envelope, household: Household | None, context: IntakeContext
) -> list[Fault]:
    """A next version by whoever decided or paid: that would make them a recorder of their own decision."""
    if household is None or not envelope.base_version:
        return []
    seen = apart.look(
        session, context.sender_id, "surveyed", [household.id], context, received_on=context.today
    )
    return list(apart.faults(session, seen))


def _known_area(session: Session, values: dict[str, Any], context: IntakeContext) -> str | None:
    """The stated area, if we know it or what it became."""
    code = values.get("area_code")
    return code if code and areas.path(session, code, context.today) else None


def _new_survey(
    session: Session,
    envelope: Envelope,
    form: Form,
    values: dict[str, Any],
    row: ReceivedEnvelope,
    placed: PlacedRecord,
) -> NewSurvey:
    """The checked answers as the registry takes them, personal values apart, flags added."""
    answers, told = split_personal(form, values)
    persons = _with_kept_numbers(told, placed.head) if row.device_id else told
    facts = survey_facts(form, values)
    visited_on = _visited_on(session, envelope, values, row.received_at)
    flags = [
        *placed.flags,
        *checks.point_flags(values.get("point") or {}),
        *doubts(form, values, visited_on),
        *checks.change_flags(envelope.changed_after_result),
        *_photo_flags(envelope, placed.point),
        *checks.time_flags(envelope.captured_at, row.received_at),
        *checks.duplicate_flags(session, placed.household_id, placed.area_code, persons),
    ]
    return NewSurvey(
        envelope_id=envelope.id,
        version=envelope.version,
        household_id=placed.household_id,
        form=form.code,
        form_version=form.version,
        visit=values["visit"],
        is_training=bool(values.get("training")),
        area_code=placed.area_code,
        point=placed.point,
        visited_on=visited_on,
        captured_at=envelope.captured_at,
        received_at=row.received_at,
        officer_id=row.sender_id,
        device_id=row.device_id,
        answers={code: value for code, value in answers.items() if code not in META},
        facts=_plain(facts),
        flags=flags,
        persons=persons,
        photos=envelope.photos,
        statuses=_statuses(facts, values.get("status_records", [])),
    )


def _visited_on(session: Session, envelope: Envelope, values: dict[str, Any], received_at: datetime) -> date:
    """The day of the visit: as told, else as told before, else when the record was first made.

    Nobody visits after the record has arrived: a day ahead is a clock or a slip.
    """
    told = values.get("visited_on")
    kept = date.fromisoformat(told) if told else None
    made_at = envelope.captured_at
    if envelope.base_version:
        kept = kept or visited_before(session, envelope.id)
        made_at = queries.first_captured(session, envelope.id) or made_at
    return min(kept or day_of(made_at), day_of(received_at))


def _photo_flags(envelope: Envelope, point: Point | None) -> Iterator[checks.Flag]:
    """Photos that their camera says were taken far from where the house was placed."""
    return photo_place_flags(envelope.photos, (point.lon, point.lat) if point else None)


def _with_kept_numbers(told: list[PersonInput], kept: Person | None) -> list[PersonInput]:
    """The same head keeps national id and phone number where a device is silent on them.

    Phones never get these numbers back, so their silence deletes nothing.
    """
    if kept is None:
        return told
    return [
        replace(one, national_id=one.national_id or kept.national_id, phone=one.phone or kept.phone)
        if one.role == "head" and one.full_name and folded_name(one.full_name) == kept.folded_name
        else one
        for one in told
    ]


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
    return household_before(session, envelope.id) if envelope.base_version else None


def _approval_flags(
    session: Session,
    envelope: Envelope,
    household: Household | None,
    left: Household | None,
    area_code: str | None,
) -> Iterator[checks.Flag]:
    """An interview that an approval rests on taken to another household; one beside it at another place."""
    if left and _approved_by(session, left) == envelope.id:
        yield {"code": "left_approved", "household": left.id}
    moves = household is not None and area_code not in (None, household.area_code)
    if household and moves and _approved_by(session, household) not in (None, envelope.id):
        yield {"code": "approved_elsewhere"}


def _approved_by(session: Session, household: Household) -> str | None:
    """The record of the interview that a household's approval rests on."""
    is_approved = approval_of(session, household.id) is not None
    basis = counting(session, household.id).basis if is_approved else None
    return basis.envelope_id if basis else None
