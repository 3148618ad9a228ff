"""Checking a payload: what is valid stays, what is wrong is a numbered fault in both languages."""

from __future__ import annotations

import pytest

from survey.questionnaire import check, load_form

FORM = load_form()
INTERVIEW = {"visit": "interviewed"}


def faults_of(**answers):
    checked = check(FORM, INTERVIEW | answers)
    return {fault.question: fault.number for fault in checked.faults}


def test_a_visit_without_an_interview_needs_no_answers():
    assert check(FORM, {"visit": "nobody_home"}).faults == ()


def test_an_empty_interview_has_no_faults_but_names_what_is_missing():
    checked = check(FORM, INTERVIEW)
    assert checked.faults == ()
    assert {"head_name", "people", "roof_material", "point"} <= set(checked.missing)


def test_a_refused_visit_does_not_miss_the_roof():
    assert "roof_material" not in check(FORM, {"visit": "refused"}).missing


def test_a_survey_without_the_result_of_the_visit_is_a_fault():
    assert [fault.number for fault in check(FORM, {}).faults] == [4008]


@pytest.mark.parametrize(
    ("answers", "number"),
    [
        ({"people": "4"}, 4005),
        ({"people": True}, 4005),
        ({"people": 4.5}, 4005),
        ({"people": 0}, 4006),
        ({"area_m2": float("nan")}, 4005),
        ({"area_m2": 2000}, 4006),
        ({"roof_material": "thatch"}, 4007),
        ({"degraded": "yes"}, 4005),
        ({"separated_on": "15/05/2025"}, 4005),
        ({"separated_on": "2025-02-30"}, 4005),
        ({"note": "x" * 2001}, 4010),
        ({"note": "a\0b"}, 4011),
        ({"note": "\ud800"}, 4011),
        ({"national_id": "12345"}, 4012),
        ({"area_code": "06; DROP TABLE"}, 4005),
        ({"household": "seven"}, 4005),
        ({"members": {"name": "An"}}, 4005),
        ({"members": [{"name": "An"}] * 31}, 4013),
        ({"colour": "red"}, 4004),
    ],
)
def test_a_wrong_answer_is_a_fault_with_its_number(answers, number):
    assert faults_of(**answers) == {next(iter(answers)): number}


@pytest.mark.parametrize("payload", [None, 5, "text", [], [1]])
def test_a_payload_that_is_no_object_is_one_fault(payload):
    assert [fault.number for fault in check(FORM, payload).faults] == [4002]


def test_a_whole_number_written_as_a_decimal_is_taken():
    assert check(FORM, INTERVIEW | {"people": 4.0}).values["people"] == 4


def test_blank_text_and_null_mean_unanswered():
    assert check(FORM, INTERVIEW | {"head_name": "  ", "people": None}).values == INTERVIEW


def test_text_comes_out_in_one_spelling():
    decomposed = "Hoa\u0300ng"
    assert check(FORM, INTERVIEW | {"head_name": f" {decomposed} "}).values["head_name"] == "Hoàng"


def test_an_identity_number_may_be_typed_with_spaces():
    assert check(FORM, INTERVIEW | {"national_id": "006 092 000 123"}).values["national_id"] == "006092000123"


def test_a_fault_in_a_roster_names_its_row():
    assert faults_of(status_records=[{"kind": "poverty_status", "value": "poor", "year": "2025"}]) == {
        "status_records[0].year": 4005
    }


def test_a_poverty_result_on_a_merit_record_is_a_contradiction():
    assert faults_of(status_records=[{"kind": "merit_status", "value": "poor"}]) == {
        "status_records[0]": 4009
    }


def test_a_repair_before_the_house_was_built_is_a_contradiction():
    assert faults_of(year_built=2000, ever_repaired=True, last_repair_year=1990) == {"": 4009}


def test_a_point_outside_the_globe_is_a_fault():
    assert faults_of(point={"lon": 105.8, "lat": 222}) == {"point.lat": 4006}


def test_a_point_without_latitude_is_a_fault():
    assert faults_of(point={"lon": 105.8}) == {"point.lat": 4008}


def test_a_number_that_can_be_read_in_two_ways_is_asked_back_with_both():
    told = check(FORM, INTERVIEW | {"area_m2": "40.500"}).faults[0].to_dict()
    assert (told["number"], told["got"]) == (4014, "40.500")
    assert told["vi"].endswith('"40.500" có thể là 40500 hoặc 40,5000.')


def test_good_answers_survive_beside_a_bad_one():
    checked = check(FORM, INTERVIEW | {"people": "many", "area_m2": 24, "nonsense": 1})
    assert checked.values == INTERVIEW | {"area_m2": 24.0}


def test_a_fault_speaks_both_languages_and_says_what_was_got():
    told = check(FORM, INTERVIEW | {"people": 99}).faults[0].to_dict()
    assert "Số khẩu" in told["vi"]
    assert "People" in told["en"]
    assert told["got"] == "99"


def test_a_range_is_told_with_its_unit():
    assert (
        check(FORM, INTERVIEW | {"area_m2": 2000})
        .faults[0]
        .to_dict()["en"]
        .endswith("expected 0 to 1000 m2.")
    )


def test_a_wrong_choice_is_told_the_choices_in_words():
    told = check(FORM, {"visit": "gone"}).faults[0].to_dict()
    assert "từ chối (refused)" in told["vi"]


@pytest.mark.parametrize(
    "answers",
    [
        {"national_id": "0060920"},
        {"head_birth_year": "Lò Văn Bí Mật"},
        {"head_birth_year": "60.920"},
        {"members": "Lò Văn Bí Mật"},
        {"members": [{"name": "An", "birth_year": "0060920"}]},
    ],
)
def test_a_fault_never_repeats_a_personal_answer(answers):
    told = str([fault.to_dict() for fault in check(FORM, INTERVIEW | answers).faults])
    assert "0060920" not in told
    assert "60.920" not in told
    assert "Bí Mật" not in told
