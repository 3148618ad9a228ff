"""What somebody with an account may not do to the records of others, and strangers to the server."""

from __future__ import annotations

import io
import json
import re

import pytest
from acting import act, household, step, take
from fielding import bearer, queue_file, sign_in_phone
from makers import envelope
from sending import BEFORE, ENVELOPES, send
from sqlalchemy import select

from api.web.extensions import db
from survey.access.models import Appointment
from survey.intake.models import ReceivedEnvelope
from survey.registry.models import Survey


def newest(envelope_id: str) -> ReceivedEnvelope:
    """The newest version the server holds of a record."""
    db.session.rollback()
    found = select(ReceivedEnvelope).where(ReceivedEnvelope.envelope_id == envelope_id)
    return db.session.scalars(found.order_by(ReceivedEnvelope.version.desc())).first()


def waiting_links(person) -> list[str]:
    """The records that wait in somebody's inbox."""
    return re.findall(r'href="(/inbox/\d+)"', person.get("/inbox").text)


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
    assert len(waiting_links(mai)) == 1
    second = lan.post(ENVELOPES, json=envelope({}, id=first["id"], base_version=1)).json
    assert second["state"] == "stored"
    assert waiting_links(mai) == []


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


def test_a_phone_enrolled_again_after_a_new_password_is_no_revoked_one(sign_in, client) -> None:
    told = sign_in_phone(client, "lan").json
    sign_in("admin").post(f"/devices/{told['device_id']}/revoke")
    again = sign_in_phone(client, "lan").json
    hand_in(sign_in("mai"), queue_file(again, [envelope(captured_at=BEFORE)]))
    (survey,) = db.session.scalars(select(Survey)).all()
    assert survey.device_id == again["device_id"]
    assert "revoked_device" not in {flag["code"] for flag in survey.flags}


def test_an_officer_s_file_goes_on_from_what_staff_mended(sign_in, client) -> None:
    first = envelope({"area_m2": "rất rộng"}, captured_at=BEFORE)
    sign_in("lan").post(ENVELOPES, json=first)
    mended = envelope({}, id=first["id"], base_version=1, captured_at=BEFORE)
    assert sign_in("mai").post(ENVELOPES, json=mended).json["state"] == "stored"
    third = envelope({"people": 5}, id=first["id"], base_version=2, captured_at=BEFORE)
    hand_in(sign_in("mai"), queue_file(sign_in_phone(client, "lan").json, [third]))
    assert (newest(first["id"]).version, newest(first["id"]).state) == (3, "stored")


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
    for post in db.session.scalars(select(Appointment)):
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


FORM, JSON = "application/x-www-form-urlencoded", "application/json"
HEAPS = {FORM: b"a=1&" * 100_000, JSON: b"[" + b"[]," * 100_000 + b"[]]"}


@pytest.mark.parametrize(
    ("address", "kind", "status"),
    [
        ("/sign-in", FORM, 413),
        ("/not/there", FORM, 413),
        ("/api/not/there", JSON, 404),
        ("/api/v1/field/sign-in", JSON, 413),
        ("/api/v1/envelopes", JSON, 401),
    ],
)
def test_a_stranger_makes_the_server_read_little(world, client, address, kind, status) -> None:
    assert client.post(address, data=HEAPS[kind], content_type=kind).status_code == status


def test_whose_session_has_ended_is_led_to_the_sign_in_page_whatever_they_sent(world, client) -> None:
    answer = client.post("/work/meeting", data={"votes": "1" * 200_000})
    assert (answer.status_code, answer.headers["Location"].split("?")[0]) == (302, "/sign-in")


def test_a_form_too_large_is_told_its_own_limit(sign_in) -> None:
    answer = sign_in("mai").post("/work/meeting", data={"votes": "1" * 3_000_000})
    assert answer.status_code == 413
    assert "2.097.152" in answer.text or "2097152" in answer.text
