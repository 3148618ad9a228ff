"""Every worked case that comes with the law holds."""

from __future__ import annotations

import pytest
from law.made_facts import BOOK

from survey.law.cases import differences, read_cases

CASES = read_cases()


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.file}: {case.say['en']}")
def test_case(case):
    assert differences(case, BOOK) == []


def test_there_are_at_least_eighty_cases_and_each_says_something_else():
    assert len(CASES) >= 80
    assert len({case.say["en"] for case in CASES}) == len(CASES)


def test_each_case_is_told_in_both_languages():
    assert [case.say["en"] for case in CASES if case.say["vi"] == case.say["en"]] == []
    assert len({(case.file, case.say["vi"]) for case in CASES}) >= len(CASES) - 1
