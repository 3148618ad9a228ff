"""Whether a sender may write about a household or a place; what they may not waits for those who may."""

from __future__ import annotations

import json

from sqlalchemy.orm import Session

from survey.access.rights import areas_of, reaches, roles_in_force
from survey.cases import machine
from survey.intake import queries
from survey.intake.models import ReceivedEnvelope
from survey.intake.rows import IntakeContext
from survey.registry.models import Household
from survey.registry.queries import recorded_by

ACTIONS = ("survey.send", "inbox.mend")


def may(session: Session, action: str, area_code: str | None, context: IntakeContext) -> bool:
    """Whether the sender may do `action` in this area today; the operator may do all."""
    if context.sender_id is None:
        return True
    return reaches(session, _areas(session, action, context), area_code, context.today)


def _areas(session: Session, action: str, context: IntakeContext) -> frozenset[str]:
    """Root area codes of the sender's posts that carry `action`; the posts are read once."""
    sender_id = context.sender_id or 0
    if sender_id not in context.posts:
        context.posts[sender_id] = roles_in_force(session, sender_id, context.today)
    return areas_of(context.posts[sender_id], action)


def may_write_in(session: Session, area_code: str | None, context: IntakeContext) -> bool:
    """Whether the sender surveys or mends records in this area today."""
    return any(may(session, action, area_code, context) for action in ACTIONS)


def may_correct(session: Session, base: ReceivedEnvelope, context: IntakeContext) -> bool:
    """Whether the sender may send a next version: of their own record, or where they could have made it.

    Nobody else may: an id stands on pages that many read, and its next version can be taken only once.
    """
    first = queries.version(session, base.envelope_id, 1)
    if context.sender_id in (None, base.sender_id, first.sender_id if first else None):
        return True
    household = session.get(Household, base.household_id) if base.household_id else None
    area_code = household.area_code if household else base.area_code
    if base.kind != "act":
        return (
            may_change(session, household, context)
            if household
            else may_write_in(session, area_code, context)
        )
    form = json.loads(base.body or "{}").get("form", "")
    known = machine.acts().get(form)
    actions = (known.right if known else "case.record", "inbox.mend")
    return any(may(session, action, area_code, context) for action in actions)


def may_survey(session: Session, context: IntakeContext) -> bool:
    """Whether the sender surveys or mends records anywhere today; an import by the operator may."""
    if context.sender_id is None:
        return True
    return any(_areas(session, action, context) for action in ACTIONS)


def may_change(session: Session, household: Household, context: IntakeContext) -> bool:
    """Whether the sender may write where the household lives, or recorded it while nobody could place it."""
    is_unplaced = household.area_code is None and context.sender_id is not None
    if is_unplaced and recorded_by(session, household.id, context.sender_id or 0):
        return True
    return may_write_in(session, household.area_code, context)
