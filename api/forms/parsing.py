"""What was typed, or stands in a cell, as the value of its question: the same at every door.

Pages of acts, the inbox, cells of imports and lists of accounts all read by `parse`; `survey.spelling` says
how people write. What means no value stays the text it is: the form's own check then refuses it, in the same
words everywhere, and what was typed is kept.
"""

from __future__ import annotations

import json
import math
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import cache
from typing import Any

from survey import spelling
from survey.questionnaire import Form, Question
from survey.words import LANGUAGES, word

Typed = Mapping[str, str]
"""Control name -> what stands in it. A control is `answer.<question>`, in a roster
`answer.<question>.<row>.<column>`."""

MOST_ROWS = 1000


def parse(question: Question, text: str, decimal: str | None = None, dates: Sequence[str] = ()) -> Any:
    """The value `text` means as an answer to `question`; the text itself where it means none.

    `decimal` is the decimal mark and `dates` are the formats of days that a file has declared.
    """
    text = unicodedata.normalize("NFC", text).strip()
    value: Any = None
    match question.kind:
        case "integer":
            value = spelling.whole_number(text, decimal)
        case "decimal":
            value = parse_number(text, decimal)
        case "boolean":
            value = spelling.truth(text)
        case "choice":
            value = choices_by_text(question).get(text.casefold())
        case "date":
            found = parse_day(text, dates)
            value = found and found.isoformat()
        case "text" if question.pattern:
            value = _time_where_asked(question.pattern, text)
        case "point" | "roster":
            value = _json(text)
    return text if value is None else value


def parse_number(text: str, decimal: str | None = None) -> int | float | None:
    """The number a text means; one without a fraction is whole, as a phone sends it."""
    found = spelling.number(text, decimal)
    if found is None:
        return None
    return int(found) if found == found.to_integral_value() else float(found)


def parse_day(text: str, formats: Sequence[str] = ()) -> date | None:
    """The day a text means. Where a file declares `formats`, only these and 2025-05-15 are days in it."""
    for pattern in formats:
        try:
            return datetime.strptime(text, pattern).date()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            continue
    return spelling.day(text) if not formats or text[:4].isdigit() else None


@cache
def choices_by_text(question: Question) -> Mapping[str, str]:
    """The codes of a question by themselves and by their labels in both languages, in small letters."""
    labels = {
        word(f"{question.words}.{code}", lang).casefold(): code
        for code in question.choices
        for lang in LANGUAGES
    }
    return labels | {code.casefold(): code for code in question.choices}


def _time_where_asked(pattern: str, text: str) -> str | None:
    """19h30 as 19:30, where the pattern of a question is that of a time."""
    found = spelling.time_of_day(text)
    written = found.isoformat().removesuffix(":00") if found else ""
    return written if re.fullmatch(pattern, written) else None


def _json(text: str) -> Any:
    """A point or a roster, which stand in a field in the letters they were sent in."""
    try:
        return json.loads(text, parse_float=_finite, parse_constant=_finite)
    except (ValueError, RecursionError):
        return None


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(text)
    return number


# --- a whole form


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
            values[code] = parse(question, text)
    return {code: value for code, value in values.items() if value != []}, kept


def _rows(question: Question, name: str, typed: Typed) -> tuple[list[int], list[dict[str, Any]]]:
    numbers, rows = [], []
    for number in rows_typed(name, typed):
        row = {
            column.code: parse(column, text)
            for column in question.columns
            if (text := typed.get(f"{name}.{number}.{column.code}", "").strip())
        }
        if any(column.kind != "choice" and column.code in row for column in question.columns):
            numbers.append(number)
            rows.append(row)
    return numbers, rows


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
