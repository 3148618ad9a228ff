"""Tables of households for `nhavung law`: rows to facts, facts to assessed rows, two laws compared."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from api.shared.tables import Row, read_table
from survey.assessment.rows import CurrentFacts
from survey.law import Assessment, LawBook, LawOnDate, assess, explain
from survey.law.facts import Fact
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
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


class AssessedFile:
    """One table to be assessed. `good` and `bad` (line, reason) are counted while it is written."""

    def __init__(self, path: Path, law: LawOnDate, lang: str) -> None:
        self.law = law
        self.lang = lang
        self.path = path
        self.table = read_table(path)
        self.notes = self.table.notes
        self.facts = known_columns(path, self.table.columns, law.book)
        self.lines = sum(1 for _ in read_table(path).rows)
        self.good = 0
        self.bad: list[tuple[int, str]] = []

    def write(self, output: Path, done: Callable[[int], Any]) -> None:
        """Write the good rows: their own columns, then the answers. UTF-8 with a byte-order mark, for Excel.

        A value that a spreadsheet would run as a formula gets an apostrophe before it.
        """
        columns = [*self.table.columns, *(name for name in ADDED if name not in self.table.columns)]
        with output.open("w", encoding="utf-8-sig", newline="") as stream:
            writer = csv.DictWriter(stream, columns)
            writer.writeheader()
            for row in self.table.rows:
                answers = self.assess_row(row)
                if answers is not None:
                    writer.writerow(
                        {name: harmless(value) for name, value in {**row.values, **answers}.items()}
                    )
                done(1)

    def assess_row(self, row: Row) -> dict[str, str] | None:
        """The answers for one row; None when it is bad, which is then noted."""
        try:
            if row.surplus:
                raise Problem(2042, file=f"{self.path.name}:{row.line}", reason=f"thừa giá trị {row.surplus}")
            assessment = assess(facts_of_row(row, self.facts), self.law)
        except Problem as problem:
            self.bad.append((row.line, problem.message(self.lang)))
            return None
        self.good += 1
        return answers_of(assessment, self.law, self.lang)


def known_columns(path: Path, columns: Sequence[str], book: LawBook) -> list[Fact]:
    """The columns that are facts. Raises: Problem 2041 when none is."""
    found = [book.facts[name] for name in columns if name in book.facts]
    if not found:
        raise Problem(2041, file=path.name, got=", ".join(columns[:12]))
    return found


def facts_of_row(row: Row, facts: Iterable[Fact]) -> dict[str, Any]:
    """The facts of one row; empty cells are unknown. Raises: Problem 2031."""
    return {fact.name: parse_text(fact, row.values[fact.name]) for fact in facts}


def answers_of(assessment: Assessment, law: LawOnDate, lang: str) -> dict[str, str]:
    """The added columns of one row."""
    amount = assessment.amount_vnd
    reasons = (
        f"{one.text} [{one.citation}]" if one.citation else one.text for one in explain(assessment, law, lang)
    )
    return {
        "outcome": assessment.outcome,
        "house_class": assessment.house_class,
        "programme": assessment.programme or "",
        "works_kind": assessment.works_kind or "",
        "amount_vnd": "" if amount is None else str(amount),
        "components": " ".join(f"{one.code}={one.amount_vnd}" for one in assessment.components),
        "house_total_vnd": "" if amount is None else str(assessment.house_total_vnd),
        "missing_facts": " ".join(assessment.missing_facts),
        "reasons": " ".join(reasons),
    }


def harmless(value: str) -> str:
    """The value as text that no spreadsheet runs; plain negative numbers stay numbers."""
    if not value.startswith(_FORMULA_STARTS):
        return value
    try:
        float(value)
    except ValueError:
        return "'" + value
    return value


@dataclass(frozen=True, slots=True)
class Household:
    """What an assessment needs of one household."""

    facts: Mapping[str, Any]
    on: date
    area_codes: tuple[str, ...]


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
    facts = known_columns(path, table.columns, book)
    for row in table.rows:
        try:
            yield Household(facts_of_row(row, facts), on, areas)
        except Problem as problem:
            raise Problem(2042, file=f"{path.name}:{row.line}", reason=problem.message("vi")) from None


def compare_books(
    old: LawBook, new: LawBook, households: Iterable[Household | CurrentFacts], today: date | None = None
) -> Moves:
    """Assess every household by both laws. A fact that one of them lacks is left out there.

    With `today`, a house not begun counts with the level of that day, as in the estimate.
    """
    moves = Moves()
    for household in households:
        before, after = (_assess_by(book, household) for book in (old, new))
        if today is not None:
            before, after = before.as_of(today), after.as_of(today)
        difference = (after.amount_vnd or 0) - (before.amount_vnd or 0)
        moves.total += 1
        moves.before_vnd += before.amount_vnd or 0
        moves.after_vnd += after.amount_vnd or 0
        key = (_said(before), _said(after))
        if difference or key[0] != key[1]:
            moves.moved += 1
            count, money = moves.changed[key]
            moves.changed[key] = (count + 1, money + difference)
    return moves


def _assess_by(book: LawBook, household: Household | CurrentFacts) -> Assessment:
    known = {name: value for name, value in household.facts.items() if name in book.facts}
    return assess(known, book.law_on(household.on, household.area_codes))


def _said(one: Assessment) -> str:
    return " ".join(filter(None, (one.outcome, one.programme, one.works_kind)))
