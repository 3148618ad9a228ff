"""Many households against the law: the same thought as `assess`, over columns, some 100,000 rows at a
time.

Chunks keep most arrays in the processor's cache. Rows are grouped by place and by the stretches of law their
key dates fall in, so inside a group every legal value is a constant. The costly question, which facts are
missing, is asked only of the rows that need information.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from survey.law.book import LAPSES, KeyDates, LawBook, Programme
from survey.law.columns import (
    NO_AMOUNT,
    OPEN_AMOUNT,
    Column,
    Columns,
    DatedColumn,
    day_column,
    read_columns,
    unknown_column,
    words,
)
from survey.law.evaluation import vector
from survey.law.expressions import FALSE, TRUE, UNKNOWN, names
from survey.law.facts import day, days
from survey.law.missing import MissingColumns
from survey.law.rules import Candidate, CompiledRules, LawOnDate, Part

CHUNK = 131_072  # measured best of 16 k to 1.6 M on two cores with 32 MB of shared cache

Env = dict[str, Any]
Days = tuple[Any, Any, Any]  # of visit, entry and start: columns, or one for all rows
Place = tuple[str, ...]  # path of area codes, deepest first


def assess_many(
    columns: Mapping[str, Any], book: LawBook, on: date | Any, area_codes: Place | Sequence[Place] = ()
) -> Columns:
    """Assess a row for each household; columns are named like facts (see `columns.encode_column`), all of
    one length. A fact that changed over time is a column of `Dated`.

    on: the day of the visit of all rows, or a column of days. area_codes: the path of the place on the day of
    entry, of all rows or one for each row. What a later start would get (`if_started`) is not told here.

    Raises: Problem 2030, 2031, 2033.
    """
    given, rows = read_columns(columns, book.facts)
    result = _empty(rows, book)
    for group in groups(given, rows, book, on, area_codes):
        for part, env, told, size in group.chunks(given, rows):
            for name, answers in group.judge.chunk(env, told, size).items():
                getattr(result, name)[..., part] = answers
    return result


def _empty(rows: int, book: LawBook) -> Columns:
    kinds: dict[str, Any] = {
        "outcome": np.uint8,
        "house_class": np.uint8,
        "programme": np.int8,
        "works_kind": np.int8,
    }
    kinds |= dict.fromkeys(("amount_vnd", "amount_low_vnd", "amount_high_vnd"), np.int64)
    kinds |= {"provisional": np.bool_, "priority": np.int8, "lapses_on": np.float64}
    arrays: dict[str, Any] = {name: np.zeros(rows, kind) for name, kind in kinds.items()}
    for name, bits in (("met", book.clause_codes), ("unknown", book.clause_codes), ("missing", book.facts)):
        arrays[name] = np.zeros((words(len(bits)), rows), np.uint64)
    return Columns(
        **arrays,
        components=np.zeros((len(book.components), rows), np.int64),
        entitles=np.zeros((len(book.programmes), rows), np.uint8),
        programme_ids=tuple(one.id for one in book.programmes),
        component_codes=tuple(book.components),
        clause_codes=book.clause_codes,
        fact_names=book.fact_names,
        works_kinds=book.facts["works_kind"].choices,
    )


@dataclass(frozen=True, slots=True)
class Group:
    """Rows of one place whose key dates lie in the same stretches of law; rows None means all of them.

    days: visit, entry and start of every row (or one for all), the start standing in where none is known.
    """

    law: LawOnDate
    dates: KeyDates
    rows: NDArray[np.intp] | None
    days: Days

    @property
    def judge(self) -> Judge:
        """The law of the group, compiled once as long as the book lives."""
        found: Judge = self.law.kept("columns", self.dates, lambda: Judge(self.law, self.dates))
        return found

    def chunks(self, given: Mapping[str, Column], rows: int) -> Iterator[tuple[Any, Env, Days, int]]:
        """Its rows some at a time: which, their columns and days, and how many; `rows` are all there are."""
        chosen = self.rows
        for start in range(0, rows if chosen is None else len(chosen), CHUNK):
            part = slice(start, start + CHUNK) if chosen is None else chosen[start : start + CHUNK]
            size = len(range(rows)[part]) if isinstance(part, slice) else len(part)
            env = {name: column[part] for name, column in given.items()}
            yield part, env, rows_of(self.days, slice(start, start + CHUNK)), size


def groups(
    given: Mapping[str, Column], rows: int, book: LawBook, on: date | Any, area_codes: Place | Sequence[Place]
) -> Iterator[Group]:
    """The rows grouped so that inside a group every legal value is a constant."""
    surveyed = days(on) if isinstance(on, date) else day_column(on)
    places, of_place = _places(area_codes, book)
    told = [given[key] for key in ("approved_on", "started_on") if key in given]
    if isinstance(on, date) and len(places) == 1 and all(np.isnan(column).all() for column in told):
        law = book.law_on(on, places[0])
        yield Group(law, law.key_dates(dict.fromkeys(("approved_on", "started_on"))), None, (surveyed,) * 3)
        return
    asked = _key_dates(given, np.broadcast_to(surveyed, rows), book)
    marks = np.array([days(mark) for mark in book.breakpoints])
    key = np.broadcast_to(of_place, rows).astype(np.int64)
    for column in asked:
        key = key * (len(marks) + 1) + np.searchsorted(marks, column, side="right")
    years = asked[0].astype("datetime64[D]").astype("datetime64[Y]").astype(np.int64)
    key = key * 10_000 + years + 1970  # ages are counted by the year of the survey
    for group in np.unique(key):
        chosen = np.flatnonzero(key == group)
        visit, entry, start = (column[chosen] for column in asked)
        dates = day(visit[0]), day(entry[0]), day(start[0])
        place = places[np.broadcast_to(of_place, rows)[chosen[0]]]
        yield Group(book.law_on(dates[0], place), dates, chosen, (visit, entry, start))


def _places(area_codes: Place | Sequence[Place], book: LawBook) -> tuple[list[Place], Any]:
    """The places that differ before the law, and which of them each row (or every row) lies in."""
    if all(isinstance(code, str) for code in area_codes):
        return [tuple(str(code) for code in area_codes)], 0
    own = book.override_areas
    paths = [tuple(path) for path in area_codes]
    before_the_law = {path: tuple(code for code in path if code in own) for path in dict.fromkeys(paths)}
    order: dict[Place, int] = {}
    of_place = [order.setdefault(before_the_law[path], len(order)) for path in paths]
    return list(order), np.array(of_place)


def _key_dates(given: Mapping[str, Column], surveyed: Column, book: LawBook) -> tuple[Column, Column, Column]:
    """The days of visit, entry and start of building of each row (see `LawOnDate.key_dates`)."""
    unknown = np.full(len(surveyed), np.nan)
    approved, started = (given.get(key, unknown) for key in ("approved_on", "started_on"))
    entered = np.where(np.isnan(approved), surveyed, approved)
    latest = surveyed if book.shape == 1 else np.maximum(surveyed, entered)
    return surveyed, entered, np.where(np.isnan(started), latest, started)


def needed_for_amount(rules: CompiledRules, parts: Sequence[Part]) -> set[str]:
    """Names whose columns an amount is read from."""
    trees = [tree for one in parts for tree in one.trees]
    trees += [price.at_most for one in parts for price in one.component.prices.values()]
    return {name for tree in trees for name in names(tree) if name not in rules.constants}


_KEPT = ("works_kind", "approved_on", "started_on")


class Judge:
    """The law on one set of key dates, compiled for columns."""

    def __init__(self, law: LawOnDate, dates: KeyDates) -> None:
        self.book = book = law.book
        self.rules = law.rules(dates)
        self.candidates = law.candidates(dates)
        self.unknowns = {name: unknown_column(fact) for name, fact in book.facts.items()}
        self.status = [vector(one.rules.status[one.place], book.choices) for one in self.candidates]
        self.parts = [one.rules.column_parts(one.programme) for one in self.candidates]
        self.needed = [
            needed_for_amount(one.rules, parts) | {*_KEPT, *one.programme.priority}
            for one, parts in zip(self.candidates, self.parts, strict=True)
        ]
        self.places = {one.id: place for place, one in enumerate(book.programmes)}
        self.component_places = {code: place for place, code in enumerate(book.components)}
        self.missing = {
            id(one.rules): [
                MissingColumns(bits, one.rules.definitions, book.choices) for bits in _bits_by_word(book)
            ]
            for one in self.candidates
        }

    @cached_property
    def later(self) -> list[list[tuple[tuple[Part, ...], set[str]]]]:
        """Of each candidate the parts that later starts would get, and the names they are read from."""
        return [
            [
                (parts, needed_for_amount(rules, parts) | {"works_kind"})
                for _, rules in one.later
                for parts in (rules.column_parts(one.programme),)
            ]
            for one in self.candidates
        ]

    def chunk(self, given: Env, told: Days, rows: int) -> dict[str, Any]:
        """All answers for the rows of one chunk; `told` are their days of visit, entry and start."""
        book, frame = self.book, self.book.frame
        truths = Truths(self.unknowns | given, told)
        env = truths.on_survey(self.rules)
        entitles = [
            np.broadcast_to(status(truths.of(one)), rows)
            for status, one in zip(self.status, self.candidates, strict=True)
        ]
        choice = _Choice(rows, len(book.components))
        for place, one in enumerate(self.candidates):
            self.consider(choice, place, entitles[place], truths.of(one))
        answers = choice.answers(env["registered"])
        answers["house_class"] = _house_class(env[frame.temporary], env[frame.no_house])
        answers["works_kind"] = env["works_kind"]
        answers["met"], answers["unknown"] = _masks(book.clause_codes, self.named(truths), rows)
        answers["missing"] = self.missing_facts(answers["outcome"] == 1, choice.possible, given, told, rows)
        answers["entitles"] = np.zeros((len(book.programmes), rows), np.uint8)
        for one, truth in zip(self.candidates, entitles, strict=True):
            answers["entitles"][self.places[one.programme.id]] = truth
        return answers

    def named(self, truths: Truths) -> Env:
        """The truths as the programmes tell them: a clause that only one that ended names, as on its days."""
        own: Env = {}
        for one in sorted(self.candidates, key=lambda one: one.rules is self.rules):
            own |= {code: truths.of(one)[code] for code in one.programme.codes}
        return truths.on_survey(self.rules) | own

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
        parts = self.parts[place]
        money = reckon(parts, here, chosen.size, self.book.facts["works_kind"].choices)
        told = "approved_on" if programme.key_date == "entered_on" else programme.key_date
        choice.take(
            chosen,
            entitles[chosen] == TRUE,
            self.places[programme.id],
            money,
            [self.component_places[one.component.code] for one in parts],
            np.isnan(here[told]) if told in here else np.False_,
            _priority(programme.priority, here),
            _lapses_on(programme, here),
        )

    def missing_facts(
        self, needs: Column, possible: Sequence[Column], given: Env, told: Days, rows: int
    ) -> NDArray[np.uint64]:
        """For the rows that need information: the facts that matter. The truths are worked out again for
        them alone.
        """
        masks = np.zeros((words(len(self.book.facts)), rows), np.uint64)
        chosen = np.flatnonzero(needs)
        if not chosen.size:
            return masks
        facts = self.unknowns | {name: column[chosen] for name, column in given.items()}
        truths = Truths(facts, rows_of(told, chosen))
        known: dict[tuple[int, int], dict[str, NDArray[np.uint64]]] = {}
        for one, could_be in zip(self.candidates, possible, strict=True):
            here, rules, env = could_be[chosen], one.rules, truths.of(one)
            if not here.any():
                continue
            for word, missing in enumerate(self.missing[id(rules)]):
                kept = known.setdefault((id(env), word), {})
                for tree in (rules.status[one.place], rules.prices[one.place]):
                    found = missing.of(tree, env, chosen.size, kept)
                    masks[word, chosen] |= np.where(here, found, np.uint64(0))
        return masks


def rows_of(told: Days, rows: Any) -> Days:
    """The days of some rows; one day for all stays one."""
    visit, entry, start = (each[rows] if np.ndim(each) else each for each in told)
    return visit, entry, start


def _bits_by_word(book: LawBook) -> list[dict[str, int]]:
    """The facts of each word of a mask with their bits."""
    names_ = book.fact_names
    return [
        {name: 1 << place for place, name in enumerate(names_[start : start + 64])}
        for start in range(0, len(names_), 64)
    ]


class Truths:
    """The truth of every condition for the rows of a chunk, by the rules asked and the day they are asked on.

    One environment serves all days where no fact changed over time.
    """

    def __init__(self, facts: Env, told: Days) -> None:
        self.plain = {name: one for name, one in facts.items() if not isinstance(one, DatedColumn)}
        self.dated = {name: one for name, one in facts.items() if isinstance(one, DatedColumn)}
        self.surveyed, self.entered, self.started = told
        self._kept: dict[Any, Env] = {}

    def on_survey(self, rules: CompiledRules) -> Env:
        """The facts of the day of the visit with the truth of every condition by these rules."""
        return self._by(rules, "surveyed_on", self.surveyed)

    def of(self, candidate: Candidate) -> Env:
        """The same on the day on which the household asks a programme (see `Programme.asked`)."""
        programme = candidate.programme
        if not programme.by_entry:
            on = {"surveyed_on": self.surveyed, "entered_on": self.entered, "started_on": self.started}
            return self._by(candidate.rules, programme.key_date, on[programme.key_date])
        last = days(programme.span.last or date.max)
        return self._by(candidate.rules, last, np.minimum(self.entered, last))

    def _by(self, rules: CompiledRules, name: Any, on: Any) -> Env:
        key = (id(rules), name if self.dated else None)
        if key not in self._kept:
            env = self.plain | {name: column.at(on) for name, column in self.dated.items()}
            env |= {
                name: np.float64(np.nan) if value is None else np.uint8(value)
                for name, value in rules.base.items()
            }
            for code, step in rules.column_steps:
                env[code] = step(env)
            self._kept[key] = env
        return self._kept[key]


# --- amounts (see `money`: the same steps, with NaN for an unknown)


@dataclass(frozen=True, slots=True)
class Money:
    """Least and most of each part (part by row) and of the house's public money; amounts in đồng."""

    low: NDArray[np.float64]
    high: NDArray[np.float64]
    house_low: Column
    house_high: Column
    is_settled: Column
    amount: Column


def reckon(parts: Sequence[Part], env: Env, rows: int, kinds: Sequence[str]) -> Money:
    """The amounts of a programme's parts for the rows of an environment."""
    low, high = np.full((len(parts) + 1, rows), np.inf), np.full((len(parts) + 1, rows), -np.inf)
    asked = env["works_kind"]
    for code, kind in enumerate(kinds):
        could_be = (asked == code) | (asked == -1)
        for place, (least, most) in enumerate(_of_kind(parts, env, kind)):
            np.minimum(low[place], least, out=low[place], where=could_be)
            np.maximum(high[place], most, out=high[place], where=could_be)
    settled = low[:-1] == high[:-1]
    decides = [place for place, part in enumerate(parts) if part.decides]
    amount = np.zeros(rows)
    for place, part in enumerate(parts):
        if part.component.is_of_the_house:
            amount += np.where(settled[place], np.rint(high[place]), 0)
    return Money(low[:-1], high[:-1], low[-1], high[-1], settled[decides].all(axis=0), amount)


def _of_kind(parts: Sequence[Part], env: Env, kind: str) -> Iterator[tuple[Any, Any]]:
    """Each part for one kind of works, and last the house's public money together."""
    house: tuple[Any, Any] = (np.float64(0), np.float64(0))
    for part in parts:
        truth = part.status(env)
        low, high = _priced(part, env, kind)
        if part.component.lifts:
            (low, high), lifted = _lift((low, high), house, _already(part, env, high))
        else:
            lifted = house[0] + low, house[1] + high
        low, high = np.where(truth == TRUE, low, 0), np.where(truth == FALSE, 0, high)
        lifted = np.where(truth == TRUE, lifted[0], house[0]), np.where(truth == FALSE, house[1], lifted[1])
        yield low, high
        if part.component.is_of_the_house:
            house = lifted
    yield house


def _priced(part: Part, env: Env, kind: str) -> tuple[Any, Any]:
    price, at_most = part.prices[kind]
    amount = price(env)
    is_unknown = np.isnan(amount)
    if not is_unknown.any():
        amount = np.maximum(amount, 0)
        return amount, amount
    low, high = np.where(is_unknown, 0, amount), np.where(is_unknown, at_most(env), amount)
    return np.maximum(low, 0), np.maximum(high, 0)


def _already(part: Part, env: Env, level: Any) -> tuple[Any, Any]:
    if part.already is None:
        return np.float64(0), np.float64(0)
    paid = part.already(env)
    is_unknown = np.isnan(paid)
    return np.where(is_unknown, 0, paid), np.where(is_unknown, level, paid)


def _lift(
    level: tuple[Any, Any], house: tuple[Any, Any], already: tuple[Any, Any]
) -> tuple[tuple[Any, Any], tuple[Any, Any]]:
    least = np.maximum(level[0] - house[1] - already[1], 0)
    most = np.maximum(level[1] - house[0] - already[0], 0)
    low = np.maximum(house[0], level[0] - already[1])
    high = np.maximum(house[1], level[1] - already[0])
    return (least, most), (low, high)


def _lapses_on(programme: Programme, env: Env) -> Any:
    """The first day on which a programme no longer helps each row, NaN where it stands."""
    last = programme.span.last
    if not programme.by_entry or last is None:
        return np.float64(np.nan)
    end = days(last)
    outside = {
        part: np.isnan(env[day_]) | (env[day_] > end)
        for part, day_ in (("unapproved", "approved_on"), ("unstarted", "started_on"))
    }
    lapses = {
        part: rule is not None and rule.becomes == LAPSES
        for part, rule in (("unapproved", programme.unapproved), ("unstarted", programme.unstarted))
    }
    late = np.where(outside["unstarted"] & lapses["unstarted"], end + 1, np.nan)
    return np.where(outside["unapproved"], end + 1 if lapses["unapproved"] else np.nan, late)


class _Choice:
    """Which programme each row of a chunk gets, as the programmes are considered by rank."""

    def __init__(self, rows: int, components: int) -> None:
        self.open = np.ones(rows, np.bool_)  # no programme is sure yet
        self.doubtful = np.zeros(rows, np.bool_)  # a programme before the sure one may apply
        self.unsettled = np.zeros(rows, np.bool_)  # the amount of the sure one depends on unknowns
        self.programme = np.full(rows, -1, np.int8)
        self.priority = np.zeros(rows, np.int8)
        self.low = np.full(rows, np.inf)
        self.high = np.zeros(rows)
        self.amount = np.zeros(rows)
        self.components = np.zeros((components, rows), np.int64)
        self.provisional = np.zeros(rows, np.bool_)
        self.stands = np.zeros(rows, np.bool_)  # a programme that could be chosen goes on helping
        self.lapses_on = np.full(rows, np.nan)
        self.possible: list[Column] = []

    def take(
        self,
        rows: Column,
        sure: Column,
        place: int,
        money: Money,
        component_places: Sequence[int],
        stands_in: Any,
        priority: Any,
        lapses_on: Any,
    ) -> None:
        """These rows (by place in the chunk) may take the programme; where it is sure they are settled."""
        self.low[rows] = np.minimum(self.low[rows], money.house_low)
        self.high[rows] = np.maximum(self.high[rows], money.house_high)
        self.provisional[rows] |= stands_in
        self.stands[rows] |= np.isnan(lapses_on)
        self.lapses_on[rows] = np.fmax(self.lapses_on[rows], lapses_on)
        self.programme[rows] = np.where(sure, place, self.programme[rows])
        self.priority[rows] = np.where(sure, priority, self.priority[rows])
        self.amount[rows] = np.where(sure, money.amount, self.amount[rows])
        self.unsettled[rows] |= sure & ~money.is_settled
        for part, component in enumerate(component_places):
            settled = money.low[part] == money.high[part]
            worth = np.where(settled, np.rint(money.high[part]), OPEN_AMOUNT)
            self.components[component, rows] = np.where(sure, worth, self.components[component, rows])
        self.doubtful[rows] |= ~sure
        self.open[rows] = ~sure

    def answers(self, registered: Any) -> dict[str, Any]:
        """Outcome, programme and amounts (places in OUTCOMES; see `assess`)."""
        low = np.rint(
            np.where(self.open, np.minimum(self.low, 0), self.low)
        )  # nothing at all is possible too
        high = np.rint(self.high)
        settled = ~self.open & ~self.doubtful
        needs = self.doubtful | (settled & self.unsettled)
        helped = np.where(registered == FALSE, np.uint8(3), np.uint8(2))
        is_told = settled & ~needs
        return {
            "outcome": np.where(needs, np.uint8(1), np.where(settled, helped, np.uint8(0))),
            "programme": np.where(settled, self.programme, np.int8(-1)),
            "priority": np.where(settled, self.priority, np.int8(0)),
            "amount_vnd": np.where(is_told, self.amount, NO_AMOUNT),
            "amount_low_vnd": np.where(is_told, self.amount, low),
            "amount_high_vnd": np.where(is_told, np.maximum(self.amount, high), high),
            "components": np.where(is_told, self.components, 0),
            "provisional": self.provisional,
            "lapses_on": np.where(self.stands, np.nan, self.lapses_on),
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
    """Words of 64 clauses by row. Bit n of the first: the word's clause n is true; of the second: it is
    unknown. Eight clauses make a byte first: it is faster.
    """
    met = np.zeros((words(len(codes)), rows), np.uint64)
    unknown = np.zeros_like(met)
    for start in range(0, len(codes), 8):
        word, shift = start // 64, np.uint64(start % 64)
        met_byte, unknown_byte = np.zeros(rows, np.uint8), np.zeros(rows, np.uint8)
        for place, code in enumerate(codes[start : start + 8]):
            met_byte |= (env[code] >> 1) << place
            unknown_byte |= (env[code] & 1) << place
        met[word] |= met_byte.astype(np.uint64) << shift
        unknown[word] |= unknown_byte.astype(np.uint64) << shift
    return met, unknown
