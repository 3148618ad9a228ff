"""Scalar and NumPy readings of the law, and the law as a phone gets it, say the same, unknowns included."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import date

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from law.made_facts import BOOK, DAYS, PLACES, facts, value_of

from survey.law import Assessment, Dated, assess, assess_many, json_law, replay
from survey.law.evaluation import scalar, vector
from survey.law.facts import read
from survey.law.phone import assess_json

PHONE_LAW = json.loads(json.dumps(json_law(BOOK)))
SHARED = (
    "outcome",
    "house_class",
    "programme",
    "works_kind",
    "amount_vnd",
    "amount_low_vnd",
    "amount_high_vnd",
    "provisional",
    "priority",
    "lapses_on",
    "missing_facts",
)


@given(st.lists(facts(), min_size=1, max_size=12), DAYS, PLACES)
def test_columns_and_single_households_agree(households, on, place):
    law = BOOK.law_on(on, place)
    columns = assess_many(_columns(households), BOOK, on, place)
    for row, household in enumerate(households):
        _assert_agrees(columns, row, assess(household, law))


def test_a_column_that_is_not_given_is_unknown_of_every_row():
    made = assess({"people": 4}, BOOK.law_on(date(2025, 5, 15)))
    columns = assess_many({"people": [4, 4, 4]}, BOOK, date(2025, 5, 15))
    for row in range(3):
        _assert_agrees(columns, row, made)


def _columns(households):
    columns = {name: np.empty(len(households), object) for name in BOOK.facts}
    for name, column in columns.items():
        column[:] = [one[name] for one in households]
    return columns


def _assert_agrees(columns, row, single):
    told = asdict(single)
    assert columns.row(row) == {name: told[name] for name in SHARED}
    assert columns.amounts(row) == {part.code: part.amount_vnd for part in single.components}


def histories(name):
    """A fact that changed once or twice, or a plain value."""
    fact = BOOK.facts[name]
    entry = st.tuples(DAYS, DAYS | st.none(), st.none() | value_of(fact))
    return st.lists(entry, min_size=1, max_size=3).map(Dated) | st.none() | value_of(fact)


DATED = ("poor_district", "minority_area", "poverty_status", "merit_status", "disaster_prone")
VISITS = st.tuples(
    facts(unknown_share=6), st.fixed_dictionaries({name: histories(name) for name in DATED}), DAYS, PLACES
)


@given(st.lists(VISITS, min_size=1, max_size=8))
def test_each_row_has_its_own_day_place_and_history(visits):
    households = [household | changed for household, changed, _, _ in visits]
    days = np.array([on for _, _, on, _ in visits], "datetime64[D]")
    columns = assess_many(_columns(households), BOOK, days, [place for *_, place in visits])
    for row, (household, (_, _, on, place)) in enumerate(zip(households, visits, strict=True)):
        _assert_agrees(columns, row, assess(household, BOOK.law_on(on, place)))


@given(facts(), DAYS, PLACES)
def test_the_amount_is_the_sum_of_its_public_components(household, on, place):
    made = assess(household, BOOK.law_on(on, place))
    house = [part for part in made.components if part.is_of_the_house]
    assert (made.amount_vnd or 0) == sum(part.amount_vnd for part in house)
    for part in made.components:
        assert part.amount_vnd > 0
        assert sum(payment.amount_vnd for payment in part.tranches) in (0, part.amount_vnd)
    assert 0 <= made.amount_low_vnd <= made.amount_high_vnd


@given(facts(), DAYS, PLACES)
def test_columns_name_the_same_clauses_as_a_single_household(household, on, place):
    law = BOOK.law_on(on, place)
    columns = assess_many(_columns([household]), BOOK, on, place)
    single = assess(household, law)
    named = {code for one in single.programmes for code in one.met}
    told = {code for one in single.programmes for code in (*one.not_met, *one.unknown)}
    assert named <= set(columns.clauses_met(0))
    assert not told & set(columns.clauses_met(0))


@given(facts(), DAYS, PLACES)
def test_the_law_as_a_phone_gets_it_says_what_the_server_says(household, on, place):
    assert assess_json(PHONE_LAW, household, on, place) == assess(household, BOOK.law_on(on, place))


@given(facts())
def test_every_tree_means_the_same_for_a_household_and_for_a_column(household):
    law = BOOK.law_on(household["started_on"] or BOOK.breakpoints[-3])
    env, _ = read(household, BOOK.facts, BOOK.unknowns)
    rules = law.today
    env = rules.run(env)
    columns = {name: _column(name, value) for name, value in env.items()}
    for code, tree in rules.definitions.items():
        by_vector = int(np.ravel(vector(tree, BOOK.choices)(columns))[0])
        assert scalar(tree)(env) == by_vector, code


def _column(name, value):
    fact = BOOK.facts.get(name)
    if fact is None or fact.kind == "truth":
        return np.array([value], np.uint8) if value is not None else np.array([np.nan])
    if fact.kind == "choice":
        return np.array([-1 if value is None else fact.choices.index(value)], np.int8)
    return np.array([np.nan if value is None else value], np.float64)


@given(facts(), DAYS, PLACES)
def test_a_stored_assessment_is_read_back_and_replayed_equal(household, on, place):
    made = assess(household, BOOK.law_on(on, place))
    stored = json.loads(json.dumps(made.to_dict()))
    assert Assessment.from_dict(stored) == made
    assert replay(made, type(BOOK).from_canonical(BOOK.canonical())) == made
