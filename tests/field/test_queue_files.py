"""Queue files: what a phone saved arrives as if it had sent it, each record on its own, once."""

from __future__ import annotations

import hashlib
import io
import json
from contextlib import contextmanager

import pytest
from acting import act
from click.testing import CliRunner
from fielding import as_phone, queue_file, seal, sign_in_phone, wrap_for_server
from makers import envelope, jpeg
from sending import BEFORE
from sqlalchemy import func, select

from api.cli import import_queue
from api.field import queue_files
from api.web.extensions import db
from survey.access.models import AuditEntry, User
from survey.intake.models import ReceivedEnvelope
from survey.problems import Problem
from survey.registry.models import Household, Photo, Survey

PAGE = "/inbox/queue"


@pytest.fixture
def lan(world, client):
    """What the sign-in told Lan's phone."""
    return sign_in_phone(client, "lan").json


def surveys(count: int, **fields) -> list[dict]:
    """So many surveys as a phone saves them."""
    return [envelope({"head_name": f"Hộ {number}"}, captured_at=BEFORE, **fields) for number in range(count)]


def upload(person, content) -> object:
    """Hand a file in by page."""
    raw = content if isinstance(content, bytes) else json.dumps(content).encode()
    return person.post(PAGE, data={"file": (io.BytesIO(raw), "hang-doi.json")})


def rows(table) -> int:
    """How many rows a table has."""
    return db.session.scalar(select(func.count()).select_from(table))


def run(monkeypatch, world, path, *options):
    """`nhavung import queue` on the application of this test."""

    @contextmanager
    def same_app():
        yield world

    monkeypatch.setattr(import_queue, "app_context", same_app)
    return CliRunner().invoke(import_queue.command, [str(path), *options])


# --- what arrives


def test_records_arrive_as_their_officer_s_from_their_phone(sign_in, lan, session):
    answer = upload(sign_in("mai"), queue_file(lan, surveys(3)))
    assert answer.status_code == 200
    found = session.execute(select(Survey.officer_id, Survey.device_id)).all()
    assert found == [(lan["officer"]["id"], lan["device_id"])] * 3


def test_after_a_new_password_all_fifty_records_arrive(sign_in, lan, session):
    file = queue_file(lan, surveys(50))
    user = session.scalar(select(User.id).where(User.username == "lan"))
    sign_in("admin").post(f"/accounts/{user}/password")
    session.expire_all()
    assert session.get_one(User, user).must_change_password
    upload(sign_in("mai"), file)
    assert rows(Survey) == rows(Household) == 50


def test_one_that_cannot_be_opened_among_300_is_named_and_the_others_arrive(sign_in, lan):
    file = queue_file(lan, surveys(300))
    file["records"][150]["data"] = file["records"][149]["data"]
    page = upload(sign_in("mai"), file).text
    assert rows(Survey) == 299
    assert "4315" in page
    assert "bản ghi 151" in page
    assert file["records"][150]["id"] in page


def test_the_same_file_twice_doubles_nothing(sign_in, lan):
    file, mai = queue_file(lan, surveys(5)), sign_in("mai")
    upload(mai, file)
    page = upload(mai, file).text
    assert rows(Survey) == rows(ReceivedEnvelope) == 5
    assert "5 đã có từ trước" in page


def test_a_record_that_was_sent_and_saved_too_is_known(sign_in, lan):
    one = surveys(1)
    sign_in("lan").post("/api/v1/envelopes", json=one[0])
    assert "1 đã có từ trước" in upload(sign_in("mai"), queue_file(lan, one)).text


def test_photos_arrive_with_their_records(sign_in, lan, session):
    content, sha256 = jpeg()
    file = queue_file(lan, surveys(1, photos=[{"sha256": sha256, "slot": "front"}]), {sha256: content})
    upload(sign_in("mai"), file)
    assert session.get(Photo, sha256).stored_sha256


def test_a_spoilt_photo_blocks_neither_its_record_nor_the_next_photo(sign_in, lan, session):
    photos = dict(reversed(jpeg(colour)) for colour in ("red", "blue"))
    announced = [{"sha256": sha256, "slot": "front"} for sha256 in photos]
    file = queue_file(lan, surveys(1, photos=announced), photos)
    file["photos"][0] |= seal(b"x" * 32, b"?")
    page = upload(sign_in("mai"), file).text
    assert "4316" in page
    assert rows(Survey) == 1
    assert session.get(Photo, file["photos"][1]["sha256"]).stored_sha256


def test_a_photo_no_record_announced_is_not_stored(sign_in, lan):
    content, sha256 = jpeg()
    page = upload(sign_in("mai"), queue_file(lan, [], {sha256: content})).text
    assert "4107" in page
    assert rows(Photo) == 0


def test_what_is_wrong_in_a_record_waits_in_the_inbox(sign_in, lan):
    one = envelope({"area_code": "V404"}, captured_at=BEFORE)
    page = upload(sign_in("mai"), queue_file(lan, [one])).text
    assert "chờ trong hộp chờ" in page
    assert "V404" in page


def test_the_key_says_which_phone_it_was_whatever_the_file_names(sign_in, world, lan, session):
    duy = sign_in_phone(world.test_client(), "duy").json
    upload(sign_in("mai"), queue_file(lan, surveys(1), device_id=duy["device_id"]))
    assert session.scalars(select(Survey.device_id)).all() == [lan["device_id"]]


def test_the_trail_names_the_file_its_officer_and_the_counts(sign_in, lan, session):
    upload(sign_in("mai"), queue_file(lan, surveys(2)))
    entry = session.scalar(select(AuditEntry).where(AuditEntry.action == "queue.imported"))
    assert len(entry.subject_id) == 64
    assert (entry.details["officer"], entry.details["stored"]) == (lan["officer"]["id"], 2)


# --- who may hand it in


def test_only_who_mends_the_inbox_hands_files_in(sign_in, lan):
    assert upload(sign_in("lan"), queue_file(lan, surveys(1))).status_code == 403


def test_a_file_of_another_area_is_refused(sign_in, world):
    duy = sign_in_phone(world.test_client(), "duy").json
    answer = upload(sign_in("mai"), queue_file(duy, surveys(1)))
    assert (answer.status_code, rows(ReceivedEnvelope)) == (403, 0)
    assert "4314" in answer.text


# --- hostile files


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe",
        b"[]",
        b"null",
        b"{}",
        b"[" * 100_000,
        b'{"format": "nhavung-queue"}',
        b'{"format": "nhavung-queue", "version": 2}',
        b'{"format": "nhavung-queue", "version": 1, "wrapped_key": 7}',
        b'{"format": "nhavung-queue", "version": ' + b"9" * 5000 + b"}",
    ],
)
def test_what_is_no_queue_file_is_refused_in_words(sign_in, content):
    answer = upload(sign_in("mai"), content)
    assert answer.status_code == 400
    assert 'role="alert"' in answer.text


@pytest.mark.parametrize(
    ("change", "number"),
    [
        ({"officer": None}, "4310"),
        ({"officer": {"id": True}}, "4310"),
        ({"officer": {"id": 10**12}}, "4313"),
        ({"officer": {"id": -1}}, "4313"),
        ({"records": {}}, "4310"),
        ({"records": [0] * 5001}, "4312"),
        ({"photos": "x"}, "4310"),
        ({"wrapped_key": "A" * 512}, "4302"),
        ({"version": "1"}, "4311"),
    ],
)
def test_spoilt_files_are_refused_whole(sign_in, lan, change, number):
    answer = upload(sign_in("mai"), queue_file(lan, surveys(1)) | change)
    assert 400 <= answer.status_code < 500
    assert number in answer.text
    assert rows(ReceivedEnvelope) == 0


def test_a_file_with_a_key_that_no_phone_told_of_is_refused(sign_in, lan):
    answer = upload(sign_in("mai"), queue_file(lan, surveys(1), key=b"f" * 32))
    assert (answer.status_code, rows(ReceivedEnvelope)) == (400, 0)
    assert "4304" in answer.text


def test_a_key_that_another_officer_s_phone_told_of_proves_nothing(sign_in, world, lan):
    duy = as_phone(world, "duy")
    duy.post("/api/v1/field/data-key", json={"sha256": hashlib.sha256(b"d" * 32).hexdigest()})
    answer = upload(sign_in("mai"), queue_file(lan, surveys(1), key=b"d" * 32))
    assert (answer.status_code, rows(ReceivedEnvelope)) == (400, 0)


def test_a_file_cannot_be_passed_off_as_another_officer_s(sign_in, lan, session):
    mai = session.scalar(select(User.id).where(User.username == "mai"))
    answer = upload(sign_in("mai"), queue_file(lan, surveys(1), officer={"id": mai, "username": "mai"}))
    assert (answer.status_code, rows(ReceivedEnvelope)) == (403, 0)


@pytest.mark.parametrize("form", ["approval", "review", "payment", "revocation"])
def test_nothing_that_decides_is_done_by_a_file_it_waits_for_a_person(sign_in, lan, form):
    decided = act(form, done_on="2025-05-08", body="district", households=[])
    answer = upload(sign_in("mai"), queue_file(lan, [decided, *surveys(1)]))
    assert "không chứng minh người" in answer.text
    kept = db.session.scalar(select(ReceivedEnvelope).where(ReceivedEnvelope.envelope_id == decided["id"]))
    assert kept.state == "waiting"
    assert 4317 in [fault["number"] for fault in kept.faults]
    assert (rows(ReceivedEnvelope), rows(Survey)) == (2, 1)


@pytest.mark.parametrize("key", [b"short", b"k" * 31, b""])
def test_a_data_key_of_the_wrong_length_opens_nothing(sign_in, lan, key):
    wrapped = wrap_for_server(lan["public_key"], lan["officer"]["id"], key)
    answer = upload(sign_in("mai"), queue_file(lan, surveys(1), wrapped_key=wrapped))
    assert "4302" in answer.text


@pytest.mark.parametrize(
    "entry",
    [
        None,
        7,
        {},
        {"id": 1, "iv": 2, "data": 3},
        {"id": "x" * 5000, "iv": "", "data": ""},
        {"id": "<script>", "iv": "AAAA", "data": "@@"},
        seal(b"q" * 32, b"[1, 2"),
        seal(b"q" * 32, b"[" * 100_000),
        seal(b"q" * 32, b'{"id": "x"}'),
        seal(b"q" * 32, b"NaN"),
        seal(b"q" * 32, b"\xff"),
    ],
)
def test_a_hostile_record_blocks_nobody(sign_in, lan, entry):
    file = queue_file(lan, surveys(2))
    file["records"].insert(1, entry)
    answer = upload(sign_in("mai"), file)
    assert answer.status_code == 200
    assert rows(Survey) == 2
    assert "<script>" not in answer.text.split("<main")[1]


def test_a_file_beyond_what_a_page_takes_is_refused_in_words(sign_in, monkeypatch):
    monkeypatch.setattr(queue_files, "MAX_UPLOAD_BYTES", 1000)
    answer = upload(sign_in("mai"), b"x" * 5000)
    assert answer.status_code == 413
    assert "1003" in answer.text


def test_a_stranger_is_led_to_sign_in_before_a_file_is_read(client, world):
    limit = world.config["MAX_CONTENT_LENGTH"]
    told = {"file": (io.BytesIO(b"x"), "x.json")}
    answer = client.post(PAGE, data=told, environ_overrides={"CONTENT_LENGTH": str(limit + 1)})
    assert (answer.status_code, answer.headers["Location"].split("?")[0]) == (302, "/sign-in")


# --- the command


def test_the_command_receives_a_file_and_names_what_it_could_not(lan, world, tmp_path, monkeypatch):
    file = queue_file(lan, surveys(3))
    file["records"][1]["iv"] = "AAAA"
    path = tmp_path / "hang-doi.json"
    path.write_text(json.dumps(file), "utf-8")
    done = run(monkeypatch, world, path)
    assert done.exit_code == 1
    assert rows(Survey) == 2
    assert "record 2" in done.output
    assert "4315" in done.output


def test_the_command_takes_an_unproven_file_when_somebody_vouches_for_it(lan, world, tmp_path, monkeypatch):
    path = tmp_path / "queue.json"
    path.write_text(json.dumps(queue_file(lan, surveys(2), key=b"f" * 32)))
    refused = run(monkeypatch, world, path)
    assert isinstance(refused.exception, Problem)
    assert (refused.exception.number, rows(Survey)) == (4304, 0)
    assert run(monkeypatch, world, path, "--unproven").exit_code == 0
    assert db.session.scalars(select(Survey.device_id)).all() == [lan["device_id"]] * 2


def test_the_command_does_not_read_what_would_fill_the_memory(lan, world, tmp_path, monkeypatch):
    path = tmp_path / "hang-doi.json"
    path.write_bytes(b"x" * 2000)
    monkeypatch.setattr(queue_files, "MAX_BYTES", 1000)
    done = run(monkeypatch, world, path)
    assert isinstance(done.exception, Problem)
    assert done.exception.number == 4312


def test_the_command_refuses_another_server_s_file(lan, world, tmp_path, monkeypatch):
    path = tmp_path / "hang-doi.json"
    path.write_text(json.dumps(queue_file(lan, [], wrapped_key="A" * 512)), "utf-8")
    done = run(monkeypatch, world, path)
    assert isinstance(done.exception, Problem)
    assert done.exception.number == 4302


def test_the_page_offers_the_upload_to_those_who_may(sign_in):
    assert 'href="/inbox/queue"' in sign_in("mai").get("/inbox").text
    assert 'type="file"' in sign_in("mai").get(PAGE).text
