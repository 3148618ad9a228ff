"""The single door: receive an envelope, run it, mend it. Nothing a person recorded is refused.

What cannot be processed yet waits in the inbox with its faults; what is sent twice gets its first receipt.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import bindparam, exists, or_, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from survey.access.audit import record
from survey.db import add_missing
from survey.intake import processing, queries
from survey.intake.conflict import conflict
from survey.intake.envelope import read
from survey.intake.models import ReceivedEnvelope, WaitsFor
from survey.intake.rights import may_correct
from survey.intake.rows import (
    STORED,
    WAITING,
    Envelope,
    Foreseen,
    IntakeContext,
    ProcessingResult,
    Receipt,
)
from survey.problems import Problem
from survey.questionnaire import Fault
from survey.registry.actions import announce_photos

MOST_HELD = 20
"""Versions run at once when their base arrives; nobody corrects a record so often before it is sent."""


def receive(session: Session, envelope: Envelope, context: IntakeContext) -> Receipt:
    """Take one envelope (see `envelope.read`) and answer with its receipt (biên nhận).

    Equal content gets the receipt of its version again, however late. Problem 4102 when its version
    exists with other content, 4118 when it is the next version of somebody
    else's record, 4101 when it is a version far ahead.
    """
    if envelope.base_version:
        known = queries.same_content(session, envelope)
        if known is not None:
            return queries.receipt(session, known)
        _check_next_version(session, envelope, context)
    row = _insert(session, envelope, context)
    if row is None:
        known = queries.same_content(session, envelope)
        if known is None:
            raise conflict(session, envelope, context)
        return queries.receipt(session, known)
    unseen = announce_photos(session, [photo["sha256"] for photo in envelope.photos])
    subjects = _run(session, row, envelope, context)
    if _settle(session, row, subjects):
        subjects |= _run_held(session, envelope, context)
        _run_waiting_acts(session, subjects, context)
    return replace(queries.receipt(session, row, unseen), is_new=True)


def foresee(session: Session, envelope: Envelope, context: IntakeContext) -> Foreseen:
    """What `receive` would make of a first version of a survey; nothing is written.

    Problem 4102 when its version exists with other content.
    """
    known = queries.same_content(session, envelope)
    if known is None and queries.version(session, envelope.id, envelope.version) is not None:
        raise conflict(session, envelope, context)
    return replace(processing.foresee(session, envelope, context), is_known=known is not None)


def _check_next_version(session: Session, envelope: Envelope, context: IntakeContext) -> None:
    """Let nobody occupy the next version of a record they may not correct. Problems 4118, 4101."""
    newest = queries.newest(session, envelope.id)
    if newest is not None and not may_correct(session, newest, context):
        raise Problem(4118)
    furthest = (newest.version if newest else 0) + MOST_HELD
    if envelope.base_version > furthest:
        raise Problem(4101, fields=f"base_version: {envelope.base_version} > {furthest}")


def _insert(session: Session, envelope: Envelope, context: IntakeContext) -> ReceivedEnvelope | None:
    """Keep the envelope as it came; None when its version is taken (the database decides, not a look)."""
    row = ReceivedEnvelope(
        envelope_id=envelope.id,
        version=envelope.version,
        content_sha256=envelope.content_sha256,
        body=envelope.text,
        kind=envelope.kind,
        state=WAITING,
        faults=[],
        photos=envelope.photos,
        sender_id=context.sender_id,
        device_id=context.device_id,
        captured_at=envelope.captured_at,
        received_at=context.now,
    )
    inserted = add_missing(session, [row], "id")
    if not inserted:
        return None
    row.id = inserted[0]
    return row


def _settle(session: Session, row: ReceivedEnvelope, subjects: set[str]) -> bool:
    """Note in the row that came just now what became of it, and say whether anything may have waited for it:
    a later version, or acts for one of these subjects.
    """
    session.flush()  # the household, which the row names
    noted = {
        "row_id": row.id,
        "envelope": row.envelope_id,
        "number": row.version,
        "subjects": list(subjects),
        "now": row.state,
        "wrong": row.faults,
        "area": row.area_code,
        "household": row.household_id,
    }
    return bool(session.scalar(_settled, noted))


_rows: Any = ReceivedEnvelope.__table__
_later = _rows.alias()
_settled = (  # made once: every record asks
    update(_rows)
    .where(_rows.c.id == bindparam("row_id"))
    .values(
        state=bindparam("now"),
        faults=bindparam("wrong"),
        area_code=bindparam("area"),
        household_id=bindparam("household"),
    )
    .returning(
        or_(
            exists().where(
                _later.c.envelope_id == bindparam("envelope"), _later.c.version > bindparam("number")
            ),
            exists().where(WaitsFor.subject_id.in_(bindparam("subjects", expanding=True))),
        )
    )
)


def _run(session: Session, row: ReceivedEnvelope, envelope: Envelope, context: IntakeContext) -> set[str]:
    """Process what was kept; faults leave it waiting, and either way the trail says so.

    Returns what others may have waited for: the households and acts that are known or changed now.
    """
    faults = row.faults
    base = queries.version(session, envelope.id, envelope.base_version) if envelope.base_version else None
    if envelope.base_version and base is None:
        done = ProcessingResult([Fault("base_version", Problem(4103, base=envelope.base_version)).to_dict()])
    elif base is not None and not _is_same_kind(base, envelope):
        done = ProcessingResult([Fault("form", Problem(4114)).to_dict()], base.area_code)
    else:
        done = processing.process(session, envelope, row, context)
    row.faults, row.area_code, row.household_id = done.faults, done.area_code, done.household_id
    row.state = WAITING if done.faults else STORED
    if base is not None:
        _settle_earlier(session, row, context)
    if done.faults:
        waits = [WaitsFor(row_id=row.id, subject_id=subject) for subject in done.concerns]
        add_missing(session, waits, "row_id")
    if row.state == STORED or row.faults != faults:
        _note(session, row, context)
    return {envelope.id, *done.concerns, done.household_id or envelope.id} if row.state == STORED else set()


def _settle_earlier(session: Session, row: ReceivedEnvelope, context: IntakeContext) -> None:
    """Versions that waited and are corrected now are nobody's work any more; their content stays kept."""
    earlier = (ReceivedEnvelope.envelope_id == row.envelope_id) & (ReceivedEnvelope.version < row.version)
    waiting = (ReceivedEnvelope.state == WAITING) & ReceivedEnvelope.settled_at.is_(None)
    session.execute(update(ReceivedEnvelope).where(earlier, waiting).values(settled_at=context.now))


def _is_same_kind(base: ReceivedEnvelope, envelope: Envelope) -> bool:
    """Whether a correction is of what it corrects: an act stays that act, a survey a survey."""
    form = json.loads(base.body)["form"] if base.body else envelope.form
    return (base.kind, form) == (envelope.kind, envelope.form)


def _note(session: Session, row: ReceivedEnvelope, context: IntakeContext) -> None:
    """What became of an envelope, for the trail."""
    record(
        session,
        at=context.now,
        actor_id=context.sender_id,
        action=f"envelope.{row.state}",
        subject_kind="envelope",
        subject_id=row.envelope_id,
        area_code=row.area_code,
        version=row.version,
        content_sha256=row.content_sha256,
        device=context.device_id,
    )


def _run_held(session: Session, envelope: Envelope, context: IntakeContext) -> set[str]:
    """Corrections that arrived before what they correct are run once their base is here."""
    subjects: set[str] = set()
    for version in range(envelope.version + 1, envelope.version + 1 + MOST_HELD):
        row = queries.version(session, envelope.id, version)
        if row is None or row.state != WAITING or row.settled_at is not None or not row.body:
            break
        subjects |= _run_later(session, row, context)
    return subjects


def _run_waiting_acts(session: Session, subjects: set[str], context: IntakeContext) -> None:
    """Acts that arrived before what they build on are run once it is here, in the order they were done."""
    while subjects:
        waiting = queries.waiting_acts(session, subjects)
        subjects = set().union(*(_run_later(session, row, context) for row in waiting))


def _run_later(session: Session, row: ReceivedEnvelope, context: IntakeContext) -> set[str]:
    """Run what waited, with the rights of who sent it; whatever is wrong with it, it fails alone."""
    theirs = replace(
        context, sender_id=row.sender_id, device_id=row.device_id, confirms=False, is_from_file=False
    )
    try:
        with session.begin_nested():
            return _run(session, row, read(json.loads(row.body or "{}")), theirs)
    except (Problem, SQLAlchemyError):
        return set()


def run_again(session: Session, row_id: int, context: IntakeContext) -> Receipt:
    """Run a waiting envelope again, as after its village was imported, with the rights of whoever does.

    Who let somebody else's record through is kept with it: they have a hand in it from then on.
    """
    row = session.get_one(ReceivedEnvelope, row_id)
    is_newest = not queries.has_version(session, row.envelope_id, row.version + 1)
    if row.state == WAITING and row.settled_at is None and row.body and is_newest:
        subjects = _run(session, row, read(json.loads(row.body)), context)
        if row.state == STORED and context.sender_id != row.sender_id:
            row.let_through_by = context.sender_id
        _run_waiting_acts(session, subjects, context)
    return queries.receipt(session, row)


def confirm(session: Session, row_id: int, context: IntakeContext) -> Receipt:
    """Let an entered decision take effect: the sender says it matches its paper (đối chiếu đúng bản ký).

    Problem 5491 when it does not wait for that (any more).
    """
    row = session.get_one(ReceivedEnvelope, row_id)
    waits = row.state == WAITING and row.settled_at is None
    if not waits or all(fault["number"] != queries.TO_COMPARE for fault in row.faults):
        raise Problem(5491)
    return run_again(session, row_id, replace(context, confirms=True))


def mend(session: Session, row_id: int, changes: Mapping[str, Any], context: IntakeContext) -> Receipt:
    """Correct a waiting envelope: the corrected content becomes its next version, the first one stays.

    `changes` maps question codes to new values; None removes an answer.
    """
    row = session.get_one(ReceivedEnvelope, row_id)
    raw = json.loads(row.body or "{}")
    payload = {**raw["payload"], **changes}
    raw["payload"] = {code: value for code, value in payload.items() if value is not None}
    raw["base_version"] = row.version
    return receive(session, read(raw), context)


def set_aside(
    session: Session, row_id: int, reason: str, context: IntakeContext, *, undo: bool = False
) -> None:
    """Take a waiting envelope out of the inbox with a reason, or put it back; its content stays kept."""
    row = session.get_one(ReceivedEnvelope, row_id)
    row.settled_at = None if undo else context.now
    row.aside_reason = None if undo else reason
    session.flush()
    record(
        session,
        at=context.now,
        actor_id=context.sender_id,
        action="envelope.put_back" if undo else "envelope.set_aside",
        subject_kind="envelope",
        subject_id=row.envelope_id,
        area_code=row.area_code,
        version=row.version,
    )
