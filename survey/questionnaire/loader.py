"""Reads a form from its file and refuses anything it does not understand, naming file and key (4003).

The current version of a form is `<code>.toml`, or `acts/<code>.toml` for an act; earlier versions, still
acceptable, are `earlier/<code>-<version>.toml`.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from survey.law.expressions import Kind
from survey.problems import Problem
from survey.questionnaire.relevance import MEASURES, TYPES, Condition, condition
from survey.questionnaire.rows import Check, Doubt, Form, Question, Section
from survey.questionnaire.vocabulary import fact_definitions
from survey.words import LANGUAGES, glossary

FOLDER = Path(__file__).parent
KINDS = frozenset(
    {
        "text",
        "integer",
        "decimal",
        "boolean",
        "choice",
        "date",
        "datetime",
        "point",
        "area",
        "household",
        "reference",
        "roster",
    }
)
PERSONAL_FIELDS = frozenset(
    {"full_name", "birth_year", "sex", "relation", "national_id", "phone", "ethnic_group"}
)
FORM_KEYS = frozenset({"code", "version", "section", "check", "doubt", *LANGUAGES})
SECTION_KEYS = frozenset({"code", "when", "question", *LANGUAGES})
QUESTION_KEYS = frozenset(
    {
        "code",
        "type",
        "fact",
        "personal",
        "unit",
        "choices",
        "words",
        "minimum",
        "maximum",
        "max_length",
        "pattern",
    }
    | {"required", "expected", "when", "hint", "column", "max_rows", "check", "doubt", *LANGUAGES}
)
PLAIN_KEYS = frozenset(
    {
        "fact",
        "personal",
        "unit",
        "minimum",
        "maximum",
        "max_length",
        "pattern",
        "required",
        "expected",
        "max_rows",
    }
)
"""Keys that go into a question as they stand."""
CHECK_KEYS = frozenset({"holds", *LANGUAGES})
DOUBT_KEYS = frozenset({"code", "question", "holds"})


@cache
def _files() -> dict[str, Path]:
    return {path.stem: path for folder in (FOLDER, FOLDER / "acts") for path in sorted(folder.glob("*.toml"))}


def forms() -> tuple[str, ...]:
    """The codes of all forms, in alphabetical order."""
    return tuple(sorted(_files()))


def act_forms() -> tuple[str, ...]:
    """The codes of the forms of acts (việc đã làm), in alphabetical order."""
    return tuple(code for code in forms() if _files()[code].parent.name == "acts")


@cache
def load_form(code: str = "household", version: str | None = None) -> Form:
    """The form `code`, the current version unless one is named.

    Raises:
        Problem: 4001 for a form or version that is not kept here, 4003 for a faulty file.
    """
    if code not in forms():
        raise Problem(4001, form=code[:60], version=version or "", known=", ".join(forms()))
    form = read_form(_files()[code])
    if version in (None, form.version):
        return form
    known = {path.stem.removeprefix(f"{code}-"): path for path in (FOLDER / "earlier").glob(f"{code}-*.toml")}
    if version not in known:
        raise Problem(
            4001, form=code, version=str(version)[:60], known=", ".join([*sorted(known), form.version])
        )
    return read_form(known[version])


def read_form(path: Path) -> Form:
    """The form written in the TOML file `path`. Raises Problem 4003 naming the file and the key."""
    where = Place(path.name)
    try:
        raw = tomllib.loads(path.read_text("utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise where.wrong(str(error)) from error
    where.keys(raw, FORM_KEYS)
    entries = [entry for section in raw.get("section", ()) for entry in section.get("question", ())]
    kinds = _kinds(entries, where)
    sections = tuple(_section(entry, kinds, where) for entry in raw.get("section", ()))
    return Form(
        code=where.text(raw, "code"),
        version=where.text(raw, "version"),
        labels=where.labels(raw),
        sections=sections,
        checks=_checks(raw, kinds, where),
        doubts=_doubts(raw, kinds, where),
    )


class Place:
    """Where in which file we are reading, so that every refusal can name it (4003)."""

    def __init__(self, file: str, key: str = "") -> None:
        self.file, self.key = file, key

    def at(self, key: str) -> Place:
        """Where `key` of the table at this place stands: `section[2].question[1]`."""
        return Place(self.file, f"{self.key}.{key}" if self.key else key)

    def wrong(self, reason: str) -> Problem:
        """What is wrong here, to be raised."""
        return Problem(4003, file=self.file, key=self.key or "-", reason=reason)

    def keys(self, raw: Mapping[str, Any], allowed: frozenset[str]) -> None:
        """Refuse keys nobody reads: a misspelt one would do nothing in silence."""
        if unknown := sorted(set(raw) - allowed):
            raise self.at(unknown[0]).wrong(f"unknown key; known keys: {', '.join(sorted(allowed))}")

    def text(self, raw: Mapping[str, Any], key: str) -> str:
        """The text under `key`, which must be there."""
        value = raw.get(key)
        if not isinstance(value, str) or not value:
            raise self.at(key).wrong("text expected")
        return value

    def labels(self, raw: Mapping[str, Any]) -> dict[str, str]:
        """The wording in every language."""
        return {lang: self.text(raw, lang) for lang in LANGUAGES}


def _kinds(entries: Sequence[Mapping[str, Any]], where: Place) -> dict[str, Kind]:
    """What conditions may speak of among these questions; a code that stands twice is refused."""
    kinds: dict[str, Kind] = {}
    seen: set[str] = set()
    for entry in entries:
        code = where.text(entry, "code")
        if code in seen:
            raise where.at(code).wrong("stands twice")
        seen.add(code)
        entry = _with_fact(entry, where.at(code))
        if entry.get("type") in TYPES:
            kinds[code] = Kind(TYPES[entry["type"]], tuple(entry.get("choices", ())))
    return kinds


def _section(raw: Mapping[str, Any], kinds: Mapping[str, Kind], where: Place) -> Section:
    code = where.text(raw, "code")
    where = where.at(code)
    where.keys(raw, SECTION_KEYS)
    questions = tuple(_question(entry, kinds, where, raw.get("when")) for entry in raw.get("question", ()))
    return Section(code=code, labels=where.labels(raw), questions=questions)


def _question(raw: Mapping[str, Any], kinds: Mapping[str, Kind], where: Place, outer: str | None) -> Question:
    """One question; `outer` is its section's condition, which it shares."""
    where = where.at(where.text(raw, "code"))
    where.keys(raw, QUESTION_KEYS)
    raw = _with_fact(raw, where)
    columns = raw.get("column", ())
    inner = _kinds(columns, where)
    question = Question(
        code=raw["code"],
        kind=where.text(raw, "type"),
        labels=where.labels(raw),
        hints=where.at("hint").labels(raw["hint"]) if "hint" in raw else {},
        words=(raw.get("words") or raw.get("fact") or raw["code"]) if raw.get("choices") else None,
        choices=tuple(raw.get("choices", ())),
        when=_condition(_both(outer, raw.get("when")), kinds, where.at("when")),
        columns=tuple(_question(entry, inner, where, None) for entry in columns),
        checks=_checks(raw, inner, where),
        doubts=_doubts(raw, inner, where),
        **{key: raw[key] for key in PLAIN_KEYS & set(raw)},
    )
    _check_kind(question, where)
    return question


def _with_fact(raw: Mapping[str, Any], where: Place) -> Mapping[str, Any]:
    """The entry laid over what its fact says; type, choices, unit and range may not be said twice."""
    if "fact" not in raw:
        return raw
    fact = fact_definitions().get(raw["fact"])
    if fact is None or fact["origin"] != "survey":
        raise where.at("fact").wrong(f"{raw['fact']} is not a fact that a survey gives")
    if said := sorted({"type", "choices", "unit", "minimum", "maximum"} & set(raw)):
        raise where.at(said[0]).wrong(f"comes from the fact {raw['fact']}")
    return {key: value for key, value in fact.items() if key in QUESTION_KEYS} | dict(raw)


def _both(outer: str | None, inner: str | None) -> str | None:
    return f"({outer}) and ({inner})" if outer and inner else outer or inner


def _condition(text: str | None, kinds: Mapping[str, Kind], where: Place) -> Condition | None:
    try:
        return None if text is None else condition(text, kinds)
    except Problem as error:
        raise where.wrong(error.message("en")) from error


def _checks(raw: Mapping[str, Any], kinds: Mapping[str, Kind], where: Place) -> tuple[Check, ...]:
    checks = []
    for number, entry in enumerate(raw.get("check", ()), 1):
        here = where.at(f"check {number}")
        here.keys(entry, CHECK_KEYS)
        holds = _condition(here.text(entry, "holds"), kinds, here.at("holds"))
        if holds:
            checks.append(Check(holds, here.labels(entry)))
    return tuple(checks)


def _doubts(raw: Mapping[str, Any], kinds: Mapping[str, Kind], where: Place) -> tuple[Doubt, ...]:
    doubts = []
    for number, entry in enumerate(raw.get("doubt", ()), 1):
        here = where.at(f"doubt {number}")
        here.keys(entry, DOUBT_KEYS)
        code = here.text(entry, "code")
        if f"flag.{code}" not in glossary():
            raise here.at("code").wrong(f"flag.{code} is no word")
        holds = _condition(here.text(entry, "holds"), {**kinds, **MEASURES}, here.at("holds"))
        if holds:
            doubts.append(Doubt(code, here.text(entry, "question"), holds))
    return tuple(doubts)


def _check_kind(question: Question, where: Place) -> None:
    """What a kind of question needs; a faulty pattern stops here too."""
    if question.kind not in KINDS:
        raise where.at("type").wrong(f"got {question.kind}; expected one of {', '.join(sorted(KINDS))}")
    if question.kind == "choice" and not question.choices:
        raise where.at("choices").wrong("a choice needs choices")
    if question.kind == "roster" and (not question.columns or not question.max_rows):
        raise where.at("column").wrong("a roster needs columns and max_rows")
    if question.kind == "text" and not question.max_length:
        raise where.at("max_length").wrong("a text needs a greatest length")
    if question.personal and question.personal not in PERSONAL_FIELDS:
        raise where.at("personal").wrong(f"expected one of {', '.join(sorted(PERSONAL_FIELDS))}")
    if question.pattern:
        re.compile(question.pattern)
