"""Answers of a form as fields of a page, and back: the plain kinds a person can type, others as written.

A point or a roster becomes a field only when it is faulty, in the letters it was sent in (JSON): somebody
must be able to put every record right, or to take the wrong answer out.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from api.web.language import current, t
from survey.questionnaire import Form, describe

PLAIN = ("text", "integer", "decimal", "boolean", "choice", "date", "area", "household")


@dataclass(frozen=True, slots=True)
class AnswerField:
    """One answer on the mending page; `fault` is the sentence that says what is wrong with it."""

    code: str
    label: str
    hint: str
    kind: str
    value: str
    options: tuple[tuple[str, str], ...]
    fault: str | None
    section: str


def fields_for(
    form: Form, payload: Mapping[str, Any], faults: list[dict[str, Any]], hidden: Collection[str] = ()
) -> list[AnswerField]:
    """Every plain question, and the faulty points and rosters (kind `json`)."""
    lang = current()
    wrong = {fault["question"].split("[")[0].split(".")[0]: fault[lang] for fault in faults}
    fields = []
    for question in describe(form, lang):
        is_plain = question.kind in PLAIN
        if question.code in hidden or (not is_plain and question.code not in wrong):
            continue
        options = tuple(question.choices.items())
        if question.kind == "boolean":
            options = (("yes", t("có", "yes")), ("no", t("không", "no")))
        fields.append(
            AnswerField(
                code=question.code,
                label=question.label,
                hint=question.hint,
                kind=question.kind if is_plain else "json",
                value=_text(payload.get(question.code)),
                options=(("", "–"), *options) if options else (),
                fault=wrong.get(question.code),
                section=question.section_label,
            )
        )
    return fields


def _text(value: Any) -> str:
    """A stored answer as it stands in a field."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False, indent=1)
    return "" if value is None else str(value)


def changed_answers(
    form: Form, payload: Mapping[str, Any], faults: list[dict[str, Any]], typed: Mapping[str, str]
) -> dict[str, Any]:
    """The answers that were typed anew, as the form's kinds; an emptied field becomes None (removed).

    What cannot be read as its kind stays text: the form's own check names it to the person.
    """
    changes: dict[str, Any] = {}
    for field in fields_for(form, payload, faults):
        text = typed.get(f"answer.{field.code}")
        if text is None or _lines(text) == field.value:
            continue
        changes[field.code] = _parse(field.kind, text.strip()) if text.strip() else None
    return changes


def _lines(text: str) -> str:
    """A typed text with the line ends it was shown with; a browser sends others."""
    return text.replace("\r\n", "\n").strip()


def _parse(kind: str, text: str) -> Any:
    if kind == "boolean":
        return {"yes": True, "no": False}.get(text, text)
    if kind in ("integer", "decimal"):
        plain = text.replace(" ", "").replace(",", ".")
        try:
            return int(plain) if kind == "integer" else float(plain)
        except ValueError:
            return text
    if kind == "json":
        try:
            return json.loads(text)
        except (ValueError, RecursionError):
            return text
    return text
