"""Many households at once come out as each alone: what was thought through once serves all that are alike."""

from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st
from law.made_facts import BOOK, DAYS, HUT, PLACES, facts, value_of
from law.test_three_evaluators_agree import DATED, VISITS, histories

from survey.law import Alike, Household, assess

ANSWERS = st.fixed_dictionaries(
    {},
    optional={name: st.none() | value_of(fact) for name, fact in BOOK.facts.items()}
    | {name: histories(name) for name in DATED},
)
NEIGHBOURS = st.tuples(
    facts(unknown_share=8),
    st.lists(st.tuples(ANSWERS, st.none() | DAYS, st.none() | PLACES), min_size=1, max_size=10),
    DAYS,
    PLACES,
)


def assert_each_as_alone(households: list[Household], alike: Alike) -> None:
    for one, like in zip(households, alike.assess(households), strict=True):
        alone = assess(one.facts, BOOK.law_on(one.on, one.area_codes))
        assert one.assessment(like) == alone


@given(st.lists(VISITS, min_size=1, max_size=8))
def test_households_of_any_kind_come_out_as_each_alone(visits):
    households = [Household(known | changed, on, place) for known, changed, on, place in visits]
    assert_each_as_alone(households, Alike(BOOK))


@given(NEIGHBOURS)
def test_households_that_differ_in_little_come_out_as_each_alone(neighbours):
    base, others, on, place = neighbours
    households = [Household(base, on, place)]
    households += [
        Household(base | changed, day or on, place if other is None else other)
        for changed, day, other in others
    ]
    assert_each_as_alone(households, Alike(BOOK))


def test_what_was_thought_through_serves_later_households_too():
    alike = Alike(BOOK)
    smaller = [Household(HUT | {"area_m2": area}, date(2025, 5, 15), ("06",)) for area in (10.0, 11.0, 12.0)]
    first, *others = alike.assess(smaller[:1]) + alike.assess(smaller[1:])
    assert all(other is first for other in others)
    assert_each_as_alone(smaller, alike)


def test_no_households_are_no_assessments():
    assert Alike(BOOK).assess([]) == []
