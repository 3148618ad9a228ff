"""Whether a sender may write about a household or a place; what they may not waits for those who may."""

from __future__ import annotations

from sqlalchemy.orm import Session

from survey.access.rights import may
from survey.intake.rows import Desk
from survey.registry.models import Household
from survey.registry.queries import recorded_by

ACTIONS = ("survey.send", "inbox.mend")


def may_write_in(session: Session, area_code: str | None, desk: Desk) -> bool:
    """Whether the sender surveys or mends records in this area today; an import by the operator may."""
    if desk.sender_id is None:
        return True
    return any(may(session, desk.sender_id, action, area_code, desk.today) for action in ACTIONS)


def may_change(session: Session, household: Household, desk: Desk) -> bool:
    """Whether the sender may write where the household lives, or recorded it while nobody could place it."""
    is_unplaced = household.area_code is None and desk.sender_id is not None
    if is_unplaced and recorded_by(session, household.id, desk.sender_id or 0):
        return True
    return may_write_in(session, household.area_code, desk)
