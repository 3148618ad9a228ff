"""Who approves a list: data by programme and day, districts until 30 June 2025."""

from __future__ import annotations

from datetime import date

import pytest

from survey.approval.chain import chain_on, signing_area
from survey.problems import Problem

LAST_DAY, FIRST_DAY = date(2025, 6, 30), date(2025, 7, 1)
OLD = [("V1", "village"), ("01900", "commune"), ("064", "district"), ("06", "province")]
NEW = [("V1", "village"), ("01900", "commune"), ("06", "province")]


def test_districts_approve_lists_until_their_last_day() -> None:
    assert chain_on("XNT-2024", LAST_DAY).list_body == "district"
    assert chain_on("XNT-2024", FIRST_DAY).list_body == "commune"


def test_the_province_approves_the_total_before_and_after() -> None:
    for day in (LAST_DAY, FIRST_DAY):
        totals = [link.body for link in chain_on("XNT-2024", day).links if link.carries == "total"]
        assert totals == ["province"]


def test_a_programme_with_a_chain_of_its_own_follows_it() -> None:
    assert chain_on("DISASTER", LAST_DAY).list_body == "commune"


def test_who_signs_after_the_districts_is_told_as_unverified() -> None:
    assert chain_on(None, LAST_DAY).is_verified
    assert not chain_on(None, FIRST_DAY).is_verified


def test_before_the_first_chain_nobody_approves() -> None:
    with pytest.raises(Problem) as refused:
        chain_on(None, date(2021, 12, 31))
    assert refused.value.number == 5416


@pytest.mark.parametrize(
    ("levels", "body", "signs"),
    [(OLD, "district", "064"), (NEW, "district", "06"), (NEW, "commune", "01900"), ([], "commune", None)],
)
def test_the_unit_of_that_level_signs_or_the_next_above(levels, body, signs) -> None:
    assert signing_area(levels, body) == signs
