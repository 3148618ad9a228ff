"""After 2025: what is in force, and how a province adds a programme of its own."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from law.made_facts import BOOK, HUT

import api
from survey.law import assess, load_book

EXAMPLE = Path(api.__file__).with_name("law") / "own_programme"


@pytest.mark.parametrize(
    ("on", "alone"), [("2025-12-31", False), ("2026-01-01", True), ("2020-01-01", False)]
)
def test_on_some_days_only_emergency_help_is_in_force(on, alone):
    assert BOOK.only_emergency(date.fromisoformat(on)) is alone


def test_the_example_of_the_law_page_is_law_that_helps():
    book = load_book(EXAMPLE)
    made = assess(HUT, book.law_on(date(2026, 3, 1)))
    assert (made.programme, made.amount_vnd) == ("TINH-2026", 60_000_000)
    assert not book.only_emergency(date(2026, 3, 1))
