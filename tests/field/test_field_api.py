"""The field app's own calls: sign-in and its device, forms and law, the key of what waits, the shell."""

from __future__ import annotations

import gzip
import json
import re
from datetime import timedelta

import pytest
from fielding import as_phone, bearer, sign_in_phone, wrap_for_server
from makers import NOON
from sqlalchemy import select

from api.app import create_app
from api.web import transaction
from api.web.extensions import db, limiter
from survey.access.models import AuditEntry, Device, User

FIELD = "/api/v1/field"


# --- signing in


def test_signing_in_gives_a_token_that_opens_the_interface(world, client):
    told = sign_in_phone(client, "lan").json
    assert client.get(f"{FIELD}/assignment", headers=bearer(told["token"])).status_code == 200


def test_the_answer_says_who_signed_in_and_what_they_may(world, client):
    told = sign_in_phone(client, "lan").json
    assert told["officer"]["full_name"] == "Hoàng Thị Lan"
    assert told["officer"]["posts"] == [{"role": "officer", "area_code": "01900", "area_name": "Nam Mẫu"}]
    assert told["may"] == {"record": True, "amounts": False}


@pytest.mark.parametrize(("username", "password"), [("lan", "sai"), ("khongco", "x"), ("", "")])
def test_a_wrong_name_and_a_wrong_password_get_one_answer(world, client, username, password):
    answer = sign_in_phone(client, username, password=password)
    assert (answer.status_code, answer.json["problem"]) == (401, 6002)


def test_wrong_passwords_slow_the_phone_and_the_page_together(world, client):
    for _ in range(5):
        sign_in_phone(client, "lan", password="sai")
    assert sign_in_phone(client, "lan").json["problem"] == 6002


def test_when_the_wait_is_over_the_right_password_opens_again(world, client):
    with transaction.write() as session:
        lan = session.scalar(select(User).where(User.username == "lan"))
        lan.failed_attempts, lan.locked_until = 5, NOON - timedelta(days=1)
    assert sign_in_phone(client, "lan").status_code == 200


@pytest.fixture
def slowed_client(world):
    """A client of the application as it is served, with tries from one address counted."""
    served = create_app(world.config["SETTINGS"], TESTING=True, RATELIMIT_ENABLED=True)
    yield served.test_client()
    limiter.reset()
    limiter.enabled = False
    with served.app_context():
        db.engine.dispose()


def test_too_many_tries_from_one_address_have_to_wait(slowed_client):
    answers = [sign_in_phone(slowed_client, f"x{n}", password="x") for n in range(31)]
    assert (answers[-1].status_code, answers[-1].json["problem"]) == (429, 6004)


def test_a_temporary_password_is_changed_before_the_app_is_used(world, client):
    with transaction.write() as session:
        session.scalar(select(User).where(User.username == "lan")).must_change_password = True
    answer = sign_in_phone(client, "lan")
    assert (answer.status_code, answer.json["problem"]) == (403, 6003)


@pytest.mark.parametrize("username", ["binh", "hoa", "admin"])
def test_whoever_has_no_post_in_the_field_gets_no_token(world, client, username):
    answer = sign_in_phone(client, username)
    assert (answer.status_code, answer.json["problem"]) == (403, 6005)


def test_the_phone_is_among_the_devices_and_can_be_shut_out(sign_in, world, session):
    phone = as_phone(world, "lan")
    device = session.scalar(select(Device))
    assert device.label in sign_in("admin").get("/devices").text
    assert phone.get(f"{FIELD}/forms").status_code == 200
    sign_in("admin").post(f"/devices/{device.id}/revoke")
    answer = phone.get(f"{FIELD}/forms")
    assert (answer.status_code, answer.json["problem"]) == (401, 6007)


def test_signing_in_again_on_the_same_phone_replaces_its_token(world, client, session):
    first = sign_in_phone(client, "lan").json
    again = sign_in_phone(client, "lan", device_id=first["device_id"]).json
    assert again["device_id"] == first["device_id"]
    assert client.get(f"{FIELD}/forms", headers=bearer(first["token"])).status_code == 401
    assert client.get(f"{FIELD}/forms", headers=bearer(again["token"])).status_code == 200


def test_signing_out_ends_the_token_and_the_next_sign_in_is_the_same_phone(world, client):
    told = sign_in_phone(client, "lan").json
    ended = client.post(f"{FIELD}/sign-out", json={}, headers=bearer(told["token"]))
    assert (ended.status_code, ended.data) == (204, b"")
    assert client.get(f"{FIELD}/law", headers=bearer(told["token"])).status_code == 401
    again = sign_in_phone(client, "lan", device_id=told["device_id"]).json
    assert again["device_id"] == told["device_id"]
    assert client.get(f"{FIELD}/law", headers=bearer(again["token"])).status_code == 200


def test_a_revoked_phone_comes_back_as_a_new_device(sign_in, world, client):
    first = sign_in_phone(client, "lan").json
    sign_in("admin").post(f"/devices/{first['device_id']}/revoke")
    again = sign_in_phone(client, "lan", device_id=first["device_id"]).json
    assert again["device_id"] != first["device_id"]


def test_nobody_takes_over_the_device_of_another(world, client):
    lan = sign_in_phone(client, "lan").json
    duy = sign_in_phone(client, "duy", device_id=lan["device_id"]).json
    assert duy["device_id"] != lan["device_id"]
    assert client.get(f"{FIELD}/forms", headers=bearer(lan["token"])).status_code == 200


def test_the_token_speaks_whoever_signed_in_beside_it(sign_in, world):
    told = sign_in_phone(world.test_client(), "duy").json
    page = sign_in("lan")
    assert "V3" in page.get(f"{FIELD}/assignment", headers=bearer(told["token"])).text


@pytest.mark.parametrize(
    "change", [{"username": "a\0b"}, {"password": "\ud800"}, {"password": 7}, {"more": 1}]
)
def test_hostile_sign_ins_are_refused_in_words(world, client, change):
    told = {"username": "lan", "password": "x", "device_label": "Máy"} | change
    answer = client.post(f"{FIELD}/sign-in", json=told)
    assert 400 <= answer.status_code < 500
    assert answer.json["next"]["vi"]


# --- forms and law


def test_forms_come_with_a_mark_and_are_not_sent_twice(world):
    phone = as_phone(world, "lan")
    first = phone.get(f"{FIELD}/forms")
    assert {"household", "registration", "stage", "meeting"} <= set(first.json["forms"])
    again = phone.get(f"{FIELD}/forms", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_the_law_comes_with_its_release_and_the_words(world):
    told = as_phone(world, "lan").get(f"{FIELD}/law").json
    assert told["release"] == told["law"]["release"]
    assert told["words"]["works_kind.new"]["vi"]


def test_answers_are_compressed_for_whoever_takes_that(world):
    answer = as_phone(world, "lan").get(f"{FIELD}/law", headers={"Accept-Encoding": "gzip"})
    assert answer.headers["Content-Encoding"] == "gzip"
    assert json.loads(gzip.decompress(answer.data))["release"]


# --- the key of what waits on a phone


def test_the_officer_gets_their_own_data_key_back(world, client, session):
    told = sign_in_phone(client, "lan").json
    wrapped = wrap_for_server(told["public_key"], told["officer"]["id"], b"k" * 32)
    answer = as_phone(world, "lan").post(f"{FIELD}/unwrap", json={"wrapped_key": wrapped})
    assert answer.json == {"data_key": "a2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2s="}
    assert "queue_key.unwrapped" in session.scalars(select(AuditEntry.action)).all()


def test_nobody_gets_the_data_key_of_another(world, client):
    told = sign_in_phone(client, "lan").json
    wrapped = wrap_for_server(told["public_key"], told["officer"]["id"], b"k" * 32)
    answer = as_phone(world, "duy").post(f"{FIELD}/unwrap", json={"wrapped_key": wrapped})
    assert (answer.status_code, answer.json["problem"]) == (403, 4303)


@pytest.mark.parametrize("sha256", ["", "F" * 64, "f" * 65, "f" * 64 + "\n", None, 7])
def test_a_data_key_is_told_of_by_its_hash_alone(world, sha256):
    answer = as_phone(world, "lan").post(f"{FIELD}/data-key", json={"sha256": sha256})
    assert answer.status_code in (400, 422)
    assert answer.json["message"]["vi"]


def test_a_phone_tells_of_no_heap_of_keys(world):
    lan = as_phone(world, "lan")
    told = [lan.post(f"{FIELD}/data-key", json={"sha256": f"{n:064x}"}).status_code for n in range(25)]
    assert told == [204] * 19 + [400] * 6
    assert lan.post(f"{FIELD}/data-key", json={"sha256": f"{3:064x}"}).status_code == 204


@pytest.mark.parametrize("wrapped", ["", "AAAA", "không phải base64", "A" * 512])
def test_a_damaged_key_is_refused_in_words(world, wrapped):
    answer = as_phone(world, "lan").post(f"{FIELD}/unwrap", json={"wrapped_key": wrapped})
    assert (answer.status_code, answer.json["problem"]) == (400, 4302)


def test_the_private_key_is_its_owners_alone_and_sealed(world, client, storage):
    sign_in_phone(client, "lan")
    path = storage.folder / "queue.key"
    assert path.stat().st_mode & 0o077 == 0
    assert path.read_text("ascii").startswith("-----BEGIN ENCRYPTED PRIVATE KEY-----")


# --- the shell


def test_the_shell_holds_no_data_and_needs_no_sign_in(world, client):
    answer = client.get("/field/")
    assert answer.status_code == 200
    assert "Set-Cookie" not in answer.headers
    assert "<noscript>" in answer.text
    assert "Chrome" in answer.text


def test_the_service_worker_is_told_every_file_of_the_app(world, client):
    answer = client.get("/field/sw.js")
    kept = json.loads(re.match(r"self\.PRECACHE = (.*);\n", answer.text)[1])
    assert answer.headers["Service-Worker-Allowed"] == "/field/"
    assert {"/field/", "/static/field/app.js", "/static/field/field.css"} <= set(kept)
    for one in kept:
        with client.get(one) as answer:
            assert answer.status_code == 200, one


def test_the_app_can_be_installed(world, client):
    answer = client.get("/field/manifest.webmanifest")
    assert answer.mimetype == "application/manifest+json"
    assert (answer.json["start_url"], answer.json["scope"], answer.json["display"]) == (
        "/field/",
        "/field/",
        "standalone",
    )
    for icon in answer.json["icons"]:
        with client.get(icon["src"]) as drawn:
            assert drawn.mimetype == "image/png"
