"""The forms as JSON for a phone without a signal: enough to ask, to check and to say what is wrong.

`api/static/field/form/check.js` checks answers against it as `schema.check` does, `relevance.js` says which
questions are asked, `facts.js` what the answers tell the law. Tests hold them equal.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

from survey.law.expressions import to_json
from survey.problems import catalogue
from survey.questionnaire.fields import AREA_CODE, EXPECTED
from survey.questionnaire.relevance import Condition
from survey.questionnaire.rows import Check, Doubt, Form, Question
from survey.questionnaire.schema import POINT_PARTS
from survey.words import LANGUAGES, glossary

Json = dict[str, Any]
PROBLEMS = (4002, *range(4004, 4015))
"""What `schema.check` may find in a payload."""


def json_forms(forms: Iterable[Form], acts: Mapping[str, Any] | None = None) -> Json:
    """Some forms in one document: {version, forms: code -> `json_form`, acts, texts: `json_texts`}.

    `acts` is what a phone is told of the kinds of act, in the order in which it offers them. `version` is the
    SHA-256 (hex) of the rest: it changes exactly when anything in it does.
    """
    document = {
        "forms": {form.code: json_form(form) for form in forms},
        "acts": dict(acts or {}),
        "texts": json_texts(),
    }
    text = json.dumps(document, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return {"version": hashlib.sha256(text.encode()).hexdigest(), **document}


def json_form(form: Form) -> Json:
    """One form: {code, version, labels, checks, doubts, sections: [{code, labels, questions}]}.

    A question: {code, kind, labels, hints, fact, personal, private, unit, choices: [{code, labels}], minimum,
    maximum, max_length, pattern, required, expected, when, columns, max_rows, checks, doubts}; what it does
    not have is null, {} or []. `when` is null or a condition {tree, kinds: name -> truth, number, date or
    choice}; a check is {holds: a condition, labels}, a doubt has its code and question too. The columns of a
    point are its parts, the pattern of an area is that of every code.
    """
    return {
        "code": form.code,
        "version": form.version,
        "labels": dict(form.labels),
        "checks": _checks(form.checks),
        "doubts": _doubts(form.doubts),
        "sections": [
            {
                "code": section.code,
                "labels": dict(section.labels),
                "questions": [_question(question) for question in section.questions],
            }
            for section in form.sections
        ],
    }


def json_texts() -> Json:
    """What faults are told with: {problems: number -> {vi, en, next: {vi, en}}, kinds: kind -> {vi, en}}.

    `kinds` says what an answer of a kind looks like, for 4005.
    """
    known = catalogue()
    return {
        "problems": {
            str(number): {**known[number].message, "next": known[number].next_step}
            for number in PROBLEMS
            if number in known
        },
        "kinds": {kind: dict(zip(LANGUAGES, words, strict=True)) for kind, words in EXPECTED.items()},
    }


def _question(question: Question) -> Json:
    plain = ("code", "kind", "fact", "personal", "unit", "minimum", "maximum", "max_length", "required")
    columns = POINT_PARTS if question.kind == "point" else question.columns
    return {
        **{key: getattr(question, key) for key in (*plain, "expected", "max_rows")},
        "labels": dict(question.labels),
        "hints": dict(question.hints),
        "private": question.is_private,
        "pattern": AREA_CODE.pattern if question.kind == "area" else question.pattern,
        "choices": _choices(question),
        "when": None if question.when is None else _condition(question.when),
        "columns": [_question(column) for column in columns],
        "checks": _checks(question.checks),
        "doubts": _doubts(question.doubts),
    }


def _choices(question: Question) -> list[Json]:
    words = glossary()
    return [
        {"code": code, "labels": words.get(f"{question.words}.{code}", dict.fromkeys(LANGUAGES, code))}
        for code in question.choices
    ]


def _doubts(doubts: Iterable[Doubt]) -> list[Json]:
    words = glossary()
    return [
        {
            "code": each.code,
            "question": each.question,
            "holds": _condition(each.holds),
            "labels": words[f"flag.{each.code}"],
        }
        for each in doubts
    ]


def _checks(checks: Iterable[Check]) -> list[Json]:
    return [{"holds": _condition(each.holds), "labels": dict(each.labels)} for each in checks]


def _condition(condition: Condition) -> Json:
    return {"tree": to_json(condition.tree), "kinds": dict(condition.kinds)}
