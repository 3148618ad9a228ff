"""An act's form as fields of a page, and what was typed into them as the act's payload.

Controls are named `answer.<question>`, in a roster `answer.<question>.<row>.<column>`. What cannot be read as
its kind stays text: the form's own check names it to the person.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from api.web.language import current, t, word
from survey.questionnaire import Form, Question

Options = tuple[tuple[str, str], ...]
Typed = Mapping[str, str]
"""Control name -> what stands in it."""

MOST_TILES = 4
"""Up to so many choices stand side by side, each one touch away; more become a list."""
MOST_ROWS = 1000
LONG_TEXT = 200
GROUPED = re.compile(r"\d{1,3}([., ]\d{3})+")
VIETNAMESE_DAY = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})")


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


@dataclass(frozen=True, slots=True)
class Table:
    """A roster: the labels of its columns (hidden ones have none) and its rows of controls."""

    code: str
    label: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Field, ...], ...]
    error: str | None = None


def fields(form: Form, typed: Typed, faults: Typed, choices: Mapping[str, Options]) -> list[Field | Table]:
    """The form's questions in order. `faults`: sentence by control name; `choices`: options of references."""
    made: list[Field | Table] = []
    for code, question in form.questions.items():
        name = f"answer.{code}"
        if question.kind == "roster":
            made.append(_table(question, name, typed, faults))
        elif question.is_typed:
            made.append(_field(question, name, typed, faults, choices.get(code)))
    return made


def _table(question: Question, name: str, typed: Typed, faults: Typed) -> Table:
    rows = [
        tuple(_field(column, f"{name}.{row}.{column.code}", typed, faults) for column in question.columns)
        for row in rows_typed(name, typed)
    ]
    labels = tuple(column.labels[current()] for column in question.columns if column.kind != "household")
    return Table(question.code, question.labels[current()], labels, tuple(rows), faults.get(name))


def rows_typed(name: str, typed: Iterable[str]) -> list[int]:
    """The numbers of the rows of a roster that stand in a form."""
    found = {
        int(row)
        for control in typed
        if control.startswith(f"{name}.")
        for row in [control.removeprefix(f"{name}.").partition(".")[0]]
        if row.isascii() and row.isdigit() and len(row) < 5
    }
    return sorted(found)[:MOST_ROWS]


def _field(
    question: Question, name: str, typed: Typed, faults: Typed, options: Options | None = None
) -> Field:
    lang = current()
    if options is None:
        options = options_of(question)
    return Field(
        name=name,
        label=question.labels[lang],
        kind=_control(question, options),
        value=typed.get(name, ""),
        hint=question.hints.get(lang) or _range_hint(question),
        error=faults.get(name),
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


# --- back to a payload


def payload_of(form: Form, typed: Typed) -> tuple[dict[str, Any], dict[str, list[int]]]:
    """What was typed as the form's kinds, and for each roster the numbers of the rows that count.

    Empty fields are left out, and rows of which nothing but choices is filled.
    """
    values: dict[str, Any] = {}
    kept: dict[str, list[int]] = {}
    for code, question in form.questions.items():
        name = f"answer.{code}"
        if question.kind == "roster":
            kept[code], values[code] = _rows(question, name, typed)
        elif (text := typed.get(name, "").strip()) and question.kind != "point":
            values[code] = parsed(question.kind, text)
    return {code: value for code, value in values.items() if value != []}, kept


def _rows(question: Question, name: str, typed: Typed) -> tuple[list[int], list[dict[str, Any]]]:
    numbers, rows = [], []
    for number in rows_typed(name, typed):
        row = {
            column.code: parsed(column.kind, text)
            for column in question.columns
            if (text := typed.get(f"{name}.{number}.{column.code}", "").strip())
        }
        if any(column.kind != "choice" and column.code in row for column in question.columns):
            numbers.append(number)
            rows.append(row)
    return numbers, rows


def parsed(kind: str, text: str) -> Any:
    """One typed answer: 42.000.000 and 45,5 as people here write them, a day also as 15/05/2025."""
    if kind == "boolean":
        return {"yes": True, "no": False}.get(text, text)
    if kind == "date" and (found := VIETNAMESE_DAY.fullmatch(text)):
        return f"{found[3]}-{int(found[2]):02d}-{int(found[1]):02d}"
    if kind == "integer":
        plain = re.sub(r"[., ]", "", text) if GROUPED.fullmatch(text) else text
        return int(plain) if re.fullmatch(r"-?[0-9]{1,18}", plain) else text
    if kind == "decimal":
        plain = text.replace(" ", "").replace(",", ".")
        return float(plain) if re.fullmatch(r"-?[0-9]{1,12}(\.[0-9]{1,9})?", plain) else text
    return text


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


def as_typed(form: Form, values: Mapping[str, Any]) -> dict[str, str]:
    """Values as they stand in controls, to begin a form with."""
    typed: dict[str, str] = {}
    for code, value in values.items():
        if form.questions[code].kind == "roster":
            for number, row in enumerate(value):
                for column, cell in row.items():
                    typed[f"answer.{code}.{number}.{column}"] = text_of(cell)
        else:
            typed[f"answer.{code}"] = text_of(value)
    return typed


def text_of(value: Any) -> str:
    """One value as it stands in a control."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)
