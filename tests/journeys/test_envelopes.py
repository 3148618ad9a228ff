"""From a phone to a receipt: stored once, answered the same for ever, changed only on what is known."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from makers import envelope, jpeg, new_id
from sqlalchemy import func, select

from api.web.extensions import db
from survey.access.models import AuditEntry
from survey.assessment.models import AssessmentRow
from survey.intake.models import ReceivedEnvelope
from survey.registry.models import Household, Person, Survey

URL = "/api/v1/envelopes"


@pytest.fixture
def lan(sign_in):
    """The field officer of Nam Mẫu."""
    return sign_in("lan")


def twin(world, client):
    """A second client of the same session, for another thread."""
    other = world.test_client()
    other.set_cookie("nhavung", client.get_cookie("nhavung").value)
    return other


def count(model) -> int:
    """Rows of a table."""
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(model))


def test_a_survey_is_stored_assessed_and_receipted(lan) -> None:
    answer = lan.post(URL, json=envelope())
    assert answer.status_code == 201, answer.text
    assert answer.json["state"] == "stored", answer.json["faults"]
    assert answer.json["version"] == 1
    row = db.session.scalar(select(AssessmentRow))
    assert (row.outcome, row.works_kind) == ("entitled", "new")
    assert row.amount_vnd == 60_000_000


def test_the_same_envelope_again_gets_the_same_receipt(lan) -> None:
    sent = envelope()
    first, second = lan.post(URL, json=sent), lan.post(URL, json=sent)
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json == second.json
    assert count(Survey) == 1


def test_a_late_retry_of_version_1_after_version_2_returns_receipt_1(lan) -> None:
    first = envelope()
    receipt = lan.post(URL, json=first).json
    second = {**first, "base_version": 1, "payload": {**first["payload"], "people": 5}}
    assert lan.post(URL, json=second).json["version"] == 2
    assert lan.post(URL, json=first).json == receipt
    assert count(Survey) == 2


def test_new_content_without_the_current_base_version_says_who_changed_what(lan) -> None:
    first = envelope()
    lan.post(URL, json=first)
    answer = lan.post(URL, json={**first, "payload": {**first["payload"], "people": 5}})
    assert answer.status_code == 409
    assert answer.json["problem"] == 4102
    assert answer.json["details"]["changed"] == "people"
    assert answer.json["details"]["who"] == "Hoàng Thị Lan"
    assert "phiên bản 1" in answer.json["message"]["vi"]


def test_a_correction_that_arrives_first_waits_for_what_it_corrects(lan) -> None:
    first = envelope()
    second = {**first, "base_version": 1, "payload": {**first["payload"], "people": 5}}
    assert lan.post(URL, json=second).json["state"] == "waiting"
    lan.post(URL, json=first)
    again = lan.post(URL, json=second).json
    assert (again["version"], again["state"]) == (2, "stored")
    assert count(Household) == 1


def test_20_parallel_sendings_make_one_row_and_one_receipt(world, sign_in) -> None:
    client, sent = sign_in("lan"), envelope()

    def send(_: int):
        return twin(world, client).post(URL, json=sent)

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(send, range(20)))
    assert sorted({answer.status_code for answer in answers}) in ([200, 201], [201])
    assert [answer.status_code for answer in answers].count(201) == 1
    assert len({answer.text for answer in answers}) == 1
    assert (count(ReceivedEnvelope), count(Survey), count(Household)) == (1, 1, 1)


def test_8_parallel_writers_all_get_through(world, sign_in) -> None:
    client = sign_in("lan")

    def send(_: int) -> int:
        return twin(world, client).post(URL, json=envelope()).status_code

    with ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(send, range(40)))
    assert set(statuses) == {201}
    assert count(Survey) == 40


def test_one_bad_record_of_a_batch_blocks_no_other(lan) -> None:
    batch = [envelope(), {"id": "not an id"}, envelope({"area_m2": "rất rộng"}), envelope()]
    results = lan.post(f"{URL}/batch", json=batch).json
    assert [result["status"] for result in results] == [201, 400, 201, 201]
    assert results[1]["problem"]["problem"] == 4101
    assert results[2]["receipt"]["state"] == "waiting"


def test_a_wrong_answer_waits_in_the_inbox_with_its_reason_and_loses_nothing(lan) -> None:
    receipt = lan.post(URL, json=envelope({"people": -3})).json
    assert receipt["state"] == "waiting"
    assert receipt["faults"][0]["question"] == "people"
    assert (count(ReceivedEnvelope), count(Survey)) == (1, 0)


def test_an_unknown_village_waits_until_it_is_known(lan) -> None:
    receipt = lan.post(URL, json=envelope({"area_code": "V99"})).json
    assert receipt["faults"][0]["number"] == 4105


def test_personal_values_stand_in_the_persons_table_only(lan) -> None:
    lan.post(URL, json=envelope({"national_id": "006070001234", "phone": "0912345678"}))
    survey, person = db.session.scalar(select(Survey)), db.session.scalar(select(Person))
    assert person.national_id == "006070001234"
    trail = [entry.details for entry in db.session.scalars(select(AuditEntry))]
    stored = f"{survey.answers} {survey.facts} {trail}"
    assert not any(value in stored for value in ("006070001234", "0912345678", "Triệu Văn Tâm"))


def test_the_trail_is_written_with_the_record(lan) -> None:
    sent = envelope()
    lan.post(URL, json=sent)
    entry = db.session.scalar(select(AuditEntry).where(AuditEntry.subject_id == sent["id"]))
    assert entry.action == "envelope.stored"
    assert len(entry.details["content_sha256"]) == 64


def test_a_photo_comes_after_its_text_and_loses_its_exif(lan, world) -> None:
    content, sha256 = jpeg(exif=True)
    assert lan.put(f"/api/v1/photos/{sha256}", data=content).status_code == 404
    sent = envelope(photos=[{"sha256": sha256, "slot": "front"}])
    assert lan.post(URL, json=sent).json["missing_photos"] == [sha256]
    assert lan.put(f"/api/v1/photos/{sha256}", data=content).status_code == 201
    assert lan.put(f"/api/v1/photos/{sha256}", data=content).status_code == 200
    assert lan.get(f"{URL}/{sent['id']}/versions/1").json["missing_photos"] == []
    kept = list((world.config["SETTINGS"].data_folder / "photos").rglob("*.jpg"))
    assert len(kept) == 1
    assert "toạ độ".encode() not in kept[0].read_bytes()


def test_a_photo_damaged_on_the_way_is_asked_for_again(lan) -> None:
    content, sha256 = jpeg()
    lan.post(URL, json=envelope(photos=[{"sha256": sha256, "slot": "front"}]))
    answer = lan.put(f"/api/v1/photos/{sha256}", data=content[:-5])
    assert (answer.status_code, answer.json["problem"]) == (400, 4108)


def test_a_visit_that_met_nobody_is_kept_and_not_assessed(lan) -> None:
    sent = envelope({"visit": "nobody_home"})
    sent["payload"] = {"visit": "nobody_home", "area_code": "V1"}
    assert lan.post(URL, json=sent).json["state"] == "stored"
    assert (count(Survey), count(AssessmentRow)) == (1, 0)


@pytest.mark.parametrize(
    "body", ["", "{", "[]", "null", '"text"', "1e999", '{"id": 1}', "[" * 5000, '{"id": "\\ud800"}', "\x00"]
)
def test_what_cannot_be_read_gets_a_numbered_problem(lan, body: str) -> None:
    answer = lan.post(URL, data=body.encode("utf-8", "surrogatepass"), content_type="application/json")
    assert answer.status_code == 400
    assert answer.json["problem"] in (1001, 4101)
    assert answer.json["next"]["vi"]


def test_somebody_elses_receipt_is_not_shown(lan, sign_in) -> None:
    sent = envelope(id=new_id())
    lan.post(URL, json=sent)
    assert sign_in("duy").get(f"{URL}/{sent['id']}/versions/1").status_code == 404


def test_an_officer_cannot_change_a_household_of_another_commune(lan, sign_in) -> None:
    first = lan.post(URL, json=envelope()).json
    foreign = envelope({"household": first["household_id"], "area_code": "V3", "head_name": "Kẻ Mạo Danh"})
    receipt = sign_in("duy").post(URL, json=foreign).json
    assert (receipt["state"], receipt["faults"][0]["number"]) == ("waiting", 4111)
    assert db.session.get(Household, first["household_id"]).area_code == "V1"


def test_a_record_that_waits_for_another_commune_is_on_that_communes_desk(lan, sign_in) -> None:
    first = lan.post(URL, json=envelope()).json
    sign_in("duy").post(URL, json=envelope({"household": first["household_id"]}))
    assert "Nông Văn Duy" in sign_in("mai").get("/inbox").text
