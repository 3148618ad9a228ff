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

from api.shared.tables import Row, read_table
from survey.law import Alike, Assessment, Household, LawBook, LawOnDate, explain
from survey.law.checks import PLACEHOLDER
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
AT_A_TIME = 5000
"""Rows assessed together."""
READ_KEPT = 20_000
"""So many different texts of a column, or answers, are kept at most."""
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


class AssessedFile:
    """One table to be assessed. `good` and `bad` (line, reason) are counted while it is written."""

    def __init__(self, path: Path, law: LawOnDate, lang: str) -> None:
        self.law = law
        self.lang = lang
        self.path = path
        self.table = read_table(path)
        self.notes = self.table.notes
        self.read = Reader(known_columns(path, self.table.columns, law.book))
        self.alike = Alike(law.book)
        self.told = Answers(law, lang)
        self.lines = sum(1 for _ in read_table(path).rows)
        self.good = 0
        self.bad: list[tuple[int, str]] = []

    def write(self, output: Path, done: Callable[[int], Any]) -> None:
        """Write the good rows: their own columns, then the answers. UTF-8 with a byte-order mark, for Excel.

        A value that a spreadsheet would run as a formula gets an apostrophe before it.
        """
        columns = [*self.table.columns, *(name for name in ADDED if name not in self.table.columns)]
        with output.open("w", encoding="utf-8-sig", newline="") as stream:
            writer = csv.writer(stream)
            writer.writerow(columns)
            while some := list(itertools.islice(self.table.rows, AT_A_TIME)):
                for row, answers in self.assessed(some):
                    told = row.values | answers
                    writer.writerow([harmless(told[name]) for name in columns])
                done(len(some))

    def assessed(self, rows: Sequence[Row]) -> Iterator[tuple[Row, dict[str, str]]]:
        """The answers for each good row; the bad ones are noted."""
        told = [(row, known) for row in rows if (known := self.household(row)) is not None]
        self.good += len(told)
        likes = self.alike.assess([known for _, known in told])
        for (row, known), like in zip(told, likes, strict=True):
            yield row, self.told.answers(known, like)

    def household(self, row: Row) -> Household | None:
        """What a row tells; None when it is bad, which is then noted."""
        try:
            if row.surplus:
                raise Problem(2042, file=f"{self.path.name}:{row.line}", reason=f"thừa giá trị {row.surplus}")
            return Household(self.read.facts(row), self.law.on, self.law.area_codes)
        except Problem as problem:
            self.bad.append((row.line, problem.message(self.lang)))
            return None


class Reader:
    """Reads the facts of rows; what is written the same is read once."""

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
        self._kept: dict[Any, tuple[Assessment, dict[str, str], list[str]]] = {}
        self._said = lru_cache(READ_KEPT, typed=True)(self._answer)

    def answers(self, known: Household, like: Assessment) -> dict[str, str]:
        """The added columns of one row; `like` is the assessment of a household it is alike."""
        key = (id(like), known.facts.get("approved_on"), known.facts.get("started_on"))
        if key not in self._kept:
            if len(self._kept) >= READ_KEPT:
                self._kept.clear()
            self._kept[key] = (like, *self._told(known.assessment(like)))
        _, answers, sentences = self._kept[key]
        reasons = list(sentences)
        for place in range(1, len(reasons), 2):
            reasons[place] = self._said(reasons[place], known.facts.get(reasons[place]))
        return answers | {"reasons": "".join(reasons)}

    def _answer(self, name: str, value: Any) -> str:
        return answer(name, value, self.law.on, self.law.book, self.lang)

    def _told(self, one: Assessment) -> tuple[dict[str, str], list[str]]:
        """The columns that all alike share; and their reasons, every other piece the name of an answer."""
        amount = one.amount_vnd
        answers = {
            "outcome": one.outcome,
            "house_class": one.house_class,
            "programme": one.programme or "",
            "works_kind": one.works_kind or "",
            "amount_vnd": "" if amount is None else str(amount),
            "components": " ".join(f"{part.code}={part.amount_vnd}" for part in one.components),
            "house_total_vnd": "" if amount is None else str(one.house_total_vnd),
            "missing_facts": " ".join(one.missing_facts),
        }
        reasons = explain(one, self.law, self.lang, is_filled=False)
        texts = (f"{each.text} [{each.citation}]" if each.citation else each.text for each in reasons)
        return answers, PLACEHOLDER.split(" ".join(texts))


def known_columns(path: Path, columns: Sequence[str], book: LawBook) -> list[Fact]:
    """The columns that are facts. Raises: Problem 2041 when none is."""
    found = [book.facts[name] for name in columns if name in book.facts]
    if not found:
        raise Problem(2041, file=path.name, got=", ".join(columns[:12]))
    return found


def harmless(value: str) -> str:
    """The value as text that no spreadsheet runs; plain negative numbers stay numbers."""
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
