"""A household is judged by its own days: the same records, whenever they arrive, give the same result."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest
from acting import AGREE, household, step, take
from fielding import as_phone
from makers import envelope, password_of
from sending import ENVELOPES, send

from api.web import auth
from api.web.extensions import db
from api.web.intake_context import book_in_force, intake_context
from survey.approval.rejudged import rejudged
from survey.areas.actions import put_areas, set_fact, succeed
from survey.areas.rows import AreaInput, Pair
from survey.assessment import queries as assessment
from survey.assessment.models import AssessmentRow
from survey.cases import queries as cases
from survey.problems import Problem

SOUND_BUT_FOR_THE_ROOF = {
    "area_m2": 60.0,
    "foundation_material": "concrete",
    "frame_material": "iron",
    "wall_material": "brick",
    "roof_frame_material": "iron",
    "roof_material": "leaf",
    "year_built": 2010,
    "degraded": False,
}


@pytest.fixture
def on(world) -> Callable[[str], None]:
    """Set the server's working day."""

    def setting(day: str) -> None:
        world.config["SETTINGS"] = replace(world.config["SETTINGS"], pinned_date=date.fromisoformat(day))

    before = world.config["SETTINGS"]
    yield setting
    world.config["SETTINGS"] = before


def current(household_id: str) -> AssessmentRow:
    db.session.rollback()
    return assessment.current(db.session(), household_id)


def told(row: AssessmentRow) -> tuple[str, str | None, int | None]:
    return row.outcome, row.programme, row.amount_vnd


@pytest.mark.parametrize("received", ["2025-08-30", "2025-08-31", "2025-09-01", "2026-10-04"])
def test_a_survey_of_the_last_days_says_the_same_whenever_it_is_received(sign_in, on, received):
    on(received)
    house = household(sign_in("mai"), visited_on="2025-08-30")
    row = current(house)
    assert told(row) == ("entitled", "XNT-2024", 60_000_000)
    assert row.lapses_on == date(2025, 9, 1)
    assert row.outcome_on(date.fromisoformat(received)) == (
        "entitled" if received < "2025-09-01" else "lapsed"
    )


def test_a_house_surveyed_before_the_definition_is_asked_by_what_held_that_day(sign_in):
    clerk = sign_in("mai")
    before = household(clerk, visited_on="2025-01-15", **SOUND_BUT_FOR_THE_ROOF)
    after = household(clerk, visited_on="2025-01-20", **SOUND_BUT_FOR_THE_ROOF)
    assert told(current(before)) == ("entitled", "XNT-2024", 60_000_000)
    assert told(current(after))[0] == "not_entitled"
    assert "thay đổi từ ngày 20/01/2025" in clerk.get(f"/households/{before}").text


def test_the_day_of_the_visit_is_the_day_it_had_in_viet_nam(sign_in):
    clerk = sign_in("mai")
    late_evening = {"captured_at": "2025-01-19T18:30:00+00:00"}
    house = send(clerk, SOUND_BUT_FOR_THE_ROOF, **late_evening)["household_id"]
    assert current(house).result["on"] == "2025-01-20"


def test_a_correction_keeps_the_day_of_its_visit(sign_in, on):
    clerk = sign_in("mai")
    sent = envelope(SOUND_BUT_FOR_THE_ROOF, captured_at="2025-01-15T09:00:00+07:00")
    house = clerk.post(ENVELOPES, json=sent).json["household_id"]
    sent["payload"]["people"] = 5
    corrected = sent | {"base_version": 1, "captured_at": "2025-05-14T09:00:00+07:00"}
    assert clerk.post(ENVELOPES, json=corrected).json["state"] == "stored"
    assert current(house).result["on"] == "2025-01-15"
    assert told(current(house)) == ("entitled", "XNT-2024", 60_000_000)


def test_a_day_ahead_of_the_receipt_is_no_day_of_a_visit(sign_in):
    house = household(sign_in("mai"), visited_on="2052-01-15")
    assert current(house).result["on"] == "2025-05-15"


def approved(sign_in, **answers) -> str:
    house = household(sign_in("mai"), visited_on="2025-05-01", **answers)
    take(sign_in("mai"), house, *AGREE[:-1])
    take(sign_in("son"), house, "approval")
    return house


SOUND = SOUND_BUT_FOR_THE_ROOF | {"roof_material": "tile", "year_built": 2020}


def test_an_interview_after_the_approval_is_assessed_beside_it_and_changes_no_sum(sign_in):
    house = approved(sign_in)
    clerk = sign_in("mai")
    before = told(current(house))
    household(clerk, household=house, visited_on="2025-05-14", **SOUND)
    assert told(current(house)) == before == ("entitled", "XNT-2024", 60_000_000)
    beside = assessment.newest(db.session(), house)
    assert (beside.is_beside, beside.outcome) == (True, "not_entitled")
    assert cases.case_of(db.session(), house).amount_vnd == 60_000_000
    for page in (f"/households/{house}", "/households"):
        assert "đối chiếu lại" in clerk.get(page).text


def test_until_the_approval_the_newest_interview_counts_by_the_day_of_its_visit(sign_in):
    clerk = sign_in("mai")
    house = household(clerk, visited_on="2025-05-10", **SOUND)
    household(clerk, household=house, visited_on="2025-05-02")
    assert current(house).outcome == "not_entitled"
    household(clerk, household=house, visited_on="2025-05-12")
    assert current(house).outcome == "entitled"


def test_an_approval_that_arrives_after_a_later_interview_rests_on_the_one_before_it(sign_in):
    clerk = sign_in("mai")
    house = household(clerk, visited_on="2025-05-01")
    take(clerk, house, *AGREE[:-1])
    household(clerk, household=house, visited_on="2025-05-14", **SOUND)
    take(sign_in("son"), house, "approval")
    assert cases.case_of(db.session(), house).amount_vnd == 60_000_000
    assert told(current(house)) == ("entitled", "XNT-2024", 60_000_000)


def test_a_correction_of_the_interview_that_was_approved_is_taken_over(sign_in):
    house = approved(sign_in)
    clerk = sign_in("mai")
    row = current(house)
    sent = envelope({"visited_on": "2025-05-01", "people": 6}, id=house, base_version=1)
    assert clerk.post(ENVELOPES, json=sent).json["state"] == "stored"
    assert current(house).result["facts"]["people"] == 6
    assert current(house).survey_id != row.survey_id
    assert not assessment.newest(db.session(), house).is_beside


def test_assessing_again_after_the_end_takes_support_from_nobody(sign_in, on, world):
    house = approved(sign_in)
    on("2025-09-01")
    from survey.assessment.actions import reassess

    with world.app_context():
        from api.web import clock, transaction
        from api.web.intake_context import book_in_force

        with transaction.write() as session:
            changed = [
                one.has_changed for one in reassess(session, [house], book_in_force(session), clock.now())
            ]
    assert changed == [False]
    assert current(house).outcome_on(date(2025, 9, 1)) == "entitled"


def test_an_estimate_takes_the_level_of_its_day_and_counts_what_lapsed_apart(sign_in, on):
    status = [
        {"kind": "poverty_status", "value": "poor", "year": 2024},
        {"kind": "merit_status", "value": "not_recognised", "year": 2024},
    ]
    household(sign_in("mai"), visited_on="2024-10-15", status_records=status)
    on("2025-05-15")
    estimate = sign_in("hoa").get("/api/v1/areas/06/budget").json
    assert (estimate["households"], estimate["amount_vnd"], estimate["provisional_households"]) == (
        1,
        60_000_000,
        1,
    )
    on("2025-09-01")
    estimate = sign_in("hoa").get("/api/v1/areas/06/budget").json
    assert (estimate["households"], estimate["amount_vnd"]) == (0, 0)
    assert estimate["outside"] == [{"outcome": "lapsed", "households": 1}]
    clerk = sign_in("mai")
    assert "chương trình đã kết thúc" in clerk.get("/households?outcome=lapsed").text
    assert "chương trình đã kết thúc" in clerk.get("/areas/V1/map").text


def test_a_registration_after_the_end_is_recorded_and_flagged(sign_in, on):
    house = household(sign_in("mai"), visited_on="2025-08-30")
    on("2025-09-10")
    clerk = sign_in("mai")
    late = step(house, "registration", done_on="2025-09-05")
    assert clerk.post(ENVELOPES, json=late).json["state"] == "stored"
    assert "đã kết thúc trước ngày này" in clerk.get(f"/households/{house}").text


def test_when_only_emergency_help_is_in_force_the_pages_say_so_and_how_to_add_a_programme(sign_in, on):
    on("2026-10-04")
    clerk = sign_in("hoa")
    for page in ("/", "/areas/06", "/areas/06/budget", "/law"):
        assert "trợ giúp khẩn cấp" in clerk.get(page).text, page
    assert "programmes/tinh_2026.toml" in clerk.get("/law").text
    assert "chỉ có trợ giúp khẩn cấp" not in clerk.get("/law?on=2025-05-15").text


def test_a_programme_about_to_end_warns_of_the_households_it_would_leave(sign_in, on):
    house = household(sign_in("mai"), visited_on="2025-05-10")
    on("2025-08-15")
    clerk = sign_in("mai")
    assert "sắp kết thúc" in clerk.get(f"/households/{house}").text
    assert "sắp kết thúc" in clerk.get("/").text
    assert house in clerk.get("/households?lapses=soon").text
    on("2025-09-01")
    assert house not in sign_in("mai").get("/households?lapses=soon").text


POOR = {"people": 6, "separated_on": "2015-05-01", "ethnic_minority": False}


@pytest.fixture
def merged(world):
    """On 1 July 2025 Nam Mẫu, till then of a poor district, and Xuân Lạc become 02000 in province 19."""
    session, old, new = db.session(), date(2020, 1, 1), date(2025, 7, 1)
    set_fact(session, "01900", "poor_district", True, old, source="x", until=date(2025, 6, 30))
    put_areas(session, [AreaInput("19", "province", "Thái Nguyên")], new)
    put_areas(session, [AreaInput("02000", "commune", "Đồng Phúc", "19")], new)
    pairs = [Pair("01900", "02000"), Pair("01901", "02000"), Pair("06", "19")]
    succeed(session, pairs, new, "NQ 1683/NQ-UBTVQH15")
    session.commit()
    return world


def test_a_commune_merged_between_the_survey_and_the_start_stays_in_its_poor_district(sign_in, merged, on):
    house = approved(sign_in, **POOR)
    row = current(house)
    assert told(row) == ("entitled", "NTP-SPR", 60_000_000)
    on("2025-08-10")
    take(sign_in("mai"), house, "start", done_on="2025-08-01")
    assert told(current(house)) == told(row)
    assert current(house).result["area_codes"] == ["V1", "01900", "06"]


def test_the_phone_is_told_what_passed_on_to_the_merged_commune(merged, on):
    on("2025-08-10")
    told = as_phone(merged, "mai").get("/api/v1/field/assignment").json
    village = next(one for one in told["villages"] if one["code"] == "V1")
    assert village["area_facts"]["poor_district"] is True


def test_the_phone_asks_about_the_place_as_it_was_when_the_household_was_approved(sign_in, merged, on):
    house = approved(sign_in, **POOR)
    on("2025-08-10")
    told_to_phone = as_phone(merged, "mai").get("/api/v1/field/assignment").json
    (kept,) = [one for one in told_to_phone["households"] if one["id"] == house]
    village = next(one for one in told_to_phone["villages"] if one["code"] == "V1")
    assert village["path"] == ["V1", "02000", "19"]
    stored = current(house).result
    assert kept["entry"]["path"] == stored["area_codes"] == ["V1", "01900", "06"]
    for fact, value in kept["entry"]["area_facts"].items():
        assert stored["facts"][fact] == value


def test_nothing_more_is_told_where_the_place_is_what_it_was(sign_in, world):
    approved(sign_in)
    told_to_phone = as_phone(world, "mai").get("/api/v1/field/assignment").json
    assert [one["entry"] for one in told_to_phone["households"]] == [None]


def test_a_house_surveyed_after_the_merger_is_still_in_what_was_a_poor_district(sign_in, merged, on):
    on("2025-08-10")
    house = household(sign_in("mai"), visited_on="2025-08-01", **POOR)
    assert told(current(house)) == ("entitled", "NTP-SPR", 60_000_000)
    assert current(house).result["area_codes"] == ["V1", "02000", "19"]


# --- the same figure everywhere


def features(client, kind):
    """What a GIS file of the whole province says of each of its features."""
    with client.get(f"/areas/06/export/{kind}.geojson") as answer:
        return [one["properties"] for one in json.loads(answer.data)["features"]]


def test_a_programme_that_ended_gives_money_to_no_sum_list_or_file(sign_in, on):
    house = household(sign_in("mai"), visited_on="2025-05-10")
    assert sum(one["amount_vnd"] for one in features(sign_in("hoa"), "communes")) == 60_000_000
    on("2025-09-03")
    staff = sign_in("hoa")
    assert staff.get("/api/v1/areas/06/budget").json["amount_vnd"] == 0
    assert "60.000.000" not in staff.get("/households").text
    assert [(one["outcome"], one["amount_vnd"]) for one in features(staff, "households")] == [
        ("lapsed", None)
    ]
    (commune,) = [one for one in features(staff, "communes") if one["households"]]
    assert (commune["lapsed"], commune["entitled"], commune["amount_vnd"]) == (1, 0, 0)
    assert told(current(house)) == ("entitled", "XNT-2024", 60_000_000)


def test_files_and_lists_name_the_day_of_the_visit(sign_in):
    household(sign_in("mai"), visited_on="2025-05-10")
    assert features(sign_in("hoa"), "households")[0]["surveyed_on"] == "2025-05-10"
    assert "10/05/2025" in sign_in("hoa").get("/households").text


def test_a_household_that_was_not_registered_is_in_no_sum_of_a_file(sign_in):
    household(sign_in("mai"), registered=False)
    staff = sign_in("hoa")
    assert staff.get("/api/v1/areas/06/budget").json["amount_vnd"] == 0
    assert sum(one["amount_vnd"] for one in features(staff, "communes")) == 0


def test_who_approves_is_told_when_the_day_makes_it_another_result(sign_in):
    clerk = sign_in("mai")
    house = household(clerk, visited_on="2025-05-01", **SOUND)
    take(clerk, house, *AGREE[:-1])
    household(clerk, household=house, visited_on="2025-05-14")
    committee = sign_in("son")
    assert "60.000.000" in committee.get("/approvals/approve").text
    wanted = {"done_on": "2025-05-08", "household": [house], "password": password_of("son")}
    wanted |= {"official_act": "later", "decision_due": "2025-12-31"}
    answer = committee.post("/approvals/approve", data=wanted)
    assert "5466" in answer.text
    assert "60.000.000 → –" in answer.text
    assert cases.case_of(db.session(), house).state == "reviewed"
    seen = re.search('name="seen" value="([0-9a-f]{64})"', answer.text)[1]
    answer = committee.post("/approvals/approve", data=wanted | {"seen": seen})
    assert "cần văn bản có số và lý do" in answer.text  # that day the house was not assessed as entitled
    paper = {"official_act": "new", "act_name": "9/QĐ-UBND", "signed_on": "2025-05-08", "issuer": "06"}
    paper |= {"subject": "Phê duyệt hộ bị sập nhà", "against_reason": "Nhà sập sau khảo sát"}
    answer = committee.post("/approvals/approve", data=wanted | {"seen": seen} | paper)
    assert answer.status_code == 302
    assert cases.case_of(db.session(), house).state == "approved"


def test_nobody_is_approved_for_a_programme_that_had_ended_by_that_day(sign_in, on):
    house = household(sign_in("mai"), visited_on="2025-05-01")
    take(sign_in("mai"), house, *AGREE[:-1])
    on("2025-09-12")
    committee = sign_in("son")
    wanted = {"household": [house], "password": password_of("son"), "official_act": "later"}
    wanted["decision_due"] = "2025-12-31"
    answer = committee.post("/approvals/approve", data=wanted | {"done_on": "2025-09-12"})
    assert "5467" in answer.text
    committee.post("/approvals/approve", data=wanted | {"done_on": "2025-08-20"})
    case = cases.case_of(db.session(), house)
    assert (case.state, case.amount_vnd) == ("approved", 60_000_000)
    assert sign_in("hoa").get("/api/v1/areas/06/budget").json["amount_vnd"] == 60_000_000


def test_what_leaves_the_estimate_by_being_judged_anew_is_told_beforehand(sign_in, on):
    house = household(sign_in("mai"), visited_on="2025-05-10")
    row = current(house)
    row.engine_version, row.lapses_on = "1", None  # as it was kept before programmes had an end
    db.session.commit()
    on("2025-09-10")
    session = db.session()
    (one,) = rejudged(session, [house], book_in_force(session), date(2025, 9, 10))
    assert one.has_changed
    assert (one.before[0], one.after[0]) == ("entitled", "lapsed")


def test_a_stranger_is_no_operator_in_the_intake(world):
    with world.test_request_context("/p/x"), pytest.raises(Problem, match="Not signed in"):
        intake_context(auth.viewer())
