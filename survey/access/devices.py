"""Writes of devices: enrolled, given a new token, revoked; the keys of what waits on them."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from survey.access import audit, queries, rights
from survey.access.models import NAME_LENGTH, DataKey, Device, User
from survey.access.rows import Actor
from survey.areas.names import nfc
from survey.db import add_once
from survey.problems import Problem

MOST_DEVICES = 10
"""Unrevoked devices an account: a person's phones and scripts, so that forgotten tokens do not pile up."""
MOST_KEYS = 20
"""Data keys a device: it makes a new one only after its storage was cleared."""


def issue_device(session: Session, actor: Actor, device_id: str, label: str, token_sha256: str) -> Device:
    """Enrol a device of the actor's own; nobody holds a token that speaks for somebody else.

    Raises: Problem 6018 no right to devices, 6040 label, 6042 too many devices.
    """
    user_id = actor.user_id
    if user_id is None or not _has_own_devices(session, user_id, actor.today):
        raise Problem(6018)
    label = nfc(label)
    if not 2 <= len(label) <= NAME_LENGTH:
        raise Problem(6040, got=len(label), most=NAME_LENGTH)
    session.get_one(User, user_id, with_for_update=True)  # two at a time would both be the tenth
    if len(queries.unrevoked_devices(session, user_id)) >= MOST_DEVICES:
        raise Problem(6042, most=MOST_DEVICES)
    device = Device(
        id=device_id, user_id=user_id, label=label, token_sha256=token_sha256, created_at=actor.at
    )
    session.add(device)
    session.flush()
    _audit(session, actor, "device.issued", device)
    return device


def renew_device(session: Session, actor: Actor, device_id: str, token_sha256: str) -> Device | None:
    """Give a device of the actor's own a new token; the old one is dead. None: not theirs, or revoked."""
    device = session.get(Device, device_id)
    if device is None or device.user_id != actor.user_id or device.revoked_at is not None:
        return None
    device.token_sha256 = token_sha256
    session.flush()
    _audit(session, actor, "device.renewed", device)
    return device


def revoke_device(session: Session, actor: Actor, device_id: str) -> None:
    """Shut a device out from now on; doing it twice changes nothing. Raises: Problem 6041 not in scope."""
    device = session.get(Device, device_id)
    if device is None:
        raise Problem(6041)
    _may_revoke(session, actor, device.user_id)
    if device.revoked_at is None:
        revoke(session, actor, device)


def revoke(session: Session, actor: Actor, device: Device) -> None:
    """Shut out a device that is not yet."""
    device.revoked_at = actor.at
    _audit(session, actor, "device.revoked", device)


def device_seen(session: Session, device_id: str, at: datetime) -> None:
    """Remember when a device was last heard of."""
    session.get_one(Device, device_id).last_seen_at = at


def _has_own_devices(session: Session, user_id: int, today: date) -> bool:
    return bool(rights.areas_allowed(session, user_id, "device.own", today))


def _may_revoke(session: Session, actor: Actor, user_id: int) -> None:
    """One's own devices with `device.own`, those of others within one's scope of `devices.manage`."""
    own = actor.user_id == user_id and _has_own_devices(session, user_id, actor.today)
    scope = queries.manageable(session, actor.user_id, actor.today, "devices.manage")
    if not own and session.scalar(select(User.id).where(User.id == user_id, scope)) is None:
        raise Problem(6018)


def note_data_key(session: Session, actor: Actor, device_id: str, sha256: str) -> None:
    """Know the key that a device seals its records with by its hash, so that a saved file proves its phone.

    Raises: Problem 6043 too many keys, 4303 another account's key.
    """
    known = session.get(DataKey, sha256)
    if known is not None:
        if session.get_one(Device, known.device_id).user_id != actor.user_id:
            raise Problem(4303)
        known.device_id = device_id  # the same phone, enrolled again after it was revoked
        return
    kept = select(func.count()).select_from(DataKey).where(DataKey.device_id == device_id)
    if (session.scalar(kept) or 0) >= MOST_KEYS:
        raise Problem(6043, most=MOST_KEYS)
    if add_once(session, DataKey(sha256=sha256, device_id=device_id, noted_at=actor.at)):
        _audit(session, actor, "device.key_noted", session.get_one(Device, device_id))


def _audit(session: Session, actor: Actor, action: str, device: Device) -> None:
    audit.record(
        session,
        at=actor.at,
        actor_id=actor.user_id,
        action=action,
        subject_kind="account",
        subject_id=device.user_id,
        device=device.id,
    )
