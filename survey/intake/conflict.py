"""Two people changed one record: who, when and what, so that the sender can put it right."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy.orm import Session

from survey.access.models import User
from survey.intake import queries
from survey.intake.rows import Envelope
from survey.problems import Problem


def conflict(session: Session, envelope: Envelope) -> Problem:
    """Problem 4102 for an envelope whose version exists with other content.

    `changed` names the answers that differ between what was sent and the newest stored version, never
    their values: the sender may not have the right to see them.
    """
    row = queries.newest(session, envelope.id)
    if row is None:
        raise LookupError(f"no stored version of {envelope.id} to be in conflict with")
    stored = json.loads(row.body)["payload"] if row.body else {}
    sender = session.get(User, row.sender_id) if row.sender_id else None
    return Problem(
        4102,
        version=row.version,
        who=sender.full_name if sender else "?",
        when=row.received_at.isoformat(timespec="minutes"),
        changed=", ".join(changed_answers(stored, envelope.payload)) or "captured_at, photos",
    )


def changed_answers(stored: dict[str, Any], sent: dict[str, Any]) -> list[str]:
    """The question codes whose answers differ."""
    return sorted(code for code in {*stored, *sent} if stored.get(code) != sent.get(code))
