"""Devices: a token of its own each, shown once, dead once revoked."""

from __future__ import annotations

import re
from datetime import timedelta

from sqlalchemy import select

from survey.access.models import Device, User

ADDRESS = "/api/v1/areas/01900/children"


def enrol(client, **form) -> str:
    """Enrol a device and give its token."""
    answer = client.post("/devices", data={"label": "Điện thoại thử", **form})
    assert answer.headers["Cache-Control"] == "no-store"
    return re.search(r'class="secret">([^<]+)<', answer.text).group(1)


def ask(client, token: str):
    """Ask the interface with a token."""
    return client.get(ADDRESS, headers={"Authorization": f"Bearer {token}"})


def test_a_token_opens_the_interface_without_a_session(sign_in, client):
    token = enrol(sign_in("lan"))
    assert ask(client, token).status_code == 200


def test_a_token_opens_no_page(sign_in, client):
    token = enrol(sign_in("lan"))
    answer = client.get("/households", headers={"Authorization": f"Bearer {token}"})
    assert answer.location.startswith("/sign-in")


def test_only_the_hash_of_a_token_is_stored(sign_in, session):
    token = enrol(sign_in("lan"))
    stored = session.scalar(select(Device.token_sha256))
    assert len(stored) == 64
    assert token not in stored


def test_a_revoked_token_is_answered_with_401(sign_in, client, session):
    owner = sign_in("lan")
    token = enrol(owner)
    owner.post(f"/devices/{session.scalar(select(Device.id))}/revoke")
    answer = ask(client, token)
    assert (answer.status_code, answer.json["problem"]) == (401, 6007)


def test_a_made_up_token_is_answered_with_401(world, client):
    assert ask(client, "x" * 43).status_code == 401


def test_the_tokens_of_a_shut_account_are_dead(sign_in, client, session):
    token = enrol(sign_in("lan"))
    lan = session.scalar(select(User.id).where(User.username == "lan"))
    sign_in("admin").post(f"/accounts/{lan}/deactivate")
    assert ask(client, token).status_code == 401


def test_an_administrator_revokes_the_lost_phone_of_an_officer(sign_in, client, session):
    token = enrol(sign_in("lan"))
    device = session.scalar(select(Device.id))
    assert sign_in("admin").post(f"/devices/{device}/revoke").status_code == 302
    assert ask(client, token).status_code == 401


def test_nobody_revokes_the_phone_of_a_stranger(sign_in, client, session):
    token = enrol(sign_in("lan"))
    device = session.scalar(select(Device.id))
    assert sign_in("duy").post(f"/devices/{device}/revoke").status_code == 404
    assert ask(client, token).status_code == 200


def test_nobody_enrols_a_device_in_the_name_of_a_stranger(sign_in, session):
    duy = session.scalar(select(User.id).where(User.username == "duy"))
    sign_in("lan").post("/devices", data={"label": "Máy lạ", "user_id": duy})
    assert duy not in session.scalars(select(Device.user_id)).all()


def test_the_page_lists_my_devices_and_not_those_of_others(sign_in):
    enrol(sign_in("lan"), label="Máy của Lan")
    assert "Máy của Lan" in sign_in("lan").get("/devices").text
    assert "Máy của Lan" not in sign_in("duy").get("/devices").text


def test_a_device_is_noted_as_seen_once_an_hour(sign_in, client, session):
    token = enrol(sign_in("lan"))
    ask(client, token)
    first = session.scalar(select(Device.last_seen_at))
    ask(client, token)
    assert session.scalar(select(Device.last_seen_at)) == first
    assert first - session.scalar(select(Device.created_at)) < timedelta(minutes=5)
