"""A unit as people write it: its code, also without the zeros a spreadsheet ate, or its name where unique."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy.orm import Session

from survey.areas import queries
from survey.areas.models import LEVELS
from survey.areas.rows import Name
from survey.areas.tree import Tree, tree
from survey.problems import Problem
from survey.spelling import APOSTROPHE

CODE_WIDTH = {"province": 2, "district": 3, "commune": 5}
"""Digits of official codes (Decision 19/2025/QĐ-TTg; districts: Decision 124/2004/QĐ-TTg)."""
ALIKE_SHOWN = 5


def full_code(code: str, width: int) -> str:
    """A code of digits with the leading zeros back that a spreadsheet ate.

    >>> full_code("1834", 5), full_code("01834", 5), full_code("XA-1", 5)
    ('01834', '01834', 'XA-1')
    """
    return code.zfill(width) if code.isascii() and code.isdigit() else code


@dataclass(frozen=True, slots=True)
class Meant:
    """The code of the one unit that a text can mean, or those that come near it (is_shared: that have it)."""

    code: str | None
    candidates: tuple[Name, ...] = ()
    is_shared: bool = False

    def named(self, limit: int = ALIKE_SHOWN) -> str:
        """The candidates with their codes, for a sentence."""
        return "; ".join(f"{one.name} ({one.code})" for one in self.candidates[:limit])


def unit_meant(
    session: Session, text: str, on: date, within: str | None = None, levels: Collection[str] = LEVELS
) -> Meant:
    """The unit a text means on the day, among those `within` another, of these levels.

    A code that was ever known is meant as it stands. A name counts where one unit alone has it; the units
    around it may follow: `Thôn 3, Nam Mẫu`.
    """
    text = APOSTROPHE.sub("", text.strip())
    if not text:
        return Meant(None)
    known = tree(session, on)
    if known.path(text) and (text not in known.names or known.names[text].level in levels):
        return Meant(text)
    if whole := _with_zeros(known, text, within, levels):
        return Meant(whole[0]) if len(whole) == 1 else Meant(None, _names(known, whole), is_shared=True)
    name, _, around = text.rpartition(",")
    if name:
        outer = unit_meant(session, around, on, within)
        return unit_meant(session, name, on, outer.code, levels) if outer.code else outer
    found = queries.find(session, text, on, within=within)
    exact = tuple(one for one in found.exact if one.level in levels)
    if len(exact) == 1:
        return Meant(exact[0].code)
    near = tuple(one for one in found.candidates if one.level in levels)
    return Meant(None, (*exact, *near), is_shared=bool(exact))


def unit_told(session: Session, told: str, on: date, levels: Collection[str] = LEVELS) -> Name:
    """The one unit of that day that `told` means: 1909, Nam Mẫu, "Thôn 1, Nam Mẫu".

    Raises: Problem 3040 no such unit, 3041 several.
    """
    meant = unit_meant(session, told, on, levels=levels)
    names = tree(session, on).names
    if meant.code in names:
        return names[meant.code]
    if meant.is_shared:
        raise Problem(3041, told=told.strip()[:60], count=len(meant.candidates), alike=meant.named())
    raise Problem(3040, told=told.strip()[:60], alike=meant.named() or "–")


def _with_zeros(known: Tree, text: str, within: str | None, levels: Collection[str]) -> list[str]:
    """The codes that begin with zeros and are this text without them."""
    bare = text.lstrip("0")
    if not bare[:1].isdigit():
        return []
    alike = {code for code in (*known.names, *known.became) if code.lstrip("0") == bare}
    return sorted(
        code
        for code in alike
        if (code not in known.names or known.names[code].level in levels)
        and (within is None or within in known.path(code))
    )


def _names(known: Tree, codes: list[str]) -> tuple[Name, ...]:
    return tuple(known.names[known.path(code)[0]] for code in codes)


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
