"""In a browser the law gives the same assessment and the same reasons as on the server, letter for letter."""

from __future__ import annotations

import time
from dataclasses import asdict
from datetime import date

import pytest
from field.gathering import batches, first_difference, gather, plain
from hypothesis import strategies as st
from law.made_facts import BOOK, DAYS, HUT, PLACES, facts, value_of

from survey.law import Dated, assess, explain
from survey.law.cases import read_cases
from survey.problems import Problem

pytestmark = pytest.mark.browser

ASSESS = "({facts, on, areas}) => assess(facts, lawOn(kept.law, on, areas))"
EXPLAIN = """({facts, on, areas, lang}) => {
  const law = lawOn(kept.law, on, areas);
  return explain(assess(facts, law), law, lang);
}"""
REFUSED = """({facts}) => {
  try { assess(facts, lawOn(kept.law, "2025-05-15")); } catch (fault) { return fault.number; }
}"""
CHANGING = (
    "poverty_status",
    "merit_status",
    "poor_district",
    "minority_area",
    "area_m2",
    "works_kind",
    "helped_before",
    "registered",
)


def history(name):
    """A fact that changed over time, its periods in any order and overlapping at will."""
    entry = st.tuples(DAYS, st.none() | DAYS, value_of(BOOK.facts[name]) | st.none())
    return st.lists(entry, min_size=1, max_size=3).map(Dated)


MOVEMENT = st.dates(date(2024, 11, 10), date(2025, 8, 31))
CHANGES = st.fixed_dictionaries({}, optional={name: history(name) for name in CHANGING})
BROKEN_AREAS = st.fixed_dictionaries({"area_m2": st.floats(0, 1000)})


def random_assessments(count):
    """Random households with unknowns on many days: every third is the hut with a few random answers, every
    other one has facts that changed over time.
    """
    changes = [{}, *gather(CHANGES | BROKEN_AREAS, 200)]
    times = gather(st.tuples(DAYS | MOVEMENT, PLACES), 151)
    made = []
    for number, household in enumerate(gather(facts(), count)):
        if number % 3 == 0:
            few = sorted(household)[number % len(household) :][:2]
            household = HUT | {name: household[name] for name in few}
        told_anew = changes[number // 2 % len(changes)] if number % 2 else {}
        law = BOOK.law_on(*times[number % len(times)])
        made.append((assess(household | told_anew, law), law))
    return made


def told(made):
    """What a page is given to assess the same household."""
    stored = plain(made.to_dict())
    return {"facts": stored["facts"], "on": stored["on"], "areas": stored["area_codes"]}


def test_every_worked_case_comes_out_the_same(phone):
    made = [assess(case.facts, BOOK.law_on(case.on, case.areas)) for case in read_cases()]
    cases = [told(one) for one in made]
    expected = [plain(one.to_dict()) for one in made]
    assert first_difference(cases, expected, phone.each(ASSESS, cases)) is None


def test_two_thousand_random_households_come_out_the_same(phone):
    made = [one for one, _ in random_assessments(2100)]
    cases = [told(one) for one in made]
    expected = [plain(one.to_dict()) for one in made]
    assert len(cases) >= 2000
    assert sum("$dated" in str(case["facts"]) for case in cases) > 200
    assert first_difference(cases, expected, batches(cases, lambda some: phone.each(ASSESS, some))) is None


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_the_reasons_are_the_same_to_the_letter(phone, lang):
    made = random_assessments(320)
    cases = [told(one) | {"lang": lang} for one, _ in made]
    expected = [[asdict(reason) for reason in explain(one, law, lang)] for one, law in made]
    assert len(cases) >= 300
    assert first_difference(cases, expected, phone.each(EXPLAIN, cases)) is None


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_the_reasons_of_every_worked_case_are_the_same(phone, lang):
    laws = [BOOK.law_on(case.on, case.areas) for case in read_cases()]
    made = [assess(case.facts, law) for case, law in zip(read_cases(), laws, strict=True)]
    cases = [told(one) | {"lang": lang} for one in made]
    expected = [[asdict(reason) for reason in explain(*pair, lang)] for pair in zip(made, laws, strict=True)]
    assert first_difference(cases, expected, phone.each(EXPLAIN, cases)) is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"area": 4},
        {"people": 0},
        {"people": 2.5},
        {"people": True},
        {"registered": 1},
        {"works_kind": "none"},
    ],
    ids=str,
)
def test_a_fact_the_law_cannot_be_told_is_refused_by_the_same_number(phone, wrong):
    with pytest.raises(Problem) as refused:
        assess(wrong, BOOK.law_on(date(2025, 5, 15)))
    assert phone.one(REFUSED, {"facts": wrong}) == refused.value.number


def test_the_day_on_which_the_law_changes_needs_no_new_download(phone):
    days = ["2025-08-31", "2025-09-01"]
    answers = phone.each(ASSESS, [{"facts": HUT, "on": on, "areas": []} for on in days])
    assert [one["amount_vnd"] for one in answers] == [
        assess(HUT, BOOK.law_on(date.fromisoformat(on))).amount_vnd for on in days
    ]


def test_an_assessment_is_quick_on_a_slow_phone(phone):
    session = phone.page.context.new_cdp_session(phone.page)
    session.send("Emulation.setCPUThrottlingRate", {"rate": 6})
    before = time.perf_counter()
    phone.each(
        ASSESS,
        [{"facts": HUT | {"people": people}, "on": "2025-05-15", "areas": []} for people in range(1, 21)],
    )
    took = time.perf_counter() - before
    session.send("Emulation.setCPUThrottlingRate", {"rate": 1})
    assert took / 20 < 0.1
