"""Answers that can hardly be true: born after the visit, an id of another year. Flags, never refusals.

What is doubted is data of the form (`doubt`); `api/static/field/form/doubts.js` doubts the same on a phone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from survey.questionnaire.relevance import relevance
from survey.questionnaire.rows import Form

NATIONAL_ID_DIGITS = 12
SEXES = ("male", "female")


def doubts(form: Form, values: Mapping[str, Any], visited_on: date) -> Iterator[dict[str, Any]]:
    """The flags that checked answers earn: {code, question}, in a roster with the `row` from 1."""
    told = {
        code: value
        for code, value in values.items()
        if code in form.questions and relevance(form.questions[code].when, values) is not False
    }
    known = measures(told, visited_on)
    for doubt in form.doubts:
        if doubt.holds.truth(told | known) is False:
            yield {"code": doubt.code, "question": doubt.question}
    for code, question in form.questions.items():
        for number, row in enumerate(told.get(code, ()) if question.doubts else (), 1):
            for doubt in question.doubts:
                if doubt.holds.truth({**row, **known}) is False:
                    place = f"{code}[{number - 1}].{doubt.question}"
                    yield {"code": doubt.code, "question": place, "row": number}


def measures(told: Mapping[str, Any], visited_on: date) -> dict[str, Any]:
    """What the doubts compare with: the visit, how many members are named, what the national id says."""
    return {
        "visit_day": visited_on.isoformat(),
        "visit_year": visited_on.year,
        "member_count": len(told.get("members", ())),
        **_of_national_id(told.get("national_id", "")),
    }


def _of_national_id(digits: str) -> dict[str, Any]:
    """Year of birth and sex in the digits 4 to 6 of an id of 12 (Decree 137/2015/NĐ-CP, article 13).

    0 and 1 are men and women of 19xx, 2 and 3 of 20xx; ids of 9 digits say neither.
    """
    if len(digits) != NATIONAL_ID_DIGITS:
        return {}
    century, year = int(digits[3]), int(digits[4:6])
    return {"id_birth_year": 1900 + 100 * (century // 2) + year, "id_sex": SEXES[century % 2]}
