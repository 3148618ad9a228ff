"""Scalar and NumPy readings of the law, and the law as a phone gets it, say the same, unknowns included."""

from __future__ import annotations

import json
from dataclasses import asdict

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from law.made_facts import BOOK, DAYS, PLACES, facts

from survey.law import Assessment, assess, assess_many, json_law, replay
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
    "missing_facts",
)


@given(st.lists(facts(), min_size=1, max_size=12), DAYS, PLACES)
def test_columns_and_single_households_agree(households, on, place):
    law = BOOK.law_on(on, place)
    columns = assess_many(
        {name: np.array([one[name] for one in households], object) for name in BOOK.facts}, law
    )
    for row, household in enumerate(households):
        single = asdict(assess(household, law))
        assert columns.row(row) == {name: single[name] for name in SHARED}


@given(facts(), DAYS, PLACES)
def test_columns_name_the_same_clauses_as_a_single_household(household, on, place):
    law = BOOK.law_on(on, place)
    columns = assess_many({name: np.array([value], object) for name, value in household.items()}, law)
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
