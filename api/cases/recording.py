"""Acts from forms: recorded once however often a button is pressed, with their photos, or tried first."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from flask import flash, request
from sqlalchemy.orm import Session

from api.shared import uploads
from api.shared.flag_words import flag_lines
from api.web import transaction
from api.web.intake_context import intake_context
from survey.access.viewer import Viewer
from survey.cases import queries as cases
from survey.encryption import keyed_hash
from survey.intake import actions
from survey.intake import queries as intake
from survey.intake.envelope import MAX_PHOTOS, read
from survey.intake.rows import STORED, Receipt
from survey.problems import Problem
from survey.questionnaire import load_form

Rows = Sequence[Mapping[str, Any]]


def act_id_of_form() -> str:
    """The id that was made with the form; a fresh one for a form without, or with nonsense."""
    try:
        return str(uuid.UUID(request.form.get("act_id", "")))
    except ValueError:
        return str(uuid.uuid4())


def revocation_id(viewer: Viewer, act_id: str) -> str:
    """The id of this person's revocation of an act: it follows from both, so that pages stay the same.

    Nobody else can work it out and take it first.
    """
    return str(uuid.UUID(keyed_hash(f"revocation of {act_id} by {viewer.user_id}")[:32]))


def record(
    viewer: Viewer,
    kind: str,
    payload: Mapping[str, Any],
    *,
    act_id: str,
    files: Sequence[uploads.Upload] = (),
    base_version: int = 0,
    photos: Sequence[Mapping[str, Any]] = (),
) -> Receipt:
    """Record one act with its photos, once. Problems 5420 with its faults, 4109, 5460, 4102.

    The same form sent twice gives the first receipt again. With a `base_version` it corrects that version
    of the act, which keeps its `photos`; Problem 4102 when somebody else did so meanwhile.
    """
    kept = uploads.keep(files)
    announced = [*(file.announced() for file in files), *photos][:MAX_PHOTOS]
    try:
        with transaction.write() as session:
            known = _sent_before(viewer, session, act_id, payload, base_version)
            if known is not None:
                return known
            receipt = record_within(
                viewer, session, kind, payload, act_id=act_id, photos=announced, base_version=base_version
            )
            uploads.arrived(viewer, session, kept)
            return receipt
    except Problem as problem:
        if problem.number != 4102:
            raise
        # On PostgreSQL two clicks may both have looked before either had written.
        with transaction.write() as session:
            known = _sent_before(viewer, session, act_id, payload, base_version)
        if known is None:
            raise
        return known


def tell_flags(viewer: Viewer, act_id: str) -> None:
    """Say on the next page what a person should look at in the act just recorded, with its figures."""
    act = cases.newest_act(viewer.session, act_id)
    if act is not None:
        for text in flag_lines(act.flags, amounts=viewer.may("amount.read", act.area_code)):
            flash(f"{text}.", "warn")


def record_within(
    viewer: Viewer,
    session: Session,
    kind: str,
    payload: Mapping[str, Any],
    *,
    act_id: str,
    photos: Sequence[Mapping[str, Any]] = (),
    base_version: int = 0,
    awaits: int | None = None,
) -> Receipt:
    """Record one act by the signed-in person, inside a transaction that may do more than this.

    `act_id` was made with the form, so that a second click is none. Raises: Problem 5420 with every fault
    in its rows; then nothing is kept. What waits for nothing but `awaits` (a problem's number) is kept.
    """
    raw = {
        "id": act_id,
        "kind": "act",
        "form": kind,
        "form_version": load_form(kind).version,
        "base_version": base_version,
        "captured_at": viewer.now.isoformat(),
        "payload": dict(payload),
        "photos": [dict(photo) for photo in photos],
    }
    receipt = actions.receive(session, read(raw), intake_context(viewer))
    if receipt.state != STORED and {fault["number"] for fault in receipt.faults} != {awaits}:
        raise Problem(5420, rows=receipt.faults)
    return receipt


def _sent_before(
    viewer: Viewer, session: Session, act_id: str, payload: Mapping[str, Any], base_version: int
) -> Receipt | None:
    """The receipt of the same form sent before. Problem 5460 when it said something else then.

    A correction that says something else than the version already there is in conflict with it: the intake's
    matter.
    """
    row = intake.version(session, act_id, base_version + 1)
    if row is None:
        return None
    same_content = json.loads(row.body or "{}").get("payload") == dict(payload)
    if row.sender_id == viewer.user_id and row.state == STORED and same_content:
        return intake.receipt(session, row)
    if base_version:
        return None
    raise Problem(5460)


class _TriedError(Exception):
    """Ends a rehearsal, so that nothing of it is kept."""


def refusals(
    viewer: Viewer, kind: str, common: Mapping[str, Any], rows: Rows
) -> dict[str, list[dict[str, Any]]]:
    """Which households cannot take an act, and the faults that say why; each tried alone, nothing kept."""
    found: dict[str, list[dict[str, Any]]] = {}
    try:
        with transaction.write() as session:
            for row in rows:
                found[row["household"]] = _faults_alone(
                    viewer, session, kind, {**common, "households": [row]}
                )
            raise _TriedError
    except _TriedError:
        return {household: faults for household, faults in found.items() if faults}


def _faults_alone(
    viewer: Viewer, session: Session, kind: str, payload: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """The faults of one act, undone again."""
    savepoint = session.begin_nested()
    try:
        record_within(viewer, session, kind, payload, act_id=str(uuid.uuid4()))
    except Problem as problem:
        faults: list[dict[str, Any]] = problem.details.get("rows", [])
        return faults
    finally:
        savepoint.rollback()
    return []


def is_general(fault: Mapping[str, Any]) -> bool:
    """A fault of the form, not of one of its households."""
    question = str(fault["question"])
    return bool(question) and question.split("[")[0] not in ("household", "households")
