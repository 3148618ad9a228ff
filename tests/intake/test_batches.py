"""Records of a batch share commits, and yet each stands alone."""

from __future__ import annotations

import pytest
from fielding import as_phone
from flask.testing import FlaskClient
from makers import envelope, jpeg
from sending import BEFORE, ENVELOPES
from sqlalchemy import func, select

from api.shared.batches import CHUNK
from api.web.extensions import db
from survey.access.models import AuditEntry
from survey.intake.models import ReceivedEnvelope
from survey.registry.models import Survey


@pytest.fixture
def phone(world) -> FlaskClient:
    """The phone of an officer."""
    return as_phone(world, "lan")


def surveys(count: int) -> list[dict]:
    """So many surveys, each of another household."""
    return [envelope({"head_name": f"Nông Văn {number}"}, captured_at=BEFORE) for number in range(count)]


def count(table) -> int:
    """How many rows a table has."""
    return db.session.scalar(select(func.count()).select_from(table))


def test_bad_records_anywhere_in_a_batch_leave_the_others_stored(phone):
    sent = surveys(2 * CHUNK + 5)
    taken = envelope({"head_name": "Nông Văn Khác"}, id=sent[0]["id"], captured_at=BEFORE)
    sent[3:3] = [{"id": "không phải phiếu"}, taken]
    sent[CHUNK + 4] = "nothing at all"
    answers = phone.post(f"{ENVELOPES}/batch", json=sent).json
    assert [answer["index"] for answer in answers] == list(range(len(sent)))
    assert [answers[number]["status"] for number in (3, 4, CHUNK + 4)] == [400, 409, 400]
    others = [answer for number, answer in enumerate(answers) if number not in (3, 4, CHUNK + 4)]
    assert {answer["receipt"]["state"] for answer in others} == {"stored"}
    assert count(Survey) == len(others)


def test_a_batch_sent_again_is_answered_with_the_same_receipts_and_stores_nothing(phone):
    sent = surveys(CHUNK + 3)
    first = phone.post(f"{ENVELOPES}/batch", json=sent).json
    before = count(ReceivedEnvelope), count(Survey), count(AuditEntry)
    again = phone.post(f"{ENVELOPES}/batch", json=sent).json
    assert [answer["status"] for answer in again] == [200] * len(sent)
    assert [answer["receipt"] for answer in again] == [answer["receipt"] for answer in first]
    assert (count(ReceivedEnvelope), count(Survey), count(AuditEntry)) == before


def test_a_record_sent_twice_in_one_batch_is_stored_once(phone):
    one = surveys(1)[0]
    answers = phone.post(f"{ENVELOPES}/batch", json=[one, one]).json
    assert [answer["status"] for answer in answers] == [201, 200]
    assert count(Survey) == 1


def test_every_record_of_a_batch_has_its_entry_in_the_trail(phone):
    sent = surveys(CHUNK + 1)
    phone.post(f"{ENVELOPES}/batch", json=sent)
    noted = select(AuditEntry.subject_id).where(AuditEntry.action == "envelope.stored")
    assert set(db.session.scalars(noted)) == {one["id"] for one in sent}


def test_photos_of_a_record_are_missing_until_they_arrive_and_not_after(phone):
    content, sha256 = jpeg("red")
    announced = [{"sha256": sha256, "slot": "front"}, {"sha256": "0" * 64, "slot": "roof"}]
    first, second = surveys(2)
    answer = phone.post(ENVELOPES, json=first | {"photos": announced})
    assert answer.json["missing_photos"] == [sha256, "0" * 64]
    assert phone.put(f"/api/v1/photos/{sha256}", data=content).status_code == 201
    answer = phone.post(ENVELOPES, json=second | {"photos": announced})
    assert answer.json["missing_photos"] == ["0" * 64]
