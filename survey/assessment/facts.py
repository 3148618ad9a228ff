"""The facts of one household brought together: survey, area, dated records, and what its case tells."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey import law
from survey.areas.places import facts_on
from survey.registry.models import StatusRecord, Survey

LIST_SOURCE = "list:"
"""Records of an imported official list carry this before the list's hash; they outrank what was told."""
SURVEY_SOURCE = "survey:"
NEVER = (date.min, datetime.min.replace(tzinfo=UTC), "")


def collect(
    session: Session, survey: Survey, place: str | None, entered_on: date, acts: dict[str, Any]
) -> dict[str, Any]:
    """Everything the law may be told about the household of `survey` that entered at a place on a day.

    Records come as dated values, so that each programme picks the value of the day it is asked on. What was
    registered, confirmed or begun (`acts`) outranks what was asked for.
    """
    of_place = facts_on(session, place, entered_on) if place else {}
    return together(survey.facts, of_place, _records(session, survey), acts)


def together(
    told: dict[str, Any], of_place: dict[str, Any], records: dict[str, Any], acts: dict[str, Any]
) -> dict[str, Any]:
    """What a survey told, what is known of its place, what records say and what the case tells: the later of
    them counts.
    """
    return {**told, **of_place, **records, **acts}


def _records(session: Session, survey: Survey) -> dict[str, Any]:
    """The household's statuses as of a survey: a visit after this one tells nothing about it."""
    of_household = select(StatusRecord).where(StatusRecord.household_id == survey.household_id)
    rows = session.scalars(of_household.order_by(StatusRecord.id.desc())).all()
    surveys = (
        select(Survey)
        .where(Survey.household_id == survey.household_id, Survey.visited_on <= survey.visited_on)
        .order_by(Survey.version)
    )
    return dated(rows, [*session.scalars(surveys), survey])


def dated(rows: Iterable[Any], surveys: Iterable[Any]) -> dict[str, Any]:
    """Dated statuses by fact, what was told last first: of two for one day it counts. Rows come newest first,
    surveys by version.
    """
    by_fact: defaultdict[str, list[StatusRecord]] = defaultdict(list)
    for row in told_last_first(rows, surveys):
        by_fact[row.fact].append(row)
    return {fact: law.Dated(_entry(row) for row in _strongest(found)) for fact, found in by_fact.items()}


def told_last_first(rows: Iterable[Any], surveys: Iterable[Any]) -> list[Any]:
    """The statuses that count, what was told last first; rows come newest first, surveys by version.

    Of each survey its last version tells, as of when the first was made; of one that is not named nothing
    counts.
    """
    made_at: dict[str, datetime] = {}
    last: dict[str, Any] = {}
    for one in surveys:
        made_at.setdefault(one.envelope_id, one.captured_at)
        last[one.envelope_id] = one
    told_on = {
        f"{SURVEY_SOURCE}{id_}/{one.version}": (one.visited_on, made_at[id_], id_)
        for id_, one in last.items()
    }
    counting = [row for row in rows if not row.source.startswith(SURVEY_SOURCE) or row.source in told_on]
    return sorted(counting, key=lambda row: told_on.get(row.source, NEVER), reverse=True)


def _strongest(rows: list[StatusRecord]) -> list[StatusRecord]:
    """Official lists, and what was told for days that no list covers."""
    listed = [row for row in rows if row.source.startswith(LIST_SOURCE)]
    told = [row for row in rows if not row.source.startswith(LIST_SOURCE)]
    return listed + [row for row in told if not any(_covers(official, row.valid_from) for official in listed)]


def _covers(row: StatusRecord, on: date) -> bool:
    return row.valid_from <= on and (row.valid_to is None or on <= row.valid_to)


def _entry(row: StatusRecord) -> tuple[date, date | None, Any]:
    return row.valid_from, row.valid_to, row.value
