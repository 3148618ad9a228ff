"""On every branch of the law one household, many at once and the second encoding say the same."""

from __future__ import annotations

import time
from collections import Counter
from datetime import date
from itertools import islice

import numpy as np
import pytest
from law import second_encoding
from law.every_branch import BOOK, IS_PROOF, KNOWN, SPRING, differs, law_of, walk
from law.test_three_evaluators_agree import SHARED

from survey.law import assess, assess_many
from survey.law.facts import days

CHUNK = 25_000
ALWAYS_TRUE = {"priority.rest"}


class Walked:
    """All households of the walk, assessed in three ways, and what was seen on the way."""

    def __init__(self):
        self.count = 0
        self.unlike_columns = []
        self.unlike_second = []
        self.programmes = Counter()
        self.supplements = Counter()
        self.open = Counter()
        self.truths = {truth: np.zeros(1, np.uint64) for truth in ("true", "false", "unknown")}
        households = walk()
        before = time.perf_counter()
        while chunk := list(islice(households, CHUNK)):
            self.take(chunk)
        self.seconds = time.perf_counter() - before

    def take(self, chunk):
        """The next households."""
        columns = {name: np.empty(len(chunk), object) for name in BOOK.facts}
        for name, column in columns.items():
            column[:] = [one.facts.get(name) for one in chunk]
        visits = np.array([one.visit for one in chunk], "datetime64[D]")
        many = assess_many(columns, BOOK, visits, [one.path for one in chunk])
        for row, household in enumerate(chunk):
            self.compare(household, many, row)
        self.note_truths(many)
        self.count += len(chunk)

    def compare(self, household, many, row):
        """One household, assessed alone."""
        made = assess(household.facts, law_of(household.visit, household.path))
        told = {name: getattr(made, name) for name in SHARED}
        amounts = {part.code: part.amount_vnd for part in made.components}
        if many.row(row) != told or many.amounts(row) != amounts:
            self.unlike_columns.append((household, told, many.row(row)))
        unlike = differs(second_encoding.judge(*household), made)
        if unlike:
            self.unlike_second.append((household, unlike))
        self.programmes[made.programme] += 1
        self.supplements.update(amounts)
        self.open.update(one.code for one in made.open_components)

    def note_truths(self, many):
        """Which clauses were true, false and unknown of some household."""
        seen = {"true": many.met, "unknown": many.unknown, "false": ~(many.met | many.unknown)}
        for truth, masks in seen.items():
            self.truths[truth] = self.truths[truth] | np.bitwise_or.reduce(masks, axis=1)

    def clauses(self, truth):
        """The clauses that had this truth."""
        words = self.truths[truth].tolist()
        return {code for place, code in enumerate(BOOK.clause_codes) if words[place // 64] >> place % 64 & 1}


@pytest.fixture(scope="module")
def walked():
    made = Walked()
    print(f"{made.count:,} households in three ways in {made.seconds:.0f} s")
    return made


def test_the_walk_is_long(walked):
    assert walked.count >= (200_000 if IS_PROOF else 2_000)


def test_one_household_and_many_at_once_come_out_the_same(walked):
    assert walked.unlike_columns[:3] == []


def test_the_second_encoding_comes_out_the_same(walked):
    assert walked.unlike_second[:3] == []


@pytest.mark.parametrize("truth", ["true", "false", "unknown"])
def test_every_clause_is_true_of_some_false_of_some_and_unknown_of_some(walked, truth):
    expected = set(BOOK.clause_codes) - (ALWAYS_TRUE if truth != "true" else set())
    assert expected - walked.clauses(truth) == set()


def test_every_programme_is_chosen(walked):
    assert {one.id for one in BOOK.programmes} - set(walked.programmes) == set()


def test_every_component_is_paid_and_every_supplement_is_open_too(walked):
    assert set(BOOK.components) - set(walked.supplements) == set()
    assert set(walked.open) == {"HARDSHIP-99", "CADASTRAL-EXTRACT", "TOP-UP", "DISASTER-MINIMUM"}


def test_every_period_of_every_value_is_used(walked):
    values = [name for name in BOOK.values if not name.startswith("procedure.")]
    asked = [one.rules for key, kept in BOOK.compiled.items() if key[0] == "candidates" for one in kept]
    used = {name: {rules.period(name) for rules in asked} for name in values}
    for name in values:
        value = BOOK.values[name]
        periods = [*value.dated, *(each for periods in value.areas.values() for each in periods)]
        assert [one.span for one in periods if one not in used[name]] == [], name


def test_on_disputed_land_every_programme_for_houses_says_so():
    assert who_tells_of_a_dispute(BOOK) == {"MERIT-2025", "NTP-SPR", "NTP-EM", "XNT-2024"}


def who_tells_of_a_dispute(book):
    """The programmes of 2025 that name the dispute among what is not met."""
    made = assess(KNOWN | {"land_disputed": True}, book.law_on(SPRING))
    return {one.id for one in made.programmes if "land.undisputed" in one.not_met}


def test_every_value_is_written_as_the_second_encoding_has_it():
    shipped = {name for name in BOOK.values if not name.startswith("hardship.")}
    assert shipped == set(second_encoding.WRITTEN)
    assert [name for name in shipped if written(BOOK.values[name]) != told(name)] == []


def written(value):
    """The periods of a value by place, but of the made-up province; what is repealed is left out."""
    places = {"": value.dated, **value.areas}
    return {
        code: [(one.span.first, one.span.last, one.value) for one in periods if one.value is not None]
        for code, periods in places.items()
        if code != second_encoding.MADE_UP
    }


def told(name):
    """The same in the second encoding, its numbers as the engine keeps them."""
    return {
        code: [(first, last, _number(value)) for first, last, value in periods]
        for code, periods in second_encoding.WRITTEN[name].items()
    }


def _number(value):
    return days(value) if isinstance(value, date) else value * 2 if isinstance(value, bool) else value
