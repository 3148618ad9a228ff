"""Worked cases: a sentence, a date, facts and the assessment a lawyer expects. Kept beside the law, checked
with it.

A case file is TOML. `[base]` holds the facts its cases start from; each `[[case]]` changes some of them
("unknown" takes one away) and says what is expected, of the fields of an `Assessment`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import date
from pathlib import Path
from typing import Any

from survey.law.assess import assess
from survey.law.assessment import Assessment
from survey.law.book import LawBook, Words
from survey.problems import Problem
from survey.words import LANGUAGES

SHIPPED = Path(__file__).with_name("cases")
EXPECTABLE = {field.name for field in fields(Assessment)} | {"tranches_vnd", "components_vnd"}


@dataclass(frozen=True, slots=True)
class Case:
    """A sentence a lawyer can check: a household on a day in a place, and what the law gives it."""

    file: str
    say: Words
    on: date
    areas: tuple[str, ...]
    facts: dict[str, Any]
    expect: dict[str, Any]
    source: str


def read_cases(folder: Path = SHIPPED) -> list[Case]:
    """Every case of every TOML file in a folder; by default those that come with the law.

    Raises: Problem 2043 (a case that cannot be read), 2050."""
    if not folder.is_dir():
        raise Problem(2050, folder=str(folder))
    return [case for path in sorted(folder.rglob("*.toml")) for case in _cases_of(path)]


def _cases_of(path: Path) -> Iterator[Case]:
    try:
        content = tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Problem(2043, file=path.name, entry="-", reason=str(error)) from None
    for entry in content.get("case", []):
        say = _words(entry.get("say", "-"))
        missing = {"say", "on", "expect", "source"} - set(entry)
        unknown = set(entry.get("expect", {})) - EXPECTABLE
        missing |= {f"say.{lang}" for lang in LANGUAGES if not say.get(lang)}
        if missing or unknown or set(entry) - {"say", "on", "area", "facts", "expect", "source"}:
            raise Problem(
                2043,
                file=path.name,
                entry=say.get("vi", "-"),
                reason=f"missing {missing}, not expectable {unknown}",
            )
        given = content.get("base", {}) | entry.get("facts", {})
        facts = {name: None if value == "unknown" else value for name, value in given.items()}
        areas = tuple(entry.get("area", ()))
        yield Case(path.name, say, entry["on"], areas, facts, entry["expect"], entry["source"])


def _words(told: Any) -> Words:
    """A sentence in both languages; a plain text stands for both."""
    return dict(told) if isinstance(told, dict) else dict.fromkeys(LANGUAGES, str(told))


def differences(case: Case, book: LawBook) -> list[str]:
    """What the law gives otherwise than the case expects; empty when they agree."""
    made = assess(case.facts, book.law_on(case.on, case.areas))
    got = {name: getattr(made, name, None) for name in case.expect}
    if "tranches_vnd" in case.expect:
        got["tranches_vnd"] = tuple(part.amount_vnd for part in made.tranches)
    if "components_vnd" in case.expect:
        got["components_vnd"] = {part.code: part.amount_vnd for part in made.components}
    if "if_started" in case.expect:
        got["if_started"] = tuple([one.first, one.programme, one.amount_vnd] for one in made.if_started)
    return [
        f"{name}: expected {_plain(wanted)!r}, got {_plain(got[name])!r}"
        for name, wanted in case.expect.items()
        if _plain(wanted) != _plain(got[name])
    ]


def _plain(value: Any) -> Any:
    """Tuples as lists and the word "none" for nothing: TOML has neither."""
    return "none" if value is None else list(value) if isinstance(value, tuple) else value
