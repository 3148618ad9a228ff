"""Raw law files -> a checked `LawBook`. Every fault is a numbered problem that names file and entry."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Any

from survey.law import shapes
from survey.law.book import (
    Cite,
    Clause,
    Component,
    End,
    HouseDefinition,
    LawBook,
    Period,
    Price,
    Programme,
    Source,
    Span,
    Supplement,
    Tranche,
    Tranches,
    Value,
    Words,
)
from survey.law.checks import (
    check_book,
    check_bounds,
    check_cite,
    check_payer,
    check_periods,
    check_words,
)
from survey.law.expressions import TRUE, Kind, Node, const, name, names, parse, typed
from survey.law.facts import Fact, days
from survey.law.files import Origins, read_folders, shipped_folder
from survey.law.shapes import BUDGET
from survey.problems import Problem
from survey.words import LANGUAGES

MOST = 2**53
"""No value is as large, infinite or no number: amounts stay whole đồng in every engine."""
BUILT_IN = {"surveyed_year": Kind("number")}  # the year of the survey, for ages


def load_book(folder: Path | None = None) -> LawBook:
    """The shipped law with an operator's folder (if any) laid over it.

    Raises: Problem 2001 to 2050; every text names the file and the entry.
    """
    raw, origins = read_folders([shipped_folder(), *([Path(folder)] if folder else [])])
    return build(raw, origins)


def build(raw: Mapping[str, Any], origins: Origins) -> LawBook:
    """Check raw sections and build the book. `origins` says which file an entry came from, for problem
    texts.
    """
    return _Builder(raw, origins).book()


class _Builder:
    """Builds the sections in order, each from those before it."""

    def __init__(self, raw: Mapping[str, Any], origins: Origins) -> None:
        self.raw = raw
        self.origins = origins
        self.shape = int(raw.get("shape", 1))

    def book(self) -> LawBook:
        """All sections, then the checks that need all of them."""
        self.facts = self.section("facts", shapes.FACT, self.fact)
        self.sources = self.section("sources", shapes.SOURCE, self.source)
        self.values = self.section("values", shapes.VALUE, self.value)
        self.kinds = self.all_kinds()
        conditions = self.section("derived", shapes.DERIVED, self.derived)
        conditions |= self.section("clauses", shapes.CLAUSE, self.clause)
        self.clauses = self.in_order(conditions)
        programmes = self.section("programmes", shapes.PROGRAMME, self.programme)
        by_rank = tuple(sorted(programmes.values(), key=lambda one: one.rank))
        supplements = self.section("supplements", shapes.SUPPLEMENT, self.supplement)
        adding = tuple(sorted(supplements.values(), key=lambda one: (one.component.lifts, one.rank, one.id)))
        book = LawBook(
            self.facts,
            self.sources,
            self.values,
            self.clauses,
            by_rank,
            self.frame(),
            self.raw,
            self.shape,
            adding,
        )
        check_book(book, self.file)
        return book

    def file(self, section: str, entry: str) -> str:
        """The file of an entry, for problem texts."""
        return self.origins.get((section, entry), section)

    def section(self, section: str, shape: shapes.Shape, make: Any) -> dict[str, Any]:
        """Every entry of a section, checked against its shape and made."""
        made = {}
        for key, entry in self.raw.get(section, {}).items():
            with _naming(self.file(section, key), key):
                shapes.check(entry, shape, file=self.file(section, key), name=key)
                made[key] = make(key, entry)
        return made

    def all_kinds(self) -> dict[str, Kind]:
        """What every name means in expressions. Raises: Problem 2006 for a name used twice."""
        kinds = dict(BUILT_IN)
        found: list[tuple[str, str, Kind]] = []
        found += [("facts", fact.name, Kind(fact.kind, fact.choices)) for fact in self.facts.values()]
        found += [("values", value.name, Kind(value.kind)) for value in self.values.values()]
        found += [
            (part, code, Kind("truth")) for part in ("derived", "clauses") for code in self.raw.get(part, {})
        ]
        for section, key, kind in found:
            if key in kinds:
                raise Problem(
                    2006, file=self.file(section, key), name=key, other="another section of the law"
                )
            kinds[key] = kind
        return kinds

    # --- one entry each

    def fact(self, key: str, entry: Mapping[str, Any]) -> Fact:
        """A fact; a choice fact has choices, and only that."""
        choices = entry.get("choices", ())
        if (entry["type"] == "choice") != bool(choices) or not all(isinstance(one, str) for one in choices):
            raise Problem(
                2005, key="choices", got=str(entry.get("choices")), expected="choices for type choice only"
            )
        return Fact(
            key,
            entry["type"],
            entry["origin"],
            {"vi": entry["vi"], "en": entry["en"]},
            tuple(entry.get("choices", ())),
            entry.get("unit", ""),
            entry.get("minimum"),
            entry.get("maximum"),
            entry.get("not_measured"),
        )

    def source(self, key: str, entry: Mapping[str, Any]) -> Source:
        """A legal document; its citation and its title are told in both languages."""
        check_words(entry["cite"], "cite")
        check_words(entry["title"], "title")
        return Source(
            key,
            entry["cite"],
            entry["title"],
            entry["issuer"],
            entry["read"],
            tuple(entry["where"]),
            entry.get("signed"),
            entry.get("in_force"),
        )

    def value(self, key: str, entry: Mapping[str, Any]) -> Value:
        """A dated value; its unit says whether it is a number, a truth or a date."""
        kind = {"true/false": "truth", "date": "date"}.get(entry["unit"], "number")
        areas = {}
        for code, periods in entry.get("area", {}).items():
            areas[code] = self.periods(shapes.listed(periods, f"area.{code}"), kind)
        dated = self.periods(entry["dated"], kind)
        for code, bounds in entry.get("bounds", {}).items():
            shapes.check(bounds, shapes.BOUNDS, file=self.file("values", key), name=f"{key}.bounds.{code}")
            self.cite(bounds)
            check_bounds(code, areas.get(code, ()), bounds["low"], bounds["high"])
        label = {"vi": entry["vi"], "en": entry["en"]}
        return Value(key, kind, entry["unit"], _key_date(entry), label, dated, areas)

    def periods(self, entries: Iterable[Mapping[str, Any]], kind: str) -> tuple[Period, ...]:
        """Dated entries, none overlapping."""
        made = []
        for entry in entries:
            shapes.check(entry, shapes.PERIOD, file="", name="dated")
            span = Span(entry.get("from"), entry.get("until"))
            made.append(Period(span, _amount(entry, kind), self.cite(entry)))
        check_periods(made)
        return tuple(made)

    def cite(self, entry: Mapping[str, Any]) -> Cite:
        """Where an entry is written. Raises: Problem 2007 for a source that sources.toml lacks."""
        note = _note(entry.get("note", ""))
        found = Cite(entry["source"], entry.get("at", ""), entry.get("verified", True), note)
        check_cite(found, self.sources)
        return found

    def derived(self, code: str, entry: Mapping[str, Any]) -> Clause:
        """A step of reasoning: a clause without a text for people."""
        return Clause(code, entry["when"], self.condition(entry["when"]), self.cite(entry), None)

    def clause(self, code: str, entry: Mapping[str, Any]) -> Clause:
        """A condition with a text for people."""
        check_words(entry["text"], "text")
        return Clause(
            code,
            entry["when"],
            self.condition(entry["when"]),
            self.cite(entry),
            entry["text"],
            Span(entry.get("from"), entry.get("until")),
            _key_date(entry),
        )

    def condition(self, text: str) -> Node:
        """Clause text as a checked truth tree."""
        return typed(parse(text), self.kinds, "truth")

    def in_order(self, conditions: dict[str, Clause]) -> dict[str, Clause]:
        """Each condition after those it uses. Raises: Problem 2014 for a circle."""
        graph = {
            code: {used for used in names(one.tree) if used in conditions} for code, one in conditions.items()
        }
        try:
            order = list(TopologicalSorter(dict(sorted(graph.items()))).static_order())
        except CycleError as error:
            first = error.args[1][0]
            section = "clauses" if conditions[first].text else "derived"
            raise Problem(2014, file=self.file(section, first), circle=" → ".join(error.args[1])) from None
        return {code: conditions[code] for code in order}

    def programme(self, key: str, entry: Mapping[str, Any]) -> Programme:
        """A programme, with its entitlement and amount made into trees."""
        check_words(entry["title"], "title")
        for part, shape in (("in_force", shapes.IN_FORCE), ("entitled", shapes.ENTITLED)):
            shapes.check(entry[part], shape, file=self.file("programmes", key), name=f"{key}.{part}")
        groups = self.groups(entry["entitled"])
        tranches, tranches_cite = self.tranches(entry["tranches"])
        components = self.components(key, entry, tranches, tranches_cite)
        priority = entry.get("priority")
        if priority is not None:
            shapes.check(priority, shapes.PRIORITY, file=self.file("programmes", key), name=f"{key}.priority")
        return Programme(
            id=key,
            title=entry["title"],
            rank=entry["rank"],
            span=Span(entry["in_force"]["from"], entry["in_force"].get("until")),
            key_date=_key_date(entry),
            by_entry=self.shape > 1,
            unapproved=self.end(key, entry, "unapproved"),
            unstarted=self.end(key, entry, "unstarted"),
            is_emergency=entry.get("emergency", False),
            cite=self.cite(entry),
            **groups,
            entitled=_entitled(**groups),
            components=components,
            price=_by_works(_prices_together([one for one in components if one.is_of_the_house])),
            tranches=tranches,
            tranches_cite=tranches_cite,
            priority=self.codes(priority["order"]) if priority else (),
            tie_break=self.codes(priority["tie_break"]) if priority else (),
            priority_cite=self.cite(priority) if priority else None,
        )

    def groups(self, entry: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
        """The clauses of an entitlement: all of these, one of those, none of the last."""
        return {group: self.codes(entry.get(group, ())) for group in ("all", "any", "none")}

    def components(
        self, programme: str, entry: Mapping[str, Any], tranches: Tranches, tranches_cite: Cite
    ) -> tuple[Component, ...]:
        """The parts of a programme's amount; `amount` alone is one part of which no payer is told.

        Raises: Problem 2025 unless one of them is public money for the house.
        """
        told = entry.get("component", ())
        if bool(told) == ("amount" in entry):
            raise Problem(2025)
        if not told:
            prices = self.prices(entry["amount"])
            code, title, cite = f"{programme}.amount", entry["title"], self.cite(entry)
            return (
                Component(
                    code, title, BUDGET, "", False, prices, _by_works(prices), tranches, tranches_cite, cite
                ),
            )
        made = []
        for each in told:
            shapes.check(
                each, shapes.COMPONENT, file=self.file("programmes", programme), name=f"{programme}.component"
            )
            code, prices = f"{programme}.{each['code']}", self.prices(each["amount"])
            made.append(self.component(code, each, prices, (tranches, tranches_cite)))
        if not any(one.is_of_the_house for one in made) or len({one.code for one in made}) != len(made):
            raise Problem(2025)
        return tuple(made)

    def component(
        self,
        code: str,
        entry: Mapping[str, Any],
        prices: dict[str, Price],
        tranches: tuple[Tranches | None, Cite | None],
        **more: Any,
    ) -> Component:
        """One part of an amount; it is paid in tranches of its own where it tells them."""
        check_words(entry["title"], "title")
        check_payer(entry.get("payer", ""))
        own, own_cite = self.tranches(entry["tranches"]) if "tranches" in entry else tranches
        return Component(
            code=code,
            title=entry["title"],
            kind=entry.get("kind", BUDGET),
            payer=entry.get("payer", ""),
            is_apart=entry.get("apart", False),
            prices=prices,
            price=_by_works(prices),
            tranches=own,
            tranches_cite=own_cite,
            cite=self.cite(entry),
            **more,
        )

    def supplement(self, key: str, entry: Mapping[str, Any]) -> Supplement:
        """What adds to programmes. Raises: Problem 2025 unless it tells either an amount or a level (only a
        level has an `already`), 2016 for a programme that is not there.
        """
        file = self.file("supplements", key)
        conditions = entry.get("entitled", {})
        for part, shape in ((entry["in_force"], shapes.IN_FORCE), (conditions, shapes.ENTITLED)):
            shapes.check(part, shape, file=file, name=key)
        if ("amount" in entry) == ("level" in entry) or ("already" in entry and "level" not in entry):
            raise Problem(2025)
        for programme in entry.get("programmes", ()):
            if not isinstance(programme, str) or programme not in self.raw.get("programmes", {}):
                raise Problem(2016, code=programme)
        groups = self.groups(conditions)
        already = entry.get("already")
        return Supplement(
            title=entry["title"],
            rank=entry["rank"],
            span=Span(entry["in_force"]["from"], entry["in_force"].get("until")),
            key_date=_key_date(entry),
            programmes=tuple(entry.get("programmes", ())),
            **groups,
            entitled=_entitled(**groups) if any(groups.values()) else const(TRUE, "truth"),
            component=self.component(
                key,
                entry,
                self.prices(entry["level"] if "level" in entry else entry["amount"]),
                (None, None),
                lifts="level" in entry,
                already=typed(parse(already), self.kinds, "number") if already else None,
            ),
        )

    def end(self, programme: str, entry: Mapping[str, Any], part: str) -> End | None:
        """What becomes of those not approved, or not begun, when the programme ends."""
        told = entry.get(part)
        if told is None:
            return None
        shapes.check(told, shapes.END, file=self.file("programmes", programme), name=f"{programme}.{part}")
        return End(told["becomes"], self.cite(told))

    def codes(self, entries: Iterable[str]) -> tuple[str, ...]:
        """Names of clauses. Raises: Problem 2016 for one that no clause file has."""
        for code in entries:
            if not isinstance(code, str) or code not in self.raw.get("clauses", {}):
                raise Problem(2016, code=code)
        return tuple(entries)

    def prices(self, amount: Mapping[str, Any]) -> dict[str, Price]:
        """The amount of each kind of works. Raises: Problem 2022 where facts decide and no bound is given."""
        kinds = self.facts["works_kind"].choices
        if set(amount) != set(kinds):
            raise Problem(2005, key="amount", got=", ".join(amount), expected=", ".join(kinds))
        return {kind: self.price(amount[kind]) for kind in kinds}

    def price(self, entry: Any) -> Price:
        """A formula; when facts stand in it, with the most it can be."""
        if isinstance(entry, dict):
            shapes.check(entry, shapes.AMOUNT, file="", name="amount")
        texts = entry if isinstance(entry, dict) else {"formula": entry, "at_most": entry}
        formula, at_most = (
            typed(parse(str(texts[part])), self.kinds, "number") for part in ("formula", "at_most")
        )
        if any(used not in self.values for used in names(at_most)):
            raise Problem(2022, text=str(texts["at_most"]))
        return Price(formula, at_most)

    def tranches(self, entry: Mapping[str, Any]) -> tuple[dict[str, tuple[Tranche, ...]], Cite]:
        """Tranches of each kind of works and where they are written. Raises: Problem 2019 unless they make
        100 %.
        """
        cited = {key: value for key, value in entry.items() if not isinstance(value, list)}
        made = {
            kind: tuple(self.tranche(each) for each in shapes.listed(entry.get(kind, []), kind))
            for kind in self.facts["works_kind"].choices
        }
        for kind, shares in made.items():
            if sum(share.percent for share in shares) != 100:
                raise Problem(2019, works_kind=kind, got=sum(share.percent for share in shares))
        shapes.check(cited, shapes.CITE, file="", name="tranches")
        return made, self.cite(cited)

    def tranche(self, entry: Mapping[str, Any]) -> Tranche:
        """What is paid after one stage; that all shares make 100 is checked where they stand together."""
        shapes.check(entry, shapes.TRANCHE, file="", name="tranches")
        return Tranche(entry["after"], entry["percent"])

    def frame(self) -> HouseDefinition:
        """Which clauses make a house temporary, and in which order they are told."""
        entry = self.raw.get("frame", {}).get("frame", {})
        with _naming("frame.toml", "frame"):
            shapes.check(entry, shapes.FRAME, file="frame.toml", name="frame")
            self.codes([entry["temporary"], entry["no_house"]])
            return HouseDefinition(
                entry["temporary"],
                entry["no_house"],
                self.codes(entry["because"]),
                self.codes(entry["against"]),
                self.codes(entry["doubts"]),
            )


@contextmanager
def _naming(file: str, entry: str) -> Iterator[None]:
    """Whatever is wrong inside is told with the file and the entry it stands in."""
    try:
        yield
    except Problem as problem:
        raise Problem(problem.number, **(problem.details | {"file": file, "entry": entry})) from None


def _amount(entry: Mapping[str, Any], kind: str) -> float | None:
    """The number of a dated entry; `none = true` is a repeal."""
    if ("value" in entry) == entry.get("none", False):
        raise Problem(2005, key="value", got=str(dict(entry))[:80], expected="value, or none = true")
    value = entry.get("value")
    if value is None:
        return None
    kind_of_value = "truth" if isinstance(value, bool) else "date" if isinstance(value, date) else "number"
    if kind_of_value != kind:
        raise Problem(2005, key="value", got=str(value), expected=kind)
    if kind_of_value == "number" and not abs(value) < MOST:
        raise Problem(2005, key="value", got=str(value)[:80], expected=kind)
    return days(value) if isinstance(value, date) else float(value) * (2 if kind == "truth" else 1)


def _note(told: Any) -> Words:
    """A note in both languages; a plain text stands for both."""
    if isinstance(told, str):
        return dict.fromkeys(LANGUAGES, told) if told else {}
    check_words(told, "note")
    return dict(told)


def _key_date(entry: Mapping[str, Any]) -> str:
    """The day a value or condition follows: where none is told, that of the survey."""
    told: str = entry.get("key_date", "surveyed_on")
    return "entered_on" if told == "approved_on" else told


def _entitled(all: tuple[str, ...], any: tuple[str, ...], none: tuple[str, ...]) -> Node:
    """All of these, one of those, and none of the last."""
    parts = [name(code, "truth") for code in all]
    if any:
        parts.append(Node("or", tuple(name(code, "truth") for code in any), None, "truth"))
    parts += [Node("not", (name(code, "truth"),), None, "truth") for code in none]
    return Node("and", tuple(parts), None, "truth") if parts else const(0, "truth")


def _by_works(prices: Mapping[str, Price]) -> Node:
    """One amount tree: the price of the kind of works asked for."""
    kinds = list(prices)
    tree = prices[kinds[-1]].tree
    for kind in reversed(kinds[:-1]):
        asked = Node("in", (name("works_kind", "choice"),), (kind,), "truth")
        tree = Node("if", (asked, prices[kind].tree, tree), None, "number")
    return tree


def _prices_together(components: Iterable[Component]) -> dict[str, Price]:
    """The prices of several components added up."""
    first, *rest = components
    found = dict(first.prices)
    for one in rest:
        found = {
            kind: Price(
                _plus(price.tree, one.prices[kind].tree), _plus(price.at_most, one.prices[kind].at_most)
            )
            for kind, price in found.items()
        }
    return found


def _plus(one: Node, other: Node) -> Node:
    return Node("+", (one, other), None, "number")
