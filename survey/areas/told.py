"""A unit as people write it: its code, also without the zeros a spreadsheet ate, or its name where unique."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy.orm import Session

from survey.areas import queries
from survey.areas.models import LEVELS
from survey.areas.rows import Name
from survey.problems import Problem

CODE_WIDTH = {"province": 2, "district": 3, "commune": 5}
"""Digits of official codes (Decision 19/2025/QĐ-TTg; districts: Decision 124/2004/QĐ-TTg)."""
ALIKE_SHOWN = 5


def full_code(code: str, width: int) -> str:
    """A code of digits with the leading zeros back that a spreadsheet ate.

    >>> full_code("1834", 5), full_code("01834", 5), full_code("XA-1", 5)
    ('01834', '01834', 'XA-1')
    """
    return code.zfill(width) if code.isascii() and code.isdigit() else code


def unit_told(session: Session, told: str, on: date, levels: Collection[str] = LEVELS) -> Name:
    """The one unit of that day, of these levels, that `told` can mean: 1909, Nam Mẫu, "Thôn 1, Nam Mẫu".

    Raises: Problem 3040 no such unit, 3041 several.
    """
    names = queries.tree(session, on).names
    known = [names[code] for code in _codes(told) if code in names and names[code].level in levels]
    if known:
        return known[0]
    *own, around = told.split(",") if "," in told else (told, "")
    within = unit_told(session, around, on).code if around.strip() else None
    match = queries.find(session, ",".join(own), on, within=within)
    exact = [name for name in match.exact if name.level in levels]
    if len(exact) == 1:
        return exact[0]
    alike = exact or [name for name in (*match.exact, *match.candidates) if name.level in levels]
    listed = "; ".join(f"{name.name} ({name.code})" for name in alike[:ALIKE_SHOWN])
    if exact:
        raise Problem(3041, told=told.strip(), count=len(exact), alike=listed)
    raise Problem(3040, told=told.strip(), alike=listed or "–")


def _codes(told: str) -> Iterator[str]:
    """The text as a code, then with the zeros of each level's codes."""
    code = told.strip()
    yield code
    for width in CODE_WIDTH.values():
        if len(code) < width:
            yield full_code(code, width)


@dataclass(slots=True)
class Told:
    """The units that a file tells on a day, of some levels: each wording is looked up once."""

    session: Session
    on: date
    levels: Collection[str] = LEVELS
    found: dict[str, Name | Problem] = field(default_factory=dict)

    def unit(self, told: str) -> Name:
        """The unit. Raises: Problem 3040 no such unit, 3041 several."""
        if told not in self.found:
            try:
                self.found[told] = unit_told(self.session, told, self.on, self.levels)
            except Problem as problem:
                self.found[told] = problem
        found = self.found[told]
        if isinstance(found, Problem):
            raise found
        return found

    def knows(self, told: str) -> bool:
        """Whether the text tells one unit."""
        try:
            self.unit(told)
        except Problem:
            return False
        return True
