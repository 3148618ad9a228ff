"""Values as they stand in the controls of a page; `parsing` reads back the value that was written."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from survey.questionnaire import Form
from survey.spelling import write_number


def write(value: Any) -> str:
    """One value as text: numbers as 42000000 and 42,5, a day as 2025-05-15 (so a browser's control wants it),
    a choice as its code, a point or roster as JSON, nothing as nothing.
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return write_number(value)
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False, indent=1)
    return str(value)


def as_typed(form: Form, values: Mapping[str, Any]) -> dict[str, str]:
    """Values by the names of their controls, to begin a form with."""
    typed: dict[str, str] = {}
    for code, value in values.items():
        if form.questions[code].kind == "roster":
            for number, row in enumerate(value):
                for column, cell in row.items():
                    typed[f"answer.{code}.{number}.{column}"] = write(cell)
        else:
            typed[f"answer.{code}"] = write(value)
    return typed
