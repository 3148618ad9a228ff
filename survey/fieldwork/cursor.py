"""How far a phone's knowledge reaches: an opaque mark, given with each assignment, sent with the next.

It holds the number of the newest change of each commune of the scope. Numbers of a commune rise in the order
in which transactions end (see `standing.models.HouseholdChange`), so nothing is missed, however late it was
committed. The mark is signed: nobody makes one up to learn of households elsewhere.
"""

from __future__ import annotations

import hashlib
from collections.abc import Hashable, Mapping
from dataclasses import dataclass

from itsdangerous import BadData, URLSafeSerializer
from sqlalchemy import ColumnElement, and_, false, or_, select
from sqlalchemy.orm import Session

from survey.areas.tree import revision, tree, under
from survey.db import one_of
from survey.fieldwork.scope import Scope
from survey.operation.queries import FIRST_EPOCH, current_epoch
from survey.registry.models import Household
from survey.standing.models import CommuneRevision, HouseholdChange
from survey.standing.rows import commune_of

SHAPE = 2
"""Raised when the answer's shape changes: phones then fetch everything anew."""
NOWHERE = ""
"""The commune of households that nobody could place."""
LONGEST = 3000
"""Characters of a mark that a phone may send back: of a wider scope everything is fetched anew."""


@dataclass(frozen=True, slots=True)
class Mark:
    """What a phone knows: whose it is, which areas as they were, each commune up to which number.

    Numbers mean nothing in another epoch: a restored database gives them out anew. `revisions` are not told:
    with them the server knows what it has packed before.
    """

    user_id: int
    sight: str
    roots: tuple[str, ...]
    areas: str
    communes: Mapping[str, int]
    epoch: str
    revisions: frozenset[tuple[str, int]] = frozenset()

    @property
    def seen(self) -> Hashable:
        """The same for all who see the same of the same households as they are now."""
        return self.sight, self.areas, self.revisions

    def text(self, secret: str) -> str:
        """The mark as phones keep it, signed with the server's secret."""
        parts = {"u": self.user_id, "w": self.sight, "r": self.roots, "m": self.areas, "n": self.communes}
        return str(_signer(secret).dumps({**parts, "e": self.epoch}))


def reached(session: Session, scope: Scope) -> Mark:
    """The mark of this moment; read before the data: what commits meanwhile comes twice rather than never."""
    known = tree(session, scope.today)
    codes = {commune_of(known, code) for code in under(session, scope.roots, scope.today)}
    inside = one_of(session, CommuneRevision.commune_code, {NOWHERE, *filter(None, codes)})
    rows = session.execute(_revisions.where(inside)).all()
    return Mark(
        scope.user_id,
        _sight(scope),
        scope.roots,
        revision(session),
        communes={row.commune_code: row.number for row in rows},
        epoch=current_epoch(session),
        revisions=frozenset((row.commune_code, row.revision) for row in rows),
    )


_revisions = select(CommuneRevision.commune_code, CommuneRevision.number, CommuneRevision.revision)


def read(text: str | None, user_id: int, secret: str) -> Mark | None:
    """The mark a phone sent; None for none, another person's or an old one: then everything is sent."""
    if not text or len(text) > LONGEST:
        return None
    try:
        parts = _signer(secret).loads(text)
        communes = {str(code): int(number) for code, number in parts["n"].items()}
        epoch = parts.get("e", FIRST_EPOCH)
        mark = Mark(parts["u"], parts["w"], tuple(parts["r"]), parts["m"], communes, epoch)
    except (BadData, KeyError, TypeError, ValueError, AttributeError):
        return None
    return mark if mark.user_id == user_id else None


def still_holds(known: Mark, current: Mark) -> bool:
    """Whether what a phone knows can be brought up to date by what changed since: what it sees and the areas
    are the same, and it knows nothing that this database (one restored from a copy) does not.
    """
    if (known.epoch, known.sight, known.areas) != (current.epoch, current.sight, current.areas):
        return False
    return all(number <= current.communes.get(code, 0) for code, number in known.communes.items())


def changed_since(known: Mark, current: Mark) -> ColumnElement[bool]:
    """SQL condition on `Household`: something was recorded about it after the mark."""
    newer = [
        and_(HouseholdChange.commune_code == code, HouseholdChange.number > known.communes.get(code, 0))
        for code, number in current.communes.items()
        if number != known.communes.get(code)
    ]
    changed = select(HouseholdChange.household_id).where(or_(false(), *newer))
    return Household.id.in_(changed)


def _sight(scope: Scope) -> str:
    """One text for the same posts and the same sight of names and amounts."""
    seen = [sorted(map(str, codes)) for codes in (scope.named, scope.paid, scope.recording)]
    told = repr((SHAPE, scope.roots, seen))
    return hashlib.sha256(told.encode()).hexdigest()[:32]


def _signer(secret: str) -> URLSafeSerializer:
    return URLSafeSerializer(secret, salt="field-cursor")
