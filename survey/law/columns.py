"""Columns in, columns out: how facts of many households are given to the engine and how its answers come
back.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from survey.law.assessment import HOUSE_CLASSES, OUTCOMES
from survey.law.facts import Fact, as_dated, day, days, encode, is_not_measured
from survey.problems import Problem

NO_AMOUNT = OPEN_AMOUNT = -1
WORD = 64  # bits of one word of a mask

Column = NDArray[Any]


def encode_column(fact: Fact, given: Any) -> Column:
    """A column of plain values as the engine sees it (see `evaluation`).

    Taken as they are: uint8 truths (0 no, 1 unknown, 2 yes) or bool; numbers with NaN for unknown; choice
    codes (int8, place in the fact's choices, -1 unknown); datetime64 with NaT. Anything else is read value
    by value, None unknown.

    Raises: Problem 2031 with the first wrong value.
    """
    column = np.asarray(given)
    if column.dtype.kind == "M" and fact.type == "date":
        days = column.astype("datetime64[D]")
        return np.where(np.isnat(days), np.nan, days.astype(np.int64).astype(np.float64))
    if column.dtype.kind in "biuf":
        fast = _FAST[fact.kind](fact, column)
        if fast is not None:
            return fast
    return encoded(fact, column.tolist())


@dataclass(frozen=True, slots=True)
class DatedColumn:
    """A fact that changed over time, for many households: entries by row, in layers of ascending first days.

    firsts, lasts: days since 1970-01-01, without end infinite, where a row has fewer entries NaN.
    """

    firsts: NDArray[np.float64]
    lasts: NDArray[np.float64]
    values: Column
    unknown: Any

    def at(self, on: Any) -> Column:
        """The value of each row on its own day (or all on one); of two that cover it the later one counts."""
        found = np.full(self.values.shape[1], self.unknown, self.values.dtype)
        for first, last, value in zip(self.firsts, self.lasts, self.values, strict=True):
            found = np.where((first <= on) & (on <= last), value, found)
        return found

    def __getitem__(self, rows: Any) -> DatedColumn:
        return DatedColumn(self.firsts[:, rows], self.lasts[:, rows], self.values[:, rows], self.unknown)

    def __len__(self) -> int:
        return int(self.values.shape[1])


def dated_column(fact: Fact, histories: Sequence[Any]) -> DatedColumn:
    """The column of `Dated` facts; a plain value holds on every day. Raises: Problem 2031."""
    unknown = np.asarray(unknown_column(fact)).reshape(-1)[0]
    different, places = _different(histories, list(map(repr, histories)))
    entries = [_layers(each) for each in different]
    layers = max(map(len, entries), default=0)
    firsts, lasts = np.full((2, layers, len(entries)), np.nan)
    values = np.full((layers, len(entries)), unknown)
    for layer in range(layers):
        here = [row for row, told in enumerate(entries) if layer < len(told)]
        firsts[layer, here] = [entries[row][layer][0] for row in here]
        lasts[layer, here] = [entries[row][layer][1] for row in here]
        told = [entries[row][layer][2] for row in here]
        values[layer, here] = encoded(fact, told)
    return DatedColumn(firsts, lasts, values, unknown)[places]


def _layers(given: Any) -> list[tuple[float, float, Any]]:
    """Entries as (first, last, value) by first day; of one first day the one told first comes last."""
    history = as_dated(given)
    if history is None:
        return [(-np.inf, np.inf, given)]
    told = [(days(first), np.inf if last is None else days(last), value) for first, last, value in history]
    told.reverse()
    return sorted(told, key=lambda entry: entry[0])


def day_column(given: Any) -> NDArray[np.float64]:
    """A column of days (datetime64 or dates) as days since 1970-01-01."""
    column: NDArray[np.float64] = np.asarray(given, "datetime64[D]").astype(np.int64).astype(np.float64)
    return column


def words(bits: int) -> int:
    """How many words of a mask so many bits take."""
    return -(-bits // WORD)


def _truths(fact: Fact, column: Column) -> Column | None:
    if column.dtype == bool:
        return column.astype(np.uint8) << 1
    if column.dtype == np.uint8 and (not column.size or column.max() <= 2):
        return column
    return None


def _numbers(fact: Fact, column: Column) -> Column | None:
    numbers = column.astype(np.float64, copy=False)
    # fmin and fmax pass over NaN; one pass each is cheaper than a mask of all rows.
    low, high = (np.fmin.reduce(numbers), np.fmax.reduce(numbers)) if numbers.size else (np.nan, np.nan)
    for wrong in (low, high):
        if wrong == wrong and not is_not_measured(fact, float(wrong)):
            encode(fact, float(wrong) if fact.type == "decimal" or wrong % 1 else int(wrong))
    if fact.type == "integer" and column.dtype.kind == "f" and np.any(numbers % 1 > 0):
        return None
    if fact.not_measured is not None:
        numbers = np.where(numbers == fact.not_measured, np.nan, numbers)
    return numbers


def _codes(fact: Fact, column: Column) -> Column | None:
    fits = column.dtype.kind in "iu" and (
        not column.size or -1 <= column.min() <= column.max() < len(fact.choices)
    )
    return column.astype(np.int8, copy=False) if fits else None


_FAST = {"truth": _truths, "number": _numbers, "date": lambda fact, column: None, "choice": _codes}


def encoded(fact: Fact, given: Sequence[Any]) -> Column:
    """A column of plain values; each different one is read once."""
    different, places = _different(given, list(zip(map(type, given), given, strict=True)))  # True is not 1
    values = [encode(fact, _plain(value)) for value in different]
    if fact.kind == "truth":
        return np.array(values, np.uint8)[places]
    if fact.kind == "choice":
        codes = {code: place for place, code in enumerate(fact.choices)} | {None: -1}
        return np.array([codes[value] for value in values], np.int8)[places]
    return np.array([np.nan if value is None else value for value in values], np.float64)[places]


def _different(given: Sequence[Any], keys: Sequence[Any]) -> tuple[list[Any], NDArray[np.intp]]:
    """The different values by their keys, and which of them each row has."""
    values = dict(zip(keys, given, strict=True))
    order = {key: place for place, key in enumerate(values)}
    return list(values.values()), np.fromiter(map(order.__getitem__, keys), np.intp, len(keys))


def _plain(value: Any) -> Any:
    return None if value is None or value != value or value == "" else value


def unknown_column(fact: Fact) -> Any:
    """What a fact that has no column is for every household, as one value that spreads over all rows."""
    return {"truth": np.uint8(1), "choice": np.array([-1], np.int8)}.get(fact.kind, np.float64(np.nan))


def read_columns(columns: Mapping[str, Any], vocabulary: Mapping[str, Fact]) -> tuple[dict[str, Any], int]:
    """Every given column encoded (a `DatedColumn` where a fact changed over time), and the number of rows.

    Raises: Problem 2030 (no such fact), 2031 (a value the fact cannot take), 2033 (columns differ in length).
    """
    read: dict[str, Any] = {}
    rows = -1
    for name, given in columns.items():
        if name not in vocabulary:
            raise Problem(2030, fact=name)
        is_dated = getattr(given, "dtype", None) in (None, object) and any(
            issubclass(kind, tuple) for kind in set(map(type, given))
        )
        column = (dated_column if is_dated else encode_column)(vocabulary[name], given)
        if rows not in (-1, len(column)):
            raise Problem(2033, fact=name, got=len(column), expected=rows)
        read[name], rows = column, len(column)
    return read, max(rows, 0)


@dataclass(frozen=True, slots=True)
class Columns:
    """Assessments of many households, a row each.

    outcome, house_class: places in OUTCOMES, HOUSE_CLASSES. programme: place in `programme_ids`, -1 none.
    works_kind: code of the fact, -1 unknown. Amounts: int64 đồng; amount_vnd is -1 where it is not settled.
    components: by row, in the order of `component_codes`; -1 where one is open. priority: 0 none or unknown.
    lapses_on: days since 1970-01-01, NaN where a programme stands. met, unknown, missing: words of 64 bits by
    row; bit n of word w is clause `clause_codes[64 w + n]`, or fact `fact_names[64 w + n]`. entitles:
    programme by row, 0 no, 1 unknown, 2 yes.
    """

    outcome: NDArray[np.uint8]
    house_class: NDArray[np.uint8]
    programme: NDArray[np.int8]
    works_kind: NDArray[np.int8]
    amount_vnd: NDArray[np.int64]
    amount_low_vnd: NDArray[np.int64]
    amount_high_vnd: NDArray[np.int64]
    components: NDArray[np.int64]
    provisional: NDArray[np.bool_]
    priority: NDArray[np.int8]
    lapses_on: NDArray[np.float64]
    met: NDArray[np.uint64]
    unknown: NDArray[np.uint64]
    missing: NDArray[np.uint64]
    entitles: NDArray[np.uint8]
    programme_ids: tuple[str, ...]
    component_codes: tuple[str, ...]
    clause_codes: tuple[str, ...]
    fact_names: tuple[str, ...]
    works_kinds: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.outcome)

    def row(self, place: int) -> dict[str, Any]:
        """One household's answers under the names of `Assessment`."""
        amount = int(self.amount_vnd[place])
        programme = int(self.programme[place])
        works_kind = int(self.works_kind[place])
        return {
            "outcome": OUTCOMES[self.outcome[place]],
            "house_class": HOUSE_CLASSES[self.house_class[place]],
            "programme": None if programme < 0 else self.programme_ids[programme],
            "works_kind": None if works_kind < 0 else self.works_kinds[works_kind],
            "amount_vnd": None if amount == NO_AMOUNT else amount,
            "amount_low_vnd": int(self.amount_low_vnd[place]),
            "amount_high_vnd": int(self.amount_high_vnd[place]),
            "provisional": bool(self.provisional[place]),
            "priority": int(self.priority[place]) or None,
            "lapses_on": day(self.lapses_on[place])
            if self.lapses_on[place] == self.lapses_on[place]
            else None,
            "missing_facts": self.missing_facts(place),
        }

    def amounts(self, place: int) -> dict[str, int]:
        """The settled components of one household's amount that are more than nothing."""
        told = zip(self.component_codes, self.components[:, place].tolist(), strict=True)
        return {code: amount for code, amount in told if amount > 0}

    def missing_facts(self, place: int) -> tuple[str, ...]:
        """Names of the facts that matter and are unknown for one household."""
        return tuple(_names(self.missing[:, place], self.fact_names))

    def clauses_met(self, place: int) -> tuple[str, ...]:
        """Codes of the clauses that are true of one household: the reasons."""
        return tuple(_names(self.met[:, place], self.clause_codes))


def _names(masks: NDArray[np.uint64], names: tuple[str, ...]) -> Iterator[str]:
    found = [int(mask) for mask in masks]
    return (name for place, name in enumerate(names) if found[place // WORD] >> place % WORD & 1)
