"""From answers to facts: unanswered stays unknown, records get their dates, hidden answers do not count."""

from __future__ import annotations

from datetime import date

from survey.questionnaire import check, load_form, survey_facts

FORM = load_form()


def facts_of(**answers):
    checked = check(FORM, {"visit": "interviewed"} | answers)
    assert checked.faults == ()
    return survey_facts(FORM, checked.values)


def test_an_interview_without_answers_tells_no_fact():
    assert facts_of() == {}


def test_observations_are_handed_on_as_they_are():
    assert facts_of(people=4, roof_material="tile") == {"people": 4, "roof_material": "tile"}


def test_a_day_becomes_a_date():
    assert facts_of(separated_on="2015-03-01") == {"separated_on": date(2015, 3, 1)}


def test_the_tie_of_a_sheet_roof_does_not_count_once_the_roof_is_tile():
    assert "sheet_roof_tied" not in facts_of(roof_material="tile", sheet_roof_tied=True)


def test_an_answer_whose_condition_is_not_known_still_counts():
    assert facts_of(sheet_roof_tied=True) == {"sheet_roof_tied": True}


def test_what_was_seen_at_a_visit_without_interview_does_not_count():
    checked = check(FORM, {"visit": "nobody_home", "roof_material": "leaf"})
    assert survey_facts(FORM, checked.values) == {}


def test_a_poverty_list_holds_for_its_year():
    facts = facts_of(status_records=[{"kind": "poverty_status", "value": "poor", "year": 2025}])
    assert facts["poverty_status"] == ((date(2025, 1, 1), date(2025, 12, 31), "poor"),)


def test_a_list_decided_in_december_holds_from_the_first_of_its_year():
    record = {"kind": "poverty_status", "value": "poor", "year": 2025, "decided_on": "2024-12-20"}
    assert facts_of(status_records=[record])["poverty_status"][0][0] == date(2025, 1, 1)


def test_a_list_decided_within_its_year_holds_from_that_day():
    record = {"kind": "poverty_status", "value": "poor", "year": 2025, "decided_on": "2025-06-15"}
    assert facts_of(status_records=[record])["poverty_status"][0][0] == date(2025, 6, 15)


def test_a_later_record_cuts_an_earlier_one_short():
    facts = facts_of(
        status_records=[
            {"kind": "poverty_status", "value": "near_poor", "decided_on": "2025-06-15", "year": 2025},
            {"kind": "poverty_status", "value": "poor", "year": 2025},
        ]
    )
    assert facts["poverty_status"] == (
        (date(2025, 1, 1), date(2025, 6, 14), "poor"),
        (date(2025, 6, 15), date(2025, 12, 31), "near_poor"),
    )


def test_merit_stays_until_it_is_withdrawn():
    facts = facts_of(
        status_records=[{"kind": "merit_status", "value": "recognised", "decided_on": "1998-07-27"}]
    )
    assert facts["merit_status"] == ((date(1998, 7, 27), None, True),)


def test_a_record_without_any_date_tells_nothing():
    assert facts_of(status_records=[{"kind": "poverty_status", "value": "poor"}]) == {}


def test_a_record_without_its_kind_tells_nothing():
    assert survey_facts(FORM, {"status_records": [{"value": "poor", "year": 2025}, {"year": 2025}]}) == {}


def test_never_helped_answers_every_question_about_help():
    assert facts_of(has_earlier_help=False) == {
        "helped_before": False,
        "helped_2013": False,
        "helped_house_lost": False,
        "ntp_paid_vnd": 0,
    }


def test_helped_without_details_leaves_the_details_unknown():
    assert facts_of(has_earlier_help=True) == {"helped_before": True}


def test_the_latest_help_decides_whether_the_helped_house_was_lost():
    facts = facts_of(
        has_earlier_help=True,
        earlier_help=[
            {"programme": "qd22_2013", "year": 2014, "house_lost_to_disaster": False},
            {"programme": "organisation", "year": 2021, "house_lost_to_disaster": True},
        ],
    )
    assert (facts["helped_2013"], facts["last_help_year"], facts["helped_house_lost"]) == (True, 2021, True)


def test_one_help_without_a_year_leaves_the_latest_year_unknown():
    rows = [{"programme": "other", "year": 2010}, {"programme": "other"}]
    assert "last_help_year" not in facts_of(has_earlier_help=True, earlier_help=rows)


def test_payments_of_national_programmes_add_up():
    rows = [
        {"programme": "ntp", "year": 2023, "amount_vnd": 40_000_000},
        {"programme": "ntp", "year": 2024, "amount_vnd": 4_000_000},
        {"programme": "organisation", "year": 2024, "amount_vnd": 10_000_000},
    ]
    assert facts_of(has_earlier_help=True, earlier_help=rows)["ntp_paid_vnd"] == 44_000_000


def test_a_payment_for_a_house_since_lost_is_not_for_this_house():
    rows = [{"programme": "ntp", "year": 2022, "amount_vnd": 40_000_000, "house_lost_to_disaster": True}]
    assert facts_of(has_earlier_help=True, earlier_help=rows)["ntp_paid_vnd"] == 0


def test_help_rows_left_behind_after_the_answer_became_no_do_not_count():
    facts = facts_of(has_earlier_help=False, earlier_help=[{"programme": "ntp", "year": 2022}])
    assert facts["helped_before"] is False
