"""Reads of access: accounts, posts, devices. Scopes are SQL conditions, so lists and counts agree."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import date

from sqlalchemy import ColumnElement, bindparam, exists, false, func, or_, select, true
from sqlalchemy.orm import Session

from survey.access import rights
from survey.access.models import SIGNER, Appointment, DataKey, Device, User
from survey.access.rows import Account, DeviceOwner, HeldAppointment, HeldDevice, SignIn
from survey.areas import queries as areas
from survey.areas.names import folded_name
from survey.areas.tree import holds

SORTS = {
    "name": (User.sort_key, User.id),
    "username": (User.username, User.id),
    "created": (User.created_at, User.id),
}
STATES = {
    "active": User.is_active.is_(True),
    "inactive": User.is_active.is_(False),
    "new": User.is_active.is_(True) & User.must_change_password.is_(True),
}


def folded_username(username: str) -> str:
    """The one spelling under which an account is kept and looked up."""
    return username.strip().casefold()


def sign_in_row(session: Session, username: str) -> SignIn | None:
    """What checking a password of this username needs; None when there is no such account."""
    query = select(User.id, User.password_hash, User.is_active, User.locked_until).where(
        User.username == folded_username(username)
    )
    row = session.execute(query).first()
    return SignIn(*row) if row else None


def account(session: Session, user_id: int) -> Account | None:
    """The account, deactivated ones too; None for an id that nobody has."""
    user = session.get(User, user_id)
    return _account(user) if user else None


def account_by_username(session: Session, username: str) -> Account | None:
    """One account by its username, in any case of letters."""
    user = session.scalar(select(User).where(User.username == folded_username(username)))
    return _account(user) if user else None


def _account(user: User) -> Account:
    return Account(
        id=user.id,
        username=user.username,
        full_name=user.full_name,
        language=user.language,
        is_active=user.is_active,
        is_demo=user.is_demo,
        must_change_password=user.must_change_password,
        created_at=user.created_at,
        locked_until=user.locked_until,
        session_number=user.session_number,
        password_set_by=user.password_set_by,
        is_unconfirmed=user.password_set_at is not None and user.password_confirmed_by is None,
    )


def manageable(
    session: Session, actor_id: int | None, today: date, action: str = "accounts.manage"
) -> ColumnElement[bool]:
    """SQL condition on `User`: accounts the actor may look after by `action`.

    All for the operator (None) and for holders of a root area; otherwise those whose every post that has
    not ended lies inside the actor's areas. An account without such a post belongs to the root.
    """
    if actor_id is None:
        return true()
    roots = rights.areas_allowed(session, actor_id, action, today)
    if not roots:
        return false()
    if rights.holds_root(session, roots, today):
        return true()
    unended = exists().where(
        Appointment.user_id == User.id, or_(Appointment.valid_to.is_(None), Appointment.valid_to >= today)
    )
    return unended & ~unended.where(Appointment.area_code.not_in(areas.subtree(roots, today)))


def filtered(
    scope: ColumnElement[bool], *, today: date, search: str = "", role: str = "", state: str = ""
) -> ColumnElement[bool]:
    """SQL condition on `User`: within `scope`, name or username holding `search`, holding `role` today.

    `state` is "active", "inactive", "new" (temporary password still standing) or empty for all.
    """
    condition = scope
    if search.strip():
        text = folded_name(search)
        name = User.folded_name.contains(text, autoescape=True)
        condition &= name | User.username.contains(folded_username(search), autoescape=True)
    if role:
        condition &= exists().where(
            Appointment.user_id == User.id,
            Appointment.role == role,
            Appointment.proposed_on.is_(None),
            holds(Appointment, today),
        )
    if state in STATES:
        condition &= STATES[state]
    return condition


def accounts(
    session: Session,
    condition: ColumnElement[bool],
    *,
    sort: str = "name",
    offset: int = 0,
    limit: int | None = None,
) -> list[Account]:
    """Accounts that meet `condition`; `sort` is a key of `SORTS`, with a leading minus for descending."""
    columns = SORTS.get(sort.removeprefix("-"), SORTS["name"])
    order = [column.desc() if sort.startswith("-") else column.asc() for column in columns]
    query = select(User).where(condition).order_by(*order).offset(offset).limit(limit)
    return [_account(user) for user in session.scalars(query)]


def count_accounts(session: Session, condition: ColumnElement[bool]) -> int:
    """How many accounts meet `condition`."""
    return session.scalar(select(func.count()).select_from(User).where(condition)) or 0


def posts(session: Session, user_ids: Iterable[int]) -> list[HeldAppointment]:
    """Every post of these accounts, ended ones too, newest first."""
    query = (
        select(Appointment)
        .where(Appointment.user_id.in_(list(user_ids)))
        .order_by(Appointment.valid_from.desc(), Appointment.id.desc())
    )
    return [
        HeldAppointment(
            post.id,
            post.user_id,
            post.role,
            post.area_code,
            post.valid_from,
            post.valid_to,
            post.capacity,
            post.proposed_on,
        )
        for post in session.scalars(query)
    ]


_of_token = (  # made once: every request of a phone asks
    select(Device.id, Device.last_seen_at, User)
    .join(User, User.id == Device.user_id)
    .where(Device.token_sha256 == bindparam("sha256"), Device.revoked_at.is_(None), User.is_active)
)


def device_owner(session: Session, token: str) -> DeviceOwner | None:
    """Whom a token that is not revoked speaks for, while their account is active."""
    row = session.execute(_of_token, {"sha256": token_hash(token)}).first()
    return DeviceOwner(row[0], row[1], _account(row[2])) if row else None


def device_of_key(session: Session, user_id: int, sha256: str) -> str | None:
    """The device of this account that seals with the key of this hash, revoked or not."""
    query = select(Device.id).join(DataKey, DataKey.device_id == Device.id)
    return session.scalar(query.where(DataKey.sha256 == sha256, Device.user_id == user_id))


def token_hash(token: str) -> str:
    """What is stored of a token. SHA-256 is enough: a token is 256 random bits, nothing to guess."""
    return hashlib.sha256(token.encode()).hexdigest()


def devices(
    session: Session, scope: ColumnElement[bool], *, offset: int = 0, limit: int | None = None
) -> list[HeldDevice]:
    """Devices of the accounts within `scope` (a condition on `User`), newest first."""
    query = (
        select(Device, User.username, User.full_name)
        .join(User, User.id == Device.user_id)
        .where(scope)
        .order_by(Device.created_at.desc(), Device.id)
    )
    return [
        HeldDevice(
            id=device.id,
            user_id=device.user_id,
            username=username,
            full_name=full_name,
            label=device.label,
            created_at=device.created_at,
            last_seen_at=device.last_seen_at,
            revoked_at=device.revoked_at,
        )
        for device, username, full_name in session.execute(query.offset(offset).limit(limit))
    ]


def count_devices(session: Session, scope: ColumnElement[bool]) -> int:
    """How many devices `devices` would list in all."""
    query = select(func.count()).select_from(Device).join(User, User.id == Device.user_id).where(scope)
    return session.scalar(query) or 0


def unrevoked_devices(session: Session, user_id: int) -> list[Device]:
    """The devices of an account whose tokens still open the interface, oldest first."""
    query = select(Device).where(Device.user_id == user_id, Device.revoked_at.is_(None))
    return list(session.scalars(query.order_by(Device.created_at, Device.id)))


def root_administrators(session: Session, on: date) -> frozenset[int]:
    """Ids of active accounts that may manage accounts at a root area on that day.

    Their rows are locked, so that two of them cannot shut each other out at the same moment.
    """
    roots = [root.code for root in areas.roots(session, on)]
    query = (
        select(Appointment.user_id)
        .join(User, User.id == Appointment.user_id)
        .where(
            User.is_active,
            Appointment.area_code.in_(roots),
            Appointment.role.in_(rights.RIGHTS["accounts.manage"]),
        )
        .where(holds(Appointment, on))
        .with_for_update()
    )
    return frozenset(session.scalars(query))


def is_unconfirmed(session: Session, user_id: int) -> bool:
    """Whether somebody else set the account's password and no second administrator has confirmed it since."""
    waiting = User.password_set_at.is_not(None) & User.password_confirmed_by.is_(None)
    return session.scalar(select(User.id).where(User.id == user_id, waiting)) is not None


def capacity_of(session: Session, user_id: int, path: Iterable[str], on: date) -> str | None:
    """In whose place the account signs for a place: of its appointment nearest to the front of this path."""
    order = list(path)
    query = select(Appointment.area_code, Appointment.capacity).where(
        Appointment.user_id == user_id,
        Appointment.role == SIGNER,
        Appointment.proposed_on.is_(None),
        Appointment.area_code.in_(order),
        holds(Appointment, on),
    )
    found = session.execute(query).all()
    return min(found, key=lambda row: order.index(row[0]))[1] if found else None


def may_confirm(session: Session, actor_id: int | None, user_id: int, set_by: int | None) -> bool:
    """Whether somebody is the second administrator for a password: a person, not its owner, not who set it.

    Whoever waits for that themselves may not, or an administrator could make the second one alone. A password
    given at the server is enough: otherwise nobody could be the first.
    """
    if actor_id is None or actor_id in (user_id, set_by):
        return False
    actor = session.get_one(User, actor_id)
    by_another = actor.password_set_at is not None and actor.password_set_by is not None
    return not by_another or actor.password_confirmed_by is not None


def second_administrators(session: Session, user_id: int, set_by: int | None, on: date) -> int:
    """How many active administrators could confirm an account's password."""
    query = (
        select(User.id)
        .join(Appointment, Appointment.user_id == User.id)
        .where(User.is_active, Appointment.role.in_(rights.RIGHTS["accounts.manage"]), holds(Appointment, on))
        .distinct()
    )
    return sum(may_confirm(session, one, user_id, set_by) for one in session.scalars(query))


def proposed(session: Session, scope: ColumnElement[bool], on: date) -> list[Account]:
    """The accounts within `scope` for which an upgrade proposed an appointment that waits for an answer."""
    waits = Appointment.proposed_on.is_not(None) & (
        Appointment.valid_to.is_(None) | (Appointment.valid_to >= on)
    )
    return accounts(session, scope & exists().where(Appointment.user_id == User.id, waits))
