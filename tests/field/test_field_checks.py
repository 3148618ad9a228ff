"""In a browser answers are checked, told to the law and left out as on the server."""

from __future__ import annotations

import re
from datetime import date

import pytest
from field.gathering import batches, first_difference, gather, plain
from field.payloads import GOOD_SURVEYS, HOSTILE_SURVEYS, SMALL_FORMS, payload_of
from hypothesis import strategies as st

from api.forms.parsing import parse
from survey.law.assessment import _fact_out
from survey.questionnaire import Question, check, doubts, forms, load_form, survey_facts
from survey.questionnaire.relevance import relevance

pytestmark = pytest.mark.browser

HOUSEHOLD = load_form()
NUMBERS = st.text("0123456789.,+- ", max_size=12)
CHECK = "({form, payload}) => check(kept.forms[form], payload, kept.texts)"
FACTS = "values => surveyFacts(kept.forms.household, values)"
DOUBTS = "values => doubts(kept.forms.household, values, '2025-05-15')"
COLLECT = "({told, known}) => collectFacts(told, known)"
ASKED = """values => Object.fromEntries(
  questionsOf(kept.forms.household).map((question) => [question.code, asked(question, values)])
)"""
UNLIKE_NUMBER = re.compile(r"\de[+-]?\d|\d{16}|0\.0000|…")
"""Very large and very small numbers are written in another way by Python and by a browser."""


def server_faults(checked):
    """Path, number and sentences of each fault, sorted: the order of unknown keys is not fixed."""
    return sorted([fault["question"], fault["number"]] for fault in faults_of(checked))


def faults_of(checked):
    """Every fault as the inbox shows it."""
    return [fault.to_dict() | {"next": steps(fault.problem)} for fault in checked.faults]


def steps(problem):
    """The next step in both languages."""
    return {lang: problem.next_step(lang) for lang in ("vi", "en")}


def assert_checked_alike(phone, form, payloads):
    """Values, paths, numbers and missing answers are the server's; so are the sentences of what is exact."""
    cases = [{"form": form.code, "payload": payload} for payload in payloads]
    checked = [check(form, payload) for payload in payloads]
    got = batches(cases, lambda some: phone.each(CHECK, some))
    expected = [[plain(one.values), server_faults(one), list(one.missing)] for one in checked]
    short = [
        [one["values"], sorted([f["question"], f["number"]] for f in one["faults"]), one["missing"]]
        for one in got
    ]
    assert first_difference(payloads, expected, short) is None
    words = [sentences(faults_of(one)) for one in checked]
    assert first_difference(payloads, words, [sentences(one["faults"]) for one in got]) is None


def sentences(faults):
    """Faults word for word, without those whose text depends on how a language writes types and numbers."""
    told = [
        fault for fault in faults if fault["number"] != 4002 and not UNLIKE_NUMBER.search(str(fault["got"]))
    ]
    return sorted(told, key=lambda fault: (fault["question"], fault["number"], fault["vi"]))


def test_hostile_surveys_have_the_same_faults(phone):
    assert_checked_alike(phone, HOUSEHOLD, gather(HOSTILE_SURVEYS, 400))


def test_good_surveys_have_no_fault_and_lack_the_same_answers(phone):
    payloads = gather(GOOD_SURVEYS, 150)
    assert_checked_alike(phone, HOUSEHOLD, payloads)
    got = phone.each(CHECK, [{"form": "household", "payload": payload} for payload in payloads])
    assert [one["faults"] for one in got] == [[]] * len(payloads)


@pytest.mark.parametrize("form", SMALL_FORMS, ids=lambda form: form.code)
def test_the_forms_of_acts_have_the_same_faults(phone, form):
    assert_checked_alike(phone, form, gather(payload_of(form), 60))


def test_a_roster_of_many_rows_is_counted(phone):
    rows = [{"name": f"Người {number}"} for number in range(31)]
    assert_checked_alike(phone, HOUSEHOLD, [{"visit": "interviewed", "members": rows}, {"members": []}])


def test_a_number_that_can_be_read_in_two_ways_is_told_in_the_same_words(phone):
    answers = {"visit": "interviewed", "area_m2": "40.500", "people": "4,000", "head_birth_year": "1.970"}
    assert_checked_alike(phone, HOUSEHOLD, [answers])


@pytest.mark.parametrize("kind", ["integer", "decimal"])
def test_a_typed_number_means_the_same(phone, kind):
    question = Question("asked", kind, {})
    written = [
        "42.000.000",
        "42,5",
        "28.5",
        "40.500",
        "1.234,5",
        "4,0",
        "0,125",
        ".5",
        "nan",
        "1e999",
        "9" * 20,
    ]
    texts = [text for text in [*written, *gather(NUMBERS, 400)] if text.strip()]
    expected = [parse(question, text) for text in texts]
    got = phone.each(f"text => numberOf(text, '{kind}')", texts)
    assert first_difference(texts, expected, got) is None


def test_a_number_in_a_field_reads_back(phone):
    values = [0, 36, 42.5, 40.125, 0.125, -1.234, 42_000_000]
    assert phone.each("value => numberOf(numberText(value), 'decimal')", values) == values


def test_answers_give_the_law_the_same_facts(phone):
    checked = [check(HOUSEHOLD, one).values for one in gather(GOOD_SURVEYS | HOSTILE_SURVEYS, 500)]
    expected = [
        plain({name: _fact_out(value) for name, value in survey_facts(HOUSEHOLD, values).items()})
        for values in checked
    ]
    assert first_difference(checked, expected, phone.each(FACTS, plain(checked))) is None


def test_the_same_answers_are_doubted(phone):
    """Years near the visit, ids of both sexes and centuries, members to be counted."""
    near = st.sampled_from([1904, 1905, 1980, 2025, 2026])
    ids = st.from_regex(r"0[0-9]{2}[0-3][0-9]{8}", fullmatch=True) | st.just("012345678")
    day = st.dates(date(2025, 5, 13), date(2025, 5, 17)).map(date.isoformat)
    survey = st.fixed_dictionaries(
        {"visit": st.sampled_from(["interviewed", "nobody_home"])},
        optional={
            "head_birth_year": near,
            "head_sex": st.sampled_from(["male", "female"]),
            "national_id": ids,
            "people": st.integers(1, 3),
            "members": st.lists(
                st.fixed_dictionaries({"name": st.just("An"), "birth_year": near}), max_size=3
            ),
            "separated_on": day,
            "house_tenure": st.sampled_from(["own", "no_house"]),
            "year_built": near,
            "last_repair_year": near,
            "ever_repaired": st.booleans(),
            "status_records": st.lists(st.fixed_dictionaries({"decided_on": day}), max_size=2),
        },
    )
    checked = [check(HOUSEHOLD, one).values for one in gather(survey, 400)]
    expected = [list(doubts(HOUSEHOLD, values, date(2025, 5, 15))) for values in checked]
    got = phone.each(DOUBTS, plain(checked))
    assert {flag["code"] for flags in expected for flag in flags} == {
        doubt.code for doubt in (*HOUSEHOLD.doubts, *HOUSEHOLD.questions["status_records"].doubts)
    }
    bare = [[{key: flag[key] for key in flag if key != "labels"} for flag in flags] for flags in got]
    assert first_difference(checked, expected, bare) is None


def test_the_same_questions_are_asked(phone):
    checked = [check(HOUSEHOLD, one).values for one in gather(GOOD_SURVEYS, 150)]
    expected = [
        {code: relevance(question.when, values) for code, question in HOUSEHOLD.questions.items()}
        for values in checked
    ]
    assert first_difference(checked, expected, phone.each(ASKED, plain(checked))) is None


def test_every_pattern_can_be_read_by_a_browser(phone):
    forms_read = phone.one("() => Object.keys(kept.forms).length", None)
    assert forms_read == len(forms())
    pattern = (
        "form => questionsOf(kept.forms[form]).map(({pattern}) => pattern && new RegExp(pattern, 'u').source)"
    )
    assert len(phone.each(pattern, list(forms()))) == len(forms())


# --- what else is known of a household

POOR_ALL_YEAR = ["2025-01-01", "2025-12-31", "poor"]


def record(value, first, last, source):
    """A status as the server sends it."""
    return {"fact": "poverty_status", "value": value, "valid_from": first, "valid_to": last, "source": source}


def poverty(phone, told, records, envelope_id="e1"):
    """The poverty status the law is told, as (first, last, value) of each period."""
    entries = [[{"$date": first}, last and {"$date": last}, value] for first, last, value in told]
    facts = {"poverty_status": {"$dated": entries}} if told else {}
    known = {"records": records, "envelopeId": envelope_id}
    made = phone.one(COLLECT, {"told": facts, "known": known})
    days = made.get("poverty_status", {"$dated": []})["$dated"]
    return [(first["$date"], last and last["$date"], value) for first, last, value in days]


def test_an_official_list_outranks_what_was_told_for_its_days(phone):
    listed = record("near_poor", "2025-01-01", "2025-12-31", "list:abc")
    assert poverty(phone, [POOR_ALL_YEAR], [listed]) == [("2025-01-01", "2025-12-31", "near_poor")]


def test_what_was_told_for_days_that_no_list_covers_counts(phone):
    listed = record("near_poor", "2024-01-01", "2024-12-31", "list:abc")
    assert poverty(phone, [POOR_ALL_YEAR], [listed])[1] == ("2025-01-01", "2025-12-31", "poor")


def test_an_earlier_version_of_the_same_survey_no_longer_counts(phone):
    earlier = record("none", "2025-01-01", "2025-12-31", "survey:e1/1")
    assert poverty(phone, [], [earlier]) == []


def test_what_is_told_now_stands_before_what_another_survey_told(phone):
    other = record("none", "2025-01-01", "2025-12-31", "survey:e0/1")
    assert poverty(phone, [POOR_ALL_YEAR], [other])[0] == ("2025-01-01", "2025-12-31", "poor")


def test_what_was_registered_outranks_what_was_asked_for(phone):
    known = {"area": {"poor_district": True}, "acts": {"works_kind": "repair", "started_on": "2025-05-02"}}
    facts = phone.one(COLLECT, {"told": {"works_kind": "new", "people": 3}, "known": known})
    assert facts == {"people": 3, "works_kind": "repair", "poor_district": True, "started_on": "2025-05-02"}
