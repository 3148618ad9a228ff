"""Facts as people write them in tables."""

from __future__ import annotations

from datetime import date

import pytest
from law.made_facts import BOOK

from survey.law.texts import parse_text
from survey.problems import Problem


@pytest.mark.parametrize(
    ("fact", "text", "value"),
    [
        ("ever_repaired", "Có", True),
        ("ever_repaired", "không", False),
        ("ever_repaired", "1", True),
        ("people", " 4 ", 4),
        ("people", "", None),
        ("area_m2", "40,5", 40.5),
        ("area_m2", "40.5", 40.5),
        ("area_m2", "8.125", 8.125),
        ("ntp_paid_vnd", "40.000.000", 40_000_000),
        ("ntp_paid_vnd", "40,000,000", 40_000_000),
        ("ntp_paid_vnd", "500.000", 500_000),
        ("started_on", "15/05/2025", date(2025, 5, 15)),
        ("started_on", "2025-05-15", date(2025, 5, 15)),
        ("roof_material", "Ngói", "tile"),
        ("roof_material", "TILE", "tile"),
        ("poverty_status", "hộ cận nghèo", "near_poor"),
    ],
)
def test_a_fact_is_read_as_people_write_it(fact, text, value):
    assert parse_text(BOOK.facts[fact], text) == value


@pytest.mark.parametrize(
    ("fact", "text"),
    [
        ("ever_repaired", "maybe"),
        ("people", "4,5 người"),
        ("started_on", "31/02/2025"),
        ("roof_material", "gold"),
    ],
)
def test_what_cannot_be_read_is_refused_with_what_was_expected(fact, text):
    with pytest.raises(Problem) as refused:
        parse_text(BOOK.facts[fact], text)
    assert refused.value.number == 2031
    assert text in refused.value.message("en")
