"""A waiting record as fields of a page, and what was changed in them.

A point or a roster becomes a field only when it is faulty, in the letters it was sent in (JSON): somebody
must be able to put every record right, or to take the wrong answer out.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

from api.forms.fields import Field, field_of
from api.forms.parsing import parse
from api.forms.writing import write
from api.web.language import current, t
from survey.questionnaire import Form, Question

PLAIN = ("text", "integer", "decimal", "boolean", "choice", "date", "area", "household")
AS_JSON = ("point", "roster")


def mending_fields(
    form: Form, payload: Mapping[str, Any], faults: list[dict[str, Any]], hidden: Collection[str] = ()
) -> list[Field]:
    """Every plain question, and of the others the faulty ones."""
    wrong = {fault["question"].split("[")[0].split(".")[0]: fault[current()] for fault in faults}
    return [
        _field(
            question, write(payload.get(question.code)), wrong.get(question.code), section.labels[current()]
        )
        for section in form.sections
        for question in section.questions
        if question.code not in hidden and (question.kind in PLAIN or question.code in wrong)
    ]


def _field(question: Question, value: str, error: str | None, section: str) -> Field:
    """A field that shows any value: a list keeps one that is no choice, a day may be none."""
    name = f"answer.{question.code}"
    field = replace(field_of(question, name, {name: value}), error=error, required=False, section=section)
    if question.kind in AS_JSON:
        hint = t(
            "Giữ nguyên cách viết, chỉ sửa chỗ sai; xóa hết để bỏ câu trả lời này",
            "Keep the way it is written and mend what is wrong; empty it to take this answer out",
        )
        return replace(field, kind="textarea", hint=hint)
    if not field.options:
        return replace(field, kind="text")
    kept = () if not value or value in dict(field.options) else ((value, value),)
    return replace(field, kind="select", options=(*field.options, *kept))


def changed_answers(
    form: Form, payload: Mapping[str, Any], faults: list[dict[str, Any]], typed: Mapping[str, str]
) -> dict[str, Any]:
    """The answers that were typed anew; an emptied field becomes None (removed)."""
    changes: dict[str, Any] = {}
    for field in mending_fields(form, payload, faults):
        text = typed.get(field.name)
        if text is None or _lines(text) == field.value:
            continue
        code = field.name.removeprefix("answer.")
        changes[code] = parse(form.questions[code], text) if text.strip() else None
    return changes


def _lines(text: str) -> str:
    """A typed text with the line ends it was shown with; a browser sends others."""
    return text.replace("\r\n", "\n").strip()
