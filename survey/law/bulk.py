"""Many households against the law: the same thought as `assess`, over columns, some 100,000 rows at a
time.

Chunks keep most arrays in the processor's cache. Rows are grouped by the stretches of law their key dates
fall in, so inside a group every legal value is a constant. The costly question, which facts are missing, is
asked only of the rows that need information.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from survey.law.book import KeyDates
from survey.law.columns import NO_AMOUNT, Column, Columns, read_columns, unknown_column
from survey.law.evaluation import vector
from survey.law.expressions import FALSE, TRUE, UNKNOWN, names
from survey.law.facts import day, days
from survey.law.missing import MissingColumns
from survey.law.rules import Candidate, CompiledRules, LawOnDate

CHUNK = 131_072  # measured best of 16 k to 1.6 M on two cores with 32 MB of shared cache

Env = dict[str, Any]


def assess_many(columns: Mapping[str, Any], law: LawOnDate) -> Columns:
    """Assess a row for each household; columns are named like facts (see `columns.encode_column`), all of
    one length.

    Dated facts are not taken here: read them on a date first, or assess row by row.

    Raises: Problem 2030, 2031, 2033.
    """
    given, rows = read_columns(columns, law.book.facts)
    result = _empty(rows, law)
    for dates, chosen in _groups(given, rows, law):
        judge = _Judge(law, dates)
        for start in range(0, rows if chosen is None else len(chosen), CHUNK):
            part = slice(start, start + CHUNK) if chosen is None else chosen[start : start + CHUNK]
            size = len(range(rows)[part]) if isinstance(part, slice) else len(part)
            env = {name: column[part] for name, column in given.items()}
            for name, answers in judge.chunk(env, size).items():
                getattr(result, name)[..., part] = answers
    return result


def _empty(rows: int, law: LawOnDate) -> Columns:
    book = law.book
    kinds: dict[str, Any] = {
        "outcome": np.uint8,
        "house_class": np.uint8,
        "programme": np.int8,
        "works_kind": np.int8,
    }
    kinds |= dict.fromkeys(("amount_vnd", "amount_low_vnd", "amount_high_vnd"), np.int64)
    kinds |= {"provisional": np.bool_, "priority": np.int8}
    kinds |= dict.fromkeys(("met", "unknown", "missing"), np.uint64)
    arrays: dict[str, Any] = {name: np.zeros(rows, kind) for name, kind in kinds.items()}
    return Columns(
        **arrays,
        entitles=np.zeros((len(book.programmes), rows), np.uint8),
        programme_ids=tuple(one.id for one in book.programmes),
        clause_codes=book.clause_codes,
        fact_names=book.fact_names,
        works_kinds=book.facts["works_kind"].choices,
    )


def _groups(
    given: Mapping[str, Column], rows: int, law: LawOnDate
) -> Iterator[tuple[KeyDates, NDArray[np.intp] | None]]:
    """Key dates and the rows whose own lie in the same stretches of law; None means all rows (nobody's are
    known yet).
    """
    told = {key: given[key] for key in ("approved_on", "started_on") if key in given}
    if all(np.isnan(column).all() for column in told.values()):
        yield law.key_dates(dict.fromkeys(("approved_on", "started_on"))), None
        return
    entered, started = _key_dates(told, rows, law)
    marks = np.array([days(mark) for mark in law.book.breakpoints])
    epochs = [np.searchsorted(marks, column, side="right") for column in (entered, started)]
    both = epochs[0] * (len(marks) + 1) + epochs[1]
    for group in np.unique(both):
        chosen = np.flatnonzero(both == group)
        yield (law.on, day(entered[chosen[0]]), day(started[chosen[0]])), chosen


def _key_dates(told: Mapping[str, Column], rows: int, law: LawOnDate) -> tuple[Column, Column]:
    """The days of entry and of the start of building of each row (see `LawOnDate.key_dates`)."""
    surveyed, unknown = days(law.on), np.full(rows, np.nan)
    approved, started = (told.get(key, unknown) for key in ("approved_on", "started_on"))
    entered = np.where(np.isnan(approved), surveyed, approved)
    latest = surveyed if law.book.shape == 1 else np.maximum(surveyed, entered)
    return entered, np.where(np.isnan(started), latest, started)


class _Judge:
    """The law on one set of key dates, compiled for columns."""

    def __init__(self, law: LawOnDate, dates: KeyDates) -> None:
        self.book = book = law.book
        self.rules = law.rules(dates)
        self.candidates = law.candidates(dates)
        self.unknowns = {name: unknown_column(fact) for name, fact in book.facts.items()}
        self.status = [vector(one.rules.status[one.place], book.choices) for one in self.candidates]
        self.prices = [vector(one.rules.prices[one.place], book.choices) for one in self.candidates]
        self.needed = [self.needed_for_amount(one) for one in self.candidates]
        self.places = {one.id: place for place, one in enumerate(book.programmes)}
        self.missing = {
            id(one.rules): MissingColumns(book.fact_bits, one.rules.definitions, book.choices)
            for one in self.candidates
        }

    def needed_for_amount(self, candidate: Candidate) -> set[str]:
        """Names whose columns the amount, the priority and the key date of a programme are read from."""
        settled, programme = candidate.rules.constants, candidate.programme
        trees = [programme.price, *(price.at_most for price in programme.prices.values())]
        used = {name for tree in trees for name in names(tree) if name not in settled}
        return {*used, "works_kind", "approved_on", "started_on", *programme.priority}

    def chunk(self, given: Env, rows: int) -> dict[str, Any]:
        """All answers for the rows of one chunk."""
        book, frame = self.book, self.book.frame
        truths = _Truths(self.unknowns | given)
        env = truths.by(self.rules)
        entitles = [
            np.broadcast_to(status(truths.by(one.rules)), rows)
            for status, one in zip(self.status, self.candidates, strict=True)
        ]
        choice = _Choice(rows)
        for place, one in enumerate(self.candidates):
            self.consider(choice, place, entitles[place], truths.by(one.rules))
        answers = choice.answers(env["registered"])
        answers["house_class"] = _house_class(env[frame.temporary], env[frame.no_house])
        answers["works_kind"] = env["works_kind"]
        answers["met"], answers["unknown"] = _masks(book.clause_codes, self.named(truths), rows)
        answers["missing"] = self.missing_facts(answers["outcome"] == 1, choice.possible, given, rows)
        answers["entitles"] = np.zeros((len(book.programmes), rows), np.uint8)
        for one, truth in zip(self.candidates, entitles, strict=True):
            answers["entitles"][self.places[one.programme.id]] = truth
        return answers

    def named(self, truths: _Truths) -> Env:
        """The truths as the programmes tell them: a clause that only one that ended names, as on its days."""
        told: Env = {}
        for one in sorted(self.candidates, key=lambda one: one.rules is self.rules):
            told |= {code: truths.by(one.rules)[code] for code in one.programme.codes}
        return truths.by(self.rules) | told

    def consider(self, choice: _Choice, place: int, entitles: Column, env: Env) -> None:
        """The next programme by rank: rows that are not settled yet may or surely take it."""
        programme = self.candidates[place].programme
        rows = choice.open & (entitles != FALSE)
        choice.possible.append(rows)
        chosen = np.flatnonzero(rows)
        if not chosen.size:
            return
        # Amounts are worked out for these rows alone; of the environment only what they need is copied.
        here = {name: np.broadcast_to(env[name], rows.shape)[chosen] for name in self.needed[place]}
        low, high = self.amounts(place, here, chosen.size)
        told = "approved_on" if programme.key_date == "entered_on" else programme.key_date
        stands_in = np.isnan(here[told]) if told in here else np.False_
        priority = _priority(programme.priority, here)
        choice.take(
            chosen, entitles[chosen] == TRUE, self.places[programme.id], low, high, stands_in, priority
        )

    def amounts(self, place: int, env: Env, rows: int) -> tuple[Column, Column]:
        """The least and most of each amount, equal where it is settled (see `assess._bounds`)."""
        amount = np.broadcast_to(self.prices[place](env), rows)
        unsettled = np.flatnonzero(np.isnan(amount))
        if not unsettled.size:
            return amount, amount
        low, high = amount.copy(), amount.copy()
        here = {name: column[unsettled] for name, column in env.items()}
        low[unsettled], high[unsettled] = self.bounds(self.candidates[place], here, unsettled.size)
        return low, high

    def bounds(self, candidate: Candidate, env: Env, rows: int) -> tuple[Column, Column]:
        """Over both kinds of works where that is unknown, 0 to `at_most` where a fact is."""
        low, high = np.full(rows, np.inf), np.full(rows, -np.inf)
        asked = env["works_kind"]
        of_kind = candidate.rules.column_bounds[candidate.programme.id]
        for code, kind in enumerate(self.book.facts["works_kind"].choices):
            price, at_most = (each(env) for each in of_kind[kind])
            could_be = (asked == code) | (asked == -1)
            low = np.where(could_be, np.minimum(low, np.where(np.isnan(price), 0.0, price)), low)
            high = np.where(could_be, np.maximum(high, np.where(np.isnan(price), at_most, price)), high)
        return low, high

    def missing_facts(
        self, needs: Column, possible: Sequence[Column], given: Env, rows: int
    ) -> NDArray[np.uint64]:
        """For the rows that need information: the facts that matter. The truths are worked out again for
        them alone.
        """
        masks = np.zeros(rows, np.uint64)
        chosen = np.flatnonzero(needs)
        if not chosen.size:
            return masks
        truths = _Truths(self.unknowns | {name: column[chosen] for name, column in given.items()})
        known: dict[int, dict[str, NDArray[np.uint64]]] = {}
        for one, could_be in zip(self.candidates, possible, strict=True):
            here, rules = could_be[chosen], one.rules
            if here.any():
                env, kept = truths.by(rules), known.setdefault(id(rules), {})
                for tree in (rules.status[one.place], rules.prices[one.place]):
                    found = self.missing[id(rules)].of(tree, env, chosen.size, kept)
                    masks[chosen] |= np.where(here, found, np.uint64(0))
        return masks


class _Truths:
    """The truth of every condition for the rows of a chunk, by each set of rules asked."""

    def __init__(self, facts: Env) -> None:
        self.facts = facts
        self._kept: dict[int, Env] = {}

    def by(self, rules: CompiledRules) -> Env:
        """The facts with the truth of every condition by these rules."""
        if id(rules) not in self._kept:
            env = self.facts | {
                name: np.float64(np.nan) if value is None else np.uint8(value)
                for name, value in rules.base.items()
            }
            for code, step in rules.column_steps:
                env[code] = step(env)
            self._kept[id(rules)] = env
        return self._kept[id(rules)]


class _Choice:
    """Which programme each row of a chunk gets, as the programmes are considered by rank."""

    def __init__(self, rows: int) -> None:
        self.open = np.ones(rows, np.bool_)  # no programme is sure yet
        self.doubtful = np.zeros(rows, np.bool_)  # a programme before the sure one may apply
        self.programme = np.full(rows, -1, np.int8)
        self.priority = np.zeros(rows, np.int8)
        self.low = np.full(rows, np.inf)
        self.high = np.zeros(rows)
        self.provisional = np.zeros(rows, np.bool_)
        self.possible: list[Column] = []

    def take(
        self, rows: Column, sure: Column, place: int, low: Column, high: Column, stands_in: Any, priority: Any
    ) -> None:
        """These rows (by place in the chunk) may take the programme; where it is sure they are settled."""
        self.low[rows] = np.minimum(self.low[rows], low)
        self.high[rows] = np.maximum(self.high[rows], high)
        self.provisional[rows] |= stands_in
        self.programme[rows] = np.where(sure, place, self.programme[rows])
        self.priority[rows] = np.where(sure, priority, self.priority[rows])
        self.doubtful[rows] |= ~sure
        self.open[rows] = ~sure

    def answers(self, registered: Any) -> dict[str, Any]:
        """Outcome, programme and amounts (places in OUTCOMES; see `assess`)."""
        self.low = np.where(self.open, np.minimum(self.low, 0), self.low)  # nothing at all is possible too
        settled = ~self.open & ~self.doubtful
        needs = self.doubtful | (settled & (self.low != self.high))
        helped = np.where(registered == FALSE, np.uint8(3), np.uint8(2))
        outcome = np.where(needs, np.uint8(1), np.where(settled, helped, np.uint8(0)))
        amount = np.where(settled & ~needs, np.rint(self.high), NO_AMOUNT)
        return {
            "outcome": outcome,
            "programme": np.where(settled, self.programme, np.int8(-1)),
            "priority": np.where(settled, self.priority, np.int8(0)),
            "amount_vnd": amount,
            "amount_low_vnd": np.rint(self.low),
            "amount_high_vnd": np.rint(self.high),
            "provisional": self.provisional,
        }


def _house_class(temporary: Column, without: Column) -> Column:
    """Places in HOUSE_CLASSES (see `assess.house_class`)."""
    unknown = (temporary == UNKNOWN) | (without == UNKNOWN)
    rest = np.where(without == TRUE, np.uint8(3), unknown.astype(np.uint8))
    return np.where(temporary == TRUE, np.uint8(2), rest)


def _priority(order: Sequence[str], env: Env) -> Any:
    """The place of the first true priority clause; 0 where an unknown comes before it or none is true."""
    place: Any = np.int8(0)
    for rank, code in reversed(list(enumerate(order, 1))):
        truth = env[code]
        place = np.where(truth == TRUE, np.int8(rank), np.where(truth == UNKNOWN, np.int8(0), place))
    return place


def _masks(codes: Sequence[str], env: Env, rows: int) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    """Bit n of the first: clause n is true; of the second: it is unknown. Eight clauses make a byte first:
    it is faster.
    """
    met, unknown = np.zeros(rows, np.uint64), np.zeros(rows, np.uint64)
    for start in range(0, len(codes), 8):
        met_byte, unknown_byte = np.zeros(rows, np.uint8), np.zeros(rows, np.uint8)
        for place, code in enumerate(codes[start : start + 8]):
            met_byte |= (env[code] >> 1) << place
            unknown_byte |= (env[code] & 1) << place
        met |= met_byte.astype(np.uint64) << np.uint64(start)
        unknown |= unknown_byte.astype(np.uint64) << np.uint64(start)
    return met, unknown
