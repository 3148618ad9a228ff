"""Writes of access: accounts, posts, passwords. Each checks its scope and writes its audit entry."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey import words
from survey.access import audit, devices, queries, rights
from survey.access.models import CAPACITIES, NAME_LENGTH, ROLES, SIGNER, Appointment, User
from survey.access.rows import Actor, NewAccount, NewAppointment
from survey.areas import queries as areas
from survey.areas.names import folded_name, nfc, person_sort_key
from survey.problems import Problem

USERNAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,63}")
FREE_ATTEMPTS = 5
FIRST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(minutes=15)


# --- accounts


def create_account(
    session: Session,
    actor: Actor,
    new: NewAccount,
    password_hash: str,
    *,
    must_change_password: bool = True,
    is_demo: bool = False,
) -> User:
    """Make an account with its first post; its password is temporary unless said otherwise.

    Raises: Problem 6010 username taken, 6011 malformed, 6012 name, 6013-6016 post.
    """
    for fault in faults_of_account(session, actor, new):
        raise fault
    user = User(
        username=queries.folded_username(new.username),
        full_name=nfc(new.full_name),
        sort_key=person_sort_key(new.full_name),
        folded_name=folded_name(new.full_name),
        password_hash=password_hash,
        must_change_password=must_change_password,
        is_demo=is_demo,
        created_at=actor.at,
        password_set_at=actor.at if must_change_password else None,
        password_set_by=actor.user_id if must_change_password else None,
    )
    session.add(user)
    session.flush()
    _audit(session, actor, "account.created", user.id, new.post.area_code)
    _add_post(session, actor, user.id, new.post)
    return user


def faults_of_account(session: Session, actor: Actor, new: NewAccount) -> list[Problem]:
    """Everything that speaks against making this account, so that a person can mend it all at once."""
    username = queries.folded_username(new.username)
    faults = []
    if not USERNAME.fullmatch(username):
        faults.append(Problem(6011, got=new.username))
    elif queries.sign_in_row(session, username):
        faults.append(Problem(6010, username=username))
    return faults + _faults_of_name(new.full_name) + faults_of_post(session, actor, new.post)


def _faults_of_name(full_name: str) -> list[Problem]:
    length = len(nfc(full_name))
    return [] if 1 <= length <= NAME_LENGTH else [Problem(6012, got=length, most=NAME_LENGTH)]


def rename(session: Session, actor: Actor, user_id: int, full_name: str) -> None:
    """Correct the name of an account. Raises: Problem 6018 not in scope, 6012 name."""
    user = _managed(session, actor, user_id)
    for fault in _faults_of_name(full_name):
        raise fault
    user.full_name = nfc(full_name)
    user.sort_key = person_sort_key(full_name)
    user.folded_name = folded_name(full_name)
    _audit(session, actor, "account.renamed", user_id)


def deactivate(session: Session, actor: Actor, user_id: int) -> None:
    """Shut an account, its sessions and its devices; opening it again brings neither back.

    Raises: Problem 6018 not in scope, 6017 last administrator.
    """
    user = _managed(session, actor, user_id)
    before = queries.root_administrators(session, actor.today)
    user.is_active = False
    session.flush()
    _keep_a_root_administrator(session, before, actor.today)
    _audit(session, actor, "account.deactivated", user_id)
    _shut_out(session, actor, user)


def reactivate(session: Session, actor: Actor, user_id: int) -> None:
    """Open a shut account again. Raises: Problem 6018 not in scope."""
    _managed(session, actor, user_id).is_active = True
    _audit(session, actor, "account.reactivated", user_id)


def _managed(session: Session, actor: Actor, user_id: int) -> User:
    """The account, when the actor may look after it; Problem 6018 says neither that it exists nor not."""
    scope = queries.manageable(session, actor.user_id, actor.today)
    user = session.scalar(select(User).where(User.id == user_id, scope))
    if user is None:
        raise Problem(6018)
    return user


def _keep_a_root_administrator(session: Session, before: frozenset[int], on: date) -> None:
    """Refuse a change after which nobody could manage the accounts of the root any more (6017)."""
    if before and not queries.root_administrators(session, on):
        raise Problem(6017)


# --- posts


def faults_of_post(session: Session, actor: Actor, post: NewAppointment) -> list[Problem]:
    """Everything that speaks against the actor giving this post."""
    faults = []
    if post.role not in ROLES:
        expected = ", ".join(f"{words.word(f'role.{role}')} ({role})" for role in ROLES)
        faults.append(Problem(6013, got=post.role, expected=expected))
    if post.capacity is not None and (post.capacity not in CAPACITIES or post.role != SIGNER):
        faults.append(Problem(5493, got=post.capacity, expected=", ".join(CAPACITIES)))
    if post.valid_to is not None and post.valid_to < post.valid_from:
        faults.append(Problem(6016, first=f"{post.valid_from:%d/%m/%Y}", last=f"{post.valid_to:%d/%m/%Y}"))
    if post.area_code not in areas.tree(session, actor.today).names:
        faults.append(Problem(6014, got=post.area_code))
    elif actor.user_id is not None and not rights.may(
        session, actor.user_id, "accounts.manage", post.area_code, actor.today
    ):
        faults.append(Problem(6015, got=post.area_code))
    return faults


def grant_post(session: Session, actor: Actor, user_id: int, post: NewAppointment) -> Appointment:
    """Give an account one more post. Raises: Problem 6018 not in scope, 6019 one's own, 6013-6016 post."""
    if user_id == actor.user_id:
        raise Problem(6019)
    _managed(session, actor, user_id)
    for fault in faults_of_post(session, actor, post):
        raise fault
    return _add_post(session, actor, user_id, post)


def _add_post(session: Session, actor: Actor, user_id: int, new: NewAppointment) -> Appointment:
    post = Appointment(
        user_id=user_id,
        role=new.role,
        area_code=new.area_code,
        valid_from=new.valid_from,
        valid_to=new.valid_to,
        capacity=new.capacity,
    )
    session.add(post)
    session.flush()
    _audit(session, actor, "post.granted", user_id, post.area_code, post=post.id, role=post.role)
    return post


def end_post(session: Session, actor: Actor, post_id: int) -> None:
    """End a post now: yesterday was its last day. One that has ended already is left as it is.

    Raises: Problem 6018 not in scope, 6017 last administrator.
    """
    post = session.get(Appointment, post_id)
    if post is None:
        raise Problem(6018)
    _managed(session, actor, post.user_id)
    if post.valid_to is not None and post.valid_to < actor.today:
        return
    before = queries.root_administrators(session, actor.today)
    post.valid_to = actor.today - timedelta(days=1)
    session.flush()
    _keep_a_root_administrator(session, before, actor.today)
    _audit(session, actor, "post.ended", post.user_id, post.area_code, post=post.id, role=post.role)


def answer_proposal(
    session: Session, actor: Actor, post_id: int, *, is_given: bool, capacity: str | None = None
) -> None:
    """Give an appointment that an upgrade proposed, from today on, or decline it; it stays readable.

    Raises: Problem 6018 not in scope, 6019 one's own, 5492 not proposed (any more), 6014-6016 post.
    """
    post = session.get(Appointment, post_id, with_for_update=True)
    if post is None:
        raise Problem(6018)
    _managed(session, actor, post.user_id)
    if post.user_id == actor.user_id:
        raise Problem(6019)
    if post.proposed_on is None or (post.valid_to is not None and post.valid_to < actor.today):
        raise Problem(5492)
    if not is_given:
        post.valid_to = actor.today - timedelta(days=1)
        _audit(session, actor, "post.declined", post.user_id, post.area_code, post=post.id, role=post.role)
        return
    for fault in faults_of_post(
        session, actor, NewAppointment(post.role, post.area_code, actor.today, post.valid_to, capacity)
    ):
        raise fault
    post.proposed_on, post.valid_from, post.capacity = None, actor.today, capacity
    _audit(session, actor, "post.granted", post.user_id, post.area_code, post=post.id, role=post.role)


# --- lists


def faults_of_list(session: Session, actor: Actor, wanted: Sequence[NewAccount]) -> list[dict[str, object]]:
    """Every fault of a list of new accounts, by its line, so that all can be mended at once."""
    rows = []
    first_lines: dict[str, int] = {}
    for new in wanted:
        faults = faults_of_account(session, actor, new)
        username = queries.folded_username(new.username)
        if username in first_lines:
            faults.append(Problem(6033, username=username, first=first_lines[username]))
        first_lines.setdefault(username, new.line)
        rows += [fault_row(new.line, fault) for fault in faults]
    return rows


def fault_row(line: int, fault: Problem) -> dict[str, object]:
    """One fault of a list as data: line, number and message in both languages."""
    return {"line": line, "problem": fault.number, "vi": fault.message("vi"), "en": fault.message("en")}


def refuse_faults(rows: list[dict[str, object]]) -> None:
    """Raise Problem 6030 with the faults in `rows`, in the order of their lines, if there are any."""
    if rows:
        rows = sorted(rows, key=lambda row: int(str(row["line"])))
        raise Problem(6030, count=len(rows), lines=len({row["line"] for row in rows}), rows=rows)


def create_list(
    session: Session, actor: Actor, wanted: Sequence[NewAccount], password_hashes: Sequence[str]
) -> None:
    """Make all accounts of a list, or none. Raises: Problem 6030 with every fault."""
    refuse_faults(faults_of_list(session, actor, wanted))
    for new, password_hash in zip(wanted, password_hashes, strict=True):
        create_account(session, actor, new, password_hash)


# --- passwords and signing in


def reset_password(session: Session, actor: Actor, user_id: int, password_hash: str) -> None:
    """Give a temporary password and lift any back-off; sessions and devices end.

    Raises: Problem 6018 not in scope.
    """
    user = _managed(session, actor, user_id)
    _set_password(user, password_hash, is_temporary=True)
    user.password_set_at, user.password_set_by, user.password_confirmed_by = actor.at, actor.user_id, None
    _audit(session, actor, "password.reset", user_id)
    _shut_out(session, actor, user)


def change_password(session: Session, actor: Actor, user_id: int, password_hash: str) -> None:
    """Set the password a person chose; the temporary one, sessions and devices end with the old one."""
    user = session.get_one(User, user_id, with_for_update=True)
    _set_password(user, password_hash, is_temporary=False)
    _audit(session, actor, "password.changed", user_id)
    _shut_out(session, actor, user)


def confirm_password(session: Session, actor: Actor, user_id: int) -> None:
    """A second administrator has seen that the person holds their own account: it may decide and pay again.

    Confirming twice changes nothing. Raises: Problem 6018 not in scope, 5489 not for this administrator.
    """
    user = _managed(session, actor, user_id)
    if user.password_set_at is None or user.password_confirmed_by is not None:
        return
    if not queries.may_confirm(session, actor.user_id, user_id, user.password_set_by):
        raise Problem(5489)
    user.password_confirmed_by = actor.user_id
    _audit(session, actor, "password.confirmed", user_id)


def _set_password(user: User, password_hash: str, *, is_temporary: bool) -> None:
    user.password_hash = password_hash
    user.must_change_password = is_temporary
    user.failed_attempts, user.locked_until = 0, None


def _shut_out(session: Session, actor: Actor, user: User) -> None:
    """End every way in that was opened so far: sessions and device tokens."""
    end_sessions(session, user.id)
    for device in queries.unrevoked_devices(session, user.id):
        devices.revoke(session, actor, device)


def end_sessions(session: Session, user_id: int) -> None:
    """End every session of an account, in all its browsers; a copied cookie is worth nothing after."""
    user = session.get_one(User, user_id)
    user.session_number = User.session_number + 1
    session.flush()


def record_attempt(session: Session, user_id: int, succeeded: bool, at: datetime) -> None:
    """Count a sign-in. After five wrong passwords the account waits 30 s, then twice as long each time.

    At most 15 minutes: long enough against guessing, short enough for a person who mistyped.
    """
    user = session.get_one(User, user_id, with_for_update=True)
    if succeeded:
        user.failed_attempts, user.locked_until = 0, None
    else:
        user.failed_attempts += 1
        user.locked_until = _wait_until(user.failed_attempts, at)
    if succeeded or user.locked_until:
        action = "signed_in" if succeeded else "sign_in_slowed"
        audit.record(
            session, at=at, actor_id=user_id, action=action, subject_kind="account", subject_id=user_id
        )


def _wait_until(failed_attempts: int, at: datetime) -> datetime | None:
    over = failed_attempts - FREE_ATTEMPTS
    if over < 0:
        return None
    doublings: int = 2 ** min(over, 10)
    return at + min(FIRST_WAIT * doublings, LONGEST_WAIT)


def set_language(session: Session, user_id: int, language: str) -> None:
    """Remember the language a person chose."""
    session.get_one(User, user_id).language = language


def _audit(
    session: Session,
    actor: Actor,
    action: str,
    user_id: int,
    area_code: str | None = None,
    **details: audit.Detail,
) -> None:
    audit.record(
        session,
        at=actor.at,
        actor_id=actor.user_id,
        action=action,
        subject_kind="account",
        subject_id=user_id,
        area_code=area_code,
        **details,
    )
