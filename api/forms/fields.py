"""What a page shows of a form: a control a question, a table a roster, and where on the page each stands."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from api.forms.parsing import Typed, rows_typed
from api.web.language import current, t, word
from survey.questionnaire import Form, Question

Options = tuple[tuple[str, str], ...]

MOST_TILES = 4
"""Up to so many choices stand side by side, each one touch away; more become a list."""
LONG_TEXT = 200


@dataclass(frozen=True, slots=True)
class Field:
    """One control. `kind`: text, textarea, date, select, tiles or hidden."""

    name: str
    label: str
    kind: str
    value: str
    hint: str | None = None
    error: str | None = None
    required: bool = False
    options: Options = ()
    attrs: dict[str, Any] = field(default_factory=dict)
    section: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A roster: the labels of its columns (hidden ones have none) and its rows of controls."""

    code: str
    label: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Field, ...], ...]
    error: str | None = None


def fields(form: Form, typed: Typed, choices: Mapping[str, Options]) -> list[Field | Table]:
    """The form's questions in order. `choices`: options of references."""
    made: list[Field | Table] = []
    for code, question in form.questions.items():
        name = f"answer.{code}"
        if question.kind == "roster":
            made.append(_table(question, name, typed))
        elif question.is_typed:
            made.append(field_of(question, name, typed, choices.get(code)))
    return made


def _table(question: Question, name: str, typed: Typed) -> Table:
    rows = [
        tuple(field_of(column, f"{name}.{row}.{column.code}", typed) for column in question.columns)
        for row in rows_typed(name, typed)
    ]
    labels = tuple(column.labels[current()] for column in question.columns if column.kind != "household")
    return Table(question.code, question.labels[current()], labels, tuple(rows))


def field_of(question: Question, name: str, typed: Typed, options: Options | None = None) -> Field:
    """The control of one question, with what stands in it; `options` in place of the question's choices."""
    lang = current()
    if options is None:
        options = options_of(question)
    return Field(
        name=name,
        label=question.labels[lang],
        kind=_control(question, options),
        value=typed.get(name, ""),
        hint=question.hints.get(lang) or _range_hint(question),
        required=question.required,
        options=options,
        attrs=_attributes(question),
    )


def options_of(question: Question) -> Options:
    """The choices of a question in words."""
    if question.kind == "boolean":
        return (("yes", t("có", "yes")), ("no", t("không", "no")))
    return tuple((code, word(f"{question.words}.{code}")) for code in question.choices)


def _control(question: Question, options: Options) -> str:
    if question.kind in ("date", "household"):
        return "date" if question.kind == "date" else "hidden"
    if question.kind in ("choice", "boolean", "reference", "area"):
        return "tiles" if options and len(options) <= MOST_TILES else "select"
    return "textarea" if question.kind == "text" and (question.max_length or 0) > LONG_TEXT else "text"


def _attributes(question: Question) -> dict[str, Any]:
    """What a browser should know: the keyboard to show, the length to stop at."""
    attributes: dict[str, Any] = {}
    if question.kind in ("integer", "decimal"):
        attributes["inputmode"] = "numeric" if question.kind == "integer" else "decimal"
        attributes["autocomplete"] = "off"
    if question.kind == "text" and question.max_length:
        attributes["maxlength"] = question.max_length
    if question.personal or question.kind == "date":
        attributes["autocomplete"] = "off"
    return attributes


def _range_hint(question: Question) -> str | None:
    return {"VND": t("đồng", "VND"), "m2": "m²"}.get(question.unit or "")


def with_errors(made: Iterable[Field | Table], errors: Mapping[str, str]) -> list[Field | Table]:
    """The same controls, each with the sentence of its fault by its name."""
    return [_with_errors(one, errors) for one in made]


def _with_errors(one: Field | Table, errors: Mapping[str, str]) -> Field | Table:
    if isinstance(one, Field):
        return replace(one, error=errors.get(one.name))
    rows = tuple(tuple(replace(cell, error=errors.get(cell.name)) for cell in row) for row in one.rows)
    return replace(one, rows=rows, error=errors.get(f"answer.{one.code}"))


# --- where on the page


def control_of(path: str, kept: Mapping[str, list[int]]) -> str:
    """The control of a fault: `commission[0].name` is in `answer.commission.2.name` after two empty rows."""
    found = re.fullmatch(r"(\w+)\[(\d+)\]\.(\w+)", path)
    if not found:
        return f"answer.{path}"
    numbers, row = kept.get(found[1], []), int(found[2])
    return f"answer.{found[1]}.{numbers[row] if row < len(numbers) else row}.{found[3]}"


def anchors(made: Iterable[Field | Table], *, bare: bool = True) -> dict[str, str]:
    """Where on the page each control is, by its name; rosters too.

    `bare`: the households stand in a table, not as fields of their own.
    """
    found: dict[str, str] = {}
    for one in made:
        if isinstance(one, Field):
            found |= _anchor(one, is_bare=False)
            continue
        is_bare = bare or one.code != "households"
        found |= {f"answer.{one.code}": f"f-answer.{one.code}"} if is_bare else {}
        for cell in (cell for row in one.rows for cell in row):
            found |= _anchor(cell, is_bare)
    return found


def _anchor(cell: Field, is_bare: bool) -> dict[str, str]:
    """Tiles are no control of their own: their sentence is where a link leads."""
    if cell.kind == "hidden":
        return {}
    return {cell.name: f"error-{cell.name}" if cell.kind == "tiles" and not is_bare else f"f-{cell.name}"}
