"""On every branch of the law a browser gives the same assessment as the server, letter for letter."""

from __future__ import annotations

import time
from itertools import islice

import pytest
from field.gathering import first_difference, plain
from field.test_field_law import ASSESS, told
from law.every_branch import BOOK, IS_PROOF, all_of_them, few, law_of, thinned

from survey.law import assess, json_law

pytestmark = pytest.mark.browser

BATCH = 500
SHARE = 8  # of the households of a proof: every so-manyth, or it would take an hour


@pytest.fixture(scope="module")
def made_province(phone):
    """The page with the law of the province that decides everything."""
    phone.keep("law", json_law(BOOK))
    return phone


def test_every_branch_comes_out_the_same(made_province):
    households = thinned(all_of_them(), SHARE) if IS_PROOF else few()
    count, before = 0, time.perf_counter()
    while batch := list(islice(households, BATCH)):
        made = [assess(one.facts, law_of(one.visit, one.path)) for one in batch]
        cases = [told(one) for one in made]
        expected = [plain(one.to_dict()) for one in made]
        assert first_difference(cases, expected, made_province.each(ASSESS, cases)) is None
        count += len(batch)
    print(f"{count:,} households in a browser in {time.perf_counter() - before:.0f} s")
    assert count >= (20_000 if IS_PROOF else 2_000)
