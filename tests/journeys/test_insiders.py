"""What somebody with an account may not do to the records of others, and strangers to the server."""

from __future__ import annotations

import io
import json

import pytest
from acting import act, household, step, take
from fielding import bearer, queue_file, sign_in_phone
from makers import envelope
from sending import BEFORE, ENVELOPES, send
from sqlalchemy import select

from api.extensions import db
from survey.access.models import Post
from survey.intake.models import ReceivedEnvelope
from survey.registry.models import Survey


def newest(envelope_id: str) -> ReceivedEnvelope:
    """The newest version the server holds of a record."""
    db.session.rollback()
    found = select(ReceivedEnvelope).where(ReceivedEnvelope.envelope_id == envelope_id)
    return db.session.scalars(found.order_by(ReceivedEnvelope.version.desc())).first()


# --- the next version of a record is its sender's, or staff's of its place


@pytest.mark.parametrize("stranger", ["hoa", "duy"])
def test_nobody_takes_the_next_version_of_somebody_else_s_act(sign_in, stranger) -> None:
    mai = sign_in("mai")
    house = household(mai)
    (registration,) = take(mai, house, "registration")
    taken = act("review", id=registration["id"], base_version=1, done_on="2025-05-02")
    answer = sign_in(stranger).post(ENVELOPES, json=taken)
    assert (answer.status_code, answer.json["problem"]) == (403, 4118)
    assert newest(registration["id"]).version == 1
    assert mai.get(f"/cases/acts/{registration['id']}/correct").status_code == 200


@pytest.mark.parametrize("stranger", ["hoa", "duy"])
def test_nobody_takes_the_next_version_of_somebody_else_s_survey(sign_in, stranger) -> None:
    lan = sign_in("lan")
    first = send(lan)
    answer = sign_in(stranger).post(ENVELOPES, json=envelope({}, id=first["id"], base_version=1))
    assert (answer.status_code, answer.json["problem"]) == (403, 4118)
    assert lan.post(ENVELOPES, json=envelope({}, id=first["id"], base_version=1)).status_code == 201


def test_staff_of_the_place_correct_what_an_officer_sent(sign_in) -> None:
    first = send(sign_in("lan"))
    answer = sign_in("mai").post(ENVELOPES, json=envelope({"people": 5}, id=first["id"], base_version=1))
    assert (answer.status_code, answer.json["state"]) == (201, "stored")


def test_no_version_far_ahead_is_taken(sign_in) -> None:
    lan = sign_in("lan")
    first = send(lan)
    answer = lan.post(ENVELOPES, json=envelope({}, id=first["id"], base_version=9999))
    assert (answer.status_code, answer.json["problem"]) == (400, 4101)


def test_a_corrected_record_no_longer_waits_in_its_old_version(sign_in) -> None:
    lan, mai = sign_in("lan"), sign_in("mai")
    first = lan.post(ENVELOPES, json=envelope({"area_m2": "rất rộng"}, captured_at=BEFORE)).json
    assert first["state"] == "waiting"
    assert "rất rộng" in mai.get("/inbox").text or first["id"]
    second = lan.post(ENVELOPES, json=envelope({}, id=first["id"], base_version=1)).json
    assert second["state"] == "stored"
    waiting = select(ReceivedEnvelope).where(
        ReceivedEnvelope.state == "waiting", ReceivedEnvelope.settled_at.is_(None)
    )
    assert db.session.scalars(waiting).all() == []


# --- files


def hand_in(person, file) -> str:
    """Hand a queue file in by page; what the page says."""
    raw = io.BytesIO(json.dumps(file).encode())
    return person.post("/inbox/queue", data={"file": (raw, "hang-doi.json")}).text


def test_a_file_takes_back_nothing_that_others_recorded(sign_in, client) -> None:
    mai = sign_in("mai")
    one, other = household(mai, head_name="Ma Thị Một"), household(mai, head_name="Ma Thị Hai")
    rows = [{"household": each, "works_kind": "new"} for each in (one, other)]
    first = act("registration", done_on="2025-05-01", year=2025, households=rows)
    assert mai.post(ENVELOPES, json=first).json["state"] == "stored"
    without = act(
        "registration", id=first["id"], base_version=1, done_on="2025-05-01", year=2025, households=rows[:1]
    )
    page = hand_in(mai, queue_file(sign_in_phone(client, "lan").json, [without]))
    assert "4118" in page
    assert newest(first["id"]).version == 1


def test_a_file_of_a_revoked_phone_is_taken_and_flagged(sign_in, client) -> None:
    told = sign_in_phone(client, "lan").json
    sign_in("admin").post(f"/devices/{told['device_id']}/revoke")
    page = hand_in(sign_in("mai"), queue_file(told, [envelope(captured_at=BEFORE)]))
    assert "đã bị thu hồi" in page
    (survey,) = db.session.scalars(select(Survey)).all()
    assert "revoked_device" in {flag["code"] for flag in survey.flags}


# --- rights


def test_who_surveys_nowhere_counts_no_household(sign_in) -> None:
    answers = {"area_code": None, "point": None}
    answer = sign_in("hoa").post(ENVELOPES, json=envelope(answers, captured_at=BEFORE))
    assert (answer.json["state"], answer.json["faults"][0]["number"]) == ("waiting", 4112)


def test_nobody_needs_a_post_for_signing_out(world, client) -> None:
    told = sign_in_phone(client, "lan").json
    for post in db.session.scalars(select(Post)):
        post.valid_to = post.valid_from
    db.session.commit()
    headers = bearer(told["token"])
    assert client.post("/api/v1/field/sign-out", json={}, headers=headers).status_code == 204
    assert client.post("/api/v1/field/sign-out", json={}).status_code == 401


def test_an_impossible_stage_says_which_one(sign_in) -> None:
    mai = sign_in("mai")
    house = household(mai)
    take(mai, house, "registration", "meeting", "posting", "review")
    take(sign_in("son"), house, "approval")
    take(mai, house, "start")
    answer = mai.post(ENVELOPES, json=step(house, "repair_30_percent"))
    assert "Xác nhận giai đoạn: từ 30 % khối lượng" in answer.json["faults"][0]["vi"]


# --- strangers


@pytest.mark.parametrize("address", ["/api/v1/field/sign-in", "/sign-in", "/not/there", "/api/not/there"])
def test_a_stranger_makes_the_server_read_little(world, client, address) -> None:
    body = b"a=1&" * 100_000
    answer = client.post(address, data=body, content_type="application/x-www-form-urlencoded")
    assert answer.status_code in (400, 404, 413)
    heap = b"[" + b"[]," * 100_000 + b"[]]"
    answer = client.post(address, data=heap, content_type="application/json")
    assert answer.status_code in (400, 404, 413)


def test_what_a_stranger_sends_beyond_64_kb_is_not_read(world, client) -> None:
    told = {"username": "lan", "password": "x" * 100_000, "device_label": "Điện thoại"}
    assert client.post("/api/v1/field/sign-in", json=told).status_code == 413
