"""A unit as people write it: its code, the code without the zeros a spreadsheet ate, or its name."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from survey.areas.queries import find
from survey.areas.rows import Name
from survey.areas.tree import Tree, tree
from survey.spelling import APOSTROPHE


@dataclass(frozen=True, slots=True)
class Meant:
    """The code of the one unit that a text can mean, or those that come near it."""

    code: str | None
    candidates: tuple[Name, ...] = ()

    def named(self, limit: int = 5) -> str:
        """The candidates with their codes, for a sentence."""
        return "; ".join(f"{one.name} ({one.code})" for one in self.candidates[:limit])


def unit_meant(session: Session, text: str, on: date, within: str | None = None) -> Meant:
    """The unit a text means on the day, among those `within` another.

    A code that was ever known is meant as it stands. A name counts where one unit alone has it; the units
    around it may follow: `Thôn 3, Nam Mẫu`.
    """
    text = APOSTROPHE.sub("", text.strip())
    if not text:
        return Meant(None)
    known = tree(session, on)
    if known.path(text):
        return Meant(text)
    if whole := _with_zeros(known, text, within):
        return Meant(whole[0]) if len(whole) == 1 else Meant(None, _names(known, whole))
    name, _, around = text.rpartition(",")
    if name:
        outer = unit_meant(session, around, on, within)
        return unit_meant(session, name, on, outer.code) if outer.code else outer
    found = find(session, text, on, within=within)
    if len(found.exact) == 1:
        return Meant(found.exact[0].code)
    return Meant(None, (*found.exact, *found.candidates))


def _with_zeros(known: Tree, text: str, within: str | None) -> list[str]:
    """The codes that begin with zeros and are this text without them."""
    bare = text.lstrip("0")
    if not bare[:1].isdigit():
        return []
    alike = {code for code in (*known.names, *known.became) if code.lstrip("0") == bare}
    return sorted(code for code in alike if within is None or within in known.path(code))


def _names(known: Tree, codes: list[str]) -> tuple[Name, ...]:
    return tuple(known.names[known.path(code)[0]] for code in codes)
