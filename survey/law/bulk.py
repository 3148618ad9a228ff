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

from survey.law.book import Programme
from survey.law.columns import NO_AMOUNT, Column, Columns, dates_of, read_columns, unknown_column
from survey.law.evaluation import vector
from survey.law.expressions import FALSE, TRUE, UNKNOWN, names
from survey.law.facts import day
from survey.law.missing import MissingColumns
from survey.law.rules import Law, Rules

CHUNK = 131_072  # measured best of 16 k to 1.6 M on two cores with 32 MB of shared cache

Env = dict[str, Any]


def assess_many(columns: Mapping[str, Any], law: Law) -> Columns:
    """Assess a row for each household; columns are named like facts (see `columns.encode_column`), all of
    one length.

    Dated facts are not taken here: read them on a date first, or assess row by row.

    Raises: Problem 2030, 2031, 2033.
    """
    given, rows = read_columns(columns, law.book.facts)
    result = _empty(rows, law)
    for rules, chosen in _groups(given, rows, law):
        judge = _Judge(rules)
        for start in range(0, rows if chosen is None else len(chosen), CHUNK):
            part = slice(start, start + CHUNK) if chosen is None else chosen[start : start + CHUNK]
            size = len(range(rows)[part]) if isinstance(part, slice) else len(part)
            env = {name: column[part] for name, column in given.items()}
            for name, answers in judge.chunk(env, size).items():
                getattr(result, name)[..., part] = answers
    return result


def _empty(rows: int, law: Law) -> Columns:
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
    given: Mapping[str, Column], rows: int, law: Law
) -> Iterator[tuple[Rules, NDArray[np.intp] | None]]:
    """Rules and the rows they hold for; None means all rows (nobody's key dates are known yet)."""
    dates = [given[key] for key in ("approved_on", "started_on") if key in given]
    if not dates or all(np.isnan(column).all() for column in dates):
        yield law.today, None
        return
    marks = np.array([mark.toordinal() for mark in law.book.breakpoints])
    epochs = [_epochs(given.get(key), rows, marks, law) for key in ("approved_on", "started_on")]
    both = epochs[0] * (len(marks) + 1) + epochs[1]
    for group in np.unique(both):
        chosen = np.flatnonzero(both == group)
        yield (
            law.rules(
                (law.on, *(_date_of(given.get(key), chosen[0], law) for key in ("approved_on", "started_on")))
            ),
            chosen,
        )


def _epochs(column: Column | None, rows: int, marks: NDArray[np.int64], law: Law) -> NDArray[np.intp]:
    """The stretch of law of each row's key date; where it is unknown, that of the survey date."""
    survey = law.book.epoch(law.on)
    if column is None:
        return np.full(rows, survey, np.intp)
    return np.where(np.isnan(column), survey, np.searchsorted(marks, dates_of(column), side="right"))


def _date_of(column: Column | None, row: np.intp, law: Law) -> Any:
    return law.on if column is None or np.isnan(column[row]) else day(column[row])


class _Judge:
    """One set of rules compiled for columns."""

    def __init__(self, rules: Rules) -> None:
        self.rules = rules
        book = rules.book
        self.unknowns = {name: unknown_column(fact) for name, fact in book.facts.items()}
        self.base = {
            name: np.float64(np.nan) if value is None else np.uint8(value)
            for name, value in rules.base.items()
        }
        self.status = [vector(tree, book.choices) for tree in rules.status]
        self.prices = [vector(tree, book.choices) for tree in rules.prices]
        self.needed = [self.needed_for_amount(one) for one in rules.programmes]
        self.places = {one.id: place for place, one in enumerate(book.programmes)}
        self.missing = MissingColumns(book.fact_bits, rules.definitions, book.choices)

    def needed_for_amount(self, programme: Programme) -> set[str]:
        """Names whose columns the amount, the priority and the key date of a programme are read from."""
        settled = self.rules.constants
        trees = [programme.price, *(price.at_most for price in programme.prices.values())]
        used = {name for tree in trees for name in names(tree) if name not in settled}
        return {*used, "works_kind", *programme.priority} | (
            {programme.key_date} & {"approved_on", "started_on"}
        )

    def chunk(self, given: Env, rows: int) -> dict[str, Any]:
        """All answers for the rows of one chunk."""
        env = self.truths(given)
        book, frame = self.rules.book, self.rules.book.frame
        entitles = [np.broadcast_to(status(env), rows) for status in self.status]
        choice = _Choice(rows)
        for place, programme in enumerate(self.rules.programmes):
            self.consider(choice, place, programme, entitles[place], env)
        answers = choice.answers(env["registered"])
        answers["house_class"] = _house_class(env[frame.temporary], env[frame.no_house])
        answers["works_kind"] = env["works_kind"]
        answers["met"], answers["unknown"] = _masks(book.clause_codes, env, rows)
        answers["missing"] = self.missing_facts(answers["outcome"] == 1, choice.possible, given, rows)
        answers["entitles"] = np.zeros((len(book.programmes), rows), np.uint8)
        for programme, truth in zip(self.rules.programmes, entitles, strict=True):
            answers["entitles"][self.places[programme.id]] = truth
        return answers

    def truths(self, given: Env) -> Env:
        """The environment of a chunk: facts, unknowns, and the truth of every condition."""
        env = self.unknowns | given | self.base
        for code, step in self.rules.column_steps:
            env[code] = step(env)
        return env

    def consider(self, choice: _Choice, place: int, programme: Programme, entitles: Column, env: Env) -> None:
        """The next programme by rank: rows that are not settled yet may or surely take it."""
        rows = choice.open & (entitles != FALSE)
        choice.possible.append(rows)
        chosen = np.flatnonzero(rows)
        if not chosen.size:
            return
        # Amounts are worked out for these rows alone; of the environment only what they need is copied.
        here = {name: np.broadcast_to(env[name], rows.shape)[chosen] for name in self.needed[place]}
        low, high = self.amounts(place, programme, here, chosen.size)
        stands_in = np.isnan(here[programme.key_date]) if programme.key_date in here else np.False_
        priority = _priority(programme.priority, here)
        choice.take(
            chosen, entitles[chosen] == TRUE, self.places[programme.id], low, high, stands_in, priority
        )

    def amounts(self, place: int, programme: Programme, env: Env, rows: int) -> tuple[Column, Column]:
        """The least and most of each amount, equal where it is settled (see `assess._bounds`)."""
        amount = np.broadcast_to(self.prices[place](env), rows)
        unsettled = np.flatnonzero(np.isnan(amount))
        if not unsettled.size:
            return amount, amount
        low, high = amount.copy(), amount.copy()
        here = {name: column[unsettled] for name, column in env.items()}
        low[unsettled], high[unsettled] = self.bounds(programme, here, unsettled.size)
        return low, high

    def bounds(self, programme: Programme, env: Env, rows: int) -> tuple[Column, Column]:
        """Over both kinds of works where that is unknown, 0 to `at_most` where a fact is."""
        low, high = np.full(rows, np.inf), np.full(rows, -np.inf)
        asked = env["works_kind"]
        for code, kind in enumerate(self.rules.book.facts["works_kind"].choices):
            price, at_most = (each(env) for each in self.rules.column_bounds[programme.id][kind])
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
        env = self.truths({name: column[chosen] for name, column in given.items()})
        known: dict[str, NDArray[np.uint64]] = {}
        for place, could_be in enumerate(possible):
            here = could_be[chosen]
            if here.any():
                for tree in (self.rules.status[place], self.rules.prices[place]):
                    found = self.missing.of(tree, env, chosen.size, known)
                    masks[chosen] |= np.where(here, found, np.uint64(0))
        return masks


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
