"""Which interview a household is judged by: a corrected one, one of another household, the approved one."""

from __future__ import annotations

from typing import Any

from acting import AGREE, act, household, step, take
from makers import envelope
from sending import ENVELOPES

from api.web.extensions import db
from survey.assessment import queries as assessment
from survey.assessment.models import AssessmentRow
from survey.cases import queries as cases
from survey.registry import queries as registry
from survey.registry.models import Household, Person

ENTITLED = ("entitled", "XNT-2024", 60_000_000)
SOUND = {
    "area_m2": 60.0,
    "foundation_material": "concrete",
    "frame_material": "iron",
    "wall_material": "brick",
    "roof_frame_material": "iron",
    "roof_material": "tile",
    "year_built": 2020,
    "degraded": False,
}


def current(household_id: str) -> AssessmentRow | None:
    db.session.rollback()
    return assessment.current(db.session(), household_id)


def told(household_id: str) -> tuple[str, str | None, int | None] | None:
    row = current(household_id)
    return (row.outcome, row.programme, row.amount_vnd) if row else None


def stored(client, sent: dict[str, Any]) -> str:
    answer = client.post(ENVELOPES, json=sent)
    assert answer.json["state"] == "stored", answer.json["faults"]
    return answer.json["household_id"]


def moved(client, house: str, other: str) -> None:
    """The first interview of a household is corrected: it was of another one."""
    stored(client, envelope({"visited_on": "2025-05-01", "household": other}, id=house, base_version=1))


def approved(sign_in) -> str:
    house = household(sign_in("mai"), visited_on="2025-05-01")
    take(sign_in("mai"), house, *AGREE[:-1])
    take(sign_in("son"), house, "approval")
    return house


def place(house: str) -> tuple[str | None, float | None, str | None]:
    """Where a household is, and who is its head."""
    db.session.rollback()
    found = db.session.get_one(Household, house)
    return found.area_code, found.lon, db.session.get_one(Person, found.head_person_id).full_name


def budgeted(sign_in) -> int:
    return sign_in("hoa").get("/api/v1/areas/06/budget").json["households"]


# --- an interview corrected to another household


def test_an_approved_household_keeps_its_result_when_its_interview_turns_out_to_be_of_another(sign_in):
    clerk = sign_in("mai")
    house = approved(sign_in)
    other = household(clerk, visited_on="2025-05-03", head_name="Nông Văn Khác", **SOUND)
    moved(clerk, house, other)
    assert told(house) == ENTITLED
    assert cases.case_of(db.session(), house).amount_vnd == 60_000_000
    stored(clerk, step(house, "start"))
    assert current(house).result["facts"]["started_on"] == {"$date": "2025-05-09"}
    assert current(house).household_id == house
    interview = next(one for one in registry.survey_versions(db.session(), other) if one.envelope_id == house)
    assert {"code": "left_approved", "household": house} in interview.flags
    assert clerk.get(f"/households/{house}").status_code == 200


def test_a_household_whose_interview_left_is_interviewed_again_like_any_other(sign_in):
    clerk = sign_in("mai")
    house = approved(sign_in)
    other = household(clerk, visited_on="2025-05-03", head_name="Nông Văn Khác")
    moved(clerk, house, other)
    household(clerk, household=house, visited_on="2025-05-12", **SOUND)
    assert told(house) == ENTITLED
    assert assessment.newest(db.session(), house).is_beside


def test_before_the_approval_no_assessment_outlives_the_interview_that_left(sign_in):
    clerk = sign_in("mai")
    house = household(clerk, visited_on="2025-05-01")
    other = household(clerk, visited_on="2025-05-03", head_name="Nông Văn Khác", **SOUND)
    assert budgeted(sign_in) == 1
    moved(clerk, house, other)
    assert told(house) is None
    assert told(other)[0] == "not_entitled"
    assert budgeted(sign_in) == 0
    assert len(assessment.history(db.session(), house)) == 1


def test_the_household_that_an_interview_left_is_judged_by_the_one_that_remains(sign_in):
    clerk = sign_in("mai")
    first = household(clerk, visited_on="2025-05-01")
    sent = envelope({"visited_on": "2025-05-10", "household": first, **SOUND})
    stored(clerk, sent)
    other = household(clerk, visited_on="2025-05-03", head_name="Nông Văn Khác")
    assert told(first)[0] == "not_entitled"
    sent["payload"]["household"] = other
    stored(clerk, sent | {"base_version": 1})
    assert told(first) == ENTITLED
    assert told(other)[0] == "not_entitled"


# --- the interview an approval rests on


def test_an_approval_names_its_interview_even_where_that_was_never_assessed(sign_in):
    clerk = sign_in("mai")
    house = household(clerk, visited_on="2025-05-10", **SOUND)
    older = envelope({"household": house, "visited_on": "2025-05-01"})
    stored(clerk, older)
    take(clerk, house, *AGREE[:-1])
    take(sign_in("son"), house, "approval")
    assert cases.approval_of(db.session(), house).values["assessment_id"] is None
    household(clerk, household=house, visited_on="2025-05-05", **SOUND)
    assert told(house) == ENTITLED
    older["payload"]["people"] = 7
    stored(clerk, older | {"base_version": 1})
    assert (told(house), current(house).result["facts"]["people"]) == (ENTITLED, 7)


def test_an_older_approval_that_names_only_its_assessment_still_rests_on_it(sign_in):
    clerk = sign_in("mai")
    house = approved(sign_in)
    approval = cases.approval_of(db.session(), house)
    approval.values = {name: value for name, value in approval.values.items() if name != "survey_id"}
    db.session.commit()
    household(clerk, household=house, visited_on="2025-05-05", **SOUND)
    assert told(house) == ENTITLED


# --- where the household is, and who is its head

V1 = {"area_code": "V1", "head_name": "Nông Văn Một", "point": {"lon": 105.51, "lat": 22.41}}
V2 = {"area_code": "V2", "head_name": "Nông Văn Hai", "point": {"lon": 105.52, "lat": 22.42}}
FIRST, SECOND = ("V1", 105.51, "Nông Văn Một"), ("V2", 105.52, "Nông Văn Hai")


def test_a_household_is_where_the_interview_that_counts_found_it_in_any_order_of_arrival(sign_in):
    clerk = sign_in("mai")
    for order in (("first", "again", "other"), ("first", "other", "again"), ("other", "first", "again")):
        house = household(clerk, visited_on="2025-04-01")
        first = envelope({"household": house, "visited_on": "2025-05-12", **V2})
        again = first | {"base_version": 1, "payload": first["payload"] | {"visited_on": "2025-05-02"}}
        other = envelope({"household": house, "visited_on": "2025-05-10", **V1, **SOUND})
        for name in order:
            stored(clerk, {"first": first, "again": again, "other": other}[name])
        assert place(house) == FIRST, order
        assert told(house)[0] == "not_entitled", order


def test_an_interview_beside_an_approval_moves_nothing_and_is_flagged(sign_in):
    house = household(sign_in("mai"), visited_on="2025-05-01", **V1)
    take(sign_in("mai"), house, *AGREE[:-1])
    take(sign_in("son"), house, "approval")
    sent = envelope({"household": house, "visited_on": "2025-05-14", **V2, **SOUND})
    stored(sign_in("mai"), sent)
    assert place(house) == FIRST
    beside = registry.latest_interview(db.session(), house)
    assert {"code": "approved_elsewhere"} in beside.flags
    assert "ở địa bàn khác với nơi đã phê duyệt" in sign_in("mai").get(f"/households/{house}").text


def test_an_approval_that_arrives_late_takes_the_household_back_to_where_it_was_approved(sign_in):
    clerk = sign_in("mai")
    house = household(clerk, visited_on="2025-05-01", **V1)
    take(clerk, house, *AGREE[:-1])
    stored(clerk, envelope({"household": house, "visited_on": "2025-05-14", **V2}))
    assert place(house) == SECOND
    take(sign_in("son"), house, "approval")
    assert place(house) == FIRST
    approval = cases.newest_of(db.session(), house, "approval")
    revoked = act("revocation", act=approval, done_on="2025-05-15", remarks="Nhầm")
    stored(sign_in("son"), revoked)
    assert place(house) == SECOND


def test_a_correction_of_the_approved_interview_does_not_undo_a_change_of_head(sign_in):
    clerk = sign_in("mai")
    house = household(clerk, visited_on="2025-05-01", **V1)
    take(clerk, house, *AGREE[:-1])
    take(sign_in("son"), house, "approval")
    new_head = {"reason": "died", "head_name": "Nông Thị Mới"}
    stored(clerk, act("head_change", household=house, done_on="2025-05-10", **new_head))
    stored(clerk, envelope({"visited_on": "2025-05-01", **V2}, id=house, base_version=1))
    assert place(house) == (*SECOND[:2], "Nông Thị Mới")


# --- two interviews of one day


def test_of_two_interviews_of_a_day_the_later_made_counts_however_late_the_other_is_corrected(sign_in):
    clerk = sign_in("mai")
    morning = envelope({"visited_on": "2025-05-10"}, captured_at="2025-05-10T09:00:00+07:00")
    house = stored(clerk, morning)
    afternoon = {"household": house, "visited_on": "2025-05-10", **SOUND}
    stored(clerk, envelope(afternoon, captured_at="2025-05-10T15:00:00+07:00"))
    morning["payload"]["people"] = 5
    stored(clerk, morning | {"base_version": 1, "captured_at": "2025-05-14T09:00:00+07:00"})
    assert told(house)[0] == "not_entitled"


def test_a_status_told_in_the_afternoon_counts_however_late_the_morning_is_corrected(sign_in):
    def poor_or_not(value: str) -> dict[str, Any]:
        return {"status_records": [{"kind": "poverty_status", "value": value, "year": 2025}]}

    clerk = sign_in("mai")
    answers = {"visited_on": "2025-05-10", **poor_or_not("poor")}
    morning = envelope(answers, captured_at="2025-05-10T09:00:00+07:00")
    house = stored(clerk, morning)
    afternoon = {"household": house, "visited_on": "2025-05-10", **poor_or_not("near_poor")}
    stored(clerk, envelope(afternoon, captured_at="2025-05-10T15:00:00+07:00"))
    before = current(house).result["facts"]["poverty_status"]
    stored(clerk, morning | {"base_version": 1, "captured_at": "2025-05-14T09:00:00+07:00"})
    assert current(house).result["facts"]["poverty_status"] == before
