"""How far a phone's knowledge reaches: an opaque mark, given with each assignment, sent with the next.

It holds the largest row number and the number of rows of each table that changes what an officer sees. Rows
are only ever added. If a row below the mark has appeared since (a transaction that took its number early and
committed late), the counts differ and everything is sent again, so nothing is missed. The mark is signed:
nobody makes one up to learn of households elsewhere.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from itsdangerous import BadData, URLSafeSerializer
from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from survey.areas.tree import revision
from survey.assessment.models import AssessmentRow
from survey.cases.models import Case, Step
from survey.fieldwork.scope import Scope
from survey.operation.queries import FIRST_EPOCH, current_epoch
from survey.registry.models import Household, StatusRecord, Survey

SHAPE = 1
"""Raised when the answer's shape changes: phones then fetch everything anew."""
TABLES: Mapping[str, Any] = {"s": Survey, "a": AssessmentRow, "t": Step, "d": StatusRecord}
LONGEST = 2000


@dataclass(frozen=True, slots=True)
class Mark:
    """What a phone knows: whose it is, which areas as they were, and (largest id, rows) of each table.

    Row numbers mean nothing in another epoch: a restored database gives them out anew.
    """

    user_id: int
    sight: str
    roots: tuple[str, ...]
    areas: str
    tables: Mapping[str, tuple[int, int]]
    epoch: str

    def text(self, secret: str) -> str:
        """The mark as phones keep it, signed with the server's secret."""
        parts = {"u": self.user_id, "w": self.sight, "r": self.roots, "m": self.areas, "n": self.tables}
        return str(_signer(secret).dumps({**parts, "e": self.epoch}))


def reached(session: Session, scope: Scope) -> Mark:
    """The mark of this moment; read before the data: what commits meanwhile comes twice rather than never."""
    tables = {}
    for letter, table in TABLES.items():
        largest, rows = session.execute(select(func.max(table.id), func.count())).one()
        tables[letter] = (largest or 0, rows)
    return Mark(scope.user_id, _sight(scope), scope.roots, revision(session), tables, current_epoch(session))


def read(text: str | None, user_id: int, secret: str) -> Mark | None:
    """The mark a phone sent; None for none, another person's or an old one: then everything is sent."""
    if not text or len(text) > LONGEST:
        return None
    try:
        parts = _signer(secret).loads(text)
        tables = {letter: (int(one[0]), int(one[1])) for letter, one in parts["n"].items()}
        mark = Mark(
            parts["u"], parts["w"], tuple(parts["r"]), parts["m"], tables, parts.get("e", FIRST_EPOCH)
        )
    except (BadData, KeyError, TypeError, ValueError, IndexError, AttributeError):
        return None
    return mark if mark.user_id == user_id else None


def still_holds(session: Session, known: Mark, current: Mark) -> bool:
    """Whether what a phone knows can be brought up to date by what was added since."""
    if (known.epoch, known.sight, known.areas) != (current.epoch, current.sight, current.areas):
        return False
    if set(known.tables) != set(TABLES):
        return False
    for letter, (largest, rows) in known.tables.items():
        if current.tables[letter] == (largest, rows):
            continue
        table = TABLES[letter]
        if session.scalar(select(func.count()).where(table.id <= largest)) != rows:
            return False
    return True


def changed_since(known: Mark) -> ColumnElement[bool]:
    """SQL condition on `Household`: something was added about it after the mark."""
    after = {letter: TABLES[letter].id > largest for letter, (largest, _) in known.tables.items()}
    return or_(
        Household.id.in_(select(Survey.household_id).where(after["s"])),
        Household.id.in_(select(AssessmentRow.household_id).where(after["a"])),
        Household.id.in_(select(Case.household_id).join(Step, Step.case_id == Case.id).where(after["t"])),
        Household.id.in_(select(StatusRecord.household_id).where(after["d"])),
    )


def _sight(scope: Scope) -> str:
    """One text for the same posts and the same sight of names and amounts."""
    seen = [sorted(map(str, codes)) for codes in (scope.named, scope.paid, scope.recording)]
    told = repr((SHAPE, scope.roots, seen))
    return hashlib.sha256(told.encode()).hexdigest()[:32]


def _signer(secret: str) -> URLSafeSerializer:
    return URLSafeSerializer(secret, salt="field-cursor")
