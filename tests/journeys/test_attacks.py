"""What a hostile or mistaken sender may not reach: other people's households, pages, answers, devices."""

from __future__ import annotations

import pytest
from makers import envelope, jpeg, payload
from sending import ENVELOPES, send
from sqlalchemy import select

from api.web.extensions import db
from survey.assessment.models import AssessmentRow
from survey.intake.models import ReceivedEnvelope
from survey.registry.models import Household, Survey
from survey.registry.queries import latest_interview

URL = "/api/v1/envelopes"


@pytest.fixture
def home(sign_in) -> str:
    """A household of Nam Mẫu, sent by its officer."""
    return sign_in("lan").post(URL, json=envelope()).json["household_id"]


@pytest.fixture
def duy(sign_in):
    """The officer of the other commune."""
    return sign_in("duy")


def area_of(household_id: str) -> str | None:
    """Where the household is kept to live."""
    db.session.rollback()
    return db.session.get(Household, household_id).area_code


def test_a_chain_of_versions_does_not_take_a_household_over(home: str, duy) -> None:
    theirs = payload(area_code="V3", point=None)
    for base in (1, 2, 3):
        answer = duy.post(URL, json=envelope(id=home, base_version=base, payload=theirs))
        assert (answer.status_code, answer.json["problem"]) == (403, 4118)
    assert area_of(home) == "V1"


def test_a_version_held_back_runs_with_its_own_senders_rights(sign_in, duy) -> None:
    first = envelope()
    theirs = envelope(id=first["id"], base_version=1, payload=payload(area_code="V3", point=None))
    assert duy.post(URL, json=theirs).json["state"] == "waiting"
    assert sign_in("lan").post(URL, json=first).json["state"] == "stored"
    assert duy.post(URL, json=theirs).json["state"] == "waiting"
    assert area_of(first["id"]) == "V1"


def test_a_household_stated_in_a_foreign_area_waits_for_that_area(duy, sign_in) -> None:
    receipt = duy.post(URL, json=envelope({"area_code": "V1"})).json
    assert [fault["number"] for fault in receipt["faults"]] == [4112]
    assert "Nông Văn Duy" in sign_in("mai").get("/inbox").text


def test_a_household_placed_by_a_point_in_a_foreign_area_waits_too(duy) -> None:
    receipt = duy.post(URL, json=envelope({"area_code": None})).json
    assert [fault["number"] for fault in receipt["faults"]] == [4112]


def test_an_officer_cannot_push_a_household_out_of_the_commune(home: str, sign_in) -> None:
    moved = envelope(
        {"household": home, "area_code": "V3", "point": None}, captured_at="2025-05-15T11:00:00+07:00"
    )
    assert sign_in("lan").post(URL, json=moved).json["state"] == "waiting"
    assert area_of(home) == "V1"


@pytest.mark.parametrize(
    "moment", ["9999-12-31T23:30:00+00:00", "0001-01-01T00:00:00+14:00", "2100-01-02T00:00:00Z"]
)
def test_a_moment_no_clock_can_mean_is_unreadable(sign_in, moment: str) -> None:
    answer = sign_in("lan").post(URL, json=envelope(captured_at=moment))
    assert (answer.status_code, answer.json["problem"]) == (400, 4101)


def test_a_phone_whose_clock_was_lost_is_still_heard(sign_in) -> None:
    lan = sign_in("lan")
    receipt = lan.post(URL, json=envelope(captured_at="1970-01-01T07:05:00+07:00")).json
    assert receipt["state"] == "stored"
    assert lan.get(f"/households/{receipt['household_id']}").status_code == 200


def test_a_clock_that_ran_ahead_does_not_freeze_a_household(sign_in) -> None:
    lan, first = sign_in("lan"), envelope(captured_at="2099-01-01T00:00:00Z")
    lan.post(URL, json=first)
    second = {
        **first,
        "base_version": 1,
        "captured_at": "2025-05-15T13:00:00+07:00",
        "payload": payload(people=7),
    }
    lan.post(URL, json=second)
    db.session.rollback()
    current = db.session.scalar(select(AssessmentRow).where(AssessmentRow.is_current))
    assert current.result["facts"]["people"] == 7


def test_a_training_form_changes_no_real_household(home: str, sign_in) -> None:
    later = "2025-05-15T11:00:00+07:00"
    training = envelope({"household": home, "training": True, "head_name": "Người Tập"}, captured_at=later)
    assert sign_in("lan").post(URL, json=training).json["state"] == "stored"
    page = sign_in("lan").get(f"/households/{home}").text
    assert "Triệu Văn Tâm" in page
    assert "Người Tập" not in page


def test_a_household_first_met_in_training_counts_from_its_first_real_survey(sign_in) -> None:
    lan, first = sign_in("lan"), envelope({"training": True})
    lan.post(URL, json=first)
    assert first["id"] not in lan.get("/households").text
    lan.post(URL, json={**first, "base_version": 1, "payload": payload()})
    assert first["id"] in lan.get("/households").text


def test_a_conflict_tells_a_stranger_nothing(home: str, duy) -> None:
    told = duy.post(URL, json=envelope({"people": 9}, id=home)).json
    assert told["problem"] == 4102
    assert told["details"] == {"version": 1, "who": "…", "when": "…", "changed": "…"}


def test_the_same_photo_in_two_slots_loses_nothing(sign_in) -> None:
    _, sha256 = jpeg()
    photos = [{"sha256": sha256, "slot": "front"}, {"sha256": sha256, "slot": "roof"}]
    assert sign_in("lan").post(URL, json=envelope(photos=photos)).json["state"] == "stored"


def test_too_many_photos_and_too_much_text_are_refused_before_they_are_checked(sign_in) -> None:
    lan = sign_in("lan")
    assert lan.post(URL, json=envelope(photos=[{}] * 60_000)).json["problem"] == 4101
    assert lan.post(URL, json=envelope({"note": "x" * 300_000})).status_code == 413


def test_a_record_carries_the_device_that_sent_it_not_the_one_it_names(sign_in) -> None:
    sign_in("lan").post(URL, json=envelope(device="máy của người khác"))
    assert db.session.scalar(select(ReceivedEnvelope.device_id)) is None
    assert db.session.scalar(select(Survey.device_id)) is None


def test_who_may_not_read_national_ids_does_not_see_them_in_the_inbox(sign_in) -> None:
    sign_in("lan").post(URL, json=envelope({"people": -1, "national_id": "006070009876"}))
    row_id = db.session.scalar(select(ReceivedEnvelope.id))
    assert "006070009876" not in sign_in("admin").get(f"/inbox/{row_id}").text
    shown = sign_in("mai").get(f"/inbox/{row_id}")
    assert "006070009876" in shown.text
    assert shown.headers["Cache-Control"] == "no-store"


def test_a_duplicate_elsewhere_is_flagged_without_naming_the_household(home: str, sign_in, duy) -> None:
    sign_in("lan").post(URL, json=envelope({"household": home, "national_id": "006070009876"}))
    other = duy.post(
        URL, json=envelope({"area_code": "V3", "point": None, "national_id": "006070009876"})
    ).json
    page = duy.get(f"/households/{other['household_id']}").text
    assert "trùng số định danh" in page
    assert home not in page


def test_a_correction_takes_no_interview_from_a_household_of_another_commune(sign_in):
    lan, duy = sign_in("lan"), sign_in("duy")
    theirs = send(lan, {})["household_id"]
    own = send(duy, {"area_code": "V3", "head_name": "Bàn Văn Ba"})["household_id"]
    stolen = envelope(
        {"area_code": "V3", "household": own, "head_name": "Bàn Văn Ba"}, id=theirs, base_version=1
    )
    answer = duy.post(ENVELOPES, json=stolen)
    assert (answer.status_code, answer.json["problem"]) == (403, 4118)
    db.session.rollback()
    assert latest_interview(db.session(), theirs) is not None


def test_a_conflict_says_nothing_of_a_guessed_identity_number(sign_in):
    mai, lan = sign_in("mai"), sign_in("lan")
    sent = envelope({"national_id": "001099000001"})
    mai.post(ENVELOPES, json=sent)
    told = set()
    for guess in ("001099000001", "001099000002"):
        again = {**sent, "captured_at": "2025-05-14T08:00:00+07:00"}
        again["payload"] = {**sent["payload"], "national_id": guess}
        answer = lan.post(ENVELOPES, json=again)
        assert answer.status_code == 409
        told.add(answer.json["details"]["changed"])
    assert len(told) == 1


def test_versions_sent_ahead_do_not_block_the_one_they_wait_for(sign_in):
    lan, duy = sign_in("lan"), sign_in("duy")
    first = envelope({})
    lan.post(ENVELOPES, json=first)
    ahead = [envelope({}, id=first["id"], base_version=base) for base in range(2, 62)]
    assert duy.post(f"{ENVELOPES}/batch", json=ahead).status_code == 200
    answer = lan.post(ENVELOPES, json=envelope({"people": 5}, id=first["id"], base_version=1))
    assert answer.status_code == 201
    assert answer.json["state"] == "stored"
