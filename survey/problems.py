"""The numbered catalogue of what can go wrong, in both languages. No HTTP here: the edge maps numbers.

Numbers: 1xxx input and files, 2xxx law, 3xxx areas, 4xxx questionnaire and intake, 5xxx registry and
assessment, 6xxx access, 7xxx maps, exports and money, 8xxx operation. Texts stand in `problems.toml`.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Kind:
    """One entry of the catalogue: what went wrong and the next step, Vietnamese and English."""

    number: int
    message: dict[str, str]
    next_step: dict[str, str]


@cache
def catalogue() -> dict[int, Kind]:
    """Every problem by its number, in order."""
    raw = tomllib.loads(Path(__file__).with_name("problems.toml").read_text("utf-8"))
    return {
        int(number): Kind(int(number), {"vi": entry["vi"], "en": entry["en"]}, entry["next"])
        for number, entry in raw.items()
    }


class Problem(Exception):  # noqa: N818  the field's word: a problem is told to a person, an error is ours
    """A numbered problem with its details: what was got, what was expected, where.

    Details fill the `{names}` of the catalogue's text; `rows` (a list of dicts) is kept for lists of
    faults. Details may be shown to a person, so nothing secret goes in.
    """

    def __init__(self, number: int, **details: Any) -> None:
        self.kind = catalogue()[number]
        self.number = number
        self.details = details
        super().__init__(self.message("en"))

    def message(self, lang: str) -> str:
        """What went wrong, in `lang` (vi or en), with the details filled in."""
        return self.kind.message[lang].format_map(_Blank(self.details))

    def next_step(self, lang: str) -> str:
        """What the person can do now, in `lang`."""
        return self.kind.next_step[lang].format_map(_Blank(self.details))


class _Blank(dict[str, Any]):
    """Details for `format_map`: a missing one shows as '?', it must not hide the problem itself."""

    def __missing__(self, key: str) -> str:
        return "?"
