"""What an insider tried on cases, each told by what may not happen."""

from __future__ import annotations

import pytest
from acting import AGREE, act, household, send_act, step, take
from makers import envelope, payload
from reading import text_of
from sending import ENVELOPES

from api.web.extensions import db
from survey.assessment import queries as assessment
from survey.cases import queries as cases
from survey.registry.models import Household, Person


def case_of(household_id):
    db.session.rollback()
    return cases.case_of(db.session(), household_id)


def amount_of(household_id):
    db.session.rollback()
    return assessment.current(db.session(), household_id).amount_vnd


def head_of(household_id):
    db.session.rollback()
    return db.session.get(Person, db.session.get(Household, household_id).head_person_id).full_name


@pytest.fixture
def approved(sign_in):
    """A household of Nam Mẫu whose case the province approved; its id and the receipt of the approval."""
    commune = sign_in("mai")
    house = household(commune)
    take(commune, house, *AGREE[:-1])
    (receipt,) = take(sign_in("son"), house, "approval")
    return house, receipt


def test_a_correction_by_another_commune_takes_nothing_away(sign_in):
    theirs = household(sign_in("duy"), area_code="V3", head_name="Bàn Văn Ba")
    (receipt,) = take(sign_in("duy"), theirs, "registration")
    mine = household(sign_in("lan"))
    stolen = step(mine, "registration", id=receipt["id"], base_version=1)
    answer = sign_in("lan").post(ENVELOPES, json=stolen)
    assert (answer.status_code, answer.json["problem"]) == (403, 4118)
    assert case_of(theirs).state == "registered"


def test_a_household_that_a_correction_leaves_out_is_assessed_without_it(sign_in):
    commune = sign_in("mai")
    stays, leaves = household(commune), household(commune)
    before = amount_of(leaves)
    both = [{"household": house, "works_kind": "repair"} for house in (stays, leaves)]
    (receipt,) = take(commune, stays, "registration", households=both)
    assert amount_of(leaves) == amount_of(stays) != before
    take(commune, stays, "registration", works_kind="repair", id=receipt["id"], base_version=1)
    assert amount_of(leaves) == before != amount_of(stays)


def test_a_correction_cannot_become_another_kind_of_act(sign_in, approved):
    house, receipt = approved
    other = act(
        "obstacle",
        id=receipt["id"],
        base_version=1,
        household=house,
        done_on="2025-05-09",
        kind="weather",
        lead="commune",
    )
    answer = sign_in("mai").post(ENVELOPES, json=other).json
    assert answer["faults"][0]["number"] == 4114
    assert case_of(house).state == "approved"


def test_a_commune_does_not_revoke_what_the_province_approved(sign_in, approved):
    house, receipt = approved
    undone = send_act(sign_in("mai"), "revocation", act=receipt["id"], done_on="2025-05-15", remarks="x")
    assert undone["faults"][0]["number"] == 4113
    assert case_of(house).state == "approved"


def test_a_corrected_act_that_waited_does_not_come_back(sign_in, approved):
    house, _ = approved
    commune = sign_in("mai")
    early = step(house, "frame")
    commune.post(ENVELOPES, json=early)
    mended = {**early, "base_version": 1, "payload": {**early["payload"], "stage": "foundation"}}
    commune.post(ENVELOPES, json=mended)
    take(commune, house, "start")
    assert case_of(house).state == "foundation"


def test_a_case_opened_by_mistake_and_revoked_leaves_the_one_before_it_in_the_lists(sign_in, approved):
    house, _ = approved
    commune = sign_in("mai")
    send_act(commune, "withdrawal", household=house, done_on="2025-05-10", reason="moved")
    sent = commune.post(ENVELOPES, json=step(house, "registration", done_on="2025-05-11")).json
    send_act(commune, "revocation", act=sent["id"], done_on="2025-05-15", remarks="Nhầm hộ")
    assert case_of(house).state == "withdrawn"
    assert case_of(house).is_newest


def test_no_case_is_opened_while_an_advance_is_owed(sign_in, approved):
    house, _ = approved
    send_act(
        sign_in("hoa"), "payment", household=house, done_on="2025-05-09", tranche=1, amount_vnd=42_000_000
    )
    commune = sign_in("mai")
    send_act(commune, "withdrawal", household=house, done_on="2025-05-10", reason="moved")
    again = commune.post(ENVELOPES, json=step(house, "registration", done_on="2025-05-11")).json
    assert again["faults"][0]["number"] == 5419
    send_act(sign_in("hoa"), "recovery", household=house, done_on="2025-05-12", amount_vnd=42_000_000)
    assert case_of(house).state == "registered"


def test_an_act_of_years_ago_that_waits_does_not_stop_the_survey_it_waits_for(sign_in):
    house = "00000000-0000-4000-8000-0000000000aa"
    old = act("approval", done_on="2020-01-01", body="province", households=[{"household": house}])
    assert sign_in("son").post(ENVELOPES, json=old).json["state"] == "waiting"

    answer = sign_in("lan").post(ENVELOPES, json=envelope(id=house))
    assert answer.json["state"] == "stored"


def test_a_payment_before_the_approval_is_refused(sign_in, approved):
    house, _ = approved
    sent = send_act(sign_in("hoa"), "payment", household=house, done_on="2001-01-01", tranche=1, amount_vnd=1)
    assert sent["faults"][0]["number"] == 5402


def test_a_revoked_change_of_head_gives_back_whoever_counts_now(sign_in):
    commune = sign_in("mai")
    house = household(commune)
    take(commune, house, "registration")
    first = act("head_change", household=house, done_on="2025-05-10", reason="died", head_name="Bàn Sai")
    commune.post(ENVELOPES, json=first)
    right = {**first, "base_version": 1, "payload": {**first["payload"], "head_name": "Bàn Đúng"}}
    commune.post(ENVELOPES, json=right)
    assert head_of(house) == "Bàn Đúng"
    send_act(commune, "revocation", act=first["id"], done_on="2025-05-15", remarks="Nhầm")
    assert head_of(house) == payload()["head_name"]


def test_revoking_an_earlier_change_of_head_leaves_the_later_one(sign_in):
    commune = sign_in("mai")
    house = household(commune)
    take(commune, house, "registration")
    sent = [
        send_act(
            commune, "head_change", household=house, done_on=f"2025-05-1{day}", reason="moved", head_name=name
        )
        for day, name in enumerate(("Bàn Hai", "Bàn Ba"))
    ]
    send_act(commune, "revocation", act=sent[0]["id"], done_on="2025-05-15", remarks="Nhầm")
    assert head_of(house) == "Bàn Ba"


def test_a_revocation_that_arrives_first_runs_once_its_act_is_here(sign_in, approved):
    house, _ = approved
    commune = sign_in("mai")
    start = step(house, "start")
    undone = send_act(commune, "revocation", act=start["id"], done_on="2025-05-15", remarks="Nhầm")
    assert undone["state"] == "waiting"
    commune.post(ENVELOPES, json=start)
    assert case_of(house).state == "approved"


def test_papers_never_print_a_revoked_meeting(sign_in):
    commune = sign_in("mai")
    house = household(commune)
    _, meeting = take(commune, house, "registration", "meeting")
    send_act(commune, "revocation", act=meeting["id"], done_on="2025-05-15", remarks="Họp lại")
    said = text_of(commune.get("/papers/areas/V1/meeting_minutes.pdf"))
    assert "dự họp: 25" not in said
    assert "02 tháng 5" not in said
