"""What became of every row of a file: counted, and listed where a person must look."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from survey.problems import Problem

OUTCOMES = ("added", "changed", "unchanged", "refused")


@dataclass(frozen=True, slots=True)
class Refused:
    """A row that was not taken, and why. `line` counts from 1 (table rows: the line of the file)."""

    line: int
    problem: Problem


@dataclass(frozen=True, slots=True)
class Said:
    """What is told of a row beside what became of it: mended, or to be looked at."""

    line: int
    problem: Problem


@dataclass(frozen=True, slots=True)
class Repaired:
    """A row taken after its shape was mended; `reason` is the fault as GEOS names it."""

    line: int
    code: str
    reason: str


@dataclass(slots=True)
class Report:
    """The account of one file: the counts of `OUTCOMES` add up to `total`; repaired ones are among them."""

    file: str
    notes: list[str] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    refused: list[Refused] = field(default_factory=list)
    repaired: list[Repaired] = field(default_factory=list)

    @property
    def total(self) -> int:
        """Every row has one outcome of `OUTCOMES`; mended ones are counted once."""
        return sum(self.counts[outcome] for outcome in OUTCOMES)

    def count(self, outcome: str) -> None:
        """Count one row that was taken."""
        self.counts[outcome] += 1

    def refuse(self, line: int, problem: Problem) -> None:
        """Count one row that was not taken."""
        self.counts["refused"] += 1
        self.refused.append(Refused(line, problem))
