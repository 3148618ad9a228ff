"""The columns that a posting on the web may show: data, from a short list that cannot be widened by data."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from survey.problems import Problem

KNOWN = ("number", "head_name", "village", "works_kind", "group", "amount")
"""All that can be public. What identifies or exposes a person more than a name and a village is not here."""
GROUPS = ("merit", "national_target", "temporary_houses", "disaster", "other")
"""Groups of programmes as the campaign reports them (words.toml: programme_group)."""
SHIPPED = Path(__file__).with_name("posting_columns.toml")


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of a posting in their order, and the group of each programme."""

    names: tuple[str, ...]
    groups: dict[str, str]

    def group_of(self, programme: str | None) -> str:
        """The group of a programme; `other` for one the data do not name."""
        return self.groups.get(programme or "", "other")


@cache
def posting_columns(path: Path = SHIPPED) -> Columns:
    """The columns of the file. Problem 5440 for one that may not be public, none, or one twice."""
    raw = tomllib.loads(path.read_text("utf-8"))
    names, groups = raw.pop("columns", []), raw.pop("groups", {})
    wrong = [*raw, *_wrong(names, KNOWN), *(str(one) for one in groups.values() if one not in GROUPS)]
    if not names or wrong:
        raise Problem(5440, file=path.name, got=", ".join(wrong) or "–", expected=", ".join(KNOWN))
    return Columns(tuple(names), groups)


def _wrong(given: Any, known: tuple[str, ...]) -> list[str]:
    """What is not known or stands twice, or all of it when it is no list."""
    if not isinstance(given, list):
        return [str(given)]
    return [str(name) for name in given if name not in known or given.count(name) > 1]
