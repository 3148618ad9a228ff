"""Who may do what: one table, role × action, and the area it reaches on today's boundaries.

A right is a role held in an area; it covers that area's subtree today, whatever date a report is about.
Lists, maps, exports and counts all put `visible` into their query, so that they cannot disagree.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Date, bindparam, false, or_, select, true
from sqlalchemy.orm import Session

from survey.access.models import ROLES, Appointment, User
from survey.areas import queries as areas
from survey.areas.tree import holds
from survey.db import one_of

Table = Mapping[str, frozenset[str]]


def _roles(*names: str) -> frozenset[str]:
    """A set of roles, each of them known."""
    unknown = set(names) - set(ROLES)
    if unknown:
        raise ValueError(f"unknown roles {sorted(unknown)}, expected {ROLES}")
    return frozenset(names)


RIGHTS: Table = {
    # what is recorded and seen of households
    "envelope.send": _roles("officer", "commune", "committee", "signer", "finance"),
    "survey.send": _roles("officer", "commune"),
    "household.read": _roles("officer", "commune", "committee", "signer", "finance", "admin", "auditor"),
    "map.read": _roles("officer", "commune", "committee", "signer", "finance", "admin", "auditor"),
    "person.read": _roles("officer", "commune", "committee", "signer", "finance", "admin", "auditor"),
    "national_id.read": _roles("commune", "auditor"),
    "inbox.read": _roles("commune", "signer", "admin", "auditor"),
    "inbox.mend": _roles("commune", "admin"),
    "inbox.let_through": _roles("commune", "signer", "admin"),
    # from the assessment to the hand-over
    "case.record": _roles("officer", "commune"),
    "case.review": _roles("commune", "committee"),
    "case.approve": _roles("signer"),
    "decision.enter": _roles("commune"),
    "duty.read": _roles("committee", "signer", "auditor"),
    "official_act.keep": _roles("commune", "committee", "signer"),
    "unit.name_outside": _roles("admin"),
    "paper.read": _roles("officer", "commune", "committee", "signer", "finance", "auditor"),
    "posting.publish": _roles("commune"),
    # money
    "payment.record": _roles("commune", "finance"),
    "amount.read": _roles("commune", "committee", "signer", "finance", "auditor"),
    "budget.read": _roles("commune", "committee", "signer", "finance", "auditor"),
    # keeping the program
    "law.read": _roles(*ROLES),
    "area.import": _roles("admin"),
    "accounts.manage": _roles("admin"),
    "devices.manage": _roles("admin"),
    "device.own": _roles("officer", "commune", "admin"),
    "audit.read": _roles("admin", "auditor"),
    "system.read": _roles("admin", "auditor"),
}
"""The whole of it. A wish for another right is a change of this table, never a condition elsewhere."""

READS = frozenset(action for action in RIGHTS if action.endswith(".read"))
"""Actions that change nothing; an auditor has no others."""


def table(officers_see_amounts: bool = False) -> Table:
    """The table in force: officers see class and reasons, and amounts only where the operator set so."""
    if not officers_see_amounts:
        return RIGHTS
    return {**RIGHTS, "amount.read": RIGHTS["amount.read"] | {"officer"}}


_posts_in_force = (  # made once: every request asks, and making it costs more than asking
    select(Appointment.role, Appointment.area_code)
    .join(User, User.id == Appointment.user_id)
    .where(
        User.id == bindparam("user_id"),
        User.is_active,
        Appointment.proposed_on.is_(None),
        holds(Appointment, bindparam("today", type_=Date)),
    )
    .order_by(Appointment.role, Appointment.area_code)
)


def roles_in_force(session: Session, user_id: int, today: date) -> tuple[tuple[str, str], ...]:
    """(role, area code) of every post this active account holds today, sorted."""
    held = session.execute(_posts_in_force, {"user_id": user_id, "today": today})
    return tuple((role, code) for role, code in held)


def areas_allowed(
    session: Session, user_id: int, action: str, today: date, rights: Table = RIGHTS
) -> frozenset[str]:
    """Root area codes of the posts that carry `action` today. KeyError for an action nobody defined."""
    return areas_of(roles_in_force(session, user_id, today), action, rights)


def areas_of(held: Iterable[tuple[str, str]], action: str, rights: Table = RIGHTS) -> frozenset[str]:
    """Root area codes among the `held` (role, area) pairs whose role carries `action`."""
    return frozenset(code for role, code in held if role in rights[action])


def visible(
    area_code: Any,
    session: Session,
    user_id: int,
    action: str,
    today: date,
    rights: Table = RIGHTS,
) -> ColumnElement[bool]:
    """SQL condition: the row's area lies where the account may do `action`; see `within`."""
    return within(area_code, session, areas_allowed(session, user_id, action, today, rights), today)


def within(
    area_code: Any,
    session: Session,
    roots: frozenset[str],
    today: date,
) -> ColumnElement[bool]:
    """SQL condition: the row's area lies in one of `roots` today.

    The codes come from the tree in memory as one parameter, and whoever holds every root is asked nothing.
    A row without an area (a house nobody could place) is seen by those who hold a root area, so that it
    is on somebody's desk. Where the tree has several roots (provinces), each of their holders sees every
    such row: a house without an area belongs to none of them yet.
    """
    if not roots:
        return false()
    tops = {root.code for root in areas.roots(session, today)}
    if tops and tops <= roots:
        return true()
    condition = one_of(session, area_code, areas.under(session, roots, today))
    return or_(condition, area_code.is_(None)) if tops & roots else condition


def holds_root(session: Session, codes: frozenset[str], today: date) -> bool:
    """Whether one of `codes` is a root of today's tree (the whole province, or the whole country)."""
    return any(root.code in codes for root in areas.roots(session, today))


def may(
    session: Session,
    user_id: int,
    action: str,
    area_code: str | None,
    today: date,
    rights: Table = RIGHTS,
) -> bool:
    """Whether the account may do `action` in this area today; no area means a root area is needed."""
    return reaches(session, areas_allowed(session, user_id, action, today, rights), area_code, today)


def reaches(session: Session, roots: frozenset[str], area_code: str | None, today: date) -> bool:
    """Whether `area_code` lies in the subtree of `roots` today; no area: whether a root area is held."""
    if not roots:
        return False
    if area_code is None:
        return holds_root(session, roots, today)
    return area_code in areas.under(session, roots, today)
