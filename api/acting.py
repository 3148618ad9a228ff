"""Acts recorded on a page: the same envelope and door as a phone's, but refused at once when faulty."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask_login import current_user
from sqlalchemy.orm import Session

from api import clock, transaction
from api.desk import desk
from survey.intake import actions
from survey.intake.envelope import read
from survey.intake.rows import STORED, Receipt
from survey.problems import Problem
from survey.questionnaire import load_form


def record_act(
    kind: str, payload: Mapping[str, Any], *, act_id: str, photos: Sequence[Mapping[str, Any]] = ()
) -> Receipt:
    """Record one act by the signed-in person. `act_id` was made with the form, so a second click is none.

    Raises: Problem 5420 with every fault in its rows; then nothing is kept.
    """
    with transaction.write() as session:
        return record_within(session, kind, payload, act_id=act_id, photos=photos)


def record_within(
    session: Session,
    kind: str,
    payload: Mapping[str, Any],
    *,
    act_id: str,
    photos: Sequence[Mapping[str, Any]] = (),
) -> Receipt:
    """The same inside a transaction that does more than this."""
    raw = {
        "id": act_id,
        "kind": "act",
        "form": kind,
        "form_version": load_form(kind).version,
        "captured_at": clock.now().isoformat(),
        "payload": dict(payload),
        "photos": [dict(photo) for photo in photos],
    }
    receipt = actions.receive(session, read(raw), desk(session, current_user.id))
    if receipt.state != STORED:
        raise Problem(5420, rows=receipt.faults)
    return receipt
