"""What an officer's phone may hold: the units of their posts, and what of a household they may see where."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session

from survey.access import rights
from survey.access.viewer import Viewer, refusal
from survey.areas import queries as areas
from survey.questionnaire import act_forms, load_form
from survey.registry.models import Household

FIELD_ACTIONS = ("survey.send", "case.record")
"""A post that carries one of these sends its holder into the field."""
WITHHELD = ("national_id", "phone")
"""Personal values that never go to a phone."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose phone, which units (by the roots of their posts), and where names and amounts may be seen."""

    user_id: int
    today: date
    roots: tuple[str, ...]
    named: frozenset[str | None]
    paid: frozenset[str | None]
    recording: frozenset[str | None]

    def mine(self, session: Session, area_code: Any = Household.area_code) -> ColumnElement[bool]:
        """SQL condition: the row's area lies within the scope."""
        return rights.within(area_code, session, frozenset(self.roots), self.today)


def scope_of(viewer: Viewer) -> Scope:
    """The scope of an officer. Problem 6005 without a post that sends into the field."""
    roots = frozenset[str]().union(*(viewer.areas(action) for action in FIELD_ACTIONS))
    if not roots or viewer.user_id is None:
        raise refusal(FIELD_ACTIONS[0])
    known: dict[frozenset[str], frozenset[str | None]] = {}

    def reach(action: str) -> frozenset[str | None]:
        held = viewer.areas(action)
        if held not in known:
            known[held] = _codes(viewer.session, held, viewer.today)
        return known[held]

    seen = reach("person.read"), reach("amount.read"), reach("case.record")
    return Scope(viewer.user_id, viewer.today, tuple(sorted(roots)), *seen)


def _codes(session: Session, roots: frozenset[str], today: date) -> frozenset[str | None]:
    """Every unit under these; None (a house nobody could place) belongs to holders of a root area."""
    if not roots:
        return frozenset()
    found: set[str | None] = {*areas.under(session, roots, today)}
    return frozenset(found | {None} if rights.holds_root(session, roots, today) else found)


def offered(viewer: Viewer) -> dict[str, bool]:
    """What the app may offer to an officer: recording acts, showing amounts."""
    return {"record": viewer.can("case.record"), "amounts": viewer.can("amount.read")}


def codes_of_units(session: Session, scope: Scope) -> list[str]:
    """The villages and communes of today within the scope."""
    names = areas.tree(session, scope.today).names
    inside = session.scalars(areas.subtree(scope.roots, scope.today))
    return [code for code in inside if code in names and names[code].level in ("village", "commune")]


# --- answers without what stays at the server


@cache
def _private() -> tuple[frozenset[str], frozenset[str]]:
    """(codes of questions and columns withheld from everybody, codes of those that name a person)."""
    withheld, named = set(), set()
    for form in map(load_form, ("household", *act_forms())):
        for question in form.questions.values():
            for one in (question, *question.columns):
                if one.personal in WITHHELD:
                    withheld.add(one.code)
            if question.is_private:
                named.add(question.code)
    return frozenset(withheld), frozenset(named)


def shown(payload: Mapping[str, Any], *, names: bool) -> tuple[dict[str, Any], list[str]]:
    """The answers a phone may hold, and the codes of those that exist and stay at the server."""
    withheld, named = _private()
    hidden = withheld if names else withheld | named
    kept = {code: _rows(value, withheld) for code, value in payload.items() if code not in hidden}
    return kept, sorted(code for code in payload if code in hidden)


def _rows(value: Any, withheld: frozenset[str]) -> Any:
    """A roster without its withheld columns; any other answer as it is."""
    if not isinstance(value, list):
        return value
    return [
        {code: cell for code, cell in row.items() if code not in withheld} if isinstance(row, dict) else row
        for row in value
    ]
