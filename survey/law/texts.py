"""A fact as people write it in a table: "có", "40,5", "15/05/2025", "ngói" or the code itself."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import Any

from survey import spelling
from survey.law.facts import Fact
from survey.problems import Problem
from survey.words import LANGUAGES, glossary


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
    return spelling.truth(text)


def _number(fact: Fact, text: str) -> float | None:
    """A lone mark is that of a fraction, but a whole number has none: 8.125, and 500.000 as thousands."""
    fraction, thousands = spelling.readings(text)
    if fact.type == "integer" or fraction is None:
        fraction = fraction if thousands is None else thousands
    if fraction is None:
        return None
    return int(fraction) if fraction % 1 == 0 and fact.type == "integer" else float(fraction)


def _date(fact: Fact, text: str) -> date | None:
    return spelling.day(text)


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
