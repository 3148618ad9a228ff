"""From a survey's answers to the facts the law is told: unanswered stays absent, which it reads as unknown.

Answers hidden by their condition (an old roof answer after the roof was changed) are left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from survey.law.facts import Dated
from survey.questionnaire.relevance import relevance
from survey.questionnaire.rows import Form

STATUS_VALUES: Mapping[str, Mapping[str, Any]] = {
    "poverty_status": {"poor": "poor", "near_poor": "near_poor", "none": "none"},
    "merit_status": {"recognised": True, "not_recognised": False},
}
"""What a status record's result means as a value of its fact."""


def survey_facts(form: Form, values: Mapping[str, Any]) -> dict[str, object]:
    """The facts in checked `values`: those a survey gives, and those its records of status and help give.

    Dates are `date`s; `poverty_status` and `merit_status` are `Dated`. Answers a visit without an
    interview could not ask for are absent.
    """
    told = {
        code: value
        for code, value in values.items()
        if code in form.questions and relevance(form.questions[code].when, values) is not False
    }
    facts: dict[str, object] = {}
    for code, question in form.questions.items():
        if question.fact and code in told:
            facts[question.fact] = date.fromisoformat(told[code]) if question.kind == "date" else told[code]
    facts |= _status(told.get("status_records", ()))
    facts |= _help(told.get("has_earlier_help"), told.get("earlier_help", ()))
    return facts


def _status(records: Iterable[Mapping[str, Any]]) -> dict[str, object]:
    """Each kind of status with its periods, the later period cutting the earlier one short."""
    periods: dict[str, list[tuple[date, date | None, Any]]] = {}
    for record in records:
        meaning = STATUS_VALUES.get(record.get("kind", ""), {})
        span = _span(record) if record.get("value") in meaning else None
        if span:
            periods.setdefault(record["kind"], []).append((*span, meaning[record["value"]]))
    return {kind: _without_overlaps(entries) for kind, entries in periods.items()}


def _span(record: Mapping[str, Any]) -> tuple[date, date | None] | None:
    """First and last day a record holds for; None when nothing dates it.

    A yearly list holds for its year and not before it was decided. A poverty record without a year or an
    end holds to the end of the year it was decided in (the review is yearly, Decision 24/2021/QĐ-TTg); merit
    stays until it is withdrawn.
    """
    year, decided_on = record.get("year"), record.get("decided_on")
    starts = [date(year, 1, 1)] if year else []
    starts += [date.fromisoformat(decided_on)] if decided_on else []
    if not starts:
        return None
    first = max(starts)
    if record.get("valid_until"):
        return first, date.fromisoformat(record["valid_until"])
    if record["kind"] == "merit_status":
        return first, None
    return first, max(first, date(year or first.year, 12, 31))


def _without_overlaps(entries: Sequence[tuple[date, date | None, Any]]) -> Dated:
    """In order of their first day; where two begin on one day, the one recorded last counts."""
    by_start = {first: (first, last, value) for first, last, value in entries}
    ordered = [by_start[first] for first in sorted(by_start)]
    cut = []
    for entry, following in zip(ordered, [*ordered[1:], None], strict=True):
        first, last, value = entry
        if following and (last is None or last >= following[0]):
            last = following[0] - timedelta(days=1)
        cut.append((first, last, value))
    return Dated(cut)


def _help(answer: bool | None, rows: Sequence[Mapping[str, Any]]) -> dict[str, object]:
    """Earlier help flattened into the facts the law asks about; what a row leaves open stays unknown."""
    if answer is None and not rows:
        return {}
    if not rows:
        return _never_helped() if answer is False else {"helped_before": True}
    facts: dict[str, object] = {"helped_before": True}
    facts["helped_2013"] = any(row.get("programme") == "qd22_2013" for row in rows)
    # What was paid for a house since lost says nothing of this house.
    ntp = [row for row in rows if row.get("programme") == "ntp" and not row.get("house_lost_to_disaster")]
    facts["ntp_paid_vnd"] = _if_all(ntp, "amount_vnd", sum)
    facts["last_help_year"] = _if_all(rows, "year", max)
    facts["helped_house_lost"] = _house_lost(rows)
    return {name: value for name, value in facts.items() if value is not None}


def _never_helped() -> dict[str, object]:
    return {"helped_before": False, "helped_2013": False, "helped_house_lost": False, "ntp_paid_vnd": 0}


def _if_all(rows: Sequence[Mapping[str, Any]], column: str, reduce: Callable[[list[int]], int]) -> int | None:
    """`reduce` over a column, unknown as soon as one row does not tell."""
    told = [row[column] for row in rows if column in row]
    return reduce(told) if len(told) == len(rows) else None


def _house_lost(rows: Sequence[Mapping[str, Any]]) -> bool | None:
    """Was the house of the latest help lost since? Without all years, only what every row agrees on."""
    if all("year" in row for row in rows):
        latest = max(row["year"] for row in rows)
        rows = [row for row in rows if row["year"] == latest]
    answers = {row.get("house_lost_to_disaster") for row in rows}
    return answers.pop() if len(answers) == 1 else None
