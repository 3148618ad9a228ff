"""Who approves: the chain of bodies for a programme on a day, from `chain.toml`.

In 2025 Bac Kan's province approved totals and its districts the lists; districts ended on 30 June 2025.
"""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from survey.areas.tree import Tree
from survey.problems import Problem

ANY = "*"
LEVELS = ("village", "commune", "district", "province")


@dataclass(frozen=True, slots=True)
class Link:
    """One body of a chain (a level of area) and what its act carries: `total` or `list`."""

    body: str
    carries: str


@dataclass(frozen=True, slots=True)
class Chain:
    """Who approves a programme's households during a span of days, and where that is written."""

    programme: str
    first: date
    last: date | None
    links: tuple[Link, ...]
    source: str
    is_verified: bool

    @property
    def list_body(self) -> str:
        """The level whose act carries the list, and so approves the households."""
        return next(link.body for link in self.links if link.carries == "list")


@cache
def chains() -> tuple[Chain, ...]:
    """Who approves what, by programme and time, as `chain.toml` tells it; read once."""
    raw = tomllib.loads(Path(__file__).with_name("chain.toml").read_text("utf-8"))
    return tuple(
        Chain(
            entry["programme"],
            entry["from"],
            entry.get("until"),
            tuple(Link(**link) for link in entry["links"]),
            entry["source"],
            entry["verified"],
        )
        for entry in raw["chain"]
    )


def chain_on(programme: str | None, on: date) -> Chain:
    """A programme's chain on a day, or that of all. Problem 5416 before the first."""
    for wanted in (programme, ANY):
        for one in _in_force(on):
            if one.programme == wanted:
                return one
    raise Problem(5416, on=on.isoformat())


def list_bodies(on: date) -> set[str]:
    """The levels that approve lists of some programme on a day."""
    return {chain.list_body for chain in _in_force(on)}


def _in_force(on: date) -> list[Chain]:
    return [one for one in chains() if one.first <= on and (one.last is None or on <= one.last)]


def signing_area(levels: Sequence[tuple[str, str]], body: str) -> str | None:
    """The unit that signs for a place: of level `body`, or the next above where that level does not exist.

    `levels` are (code, level) of the place's path, deepest first.
    """
    least = LEVELS.index(body)
    return next((code for code, level in levels if LEVELS.index(level) >= least), None)


def signing_unit(tree: Tree, code: str | None, body: str) -> str | None:
    """The same for a place of that day's tree; None for one we do not know."""
    path = tree.path(code) if code else ()
    return signing_area([(step, tree.names[step].level) for step in path], body)
