"""Whatever a phone sends: no exception, the good answers kept, and one normal form."""

from __future__ import annotations

import json
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from survey.questionnaire import answers, check, load_form, split_personal, survey_facts

FORM = load_form()
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30)
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
)
QUESTIONS = sorted(FORM.questions)


def good_answer(question):
    """A strategy of valid answers of one question."""
    if question.kind == "roster":
        row = st.fixed_dictionaries({c.code: good_answer(c) for c in question.columns})
        return st.lists(
            row.filter(lambda value: all(c.holds.truth(value) is not False for c in question.checks)),
            max_size=2,
        )
    numbers = {"min_value": question.minimum, "max_value": question.maximum}
    return {
        "boolean": st.booleans(),
        "choice": st.sampled_from(question.choices or ("",)),
        "integer": st.integers(**numbers) if question.kind == "integer" else st.none(),
        "decimal": st.floats(**numbers, allow_nan=False) if question.kind == "decimal" else st.none(),
        "date": st.dates(date(1995, 1, 1), date(2030, 1, 1)).map(date.isoformat),
        "text": st.just("123456789012") if question.pattern else st.just("Bản Khuổi"),
        "area": st.from_regex(r"\A[0-9]{2,5}\Z"),
        "household": st.uuids().map(str),
        "point": st.fixed_dictionaries({"lon": st.floats(-180, 180), "lat": st.floats(-90, 90)}),
    }[question.kind]


GOOD = st.fixed_dictionaries(
    {"visit": good_answer(FORM.questions["visit"])},
    optional={
        code: good_answer(question)
        for code, question in FORM.questions.items()
        if code not in ("visit", "last_repair_year")
    },
)


@given(JSON | st.dictionaries(st.sampled_from(QUESTIONS), JSON, max_size=8))
def test_a_random_payload_never_raises(payload):
    checked = check(FORM, payload)
    assert all(fault.problem.message(lang) for fault in checked.faults for lang in ("vi", "en"))


@given(st.dictionaries(st.sampled_from(QUESTIONS), JSON, max_size=8))
def test_what_is_kept_of_a_random_payload_is_json_and_has_no_fault_of_its_own(payload):
    values = check(FORM, payload).values
    again = check(FORM, json.loads(json.dumps(values)))
    assert again.values == values
    assert {fault.number for fault in again.faults} <= {4008, 4009, 4013}


@given(GOOD)
def test_good_answers_have_no_fault_and_come_back_as_they_were(payload):
    checked = check(FORM, payload)
    assert checked.faults == ()
    assert checked.values == payload


@given(GOOD, st.dictionaries(st.sampled_from(QUESTIONS), JSON, max_size=3))
def test_good_answers_survive_whatever_stands_beside_them(good, bad):
    checked = check(FORM, good | bad)
    for code in set(good) - set(bad):
        assert checked.values[code] == good[code]


@given(GOOD)
def test_personal_and_other_answers_are_each_kept_once(payload):
    impersonal, persons = split_personal(FORM, payload)
    private = {code for code in payload if FORM.questions[code].is_private}
    assert set(impersonal) == set(payload) - private
    assert len([person for person in persons if person.role == "head"]) == bool(private - {"members"})


@given(GOOD)
def test_facts_come_from_any_good_survey(payload):
    facts = survey_facts(FORM, payload)
    assert None not in facts.values()


@given(GOOD)
def test_any_good_survey_can_be_shown(payload):
    for lang in ("vi", "en"):
        assert {answer.question.code for answer in answers(FORM, payload, lang)} == set(payload)


@given(st.dictionaries(st.sampled_from(QUESTIONS), JSON, max_size=8))
def test_what_is_kept_of_a_random_payload_can_be_shown_in_the_inbox(payload):
    values = check(FORM, payload).values
    assert {answer.question.code for answer in answers(FORM, values, "vi")} == set(values)
