"""A fact as people write it in a table: "có", "40,5", "15/05/2025", "ngói" or the code itself."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import Any

from survey.law.facts import Fact
from survey.problems import Problem
from survey.words import LANGUAGES, glossary

_TRUTHS = {
    **dict.fromkeys(("true", "1", "yes", "y", "có", "co", "x", "đúng"), True),
    **dict.fromkeys(("false", "0", "no", "n", "không", "khong", "sai"), False),
}
_THOUSANDS = re.compile(r"\d{1,3}([.,])\d{3}(\1\d{3})+$|\d{1,3}(\.)\d{3}$")
_DAY_FIRST = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})$")


def parse_text(fact: Fact, text: str) -> Any:
    """The plain value of a fact written as text; empty is None (unknown).

    Booleans in Vietnamese or English; numbers with a decimal point or comma ("40,5"), whole numbers with dots
    between thousands ("60.000.000"); dates as 2025-05-15 or 15/05/2025; choices by code or label.

    Raises: Problem 2031 with what was got and expected.
    """
    text = text.strip()
    if not text:
        return None
    value = _READERS[fact.kind](fact, text)
    if value is None:
        raise Problem(2031, fact=fact.name, got=repr(text)[:80], expected=fact.expected())
    return value


def _truth(fact: Fact, text: str) -> bool | None:
    return _TRUTHS.get(text.casefold())


def _number(fact: Fact, text: str) -> float | None:
    # "60.000.000" can only be thousands; "40.500" is thousands for a whole number, a decimal otherwise.
    grouped = _THOUSANDS.match(text)
    if grouped and (fact.type == "integer" or grouped[1]):
        text = text.replace(".", "").replace(",", "")
    try:
        number = float(text.replace(",", "."))
    except ValueError:
        return None
    return int(number) if number % 1 == 0 and fact.type == "integer" else number


def _date(fact: Fact, text: str) -> date | None:
    day_first = _DAY_FIRST.match(text)
    try:
        if day_first:
            return date(int(day_first[3]), int(day_first[2]), int(day_first[1]))
        return date.fromisoformat(text[:10])
    except ValueError:
        return None


def _choice(fact: Fact, text: str) -> str | None:
    return _codes_by_text(fact.name, fact.choices).get(text.casefold())


@cache
def _codes_by_text(group: str, choices: tuple[str, ...]) -> Mapping[str, str]:
    """Codes by themselves and by their labels; a code wins over another's label."""
    labels = {
        glossary()[f"{group}.{code}"][lang].casefold(): code
        for lang in LANGUAGES
        for code in choices
        if f"{group}.{code}" in glossary()
    }
    return labels | {code.casefold(): code for code in choices}


_READERS = {"truth": _truth, "number": _number, "date": _date, "choice": _choice}
