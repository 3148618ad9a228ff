"""What must hold of the law whatever the household: fairness, dates, unknowns."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from law.made_facts import BOOK, DAYS, HUT, PLACES, facts, value_of

from survey.law import assess
from survey.law.expressions import TRUE

BETTER = {
    "foundation_material": "concrete",
    "frame_material": "steel",
    "wall_material": "brick",
    "roof_frame_material": "steel",
    "roof_material": "tile",
}
WORSE = {
    "foundation_material": "earth",
    "frame_material": "bamboo",
    "wall_material": "bamboo",
    "roof_frame_material": "bamboo",
    "roof_material": "leaf",
    "sheet_roof_tied": False,
    "degraded": True,
    "near_collapse": True,
    "ever_repaired": False,
    "year_built": 1900,
    "area_m2": 1.0,
}


@given(facts(), DAYS, PLACES, st.sampled_from(sorted(WORSE)))
def test_a_programme_that_helps_a_house_helps_a_worse_one_too(household, on, place, part):
    law = BOOK.law_on(on, place)
    before = {one.id for one in assess(household, law).programmes if one.entitles == TRUE}
    after = {
        one.id for one in assess(household | {part: WORSE[part]}, law).programmes if one.entitles == TRUE
    }
    assert before <= after


@given(facts(), DAYS, PLACES, st.sampled_from(sorted(BETTER)))
def test_within_a_programme_and_works_kind_a_worse_house_never_gets_less(household, on, place, part):
    law = BOOK.law_on(on, place)
    good = assess(household | {part: BETTER[part]}, law)
    bad = assess(household | {part: WORSE[part]}, law)
    if good.programme == bad.programme is not None:
        assert bad.amount_low_vnd >= good.amount_low_vnd
        assert bad.amount_high_vnd >= good.amount_high_vnd


@given(facts(), DAYS, PLACES, st.randoms())
def test_the_order_of_the_facts_does_not_matter(household, on, place, random):
    law = BOOK.law_on(on, place)
    names = list(household)
    random.shuffle(names)
    assert assess({name: household[name] for name in names}, law) == assess(household, law)


def answer_one_unknown(household, data, but_not=()):
    """The household with one of its unknowns answered; key dates apart, which move the law itself."""
    unknown = [name for name, value in sorted(household.items()) if value is None and name not in but_not]
    if not unknown:
        return household
    name = data.draw(st.sampled_from(unknown))
    return household | {name: data.draw(value_of(BOOK.facts[name]))}


KEY_DATES = ("approved_on", "started_on")


@given(facts(), DAYS, PLACES, st.data())
def test_an_answer_to_an_unknown_stays_within_the_range_that_was_told(household, on, place, data):
    law = BOOK.law_on(on, place)
    before = assess(household, law)
    after = assess(answer_one_unknown(household, data, KEY_DATES), law)
    assert before.amount_low_vnd <= after.amount_low_vnd
    assert after.amount_high_vnd <= before.amount_high_vnd


@given(facts(), DAYS, PLACES, st.data())
def test_an_answer_that_was_not_asked_for_changes_neither_programme_nor_amount(household, on, place, data):
    law = BOOK.law_on(on, place)
    before = assess(household, law)
    after = assess(answer_one_unknown(household, data, (*KEY_DATES, *before.missing_facts)), law)
    settled = before.outcome != "needs_information"
    assert not settled or (after.programme, after.amount_vnd) == (before.programme, before.amount_vnd)
    assert settled or after.outcome == "needs_information"


@given(facts(), DAYS, PLACES)
def test_tranches_make_the_amount(household, on, place):
    made = assess(household, BOOK.law_on(on, place))
    assert sum(part.amount_vnd for part in made.tranches) in (0, made.amount_vnd)


@given(facts(), DAYS, PLACES)
def test_the_range_is_a_point_exactly_when_nothing_more_is_needed(household, on, place):
    made = assess(household, BOOK.law_on(on, place))
    assert made.amount_low_vnd <= made.amount_high_vnd
    assert bool(made.missing_facts) == (made.outcome == "needs_information")


DATED = [
    (name, code, period)
    for name, value in BOOK.values.items()
    for code, periods in [("", value.dated), *value.areas.items()]
    for period in periods
    if period.span.first
]


@pytest.mark.parametrize(("name", "code", "period"), DATED, ids=lambda part: str(part)[:30])
def test_the_day_before_a_value_begins_the_one_before_it_holds(name, code, period):
    value, areas = BOOK.values[name], (code,) if code else ()
    first = period.span.first
    assert value.on(first, areas) is period
    assert value.on(first - timedelta(days=1), areas) is not period


@pytest.mark.parametrize("on", BOOK.breakpoints, ids=str)
def test_between_two_changes_the_law_stays_the_same(on):
    assert BOOK.epoch(on) == BOOK.epoch(on - timedelta(days=1)) + 1


def test_every_programme_in_force_has_its_amounts_on_every_day():
    for programme in BOOK.programmes:
        end = programme.span.last or date(2030, 1, 1)
        for on in (programme.span.first, end):
            rules = BOOK.law_on(on).rules((on, on, on))
            assert programme in rules.programmes
            assert all(price.op == "const" or price.op == "if" for price in rules.prices)


def test_the_hut_is_entitled():
    assert assess(HUT, BOOK.law_on(date(2025, 5, 15))).outcome == "entitled"
