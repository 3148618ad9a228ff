"""Random households for property tests, and the households that readable tests start from."""

from __future__ import annotations

from datetime import date
from typing import Any

from hypothesis import strategies as st

from survey.law import LawBook, load_book
from survey.law.facts import Fact

BOOK: LawBook = load_book()
DAYS = st.dates(date(2013, 1, 1), date(2026, 6, 30))
PLACES = st.sampled_from([(), ("06",), ("19",), ("10",), ("48",), ("01234", "06")])

HUT = {
    "people": 4,
    "area_m2": 40.0,
    "house_tenure": "own",
    "foundation_material": "earth",
    "frame_material": "temporary_wood",
    "wall_material": "bamboo",
    "roof_frame_material": "bamboo",
    "roof_material": "leaf",
    "land_disputed": False,
    "planning_breach": False,
    "must_demolish": False,
    "poverty_status": "near_poor",
    "merit_status": False,
    "helped_before": False,
    "disaster_damage": "none",
    "ethnic_minority": False,
    "poor_district": False,
    "minority_area": True,
    "works_kind": "new",
    "registered": True,
}


def value_of(fact: Fact) -> st.SearchStrategy[Any]:
    """Any value the fact can take, small numbers often so that limits are met."""
    if fact.type == "boolean":
        return st.booleans()
    if fact.type == "choice":
        return st.sampled_from(fact.choices)
    if fact.type == "date":
        return DAYS
    low, high = int(fact.minimum), int(fact.maximum)
    near = {"area_m2": (0, 45), "people": (1, 6), "year_built": (1990, 2025), "last_help_year": (2005, 2025)}
    whole = st.integers(*near.get(fact.name, (low, high))) | st.integers(low, high)
    if fact.name == "ntp_paid_vnd":
        return st.sampled_from([0, 15_000_000, 40_000_000, 60_000_000]) | whole
    return whole.map(float) if fact.type == "decimal" else whole


def facts(unknown_share: int = 3, without: tuple[str, ...] = ()) -> st.SearchStrategy[dict[str, Any]]:
    """A household: all random, with about one fact in `unknown_share` unknown, or the hut with some answers
    changed.

    Facts named in `without` are always unknown. Every fact is a key.
    """
    one = {
        name: st.one_of(*[value_of(fact)] * (unknown_share - 1), st.none())
        for name, fact in BOOK.facts.items()
        if name not in without
    }
    nothing = dict.fromkeys(BOOK.facts)
    changed = st.fixed_dictionaries({}, optional=one).map(lambda answers: nothing | HUT | answers)
    return st.fixed_dictionaries(one).map(lambda answers: nothing | answers) | changed
