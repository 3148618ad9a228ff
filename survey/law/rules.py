"""The law fixed on dates: constants put in, what cannot matter folded away, the rest compiled."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from survey.law.book import KEY_DATES, Book, Period, Price, Programme
from survey.law.evaluation import Scalar, Vector, fold, scalar, vector
from survey.law.expressions import FALSE, TRUE, Node, const
from survey.law.facts import day
from survey.law.missing import Missing
from survey.problems import Problem

KeyDates = tuple[date, date, date]  # in the order of KEY_DATES


@dataclass(frozen=True)
class Law:
    """The law for a place (path of area codes, deepest first) and a survey date."""

    book: Book
    on: date
    area_codes: tuple[str, ...]

    @property
    def release(self) -> str:
        """The release of the book this law is taken from."""
        return self.book.release

    @cached_property
    def relevant_areas(self) -> tuple[str, ...]:
        """The codes of the path that have values of their own."""
        return tuple(code for code in self.area_codes if code in self.book.override_areas)

    def value(self, name: str) -> float:
        """A legal value on the survey date (a date as days, a truth as 0 or 2).

        Raises: Problem 2032 outside its dates.
        """
        period = self.period(name)
        if period is None or period.value is None:
            raise Problem(2032, name=name, on=self.on.isoformat())
        return period.value

    def period(self, name: str) -> Period | None:
        """The period of a value that holds on the survey date, with its citation."""
        return self.book.values[name].on(self.on, self.relevant_areas)

    def key_dates(self, env: Mapping[str, Any]) -> KeyDates:
        """The household's key dates; one that is not known yet is taken as the survey date."""
        approved, started = env["approved_on"], env["started_on"]
        return (
            self.on,
            self.on if approved is None else day(approved),
            self.on if started is None else day(started),
        )

    @cached_property
    def today(self) -> Rules:
        """The rules where no later key date is known."""
        return self.rules((self.on, self.on, self.on))

    def rules(self, dates: KeyDates) -> Rules:
        """The compiled rules for these key dates; kept in the book, since few combinations exist."""
        epochs = tuple(self.book.epoch(each) for each in dates)
        key = (self.relevant_areas, self.on.year, epochs)
        found = self.book.compiled.get(key)
        if found is None:
            found = self.book.compiled[key] = Rules(self.book, dates, self.relevant_areas)
        return found


class Rules:
    """Compiled rules: all values and in-force questions are settled, only facts are still open."""

    def __init__(self, book: Book, dates: KeyDates, area_codes: tuple[str, ...]) -> None:
        self.book = book
        self._on = dict(zip(KEY_DATES, dates, strict=True))
        self._areas = area_codes
        self.unset: dict[str, None] = {}  # values that have no amount on their key date
        self.constants = self._value_constants()
        self.definitions = self._folded_clauses()
        self.programmes = tuple(one for one in book.programmes if one.span.covers(self._on[one.key_date]))
        self.status = tuple(self.fold(one.entitled) for one in self.programmes)
        self.prices = tuple(self.fold(one.price) for one in self.programmes)

    def fold(self, tree: Node) -> Node:
        """A tree with everything that is settled on these dates put in."""
        return fold(tree, self.constants)

    def _value_constants(self) -> dict[str, Node]:
        constants = {"surveyed_year": const(float(self._on["surveyed_on"].year), "number")}
        for name, value in self.book.values.items():
            period = self.period(name)
            if period is None or period.value is None:
                self.unset[name] = None
            else:
                constants[name] = const(period.value, value.kind)
        return constants

    def _folded_clauses(self) -> dict[str, Node]:
        definitions = {}
        for code, clause in self.book.clauses.items():
            in_force = clause.span.covers(self._on[clause.key_date])
            folded = self.fold(clause.tree) if in_force else const(FALSE, "truth")
            if folded.op == "const":
                self.constants[code] = folded
            definitions[code] = folded
        return definitions

    def period(self, name: str) -> Period | None:
        """The period of a value that holds on the value's own key date."""
        value = self.book.values[name]
        return value.on(self._on[value.key_date], self._areas)

    @cached_property
    def base(self) -> dict[str, Any]:
        """What every household's environment starts from: settled clauses, and values without an amount."""
        settled = {code: tree.value for code, tree in self.definitions.items() if tree.op == "const"}
        return settled | self.unset

    @cached_property
    def steps(self) -> tuple[tuple[str, Scalar], ...]:
        """Each open condition as a scalar function, in an order in which each finds what it needs."""
        return tuple((code, scalar(tree)) for code, tree in self._open())

    @cached_property
    def column_steps(self) -> tuple[tuple[str, Vector], ...]:
        """The same as functions of columns."""
        return tuple((code, vector(tree, self.book.choices)) for code, tree in self._open())

    def _open(self) -> Iterator[tuple[str, Node]]:
        return ((code, tree) for code, tree in self.definitions.items() if tree.op != "const")

    @cached_property
    def judges(self) -> tuple[tuple[Programme, Scalar, Scalar], ...]:
        """Each programme in force, by rank, with the functions of its entitlement and its amount."""
        trees = zip(self.programmes, self.status, self.prices, strict=True)
        return tuple((one, scalar(status), scalar(price)) for one, status, price in trees)

    def run(self, env: dict[str, Any]) -> dict[str, Any]:
        """The environment of one household with the truth of every condition added (in place)."""
        env.update(self.base)
        for code, step in self.steps:
            env[code] = step(env)
        return env

    @cached_property
    def missing(self) -> Missing:
        """Finds the unknown facts that matter."""
        return Missing(self.book.fact_bits, self.definitions)

    @cached_property
    def bounds(self) -> dict[str, dict[str, tuple[Scalar, Scalar]]]:
        """Programme id -> kind of works -> functions of the amount and of its upper bound."""
        return {one.id: _each(one.prices, lambda tree: scalar(self.fold(tree))) for one in self.programmes}

    @cached_property
    def column_bounds(self) -> dict[str, dict[str, tuple[Vector, Vector]]]:
        """The same as functions of columns."""
        choices = self.book.choices
        return {
            one.id: _each(one.prices, lambda tree: vector(self.fold(tree), choices))
            for one in self.programmes
        }

    def unverified(self, programme: Programme) -> tuple[str, ...]:
        """Names of the unconfirmed values and clauses that the programme rests on, and the programme or its
        tranches.
        """
        found: set[str] = set()
        self._collect_unverified(programme.entitled, found)
        self._collect_unverified(programme.price, found)
        if not programme.cite.verified:
            found.add(programme.id)
        if not programme.tranches_cite.verified:
            found.add(f"{programme.id}.tranches")
        return tuple(sorted(found))

    def _collect_unverified(self, tree: Node, found: set[str]) -> None:
        if tree.op != "name":
            for part in self._parts_that_count(tree):
                self._collect_unverified(part, found)
        elif tree.value in self.book.values:
            period = self.period(tree.value)
            if period is not None and not period.cite.verified:
                found.add(tree.value)
        elif tree.value in self.definitions and self.definitions[tree.value].op != "const":
            clause = self.book.clauses[tree.value]
            if not clause.cite.verified:
                found.add(tree.value)
            self._collect_unverified(clause.tree, found)

    def _parts_that_count(self, tree: Node) -> tuple[Node, ...]:
        """Where one part already decides an `and` or `or` on these dates, only that part counts."""
        decisive = {"and": FALSE, "or": TRUE}.get(tree.op)
        for part in tree.args if decisive is not None else ():
            folded = self.fold(part)
            if folded.op == "const" and folded.value == decisive:
                return (part,)
        return tree.args

    @cached_property
    def unverified_by_programme(self) -> dict[str, tuple[str, ...]]:
        """`unverified` of every programme in force."""
        return {one.id: self.unverified(one) for one in self.programmes}


def _each(prices: Mapping[str, Price], compile_: Callable[[Node], Any]) -> dict[str, tuple[Any, Any]]:
    return {kind: (compile_(price.tree), compile_(price.at_most)) for kind, price in prices.items()}
