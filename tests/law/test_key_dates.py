"""Which day is asked for what: the visit, the entry into a programme, the start of building."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from law.made_facts import BOOK, HUT, PLACES, facts

from survey.law import assess
from survey.law.book import LAPSES, STANDS

NOT_BEGUN = HUT | {"approved_on": None, "started_on": None}
ENDS = sorted({one.span.last for one in BOOK.programmes if one.span.last})
NEAR_AN_END = st.builds(
    lambda end, after: end + timedelta(days=after), st.sampled_from(ENDS), st.integers(-400, 400)
)


def test_a_start_after_the_end_takes_nothing_from_an_approved_household():
    law = BOOK.law_on(date(2025, 6, 1))
    approved = HUT | {"approved_on": date(2025, 6, 20)}
    begun = assess(approved | {"started_on": date(2025, 9, 5)}, law)
    assert (begun.programme, begun.amount_vnd, begun.lapses_on) == ("XNT-2024", 60_000_000, None)


def test_a_household_not_approved_by_the_end_keeps_its_result_and_is_told_the_day():
    made = assess(NOT_BEGUN, BOOK.law_on(date(2025, 8, 30)))
    assert (made.outcome, made.amount_vnd, made.lapses_on) == ("entitled", 60_000_000, date(2025, 9, 1))
    assert "XNT-2024.end" in made.unverified


def test_a_figure_of_a_day_takes_the_stretch_of_that_day():
    made = assess(NOT_BEGUN, BOOK.law_on(date(2024, 10, 15)))
    assert made.amount_vnd == 50_000_000
    days = (date(2024, 11, 9), date(2024, 11, 10), date(2025, 5, 15))
    assert [made.amount_on(day) for day in days] == [50_000_000, 60_000_000, 60_000_000]


def test_an_approval_after_an_end_enters_the_programme_that_is_in_force_then():
    merit = HUT | {"merit_status": True, "permanent_residence": True, "poverty_status": "none"}
    law = BOOK.law_on(date(2025, 1, 2))
    made = [assess(merit | {"approved_on": day}, law) for day in (date(2025, 1, 8), date(2025, 1, 9))]
    assert [one.programme for one in made] == ["MERIT-2013", "MERIT-2025"]


@pytest.mark.parametrize(
    "programme", [one for one in BOOK.programmes if one.span.last], ids=lambda one: one.id
)
def test_every_programme_that_ends_says_what_becomes_of_its_households(programme):
    for end in (programme.unapproved, programme.unstarted):
        assert end is not None
        assert end.becomes in (STANDS, LAPSES)
        assert not end.cite.verified
        assert end.cite.note


@given(facts(), NEAR_AN_END, PLACES, st.integers(0, 400), st.integers(0, 400))
def test_the_start_changes_neither_programme_nor_outcome(
    household, surveyed, place, until_approval, until_start
):
    law = BOOK.law_on(surveyed, place)
    approved = surveyed + timedelta(days=until_approval)
    open_ = household | {"approved_on": approved, "started_on": None}
    begun = open_ | {"started_on": approved + timedelta(days=until_start)}
    before, after = assess(open_, law), assess(begun, law)
    assert (before.outcome, before.programme) == (after.outcome, after.programme)
    assert [one.entitles for one in before.programmes] == [one.entitles for one in after.programmes]
    if before.amount_vnd is not None:
        assert before.amount_on(begun["started_on"]) == after.amount_vnd


@given(facts(), NEAR_AN_END, PLACES)
def test_who_was_entitled_on_the_day_of_the_visit_is_never_told_not_entitled_by_an_end(
    household, surveyed, place
):
    law = BOOK.law_on(surveyed, place)
    before = assess(household | {"approved_on": None, "started_on": None}, law)
    late = assess(household | {"approved_on": max(ENDS) + timedelta(days=1), "started_on": None}, law)
    if before.outcome in ("entitled", "not_registered"):
        assert late.outcome != "not_entitled"
