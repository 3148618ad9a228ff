"""Many households, each with its whole assessment: those that are alike are thought through once.

Two households are alike where, in the same stretches of law, every truth, every amount and every unknown that
could matter is the same: what the law says of them differs in nothing but their own facts, day and place.
Columns tell which are; one of each kind is assessed. Of 4,837 households of a province 181 differ.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from survey.law.assess import assess
from survey.law.assessment import Assessment, Household
from survey.law.book import LawBook
from survey.law.bulk import Days, Env, Judge, Truths, groups, reckon, rows_of
from survey.law.columns import Column, read_columns, words
from survey.law.expressions import FALSE, TRUE, UNKNOWN
from survey.law.rules import Part

CHUNK = 10_000
"""Households whose columns are held at a time."""
KEPT = 20_000
"""So many different assessments are kept at most."""


class Alike:
    """Assesses households many at a time; what was thought through once serves all that are alike."""

    def __init__(self, book: LawBook) -> None:
        self.book = book
        self._kept: dict[tuple[Judge, bytes], Assessment] = {}

    def assess(self, households: Sequence[Household]) -> list[Assessment]:
        """The assessment of one that each household is alike: the same object for all of a kind. What is a
        household's own in it is put in by `Household.assessment`.

        Raises: Problem 2030, 2031.
        """
        found: list[Assessment] = []
        for start in range(0, len(households), CHUNK):
            some = households[start : start + CHUNK]
            given, _ = read_columns(_columns(some), self.book.facts)
            visits = np.array([one.on for one in some], "datetime64[D]")
            marks = self._marks(given, len(some), visits, [one.area_codes for one in some])
            found += [
                self._of(mark, one.facts, one.on, one.area_codes)
                for mark, one in zip(marks, some, strict=True)
            ]
        return found

    def assess_columns(
        self,
        given: Mapping[str, Column],
        rows: int,
        on: date,
        area_codes: Sequence[str],
        facts_of: Callable[[int], Mapping[str, Any]],
    ) -> list[Assessment]:
        """The same of rows of one day and place whose facts are encoded already (see `columns.encoded`), at
        most `CHUNK`. `facts_of` gives the facts of a row that is like none before.
        """
        marks = self._marks(given, rows, on, tuple(area_codes))
        found = (self._kept.get(mark) for mark in marks)
        return [
            self._of(marks[row], facts_of(row), on, area_codes) if known is None else known
            for row, known in enumerate(found)
        ]

    def _of(
        self, mark: tuple[Judge, bytes], facts: Mapping[str, Any], on: date, area_codes: Sequence[str]
    ) -> Assessment:
        if mark not in self._kept:
            if len(self._kept) >= KEPT:
                self._kept.clear()
            self._kept[mark] = assess(facts, self.book.law_on(on, area_codes))
        return self._kept[mark]

    def _marks(
        self, given: Mapping[str, Column], rows: int, visits: Any, places: Any
    ) -> list[tuple[Judge, bytes]]:
        """What rows have in common that are alike."""
        marks: list[Any] = [None] * rows
        for group in groups(given, rows, self.book, visits, places):
            judge = group.judge
            for part, env, told, size in group.chunks(given, rows):
                packed = _packed(_told(judge, env, told, size), size)
                for row, mark in zip(range(rows)[part] if group.rows is None else part, packed, strict=True):
                    marks[row] = (judge, mark)
        return marks


def _columns(households: Sequence[Household]) -> dict[str, Column]:
    names = dict.fromkeys(name for one in households for name in one.facts)
    columns = {name: np.empty(len(households), object) for name in names}
    for name, column in columns.items():
        column[:] = [one.facts.get(name) for one in households]
    return columns


def _packed(columns: Iterator[Any], rows: int) -> list[bytes]:
    """Each row of all columns as bytes."""
    spread = [np.broadcast_to(column, (*np.shape(column)[:-1], rows)).reshape(-1, rows) for column in columns]
    parts = [np.ascontiguousarray(one.T).view(np.uint8).reshape(rows, -1) for one in spread]
    whole = np.ascontiguousarray(np.hstack(parts))
    packed: list[bytes] = whole.view(f"V{whole.shape[1]}").ravel().tolist()
    return packed


def _told(judge: Judge, given: Env, told: Days, rows: int) -> Iterator[Any]:
    """Every column that an assessment of these rows follows from: rather one too many than one too few."""
    truths = Truths(judge.unknowns | given, told)
    on_survey = truths.on_survey(judge.rules)
    envs = {id(one): (one, rules) for one, rules in _environments(judge, truths)}
    for env, rules in envs.values():
        yield from (env[code] for code, _ in rules.column_steps)
        yield env["works_kind"]
    yield on_survey["registered"]
    yield from (np.isnan(on_survey[day]) for day in ("approved_on", "started_on"))
    is_open, asked = np.ones(rows, np.bool_), np.zeros(rows, np.bool_)
    possible: list[Column] = []
    for place, candidate in enumerate(judge.candidates):
        env = truths.of(candidate)
        entitles = np.broadcast_to(judge.status[place](env), rows)
        yield entitles
        here = is_open & (entitles != FALSE)
        is_open &= entitles != TRUE
        low, high = _money(judge, judge.parts[place], judge.needed[place], env, here)
        yield from (low, high)
        for parts, needed in judge.later[place]:
            yield from _money(judge, parts, needed, env, here)
        asked |= here & ((entitles == UNKNOWN) | (low != high).any(axis=0))
        possible.append(here)
    yield _missing(judge, asked, possible, given, told)


def _environments(judge: Judge, truths: Truths) -> Iterator[tuple[Env, Any]]:
    yield truths.on_survey(judge.rules), judge.rules
    yield from ((truths.of(one), one.rules) for one in judge.candidates)


def _money(
    judge: Judge, parts: Sequence[Part], needed: set[str], env: Env, rows: Column
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Least and most of each part and of the house together; 0 but for the rows that are asked about."""
    low, high = np.zeros((2, len(parts) + 1, len(rows)))
    chosen = np.flatnonzero(rows)
    if chosen.size:
        here = {name: np.broadcast_to(env[name], rows.shape)[chosen] for name in needed}
        money = reckon(parts, here, chosen.size, judge.book.facts["works_kind"].choices)
        low[:, chosen] = np.vstack([money.low, money.house_low])
        high[:, chosen] = np.vstack([money.high, money.house_high])
    return low, high


def _missing(
    judge: Judge, asked: Column, possible: Sequence[Column], given: Env, told: Days
) -> NDArray[np.uint64]:
    """Which unknown facts matter to the programmes that could be chosen, and which to each of their parts."""
    masks = np.zeros((words(len(judge.book.facts)), 1 + sum(map(len, judge.parts)), len(asked)), np.uint64)
    chosen = np.flatnonzero(asked)
    if not chosen.size:
        return masks
    facts = judge.unknowns | {name: column[chosen] for name, column in given.items()}
    truths = Truths(facts, rows_of(told, chosen))
    known: dict[tuple[int, int], dict[str, NDArray[np.uint64]]] = {}
    first = 1
    for candidate, parts, could_be in zip(judge.candidates, judge.parts, possible, strict=True):
        here, rules, env = could_be[chosen], candidate.rules, truths.of(candidate)
        trees = [(0, rules.status[candidate.place]), (0, rules.prices[candidate.place])]
        trees += [(place, tree) for place, part in enumerate(parts, first) for tree in part.trees]
        for word, missing in enumerate(judge.missing[id(rules)]):
            kept = known.setdefault((id(env), word), {})
            for place, tree in trees if here.any() else ():
                found = missing.of(tree, env, chosen.size, kept)
                masks[word, place, chosen] |= np.where(here, found, np.uint64(0))
        first += len(parts)
    return masks
