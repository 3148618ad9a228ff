"""The whole law of all dates, as read from the files: facts, sources, values, clauses and programmes."""

from __future__ import annotations

import hashlib
import json
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any

from survey.law.expressions import Node, names
from survey.law.facts import Fact, unknown_environment
from survey.law.shapes import BUDGET, SHAPE

if TYPE_CHECKING:
    from survey.law.rules import LawOnDate

_ARTICLE = {"vi": ("Điều", "khoản", "điểm"), "en": ("article", "clause", "point")}
KEY_DATES = ("surveyed_on", "entered_on", "started_on")
"""The days of a household that law follows: the visit; the day it entered a programme (the approval, until
that is known the visit); the start of building.
"""
KeyDates = tuple[date, date, date]  # in the order of KEY_DATES
STANDS, LAPSES = "stands", "lapses"
Words = Mapping[str, str]  # language -> text


@dataclass(frozen=True, slots=True)
class Source:
    """One legal document, once. read: text (the document itself), quoted (press or legal site), not_read."""

    key: str
    cite: Words
    title: Words
    issuer: str
    read: str
    where: tuple[str, ...]
    signed: date | None = None
    in_force: date | None = None


@dataclass(frozen=True, slots=True)
class Cite:
    """A place in a source: `at` is article, clause and point ("5.2.a"). verified=False: not confirmed, say
    so. `note`: what a reader of the place has to know, if anything.
    """

    source: str
    at: str = ""
    verified: bool = True
    note: Words = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class Span:
    """Days from first to last, both included; an open end is None."""

    first: date | None = None
    last: date | None = None

    def covers(self, on: date) -> bool:
        """Whether the day lies in the span."""
        return (self.first is None or self.first <= on) and (self.last is None or on <= self.last)


@dataclass(frozen=True, slots=True)
class Period:
    """What a value is during a span, and where that is written; value None is a repeal."""

    span: Span
    value: float | None
    cite: Cite


@dataclass(frozen=True, slots=True)
class Value:
    """A dated legal quantity. Its key date says which of a household's dates picks the period.

    kind: number, truth or date (days since 1970-01-01). An area (by code) may have its own periods.
    """

    name: str
    kind: str
    unit: str
    key_date: str
    label: Words
    dated: tuple[Period, ...]
    areas: Mapping[str, tuple[Period, ...]]

    def on(self, on: date, area_codes: Sequence[str] = ()) -> Period | None:
        """The period that holds on a day; areas are asked deepest first, then the nation."""
        for periods in (*(self.areas.get(code, ()) for code in area_codes), self.dated):
            for period in periods:
                if period.span.covers(on):
                    return period
        return None


@dataclass(frozen=True, slots=True)
class Clause:
    """A named condition. A derived one is only a step of reasoning: it has no text of its own for people.

    Outside its span (judged on its key date) a clause is false: it is not law then.
    """

    code: str
    when: str
    tree: Node
    cite: Cite
    text: Words | None
    span: Span = Span()
    key_date: str = "surveyed_on"


@dataclass(frozen=True, slots=True)
class Price:
    """The amount for one kind of works in đồng; where it depends on facts, `at_most` bounds it while they
    are unknown.
    """

    tree: Node
    at_most: Node


@dataclass(frozen=True, slots=True)
class Tranche:
    """A share of the amount (whole percent), due after a stage."""

    after: str
    percent: int


Tranches = Mapping[str, tuple[Tranche, ...]]  # kind of works -> its shares


def is_of_the_house(kind: str, is_apart: bool) -> bool:
    """Whether a component is public money for the house itself: what is approved, and paid by its stages."""
    return kind == BUDGET and not is_apart


@dataclass(frozen=True, slots=True)
class Component:
    """A part of an amount (hợp phần): whose money it is, who pays it and in which tranches.

    code: unique in the law. payer: the source of the money (nguồn vốn), "" where none is told. is_apart: paid
    beside the stages of the house and counted beside its sum, such as a cadastral extract. lifts: its prices
    are a level, to which the house's other public money is lifted; `already`: what was paid for the house
    before, which counts too.
    """

    code: str
    title: Words
    kind: str
    payer: str
    is_apart: bool
    prices: Mapping[str, Price]
    price: Node
    tranches: Tranches | None  # None: those of the programme it adds to
    tranches_cite: Cite | None
    cite: Cite
    lifts: bool = False
    already: Node | None = None

    @property
    def is_of_the_house(self) -> bool:
        """Public money for the house itself, and so part of what is approved."""
        return is_of_the_house(self.kind, self.is_apart)


@dataclass(frozen=True, slots=True)
class Supplement:
    """A component that adds to programmes by conditions of its own (khoản bổ sung); it never makes a
    household entitled. `programmes`: to which it adds, none told: to all.

    `key_date` is the day that its level follows and on which it must be in force; conditions follow their
    own.
    """

    title: Words
    rank: int
    span: Span
    key_date: str
    programmes: tuple[str, ...]
    all: tuple[str, ...]
    any: tuple[str, ...]
    none: tuple[str, ...]
    entitled: Node
    component: Component

    @property
    def id(self) -> str:
        """The code of what it adds."""
        return self.component.code

    def adds_to(self, programme: str) -> bool:
        """One that names no programme adds to all."""
        return not self.programmes or programme in self.programmes


@dataclass(frozen=True, slots=True)
class End:
    """What becomes of some households when their programme ends: it stands, or it lapses (hết hiệu lực)."""

    becomes: str
    cite: Cite


@dataclass(frozen=True, slots=True)
class Programme:
    """One programme: whom it entitles, when, and with how much; the smallest rank is chosen first.

    by_entry: that it is in force, and its conditions, are asked on the day of entry; `key_date` is the day
    its level follows. Texts of shape 1 ask everything on `key_date`.
    """

    id: str
    title: Words
    rank: int
    span: Span
    key_date: str
    cite: Cite
    all: tuple[str, ...]
    any: tuple[str, ...]
    none: tuple[str, ...]
    entitled: Node
    components: tuple[Component, ...]
    price: Node  # of all components of the house together
    tranches: Tranches
    tranches_cite: Cite
    priority: tuple[str, ...]
    tie_break: tuple[str, ...]
    priority_cite: Cite | None
    by_entry: bool = True
    unapproved: End | None = None
    unstarted: End | None = None
    is_emergency: bool = False  # help after a disaster, for whom no programme for housing is there

    @property
    def codes(self) -> tuple[str, ...]:
        """Every clause its entitlement names, in reading order."""
        return self.all + self.any + self.none

    @property
    def asked_on(self) -> str:
        """The key date on which its conditions are asked."""
        return "entered_on" if self.by_entry else self.key_date

    def asked(self, dates: KeyDates) -> KeyDates | None:
        """The key dates on which a household of these dates asks it; None where it is out of the question.

        Who was surveyed in its time is asked as on its last day, and a later start gets its last level: what
        its end means for them is said beside the assessment (`lapses_on`).
        """
        if not self.by_entry:
            return dates if self.span.covers(dates[KEY_DATES.index(self.key_date)]) else None
        surveyed, entered, started = dates
        if self.has_ended(entered) and not self.span.covers(surveyed):
            return None
        last = self.span.last or date.max
        own = surveyed, min(entered, last), min(started, last)
        # A house begun before the programme has no level in it.
        is_in_force = self.span.covers(own[1]) and self.span.covers(own[KEY_DATES.index(self.key_date)])
        return own if is_in_force else None

    def has_ended(self, on: date) -> bool:
        """Whether its last day is over."""
        return self.span.last is not None and self.span.last < on

    def gives_way(self, dates: KeyDates) -> bool:
        """Whether it ended before the household entered, and does not stand: any other comes first."""
        late = self.by_entry and self.has_ended(dates[1])
        return late and self.unapproved is not None and self.unapproved.becomes == LAPSES

    def end_for(self, approved: date | None, started: date | None) -> End | None:
        """The rule that its end has for a household approved and begun (or not) on these days, if any."""
        if not self.by_entry or self.span.last is None:
            return None
        if approved is None or self.has_ended(approved):
            return self.unapproved
        return self.unstarted if started is None or self.has_ended(started) else None

    def lapses_on(self, approved: date | None, started: date | None) -> date | None:
        """The first day on which it no longer helps such a household; None where it stands."""
        end = self.end_for(approved, started)
        lapses = end is not None and end.becomes == LAPSES and self.span.last is not None
        return _next_day(self.span.last) if lapses and self.span.last else None


@dataclass(frozen=True, slots=True)
class HouseDefinition:
    """Which clauses make the class of the house, which explain it or rule it out, and which only raise a
    doubt for the meeting.
    """

    temporary: str
    no_house: str
    because: tuple[str, ...]
    against: tuple[str, ...]
    doubts: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class LawBook:
    """The law of all dates. Build one with `loader.load_book` or `LawBook.from_canonical`."""

    facts: Mapping[str, Fact]
    sources: Mapping[str, Source]
    values: Mapping[str, Value]
    clauses: Mapping[str, Clause]  # derived conditions too, each after those it uses
    programmes: tuple[Programme, ...]  # by rank
    frame: HouseDefinition
    raw: Mapping[str, Any]
    shape: int = SHAPE
    supplements: tuple[Supplement, ...] = ()  # by rank, those that lift after those that only add
    compiled: dict[Any, Any] = field(default_factory=dict, repr=False)

    def canonical(self) -> str:
        """The whole law as one JSON text with a fixed order: equal laws give equal texts."""
        return json.dumps(
            self.raw, default=_date_json, sort_keys=True, ensure_ascii=False, separators=(",", ":")
        )

    @cached_property
    def release(self) -> str:
        """SHA-256 (hex) of the canonical text: the name of this state of the law."""
        return hashlib.sha256(self.canonical().encode()).hexdigest()

    @staticmethod
    def from_canonical(text: str) -> LawBook:
        """The book of a stored canonical text. Raises: Problem 2xxx as the loader does."""
        from survey.law.loader import build  # the loader builds books, so it imports this module

        return build(json.loads(text, object_hook=_date_hook), {})

    def law_on(self, on: date, area_codes: Sequence[str] = ()) -> LawOnDate:
        """The law as it concerns a place (its path of codes, deepest first) surveyed on a day."""
        from survey.law.rules import LawOnDate  # rules compile books, so they import this module

        return LawOnDate(self, on, tuple(area_codes))

    def known(self, facts: Mapping[str, Any]) -> dict[str, Any]:
        """Of some facts those that this law asks for: a newer form tells more than the law in force knows."""
        return {name: value for name, value in facts.items() if name in self.facts}

    @cached_property
    def clause_codes(self) -> tuple[str, ...]:
        """Codes of the clauses that people read, sorted: their places are the bits of the bulk masks."""
        return tuple(sorted(code for code, clause in self.clauses.items() if clause.text))

    @cached_property
    def fact_names(self) -> tuple[str, ...]:
        """Names of the facts, sorted: their places are the bits of missing-fact masks."""
        return tuple(sorted(self.facts))

    @cached_property
    def fact_bits(self) -> dict[str, int]:
        """The bit of each fact, in the order of `fact_names`."""
        return {name: 1 << place for place, name in enumerate(self.fact_names)}

    @cached_property
    def unknowns(self) -> dict[str, Any]:
        """The environment of a household of which nothing is known."""
        return unknown_environment(self.facts)

    @cached_property
    def choices(self) -> dict[str, tuple[str, ...]]:
        """The codes of every choice fact; a code's place is its number in columns."""
        return {fact.name: fact.choices for fact in self.facts.values() if fact.choices}

    @cached_property
    def components(self) -> dict[str, Component]:
        """Every component by its code: those of the programmes by rank, then the supplements."""
        own = [one for programme in self.programmes for one in programme.components]
        return {one.code: one for one in (*own, *(each.component for each in self.supplements))}

    @cached_property
    def override_areas(self) -> frozenset[str]:
        """Codes of the areas that have any value of their own."""
        return frozenset(code for value in self.values.values() for code in value.areas)

    def only_emergency(self, on: date) -> bool:
        """Whether no programme is in force on a day but help after a disaster."""
        return all(one.is_emergency for one in self.programmes if one.span.covers(on))

    @cached_property
    def definition(self) -> tuple[str, ...]:
        """Names of the values and conditions by which a house is temporary or dilapidated."""
        found: dict[str, None] = {}
        waiting = [self.frame.temporary]
        while waiting:
            code = waiting.pop()
            if code not in found and (code in self.clauses or code in self.values):
                found[code] = None
                waiting += names(self.clauses[code].tree) if code in self.clauses else ()
        return tuple(sorted(found))

    @cached_property
    def breakpoints(self) -> tuple[date, ...]:
        """Every day on which something begins or has just ended, ascending: between two of them nothing
        changes.
        """
        lists = [
            periods for value in self.values.values() for periods in (value.dated, *value.areas.values())
        ]
        spans = [period.span for periods in lists for period in periods]
        spans += [clause.span for clause in self.clauses.values()] + [one.span for one in self.programmes]
        spans += [one.span for one in self.supplements]
        firsts = {span.first for span in spans if span.first}
        return tuple(sorted(firsts | {_next_day(span.last) for span in spans if span.last}))

    @cached_property
    def _citations(self) -> dict[tuple[Cite, str], str]:
        return {}

    def citation(self, cite: Cite, lang: str) -> str:
        """ "Quyết định 55/QĐ-BXD, Điều 1 khoản 2" or "Decision 55/QĐ-BXD, article 1, clause 2"."""
        found = self._citations.get((cite, lang))
        if found is None:
            parts = zip(_ARTICLE[lang], filter(None, cite.at.split(".")), strict=False)
            place = (" " if lang == "vi" else ", ").join(f"{level} {number}" for level, number in parts)
            found = ", ".join(filter(None, (self.sources[cite.source].cite[lang], place)))
            self._citations[cite, lang] = found
        return found

    def epoch(self, on: date) -> int:
        """The number of the unchanging stretch of time a day lies in."""
        return bisect_right(self.breakpoints, on)


def _next_day(day: date) -> date:
    return date.fromordinal(day.toordinal() + 1)


def _date_json(value: Any) -> Any:
    if isinstance(value, date):
        return {"$date": value.isoformat()}
    raise TypeError(f"{value!r} cannot stand in a law file")


def _date_hook(value: dict[str, Any]) -> Any:
    return date.fromisoformat(value["$date"]) if set(value) == {"$date"} else value
