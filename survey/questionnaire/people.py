"""Keeps personal answers apart: they go to the persons table, the rest to the survey row."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from survey.questionnaire.rows import Form, PersonInput, Question


def split_personal(form: Form, values: Mapping[str, Any]) -> tuple[dict[str, Any], list[PersonInput]]:
    """The answers without anything personal, and the persons they told of: the head first, then members.

    A household whose head nobody named has no head here. Rows of a personal roster leave the answers
    altogether, so nothing of a member stays behind.
    """
    questions = form.questions
    head: dict[str, Any] = {}
    members: list[PersonInput] = []
    impersonal: dict[str, Any] = {}
    for code, value in values.items():
        question = questions[code]
        if question.personal:
            head[question.personal] = value
        elif question.is_private:
            members += _members(question, value)
        else:
            impersonal[code] = value
    heads = [PersonInput(role="head", position=0, **head)] if head else []
    return impersonal, [*heads, *members]


def split_texts(form: Form, values: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The answers of an act's form as (codes, numbers and dates, whatever a person typed).

    Typed text may hold a name or an illness: it is sealed when stored. A roster with a text column is
    sealed whole.
    """
    typed = {code for code, question in form.questions.items() if _is_typed(question)}
    plain = {code: value for code, value in values.items() if code not in typed}
    return plain, {code: value for code, value in values.items() if code in typed}


def _is_typed(question: Question) -> bool:
    return question.kind == "text" or any(column.kind == "text" for column in question.columns)


def _members(question: Question, rows: list[Mapping[str, Any]]) -> list[PersonInput]:
    fields = {column.code: column.personal for column in question.columns if column.personal}
    return [
        PersonInput(role="member", position=number, **{fields[code]: value for code, value in row.items()})
        for number, row in enumerate(rows, 1)
        if row
    ]
