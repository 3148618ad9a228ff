"""A form, and the answers of a stored survey, as a person reads them in one language."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from survey.questionnaire.rows import Answer, DescribedQuestion, Form, Question, Section
from survey.words import word

YES_NO = {True: {"vi": "có", "en": "yes"}, False: {"vi": "không", "en": "no"}}


def describe(form: Form, lang: str) -> tuple[DescribedQuestion, ...]:
    """Every question in order with its labels in `lang`; a roster carries its columns."""
    return tuple(
        _described(question, section, lang) for section in form.sections for question in section.questions
    )


def _described(question: Question, section: Section, lang: str) -> DescribedQuestion:
    return DescribedQuestion(
        code=question.code,
        kind=question.kind,
        label=question.labels[lang],
        hint=question.hints.get(lang, ""),
        unit=question.unit,
        choices={choice: word(f"{question.words}.{choice}", lang) for choice in question.choices},
        section=section.code,
        section_label=section.labels[lang],
        personal=question.is_private,
        columns=tuple(_described(column, section, lang) for column in question.columns),
    )


def answers(form: Form, values: Mapping[str, Any], lang: str) -> tuple[Answer, ...]:
    """What was answered, in the form's order, as text: choices by their label, days as dd/mm/yyyy."""
    return tuple(
        _answer(described, values[described.code], lang)
        for described in describe(form, lang)
        if described.code in values
    )


def _answer(question: DescribedQuestion, value: Any, lang: str) -> Answer:
    if question.kind != "roster":
        return Answer(question, _text(question, value, lang))
    rows = tuple(
        {
            column.label: _text(column, row[column.code], lang)
            for column in question.columns
            if column.code in row
        }
        for row in value
    )
    return Answer(question, str(len(rows)), rows)


def _text(question: DescribedQuestion, value: Any, lang: str) -> str:
    """One value as text. Whoever shows it escapes it."""
    if question.kind == "choice":
        return question.choices.get(value, value)
    if question.kind == "boolean":
        return YES_NO[value][lang]
    if question.kind == "date":
        return f"{date.fromisoformat(value):%d/%m/%Y}"
    if question.kind == "datetime":
        return f"{datetime.fromisoformat(value):%H:%M %d/%m/%Y}"
    if question.kind == "point":
        accuracy = f" (± {value['accuracy_m']:g} m)" if "accuracy_m" in value else ""
        lat, lon = (f"{value[part]:.6f}" if part in value else "?" for part in ("lat", "lon"))
        return ": ".join(filter(None, (f"{lat}, {lon}{accuracy}", value.get("reason"))))
    return _number(question, value) if question.kind in ("integer", "decimal") else str(value)


def _number(question: DescribedQuestion, value: float) -> str:
    """A number the Vietnamese way (1.234,5), a year as it is written."""
    if question.unit in ("year", None):
        return str(value)
    text = f"{value:,.10g}".translate(str.maketrans(",.", ".,"))
    return f"{text} {UNIT_SIGNS.get(question.unit or '', question.unit)}"


UNIT_SIGNS = {"m2": "m²", "VND": "đ", "person": ""}
