"""What a law file says that can be read but is hardly meant: warned of, never refused."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from survey.law.book import LawBook, Period, Value
from survey.problems import Problem

PER_HOUSE = "VND/house"
LEAST_VND = 1_000_000
WHOLE_VND = 1_000


def warnings(book: LawBook, shipped: LawBook, known_areas: Collection[str]) -> Iterator[Problem]:
    """Problem 2060 for each amount for a house that is not whole thousands or below a million, 2061 for each
    area that the operator's own files name and no list knows. No known areas: none is compared.
    """
    for value in book.values.values():
        for period in _periods(value):
            amount = period.value
            if value.unit == PER_HOUSE and amount and (amount < LEAST_VND or amount % WHOLE_VND):
                yield Problem(2060, name=value.name, got=f"{amount:.0f}")
    own = book.override_areas - shipped.override_areas
    for code in sorted(own - set(known_areas)) if known_areas else ():
        names = [value.name for value in book.values.values() if code in value.areas]
        yield Problem(2061, area=code, names=", ".join(names))


def _periods(value: Value) -> Iterator[Period]:
    yield from value.dated
    for periods in value.areas.values():
        yield from periods
