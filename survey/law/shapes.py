"""Which keys each kind of entry in a law file has, and of what type: checked before anything is built from
them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from survey.problems import Problem

SHAPE = 3
"""The shape of the law's text; the releases before are still read. In shape 1 programmes ask everything on
one key date, and a start not yet known counts as the survey day. Up to shape 2 an amount is one sum of which
no payer is told, and nothing adds to it.
"""
BUDGET, CONTRIBUTED, OWN = "budget", "contributed", "own"
COMPONENT_KINDS = (BUDGET, CONTRIBUTED, OWN)
"""Whose money a component is: the State's, a giver's, the household's own (đối ứng)."""


@dataclass(frozen=True, slots=True)
class Key:
    """One key of an entry: its type, whether it must be there, the only values it may have."""

    type: type | tuple[type, ...]
    required: bool = True
    only: tuple[str, ...] = ()


Shape = Mapping[str, Key]

KEY_DATE = Key(str, only=("surveyed_on", "entered_on", "started_on", "approved_on"))
"""`approved_on` is the name that texts of shape 1 have for the day of entry."""
_TEXT, _NOTE, _WORDS = Key(str), Key(str, required=False), Key(dict)
_MAYBE_DATE = Key(date, required=False)
CITE: Shape = {
    "source": _TEXT,
    "at": Key(str, required=False),
    "verified": Key(bool, required=False),
    "note": Key((str, dict), required=False),
}
"""A note is told in both languages; a plain text, as older texts of the law have it, stands for both."""

WORDS: Shape = {"vi": _TEXT, "en": _TEXT}
FACT: Shape = {
    "type": Key(str, only=("boolean", "integer", "decimal", "choice", "date")),
    "origin": Key(str, only=("survey", "area", "record", "act")),
    "vi": _TEXT,
    "en": _TEXT,
    "choices": Key(list, required=False),
    "unit": Key(str, required=False),
    "minimum": Key((int, float), required=False),
    "maximum": Key((int, float), required=False),
    "not_measured": Key((int, float), required=False),
    "note": _NOTE,
}
SOURCE: Shape = {
    "cite": _WORDS,
    "title": _WORDS,
    "issuer": _TEXT,
    "signed": _MAYBE_DATE,
    "in_force": _MAYBE_DATE,
    "read": Key(str, only=("text", "quoted", "not_read")),
    "where": Key(list),
    "note": _NOTE,
}
VALUE: Shape = {
    "unit": _TEXT,
    "key_date": KEY_DATE,
    "vi": _TEXT,
    "en": _TEXT,
    "dated": Key(list),
    "area": Key(dict, required=False),
    "bounds": Key(dict, required=False),
    "note": _NOTE,
}
BOUNDS: Shape = {"low": Key(int), "high": Key(int), **CITE}
PERIOD: Shape = {
    "from": _MAYBE_DATE,
    "until": _MAYBE_DATE,
    "value": Key((bool, int, float, date), required=False),
    "none": Key(bool, required=False),
    "replaces": Key(bool, required=False),
    **CITE,
    "verified": Key(bool),
}
DERIVED: Shape = {"when": _TEXT, **CITE}
CLAUSE: Shape = {
    "code": _TEXT,
    "when": _TEXT,
    "text": _WORDS,
    "from": _MAYBE_DATE,
    "until": _MAYBE_DATE,
    "key_date": Key(str, required=False, only=KEY_DATE.only),
    **CITE,
}
PROGRAMME: Shape = {
    "id": _TEXT,
    "title": _WORDS,
    "rank": Key(int),
    "in_force": _WORDS,
    "key_date": KEY_DATE,
    **CITE,
    "entitled": _WORDS,
    "amount": Key(dict, required=False),
    "component": Key(list, required=False),
    "tranches": _WORDS,
    "priority": Key(dict, required=False),
    "unapproved": Key(dict, required=False),
    "unstarted": Key(dict, required=False),
    "emergency": Key(bool, required=False),
}
_OF_COMPONENT: Shape = {
    "kind": Key(str, required=False, only=COMPONENT_KINDS),
    "payer": Key(str, required=False),
    "apart": Key(bool, required=False),
    "amount": Key(dict, required=False),
    "tranches": Key(dict, required=False),
}
COMPONENT: Shape = {"code": _TEXT, "title": _WORDS, **_OF_COMPONENT, "amount": _WORDS, **CITE}
SUPPLEMENT: Shape = {
    "id": _TEXT,
    "title": _WORDS,
    "rank": Key(int),
    "in_force": _WORDS,
    "key_date": KEY_DATE,
    "programmes": Key(list, required=False),
    "entitled": Key(dict, required=False),
    **_OF_COMPONENT,
    "level": Key(dict, required=False),
    "already": Key(str, required=False),
    **CITE,
}
END: Shape = {"becomes": Key(str, only=("stands", "lapses")), **CITE}
IN_FORCE: Shape = {"from": Key(date), "until": _MAYBE_DATE}
ENTITLED: Shape = {
    "all": Key(list, required=False),
    "any": Key(list, required=False),
    "none": Key(list, required=False),
}
AMOUNT: Shape = {"formula": _TEXT, "at_most": _TEXT}
TRANCHE: Shape = {"after": _TEXT, "percent": Key(int)}
PRIORITY: Shape = {"order": Key(list), "tie_break": Key(list), **CITE}
FRAME: Shape = {
    "temporary": _TEXT,
    "no_house": _TEXT,
    "because": Key(list),
    "against": Key(list),
    "doubts": Key(list),
}


def check(entry: Any, shape: Shape, *, file: str, name: str) -> None:
    """Refuse an entry that does not fit its shape.

    Raises: Problem 2003 (unknown key), 2004 (missing key), 2005 (wrong type or value).
    """
    if not isinstance(entry, dict):
        raise Problem(2005, file=file, entry=name, key="-", got=repr(entry)[:80], expected="table")
    for key, value in entry.items():
        if key not in shape:
            raise Problem(2003, file=file, entry=name, key=key, expected=", ".join(shape))
        _check_value(value, shape[key], file=file, name=name, key=key)
    for key, wanted in shape.items():
        if wanted.required and key not in entry:
            raise Problem(2004, file=file, entry=name, key=key)


def listed(value: Any, key: str) -> list[Any]:
    """A list that stands where the key of its table is free. Raises: Problem 2005."""
    if not isinstance(value, list):
        raise Problem(2005, key=key, got=repr(value)[:80], expected="list")
    return value


def _check_value(value: Any, wanted: Key, *, file: str, name: str, key: str) -> None:
    types = wanted.type if isinstance(wanted.type, tuple) else (wanted.type,)
    fits = isinstance(value, types) and not isinstance(value, datetime)
    if isinstance(value, bool) and bool not in types:
        fits = False  # Python counts true as the number 1; a law file must not
    if fits and wanted.only and value not in wanted.only:
        raise Problem(2005, file=file, entry=name, key=key, got=value, expected=" | ".join(wanted.only))
    if not fits:
        expected = " | ".join(each.__name__ for each in types)
        raise Problem(2005, file=file, entry=name, key=key, got=repr(value)[:80], expected=expected)
