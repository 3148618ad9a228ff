"""The palette: which state a house is in and how that state looks (read from `states.toml`)."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from maps.rows import House


@dataclass(frozen=True, slots=True)
class State:
    """A state of a house: its code (word `legend.<code>`), what it fits, and its look.

    `fill`, `line`, `ink` are `#rrggbb`; `shape` is an SVG path in a box of -1 to 1, `shape_name` its name.
    """

    code: str
    outcome: str | None
    works_kind: str | None
    fill: str
    line: str
    ink: str
    shape: str
    shape_name: str
    dashed: bool = False


@cache
def states(family: str = "assessment") -> tuple[State, ...]:
    """The states of a family in the order of the legend; the last one takes whatever fits no other."""
    raw = tomllib.loads(Path(__file__).with_name("states.toml").read_text("utf-8"))
    return tuple(
        State(
            code=entry["code"],
            outcome=entry.get("outcome"),
            works_kind=entry.get("works_kind"),
            fill=entry["fill"],
            line=entry["line"],
            ink=entry["ink"],
            shape=raw["shapes"][entry["shape"]],
            shape_name=entry["shape"],
            dashed=entry.get("dashed", False),
        )
        for entry in raw[family]
    )


@cache
def state_index(outcome: str, works_kind: str | None) -> int:
    """The place in `states()` of the first state that fits."""
    for index, state in enumerate(states()):
        if state.outcome in (None, outcome) and state.works_kind in (None, works_kind):
            return index
    return len(states()) - 1


def count(houses: Iterable[House]) -> dict[str, int]:
    """How many houses are in each state, in legend order, states without a house left out."""
    counts = Counter(state_index(house.outcome, house.works_kind) for house in houses)
    return {state.code: counts[index] for index, state in enumerate(states()) if counts[index]}
