"""The figures of an area, shared by the home page and the area page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from survey.assessment.rows import Count


@dataclass(frozen=True, slots=True)
class Figures:
    """Households of an area by what the criteria say; the parts add up to `households`."""

    households: int
    entitled: int
    new: int
    repair: int
    amount_vnd: int
    outcomes: dict[str, int]
    programmes: dict[str, tuple[int, int, int]]


def figures(counts: Iterable[Count]) -> Figures:
    """Add the counts up; `programmes` maps to (new, repair, amount_vnd)."""
    outcomes: Counter[str] = Counter()
    kinds: Counter[str] = Counter()
    programmes: dict[str, tuple[int, int, int]] = {}
    amount_vnd = 0
    for count in counts:
        outcomes[count.outcome] += count.households
        if count.outcome != "entitled":
            continue
        kinds[count.works_kind or ""] += count.households
        amount_vnd += count.amount_vnd
        new, repair, amount = programmes.get(count.programme or "", (0, 0, 0))
        programmes[count.programme or ""] = (
            new + (count.households if count.works_kind == "new" else 0),
            repair + (count.households if count.works_kind == "repair" else 0),
            amount + count.amount_vnd,
        )
    return Figures(
        households=sum(outcomes.values()),
        entitled=outcomes["entitled"],
        new=kinds["new"],
        repair=kinds["repair"],
        amount_vnd=amount_vnd,
        outcomes=dict(outcomes),
        programmes=dict(sorted(programmes.items())),
    )
