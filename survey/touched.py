"""Which households a transaction wrote, so that whoever ends it can say how they stand now."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

KEPT = "touched"


@dataclass(frozen=True, slots=True)
class Cause:
    """Why a household stands otherwise now: what kind of record, and which (its envelope, …)."""

    kind: str
    id: str | None = None


ASSESSED = Cause("assessment")


@dataclass(slots=True)
class Touched:
    """What was written so far: households with the cause, those made by this transaction (`new`), those it
    has locked, the record one writes for, photos whose acts' households are not looked up yet, tables
    changed in bulk whose rows nobody saw.
    """

    households: dict[str, Cause] = field(default_factory=dict)
    new: set[str] = field(default_factory=set)
    locked: set[str] = field(default_factory=set)
    record: Cause | None = None
    scanned: set[str] = field(default_factory=set)
    in_bulk: set[str] = field(default_factory=set)


def touched(session: Session) -> Touched:
    """What this transaction has written."""
    found: Touched = session.info.setdefault(KEPT, Touched())
    return found


def touch(session: Session, household_ids: Iterable[str], cause: Cause) -> None:
    """Name households that are written; the first cause stays that is more than being assessed again."""
    known = touched(session).households
    for household_id in household_ids:
        if known.get(household_id, ASSESSED) == ASSESSED:
            known[household_id] = cause


def forget(session: Session) -> None:
    """Drop what was named, once its lines are written or it was undone."""
    session.info.pop(KEPT, None)
