"""Papers: seconds and sizes of a commune's minutes in one file. Run: python bench_papers.py"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
from paper_makers import meeting, stage

from api.papers.blocks import Paper
from api.papers.layouts.meeting_minutes import meeting_minutes
from api.papers.layouts.stage_minutes import stage_minutes
from api.papers.pdf import pdf
from api.papers.word_file import docx


@dataclass(frozen=True)
class Figures:
    """What was measured: seconds and bytes of one file."""

    seconds: float
    size: int


def measure(write: Callable[[Sequence[Paper]], bytes], papers: Sequence[Paper]) -> Figures:
    """Writes once, after a first small file has loaded what is needed."""
    write(papers[:1])
    start = time.perf_counter()
    made = write(papers)
    return Figures(time.perf_counter() - start, len(made))


def stages(households: int) -> list[Paper]:
    """Minutes of a stage for so many households."""
    return [stage_minutes(stage(number)) for number in range(households)]


def main(households: int = 150) -> dict[str, Figures]:
    """Minutes of a stage for each household, and of one meeting about them all, in both formats."""
    one_meeting = [meeting_minutes(meeting(households))]
    return {
        f"{households} stage minutes, PDF": measure(pdf, stages(households)),
        f"{households} stage minutes, DOCX": measure(docx, stages(households)),
        f"one meeting of {households} households, PDF": measure(pdf, one_meeting),
        f"one meeting of {households} households, DOCX": measure(docx, one_meeting),
    }


def report(households: int = 150) -> None:
    """Print them."""
    for what, found in main(households).items():
        print(f"{what}: {found.seconds:.2f} s, {found.size / 1000:.0f} kB")


if __name__ == "__main__":
    report()
