"""A household's whole way by HTTP, from the survey to the hand-over, and every exit from it."""

from __future__ import annotations

from acting import AGREE, NEW_HOUSE, REPAIR, household, send_act, step, take
from sending import ENVELOPES

from api.web.extensions import db
from survey.assessment import queries as assessment
from survey.cases import queries as cases


def state_of(household_id):
    db.session.rollback()
    return cases.case_of(db.session(), household_id)


def people(sign_in):
    """Whoever a case needs: the commune's staff, and the committee that approves."""
    return sign_in("mai"), sign_in("son")


def agreed(sign_in, **answers):
    """A household whose case is approved."""
    commune, committee = people(sign_in)
    house = household(commune, **answers)
    kind = answers.get("works_kind", "new")
    take(commune, house, *AGREE[:-1], works_kind=kind)
    take(committee, house, "approval")
    return house


def test_a_new_house_goes_from_the_survey_to_the_hand_over(sign_in):
    house = agreed(sign_in)
    take(sign_in("lan"), house, *NEW_HOUSE)
    case = state_of(house)
    assert (case.state, case.is_active, case.started_on.day, case.amount_vnd) == (
        "handed_over",
        False,
        9,
        60_000_000,
    )


def test_a_repair_goes_from_the_survey_to_the_hand_over(sign_in):
    house = agreed(sign_in, works_kind="repair")
    take(sign_in("lan"), house, *REPAIR)
    assert (state_of(house).state, state_of(house).works_kind) == ("handed_over", "repair")


def test_the_start_of_building_settles_a_provisional_assessment(sign_in):
    house = agreed(sign_in)
    assert assessment.current(db.session(), house).is_provisional
    take(sign_in("lan"), house, "start")
    db.session.rollback()
    assert not assessment.current(db.session(), house).is_provisional
    assert len(assessment.history(db.session(), house)) >= 3


def test_an_impossible_step_waits_with_its_reason_and_runs_once_its_turn_has_come(sign_in):
    house = agreed(sign_in)
    officer = sign_in("lan")
    early = officer.post(ENVELOPES, json=step(house, "foundation")).json
    assert (early["state"], early["faults"][0]["number"]) == ("waiting", 5401)
    take(officer, house, "start")
    assert state_of(house).state == "foundation"


def test_nothing_is_approved_while_it_is_posted(sign_in):
    commune, committee = people(sign_in)
    house = household(commune)
    take(commune, house, *AGREE[:-1])
    answer = committee.post(ENVELOPES, json=step(house, "approval", done_on="2025-05-06")).json
    assert answer["state"] == "waiting"


def test_a_withdrawn_household_leaves_the_list_and_its_advance_must_come_back(sign_in):
    house = agreed(sign_in)
    take(sign_in("lan"), house, "start", "foundation")
    paid = send_act(
        sign_in("hoa"), "payment", household=house, done_on="2025-05-12", tranche=1, amount_vnd=42_000_000
    )
    assert paid["state"] == "stored"
    out = send_act(sign_in("mai"), "withdrawal", household=house, done_on="2025-05-13", reason="moved")
    assert out["state"] == "stored"
    assert (state_of(house).state, state_of(house).recovery_due_vnd) == ("withdrawn", 42_000_000)


def test_a_new_head_continues_the_case_with_what_was_paid(sign_in, world):
    house = agreed(sign_in)
    take(sign_in("lan"), house, "start", "foundation")
    send_act(
        sign_in("hoa"), "payment", household=house, done_on="2025-05-12", tranche=1, amount_vnd=42_000_000
    )
    changed = send_act(
        sign_in("mai"),
        "head_change",
        household=house,
        done_on="2025-05-13",
        reason="died",
        head_name="Triệu Thị Hạnh",
    )
    assert changed["state"] == "stored"
    case = state_of(house)
    assert (case.state, case.paid_vnd, case.recovery_due_vnd) == ("foundation", 42_000_000, 0)
    assert "Triệu Thị Hạnh" in sign_in("mai").get(f"/households/{house}").text


def test_who_does_not_register_is_named_with_the_reason(sign_in):
    commune, _ = people(sign_in)
    house = household(commune)
    told = send_act(
        commune,
        "non_registration",
        household=house,
        done_on="2025-05-10",
        year=2025,
        reason="unfavourable_year",
        follow_up_on="2025-11-01",
    )
    assert told["state"] == "stored", told["faults"]
    assert (state_of(house).state, state_of(house).reason) == ("not_registered", "unfavourable_year")
    assert assessment.current(db.session(), house).outcome == "not_registered"


def test_an_upheld_appeal_brings_a_household_back_with_a_new_assessment(sign_in):
    commune, _ = people(sign_in)
    house = household(commune, roof_material="tile", roof_frame_material="steel", wall_material="brick")
    objection = send_act(
        commune, "objection", household=house, done_on="2025-05-10", about="eligibility", content="Mái đã sập"
    )
    answer = {
        "household": house,
        "objection": objection["id"],
        "done_on": "2025-05-14",
        "outcome": "upheld",
        "content": "Đã khảo sát lại",
    }
    early = send_act(commune, "objection_answer", **answer)
    assert early["faults"][0]["number"] == 5410
    household(commune, household=house)
    assert (state_of(house).state, state_of(house).objections) == ("registered", 0)


def test_a_dismissed_appeal_leaves_the_household_rejected(sign_in):
    commune, _ = people(sign_in)
    house = household(commune)
    objection = send_act(
        commune, "objection", household=house, done_on="2025-05-10", about="amount", content="Mức thấp"
    )
    send_act(
        commune,
        "objection_answer",
        household=house,
        objection=objection["id"],
        done_on="2025-05-11",
        outcome="dismissed",
        content="Mức theo quy định",
    )
    assert (state_of(house).state, state_of(house).objections) == ("rejected", 0)


def test_a_step_recorded_by_mistake_is_revoked_and_stays_in_the_history(sign_in):
    house = agreed(sign_in)
    officer = sign_in("lan")
    (start,) = take(officer, house, "start")
    undone = send_act(officer, "revocation", act=start["id"], done_on="2025-05-15", remarks="Ghi nhầm hộ")
    assert undone["state"] == "stored", undone["faults"]
    assert (state_of(house).state, state_of(house).started_on) == ("approved", None)
    kinds = [event.kind for event in cases.events(db.session(), house)]
    assert kinds[:2] == ["revocation", "start"]


def test_a_step_that_others_rest_on_is_not_revoked(sign_in):
    house = agreed(sign_in)
    officer = sign_in("lan")
    start, _ = take(officer, house, "start", "foundation")
    undone = send_act(officer, "revocation", act=start["id"], done_on="2025-05-15", remarks="Ghi nhầm")
    assert (undone["state"], undone["faults"][0]["number"]) == ("waiting", 5401)


def test_a_corrected_meeting_takes_the_place_of_the_first(sign_in):
    commune, _ = people(sign_in)
    house = household(commune)
    take(commune, house, "registration")
    first = step(house, "meeting")
    commune.post(ENVELOPES, json=first)
    second = {**first, "base_version": 1, "payload": {**first["payload"], "present": 25}}
    second["payload"]["households"] = [{"household": house, "votes_for": 3, "votes_against": 22}]
    assert commune.post(ENVELOPES, json=second).json["state"] == "stored"
    assert state_of(house).state == "not_endorsed"


def test_votes_never_exceed_those_present(sign_in):
    commune, _ = people(sign_in)
    house = household(commune)
    take(commune, house, "registration")
    sent = commune.post(ENVELOPES, json=step(house, "meeting", present=20)).json
    assert (sent["state"], sent["faults"][0]["number"]) == ("waiting", 5414)


def test_a_sender_without_the_right_leaves_the_act_waiting(sign_in):
    commune, _ = people(sign_in)
    house = household(commune)
    take(commune, house, "registration", "meeting", "posting")
    sent = sign_in("lan").post(ENVELOPES, json=step(house, "review")).json
    assert (sent["state"], sent["faults"][0]["number"]) == ("waiting", 4113)
