"""Tables of households for `nhavung law`: rows to facts, facts to assessed rows, two laws compared."""

from __future__ import annotations

import csv
import itertools
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

import numpy as np

from api.shared.tables import Row, read_table
from survey.law import Alike, Assessment, Household, LawBook, LawOnDate, explain
from survey.law.alike import CHUNK
from survey.law.checks import PLACEHOLDER
from survey.law.columns import Column, encoded
from survey.law.explain import answer
from survey.law.facts import Fact, encode
from survey.law.texts import parse_text
from survey.problems import Problem

ADDED = (
    "outcome",
    "house_class",
    "programme",
    "works_kind",
    "amount_vnd",
    "components",
    "house_total_vnd",
    "missing_facts",
    "reasons",
)
AT_A_TIME = CHUNK
"""Rows assessed together."""
READ_KEPT = 20_000
"""So many different texts of a column, or answers, are kept at most."""
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
Texts = dict[str, Sequence[str]]
"""Cells by column."""
Told = tuple[Assessment, tuple[str, ...], list[str]]
"""Of households that are alike: one's assessment, the columns they share, their reasons in pieces."""


class AssessedFile:
    """One table to be assessed. `good` and `bad` (line, reason) are counted while it is written."""

    def __init__(self, path: Path, law: LawOnDate, lang: str) -> None:
        self.law = law
        self.lang = lang
        self.path = path
        self.table = read_table(path)
        self.notes = self.table.notes
        self.cells = {fact.name: Cells(fact) for fact in known_columns(path, self.table.columns, law.book)}
        self.alike = Alike(law.book)
        self.told = Answers(law, lang)
        self.lines = self.table.lines
        self.good = 0
        self.bad: list[tuple[int, str]] = []

    def write(self, output: Path, done: Callable[[int], Any]) -> None:
        """Write the good rows: their own columns, then the answers. UTF-8 with a byte-order mark, for Excel.

        A value that a spreadsheet would run as a formula gets an apostrophe before it. `done` is told how
        many lines of the table were read.
        """
        columns = [*self.table.columns, *(name for name in ADDED if name not in self.table.columns)]
        last = 0
        with output.open("w", encoding="utf-8-sig", newline="") as stream:
            writer = csv.writer(stream)
            writer.writerow(columns)
            while some := list(itertools.islice(self.table.rows, AT_A_TIME)):
                good, texts = self.readable(some)
                told = texts | self.answers(texts, good)
                writer.writerows(zip(*(harmless(told[name]) for name in columns), strict=True))
                self.good += good
                done(some[-1].line - last)
                last = some[-1].line

    def readable(self, rows: Sequence[Row]) -> tuple[int, Texts]:
        """How many rows have cells that can be read, and these by column; the others are noted with the first
        that cannot.
        """
        cells = zip(*(row.values.values() for row in rows), strict=True)
        texts: Texts = dict(zip(self.table.columns, cells, strict=True))
        wrong: dict[int, Problem] = {}
        for place, row in enumerate(rows):
            if row.surplus:
                reason = f"thừa giá trị {row.surplus}"
                wrong[place] = Problem(2042, file=f"{self.path.name}:{row.line}", reason=reason)
        for name, known in self.cells.items():
            if refused := known.take(set(texts[name])):
                for place, text in enumerate(texts[name]):
                    if text in refused:
                        wrong.setdefault(place, refused[text])
        if wrong:
            self.bad += [(rows[place].line, wrong[place].message(self.lang)) for place in sorted(wrong)]
            is_good = [place not in wrong for place in range(len(rows))]
            texts = {name: [*itertools.compress(column, is_good)] for name, column in texts.items()}
        return len(rows) - len(wrong), texts

    def answers(self, texts: Texts, rows: int) -> Texts:
        """The added columns of rows whose cells can be read."""
        given = {name: cells.column(texts[name]) for name, cells in self.cells.items()}

        def facts(row: int) -> dict[str, Any]:
            return {name: cells.value(texts[name][row]) for name, cells in self.cells.items()}

        likes = self.alike.assess_columns(given, rows, self.law.on, self.law.area_codes, facts)
        unknown = [""] * rows
        approved_on, started_on = (texts.get(name, unknown) for name in ("approved_on", "started_on"))
        told = [
            self.told.of(like, approved_on[row], started_on[row], partial(facts, row))
            for row, like in enumerate(likes)
        ]
        added: Texts = {
            name: [columns[place] for _, columns, _ in told] for place, name in enumerate(ADDED[:-1])
        }
        reasons = [self._reasons(pieces, texts, row) for row, (*_, pieces) in enumerate(told)]
        return added | {ADDED[-1]: reasons}

    def _reasons(self, pieces: list[str], texts: Texts, row: int) -> str:
        """The reasons with a household's own answers in them."""
        said = list(pieces)
        for place in range(1, len(said), 2):
            name = said[place]
            cells = self.cells.get(name)
            said[place] = self.told.answer(name, cells.value(texts[name][row]) if cells else None)
        return "".join(said)


class Cells:
    """Reads the cells of one column; what is written the same is read once."""

    def __init__(self, fact: Fact) -> None:
        self.fact = fact
        self._values: dict[str, Any] = {}
        self._codes: dict[str, Any] = {}
        self._refused: dict[str, Problem] = {}

    def take(self, texts: set[str]) -> dict[str, Problem]:
        """Read texts, which stay read until the next; those that cannot be, and why."""
        if len(self._codes) + len(self._refused) > READ_KEPT:
            self._values, self._codes, self._refused = {}, {}, {}
        for text in texts - self._codes.keys() - self._refused.keys():
            try:
                value = parse_text(self.fact, text)
                self._codes[text] = encoded(self.fact, [value])[0]
                self._values[text] = value
            except Problem as problem:
                self._refused[text] = problem
        return {text: self._refused[text] for text in texts & self._refused.keys()}

    def column(self, texts: Sequence[str]) -> Column:
        """Texts that were taken, as the law's columns have them."""
        kind = encoded(self.fact, []).dtype
        return np.fromiter(map(self._codes.__getitem__, texts), kind, len(texts))

    def value(self, text: str) -> Any:
        """The fact that such a text tells; an empty one is unknown."""
        return self._values[text]


class Reader:
    """Reads the facts of rows one by one; what is written the same is read once."""

    def __init__(self, facts: Iterable[Fact]) -> None:
        self._cells = [(fact.name, lru_cache(READ_KEPT)(partial(_read, fact))) for fact in facts]

    def facts(self, row: Row) -> dict[str, Any]:
        """The facts of one row; empty cells are unknown. Raises: Problem 2031."""
        values = row.values
        return {name: read(values[name]) for name, read in self._cells}


def _read(fact: Fact, text: str) -> Any:
    value = parse_text(fact, text)
    encode(fact, value)  # whether the fact can take it
    return value


class Answers:
    """The added columns of rows; for households that are alike they are put into words once."""

    def __init__(self, law: LawOnDate, lang: str) -> None:
        self.law = law
        self.lang = lang
        self._kept: dict[Any, Told] = {}
        self.answer = lru_cache(READ_KEPT, typed=True)(self._answer)

    def of(
        self, like: Assessment, approved_on: str, started_on: str, facts: Callable[[], dict[str, Any]]
    ) -> Told:
        """What a row with these `facts` is told; `like` is the assessment of a household it is alike."""
        key = (id(like), approved_on, started_on)
        told = self._kept.get(key)
        if told is None:
            if len(self._kept) >= READ_KEPT:
                self._kept.clear()
            own = Household(facts(), self.law.on, self.law.area_codes).assessment(like)
            told = self._kept[key] = (like, *self._told(own))
        return told

    def _answer(self, name: str, value: Any) -> str:
        return answer(name, value, self.law.on, self.law.book, self.lang)

    def _told(self, one: Assessment) -> tuple[tuple[str, ...], list[str]]:
        """The columns that all alike share; and their reasons, every other piece the name of an answer."""
        amount = one.amount_vnd
        columns = (
            one.outcome,
            one.house_class,
            one.programme or "",
            one.works_kind or "",
            "" if amount is None else str(amount),
            " ".join(f"{part.code}={part.amount_vnd}" for part in one.components),
            "" if amount is None else str(one.house_total_vnd),
            " ".join(one.missing_facts),
        )
        reasons = explain(one, self.law, self.lang, is_filled=False)
        texts = (f"{each.text} [{each.citation}]" if each.citation else each.text for each in reasons)
        return columns, PLACEHOLDER.split(" ".join(texts))


def known_columns(path: Path, columns: Sequence[str], book: LawBook) -> list[Fact]:
    """The columns that are facts. Raises: Problem 2041 when none is."""
    found = [book.facts[name] for name in columns if name in book.facts]
    if not found:
        raise Problem(2041, file=path.name, got=", ".join(columns[:12]))
    return found


def harmless(values: Sequence[str]) -> Sequence[str]:
    """The values as text that no spreadsheet runs; plain negative numbers stay numbers."""
    if {value[:1] for value in values}.isdisjoint(_FORMULA_STARTS):
        return values
    return [_harmless(value) for value in values]


def _harmless(value: str) -> str:
    if not value.startswith(_FORMULA_STARTS):
        return value
    try:
        float(value)
    except ValueError:
        return "'" + value
    return value


@dataclass(slots=True)
class Moves:
    """What a change of law moves. changed: (before, after) -> households and difference in đồng."""

    total: int = 0
    moved: int = 0
    before_vnd: int = 0
    after_vnd: int = 0
    changed: dict[tuple[str, str], tuple[int, int]] = field(
        default_factory=lambda: defaultdict(lambda: (0, 0))
    )


def households_of_file(path: Path, book: LawBook, on: date, areas: tuple[str, ...]) -> Iterator[Household]:
    """Every row of a table as a household. Raises: Problem 2031 with the first bad row, 2041."""
    table = read_table(path)
    read = Reader(known_columns(path, table.columns, book))
    for row in table.rows:
        try:
            yield Household(read.facts(row), on, areas)
        except Problem as problem:
            raise Problem(2042, file=f"{path.name}:{row.line}", reason=problem.message("vi")) from None


def compare_books(
    old: LawBook, new: LawBook, households: Iterable[Household], today: date | None = None
) -> Moves:
    """Assess every household by both laws. A fact that one of them lacks is left out there.

    With `today`, a house not begun counts with the level of that day, as in the estimate.
    """
    moves, waiting = Moves(), iter(households)
    laws = [Alike(old), Alike(new)]
    while some := list(itertools.islice(waiting, AT_A_TIME)):
        found = [law.assess([replace(one, facts=law.book.known(one.facts)) for one in some]) for law in laws]
        kinds = {(id(before), id(after)): (before, after) for before, after in zip(*found, strict=True)}
        counted = Counter((id(before), id(after)) for before, after in zip(*found, strict=True))
        for kind, count in counted.items():
            before, after = (one if today is None else one.as_of(today) for one in kinds[kind])
            _count(moves, before, after, count)
    return moves


def _count(moves: Moves, before: Assessment, after: Assessment, households: int) -> None:
    """Add households that are alike under both laws."""
    was, comes = ((one.amount_vnd or 0) * households for one in (before, after))
    moves.total += households
    moves.before_vnd += was
    moves.after_vnd += comes
    key = (_said(before), _said(after))
    if was != comes or key[0] != key[1]:
        moves.moved += households
        count, money = moves.changed[key]
        moves.changed[key] = (count + households, money + comes - was)


def _said(one: Assessment) -> str:
    return " ".join(filter(None, (one.outcome, one.programme, one.works_kind)))
