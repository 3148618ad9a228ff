"""The facts of one household brought together: survey, area, dated records, and what its case tells."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import BindParameter, bindparam, select
from sqlalchemy.orm import Session

from survey import law
from survey.areas.places import facts_on
from survey.registry.models import StatusRecord, Survey
from survey.registry.rows import SURVEY_SOURCE, NewStatus

Facts = dict[str, Any]

LIST_SOURCE = "list:"
"""Records of an imported official list carry this before the list's hash; they outrank what was told."""
NEVER = (date.min, datetime.min.replace(tzinfo=UTC), "")


def collect(
    session: Session, survey: Survey, place: str | None, entered_on: date, acts: Facts, records: Facts
) -> Facts:
    """Everything the law may be told about the household of `survey` that entered at a place on a day.

    Records come as dated values, so that each programme picks the value of the day it is asked on. What was
    registered, confirmed or begun (`acts`) outranks what was asked for.
    """
    of_place = facts_on(session, place, entered_on) if place else {}
    return together(survey.facts, of_place, records, acts)


def together(told: Facts, of_place: Facts, records: Facts, acts: Facts) -> Facts:
    """What a survey told, what is known of its place, what records say and what the case tells: the later of
    them counts.
    """
    return {**told, **of_place, **records, **acts}


def records_of(session: Session, surveys: Sequence[Survey]) -> dict[int, Facts]:
    """By survey (its row's id) the dated statuses of its household: fact -> dated values.

    Of each survey its last version tells; a visit after this one tells nothing about it.
    """
    households = {"households": [survey.household_id for survey in surveys]}
    rows: defaultdict[str, list[Any]] = defaultdict(list)
    for row in session.execute(_statuses, households):
        rows[row.household_id].append(row)
    versions: defaultdict[str, list[Any]] = defaultdict(list)
    for version in session.execute(_versions, households):
        versions[version.household_id].append(version)
    return {survey.id: _dated(rows[survey.household_id], versions, survey) for survey in surveys}


_of_these: BindParameter[Any] = bindparam("households", expanding=True)
_statuses = (
    select(
        StatusRecord.household_id,
        StatusRecord.fact,
        StatusRecord.value,
        StatusRecord.valid_from,
        StatusRecord.valid_to,
        StatusRecord.source,
    )
    .where(StatusRecord.household_id.in_(_of_these))
    .order_by(StatusRecord.id.desc())
)
_versions = (
    select(Survey.household_id, Survey.envelope_id, Survey.version, Survey.captured_at, Survey.visited_on)
    .where(Survey.household_id.in_(_of_these))
    .order_by(Survey.version)
)


def _dated(rows: Iterable[Any], versions: Mapping[str, list[Any]], survey: Survey) -> Facts:
    """The statuses as of a survey: a visit after this one tells nothing about it."""
    until_then = [one for one in versions[survey.household_id] if one.visited_on <= survey.visited_on]
    return dated(rows, [*until_then, survey])


def dated(rows: Iterable[Any], surveys: Iterable[Any]) -> Facts:
    """Dated statuses by fact, what was told last first: of two for one day it counts. Rows come newest first,
    surveys by version.
    """
    by_fact: defaultdict[str, list[StatusRecord]] = defaultdict(list)
    for row in told_last_first(rows, surveys):
        by_fact[row.fact].append(row)
    return {fact: law.Dated(_entry(row) for row in _strongest(found)) for fact, found in by_fact.items()}


def first_told(statuses: Sequence[NewStatus]) -> Facts:
    """The same of the first survey of a household: it alone tells, and no list covers anything yet."""
    by_fact: defaultdict[str, list[NewStatus]] = defaultdict(list)
    for status in reversed(statuses):
        by_fact[status.fact].append(status)
    return {fact: law.Dated(_entry(one) for one in found) for fact, found in by_fact.items()}


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


def _entry(row: StatusRecord | NewStatus) -> tuple[date, date | None, Any]:
    return row.valid_from, row.valid_to, row.value
