"""Which interview a household is judged by: a corrected one, one of another household, the approved one."""

from __future__ import annotations

from typing import Any

from acting import AGREE, household, step, take
from makers import envelope
from sending import ENVELOPES

from api.web.extensions import db
from survey.assessment import queries as assessment
from survey.assessment.models import AssessmentRow
from survey.cases import queries as cases
from survey.registry import queries as registry

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
