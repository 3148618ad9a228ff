"""The law fixed on dates: constants put in, what cannot matter folded away, the rest compiled."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from survey.law.book import KEY_DATES, Component, KeyDates, LawBook, Period, Programme, Supplement, Tranches
from survey.law.evaluation import Scalar, Vector, fold, scalar, vector
from survey.law.expressions import FALSE, TRUE, Node, const
from survey.law.facts import day
from survey.law.missing import Missing
from survey.problems import Problem


@dataclass(frozen=True, slots=True)
class Part:
    """A component of a programme's amount on given dates, with what it is worked out by.

    Functions are scalar, or of columns (`CompiledRules.column_parts`). status: the truth of its conditions,
    always true of the programme's own. prices: kind of works -> the amount, and its upper bound while facts
    are unknown. decides: while its amount is open, so is the programme's; a supplement is open by itself.
    trees: its conditions, its price and what was paid before, to be asked for what is missing.
    """

    component: Component
    decides: bool
    trees: tuple[Node, ...]
    status: Callable[[Any], Any]
    prices: Mapping[str, tuple[Callable[[Any], Any], Callable[[Any], Any]]]
    already: Callable[[Any], Any] | None
    tranches: Tranches


@dataclass(frozen=True, slots=True)
class Candidate:
    """A programme in question on a household's key dates, under the rules of the days it is asked on.

    `later`: from which days a later start of building would get other parts, and the rules of those.
    """

    programme: Programme
    rules: CompiledRules
    place: int  # among the rules' programmes
    status: Scalar
    parts: tuple[Part, ...]
    later: tuple[tuple[date, CompiledRules], ...]


@dataclass(frozen=True)
class LawOnDate:
    """The law for a place (path of area codes, deepest first, on the day of entry) and a survey date."""

    book: LawBook
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
        """The household's key dates. A start that is not known yet counts as the latest known one."""
        approved, started = env["approved_on"], env["started_on"]
        entered = self.on if approved is None else day(approved)
        if started is not None:
            return self.on, entered, day(started)
        return self.on, entered, self.on if self.book.shape == 1 else max(self.on, entered)

    @cached_property
    def today(self) -> CompiledRules:
        """The rules where no later key date is known."""
        return self.rules((self.on, self.on, self.on))

    def rules(self, dates: KeyDates) -> CompiledRules:
        """The compiled rules for these key dates; kept in the book, since few combinations exist."""
        found: CompiledRules = self.kept(
            "rules", dates, lambda: CompiledRules(self.book, dates, self.relevant_areas)
        )
        return found

    def candidates(self, dates: KeyDates) -> tuple[Candidate, ...]:
        """The programmes in question on these key dates, the one to be chosen first first."""
        found: tuple[Candidate, ...] = self.kept("candidates", dates, lambda: self._candidates(dates))
        return found

    def kept(self, what: str, dates: KeyDates, make: Callable[[], Any]) -> Any:
        """What was made for these key dates before; it stays as long as the book."""
        epochs = tuple(self.book.epoch(each) for each in dates)
        key = (what, self.relevant_areas, self.on.year, epochs)
        if key not in self.book.compiled:
            self.book.compiled[key] = make()
        return self.book.compiled[key]

    def _candidates(self, dates: KeyDates) -> tuple[Candidate, ...]:
        asked = [(one, own) for one in self.book.programmes if (own := one.asked(dates))]
        asked.sort(key=lambda pair: pair[0].gives_way(dates))  # stable: by rank among themselves
        return tuple(self._candidate(one, own) for one, own in asked)

    def _candidate(self, programme: Programme, own: KeyDates) -> Candidate:
        rules = self.rules(own)
        place = rules.programmes.index(programme)
        later = tuple(self._later(programme, own)) if programme.by_entry else ()
        return Candidate(programme, rules, place, rules.judges[place], rules.parts(programme), later)

    def _later(self, programme: Programme, own: KeyDates) -> Iterator[tuple[date, CompiledRules]]:
        """Each day from which a start would be priced otherwise than the day before."""
        surveyed, entered, started = own
        before = self.rules(own).priced(programme)
        for first in self.book.breakpoints:
            if first <= started or programme.has_ended(first):
                continue
            rules = self.rules((surveyed, entered, first))
            priced = rules.priced(programme)
            if priced != before:
                yield first, rules
            before = priced

    @cached_property
    def redefined_on(self) -> date | None:
        """The first day after the survey on which the house would be asked by another definition."""
        if self.book.shape == 1:
            return None
        now = self._definition(self.on)
        later = (first for first in self.book.breakpoints if first > self.on)
        return next((first for first in later if self._definition(first) != now), None)

    def _definition(self, on: date) -> list[Any]:
        """What of the definition of a temporary house holds on a day."""
        book = self.book
        return [
            book.values[name].on(on, self.relevant_areas)
            if name in book.values
            else book.clauses[name].span.covers(on)
            for name in book.definition
        ]


class CompiledRules:
    """Compiled rules: all values and in-force questions are settled, only facts are still open."""

    def __init__(self, book: LawBook, dates: KeyDates, area_codes: tuple[str, ...]) -> None:
        self.book = book
        self._on = dict(zip(KEY_DATES, dates, strict=True))
        self._areas = area_codes
        self.unset: dict[str, None] = {}  # values that have no amount on their key date
        self.constants = self._value_constants()
        self.definitions = self._folded_clauses()
        self.programmes = tuple(one for one in book.programmes if one.span.covers(self._on[one.asked_on]))
        self.supplements = tuple(one for one in book.supplements if one.span.covers(self._on[one.key_date]))
        self.status = tuple(self.fold(one.entitled) for one in self.programmes)
        self.prices = tuple(self.fold(one.price) for one in self.programmes)
        self._parts: dict[str, tuple[Part, ...]] = {}

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
        """`steps`, each a function of columns: of many households at once."""
        return tuple((code, vector(tree, self.book.choices)) for code, tree in self._open())

    def _open(self) -> Iterator[tuple[str, Node]]:
        return ((code, tree) for code, tree in self.definitions.items() if tree.op != "const")

    @cached_property
    def judges(self) -> tuple[Scalar, ...]:
        """The entitlement of each programme in force, by rank."""
        return tuple(scalar(status) for status in self.status)

    def priced(self, programme: Programme) -> list[Any]:
        """All that decides the amount of a programme on these dates, to be compared."""
        own = [(one.code, self.fold(one.price)) for one in programme.components]
        added = [
            (one.id, self.fold(one.entitled), self.fold(one.component.price))
            for one in self.adding(programme)
        ]
        return [*own, *added]

    def adding(self, programme: Programme) -> tuple[Supplement, ...]:
        """The supplements in force for it: those that add a sum first, then those that lift to a level."""
        return tuple(one for one in self.supplements if one.adds_to(programme.id))

    def parts(self, programme: Programme) -> tuple[Part, ...]:
        """The components of a programme's amount with their functions; supplements after its own."""
        if programme.id not in self._parts:
            self._parts[programme.id] = tuple(self._made_parts(programme, scalar))
        return self._parts[programme.id]

    def column_parts(self, programme: Programme) -> tuple[Part, ...]:
        """`parts` with functions of columns; made anew at each call."""
        return tuple(self._made_parts(programme, lambda tree: vector(tree, self.book.choices)))

    def _made_parts(
        self, programme: Programme, compile_: Callable[[Node], Callable[[Any], Any]]
    ) -> Iterator[Part]:
        told = [(one, const(TRUE, "truth"), one.is_of_the_house) for one in programme.components]
        told += [(one.component, self.fold(one.entitled), False) for one in self.adding(programme)]
        for component, entitled, decides in told:
            rests_on = [component.price, *([] if component.already is None else [component.already])]
            yield Part(
                component,
                decides=decides,
                trees=(entitled, *map(self.fold, rests_on)),
                status=compile_(entitled),
                prices={
                    kind: (compile_(self.fold(price.tree)), compile_(self.fold(price.at_most)))
                    for kind, price in component.prices.items()
                },
                already=None if component.already is None else compile_(self.fold(component.already)),
                tranches=programme.tranches if component.tranches is None else component.tranches,
            )

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

    def unverified(self, programme: Programme) -> tuple[str, ...]:
        """Names of the unconfirmed values and clauses that the programme rests on, and the programme or its
        tranches.
        """
        found = self._unverified_of(programme.entitled, programme.price)
        if not programme.cite.verified:
            found.add(programme.id)
        if not programme.tranches_cite.verified:
            found.add(f"{programme.id}.tranches")
        return tuple(sorted(found))

    def _unverified_of(self, *trees: Node) -> set[str]:
        found: set[str] = set()
        for tree in trees:
            self._collect_unverified(tree, found)
        return found

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
        """Programme in force -> the names of what is unconfirmed of it (`unverified`)."""
        return {one.id: self.unverified(one) for one in self.programmes}

    @cached_property
    def unverified_by_component(self) -> dict[str, tuple[str, ...]]:
        """The same of every component; of a supplement with the conditions it rests on."""
        found: dict[str, set[str]] = {}
        for programme in self.programmes:
            for part in programme.components:
                # Of a programme that is unconfirmed as a whole no part need be named.
                found[part.code] = self._unverified_component(part, not programme.cite.verified)
        for one in self.supplements:
            found[one.id] = self._unverified_component(one.component) | self._unverified_of(one.entitled)
        return {code: tuple(sorted(names)) for code, names in found.items()}

    def _unverified_component(self, component: Component, is_said: bool = False) -> set[str]:
        found = self._unverified_of(component.price)
        if not component.cite.verified and not is_said:
            found.add(component.code)
        return found
