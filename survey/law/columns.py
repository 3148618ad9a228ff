"""Columns in, columns out: how facts of many households are given to the engine and how its answers come
back.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from survey.law.assessment import HOUSE_CLASSES, OUTCOMES
from survey.law.facts import Fact, encode
from survey.problems import Problem

NO_AMOUNT = -1

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
    return _value_by_value(fact, column)


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
        if wrong == wrong:
            encode(fact, float(wrong) if fact.type == "decimal" or wrong % 1 else int(wrong))
    if fact.type == "integer" and column.dtype.kind == "f" and np.any(numbers % 1 > 0):
        return None
    return numbers


def _codes(fact: Fact, column: Column) -> Column | None:
    fits = column.dtype.kind in "iu" and (
        not column.size or -1 <= column.min() <= column.max() < len(fact.choices)
    )
    return column.astype(np.int8, copy=False) if fits else None


_FAST = {"truth": _truths, "number": _numbers, "date": lambda fact, column: None, "choice": _codes}


def _value_by_value(fact: Fact, column: Column) -> Column:
    values = [encode(fact, _plain(value)) for value in column.tolist()]
    if fact.kind == "truth":
        return np.array(values, np.uint8)
    if fact.kind == "choice":
        places = {code: place for place, code in enumerate(fact.choices)} | {None: -1}
        return np.array([places[value] for value in values], np.int8)
    return np.array([np.nan if value is None else value for value in values], np.float64)


def _plain(value: Any) -> Any:
    return None if value is None or value != value or value == "" else value


def unknown_column(fact: Fact) -> Any:
    """What a fact that has no column is for every household, as one value that spreads over all rows."""
    return {"truth": np.uint8(1), "choice": np.array([-1], np.int8)}.get(fact.kind, np.float64(np.nan))


def read_columns(columns: Mapping[str, Any], vocabulary: Mapping[str, Fact]) -> tuple[dict[str, Column], int]:
    """Every given column encoded, and the number of rows.

    Raises: Problem 2030 (no such fact), 2031 (a value the fact cannot take), 2033 (columns differ in length).
    """
    encoded: dict[str, Column] = {}
    rows = -1
    for name, given in columns.items():
        if name not in vocabulary:
            raise Problem(2030, fact=name)
        column = encode_column(vocabulary[name], given)
        if rows not in (-1, len(column)):
            raise Problem(2033, fact=name, got=len(column), expected=rows)
        encoded[name], rows = column, len(column)
    return encoded, max(rows, 0)


@dataclass(frozen=True, slots=True)
class Columns:
    """Assessments of many households, a row each.

    outcome, house_class: places in OUTCOMES, HOUSE_CLASSES. programme: place in `programme_ids`, -1 none.
    works_kind: code of the fact, -1 unknown. Amounts: int64 đồng; amount_vnd is -1 where it is not settled.
    priority: 0 none or unknown. met, unknown: bit n is clause `clause_codes[n]`; missing: bit n is fact
    `fact_names[n]`. entitles: programme by row, 0 no, 1 unknown, 2 yes.
    """

    outcome: NDArray[np.uint8]
    house_class: NDArray[np.uint8]
    programme: NDArray[np.int8]
    works_kind: NDArray[np.int8]
    amount_vnd: NDArray[np.int64]
    amount_low_vnd: NDArray[np.int64]
    amount_high_vnd: NDArray[np.int64]
    provisional: NDArray[np.bool_]
    priority: NDArray[np.int8]
    met: NDArray[np.uint64]
    unknown: NDArray[np.uint64]
    missing: NDArray[np.uint64]
    entitles: NDArray[np.uint8]
    programme_ids: tuple[str, ...]
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
            "missing_facts": self.missing_facts(place),
        }

    def missing_facts(self, place: int) -> tuple[str, ...]:
        """Names of the facts that matter and are unknown for one household."""
        return tuple(_names(int(self.missing[place]), self.fact_names))

    def clauses_met(self, place: int) -> tuple[str, ...]:
        """Codes of the clauses that are true of one household: the reasons."""
        return tuple(_names(int(self.met[place]), self.clause_codes))


def _names(mask: int, names: tuple[str, ...]) -> Iterator[str]:
    return (name for place, name in enumerate(names) if mask >> place & 1)
