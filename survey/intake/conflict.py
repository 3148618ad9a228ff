"""Two people changed one record: who, when and what, so that the sender can put it right."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy.orm import Session

from survey.access.models import User
from survey.intake import queries
from survey.intake.rights import may_change
from survey.intake.rows import Envelope, IntakeContext
from survey.problems import Problem
from survey.registry.models import Household

NEVER_TOLD = ("national_id", "phone")
"""Whoever sends guesses of these would learn from the answer which one is right."""
UNTOLD = ", ".join(sorted((*NEVER_TOLD, "captured_at", "photos")))
"""What may differ where no answer that is told does: always the same words, whichever it is."""


def conflict(session: Session, envelope: Envelope, context: IntakeContext) -> Problem:
    """Problem 4102 for an envelope whose version exists with other content.

    Who sent it and which answers differ is told to those who may change the household only: by sending
    guesses, others could find the answers out.
    """
    row = queries.newest(session, envelope.id)
    if row is None:
        raise LookupError(f"no stored version of {envelope.id} to be in conflict with")
    household = session.get(Household, row.household_id) if row.household_id else None
    if row.sender_id != context.sender_id and not (household and may_change(session, household, context)):
        return Problem(4102, version=row.version, who="…", when="…", changed="…")
    stored = json.loads(row.body)["payload"] if row.body else {}
    told = [code for code in changed_answers(stored, envelope.payload) if code not in NEVER_TOLD]
    sender = session.get(User, row.sender_id) if row.sender_id else None
    return Problem(
        4102,
        version=row.version,
        who=sender.full_name if sender else "?",
        when=row.received_at.isoformat(timespec="minutes"),
        changed=", ".join(told) or UNTOLD,
    )


def changed_answers(stored: dict[str, Any], sent: dict[str, Any]) -> list[str]:
    """The question codes whose answers differ."""
    return sorted(code for code in {*stored, *sent} if stored.get(code) != sent.get(code))
