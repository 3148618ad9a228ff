"""Checks of meaning that go over more than one line of a law file."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import pairwise
from typing import Any

from survey.law import shapes
from survey.law.book import Cite, Component, LawBook, Period, Programme, Source, Supplement
from survey.law.expressions import Node, names
from survey.law.rules import CompiledRules
from survey.problems import Problem
from survey.words import glossary

PLACEHOLDER = re.compile(r"\{([\w.]+)\}")
_LAST_DAY = date.max

FileOf = Callable[[str, str], str]


def check_words(words: Mapping[str, Any], key: str) -> None:
    """Both languages are there. Raises: Problem 2003, 2004, 2005."""
    shapes.check(words, shapes.WORDS, file="", name=key)


def check_cite(cite: Cite, sources: Mapping[str, Source]) -> None:
    """The source exists. Raises: Problem 2007."""
    if cite.source not in sources:
        raise Problem(2007, source=cite.source)


def check_bounds(area: str, periods: Iterable[Period], low: int, high: int) -> None:
    """A level that a province decides between bounds lies between them. Raises: Problem 2024."""
    for period in periods:
        if period.value is not None and not low <= period.value <= high:
            raise Problem(2024, area=area, got=f"{period.value:.0f}", low=low, high=high)


def check_payer(payer: str) -> None:
    """The source of money has words, for pages, papers and phones. Raises: Problem 2005."""
    known = [code.removeprefix("payer.") for code in glossary() if code.startswith("payer.")]
    if payer and payer not in known:
        raise Problem(2005, key="payer", got=payer, expected=" | ".join(known))


def check_periods(periods: Sequence[Period]) -> None:
    """No two periods share a day, and none ends before it begins. Raises: Problem 2008."""
    spans = sorted((each.span.first or date.min, each.span.last or _LAST_DAY) for each in periods)
    for first, last in spans:
        if last < first:
            raise Problem(2008, got=f"{first} > {last}")
    for (_, last), (following, _) in pairwise(spans):
        if following <= last:
            raise Problem(2008, got=f"{following} ≤ {last}")


def check_book(book: LawBook, file_of: FileOf) -> None:
    """Everything that can only be seen with the whole law in hand. Raises: Problem 2006, 2015, 2017, 2018,
    2020, 2021, 2023.
    """
    _check_component_codes(book, file_of)
    _check_facts_used(book, file_of)
    _check_placeholders(book, file_of)
    _check_ranks(book, file_of)
    _check_price_key_dates(book, file_of)
    if book.shape > 1:
        _check_condition_key_dates(book, file_of)
    _check_values_in_force(book, file_of)


def _all_trees(book: LawBook) -> Iterator[Node]:
    yield from (clause.tree for clause in book.clauses.values())
    for programme in book.programmes:
        yield programme.entitled
    for supplement in book.supplements:
        yield supplement.entitled
    for component in book.components.values():
        yield component.price
        if component.already is not None:
            yield component.already


def _check_component_codes(book: LawBook, file_of: FileOf) -> None:
    """A component is known by its code alone: by it sums are kept, and it is told in words."""
    seen: dict[str, str] = {one.id: file_of("programmes", one.id) for one in book.programmes}
    codes = [("programmes", one.id, part.code) for one in book.programmes for part in one.components]
    for section, entry, code in (*codes, *(("supplements", one.id, one.id) for one in book.supplements)):
        file = file_of(section, entry)
        if code in seen:
            raise Problem(2006, file=file, name=code, other=seen[code])
        seen[code] = file


def _check_facts_used(book: LawBook, file_of: FileOf) -> None:
    used = {name for tree in _all_trees(book) for name in names(tree)}
    used |= {"registered", "works_kind", "approved_on", "started_on"}  # the engine's own questions
    for fact in book.facts:
        if fact not in used:
            raise Problem(2015, file=file_of("facts", fact), entry=fact)


def _check_placeholders(book: LawBook, file_of: FileOf) -> None:
    known = {*book.facts, *book.values}
    for code, clause in book.clauses.items():
        for text in (clause.text or {}).values():
            for name in PLACEHOLDER.findall(text):
                if name not in known:
                    raise Problem(2018, file=file_of("clauses", code), entry=code, name=name)


def _check_ranks(book: LawBook, file_of: FileOf) -> None:
    for one, other in pairwise(book.programmes):
        if one.rank == other.rank:
            file = file_of("programmes", other.id)
            raise Problem(2021, file=file, entry=other.id, other=one.id, rank=one.rank)


def _check_price_key_dates(book: LawBook, file_of: FileOf) -> None:
    for programme in book.programmes:
        for component in programme.components:
            _check_price_key_date("programmes", programme, component, book, file_of)
    for supplement in book.supplements:
        _check_price_key_date("supplements", supplement, supplement.component, book, file_of)


def _check_price_key_date(
    section: str, one: Programme | Supplement, component: Component, book: LawBook, file_of: FileOf
) -> None:
    for name in names(component.price):
        value = book.values.get(name)
        if value is not None and value.key_date != one.key_date:
            raise Problem(
                2020,
                file=file_of(section, one.id),
                entry=one.id,
                value=name,
                got=value.key_date,
                expected=one.key_date,
            )


def _check_condition_key_dates(book: LawBook, file_of: FileOf) -> None:
    """The start of building chooses the level alone: no other value and no condition follows it."""
    levels = {name for component in book.components.values() for name in names(component.price)}
    for code, clause in book.clauses.items():
        if clause.key_date == "started_on":
            raise Problem(2023, file=file_of("clauses", code), entry=code)
        for name in names(clause.tree):
            value = book.values.get(name)
            if value is not None and value.key_date == "started_on" and name not in levels:
                raise Problem(2023, file=file_of("values", name), entry=name)


def _check_values_in_force(book: LawBook, file_of: FileOf) -> None:
    """Whatever a programme in force needs has a value on every day: seen on each day on which anything
    changes.
    """
    for on in book.breakpoints:
        for areas in ((), *((code,) for code in sorted(book.override_areas))):
            rules = CompiledRules(book, (on, on, on), areas)
            for section, one, trees in _asked(rules):
                missing = _unset(rules, [rules.fold(tree) for tree in trees])
                if missing:
                    _raise_missing(section, one.id, missing, on, file_of)


def _asked(rules: CompiledRules) -> Iterator[tuple[str, Programme | Supplement, list[Node]]]:
    """(section, entry, trees) of each programme and supplement in force: its conditions and prices."""
    for programme in rules.programmes:
        # A text released before is not refused for a bound that nobody asked for then.
        bounded = rules.book.shape > 2
        prices = [tree for one in programme.components for tree in _priced_by(one)[: None if bounded else 1]]
        yield "programmes", programme, [programme.entitled, *prices]
    for supplement in rules.supplements:
        yield "supplements", supplement, [supplement.entitled, *_priced_by(supplement.component)]


def _priced_by(component: Component) -> list[Node]:
    """All that an amount follows from: what it is, what it is at most, what was paid before."""
    at_most = [price.at_most for price in component.prices.values()]
    return [component.price, *at_most, *([] if component.already is None else [component.already])]


def _raise_missing(section: str, entry: str, value: str, on: date, file_of: FileOf) -> None:
    raise Problem(
        2017,
        file=file_of("values", value),
        entry=value,
        programme=entry,
        programme_file=file_of(section, entry),
        on=on.isoformat(),
    )


def _unset(rules: CompiledRules, trees: Iterable[Node]) -> str | None:
    """The first value without an amount that the trees still lean on."""
    seen: set[str] = set()
    waiting = [name for tree in trees for name in names(tree)]
    while waiting:
        name = waiting.pop()
        if name in rules.unset:
            return name
        if name in rules.definitions and name not in seen:
            seen.add(name)
            waiting += names(rules.definitions[name])
    return None
