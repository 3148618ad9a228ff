"""The facts of one household brought together: survey, area, dated records, and what its case tells."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey import law
from survey.areas import queries as areas
from survey.cases.queries import act_facts
from survey.registry.models import StatusRecord, Survey

LIST_SOURCE = "list:"
"""Records of an imported official list carry this before the list's hash; they outrank what was told."""


def collect(session: Session, survey: Survey, path: tuple[str, ...], on: date) -> dict[str, Any]:
    """Everything the law may be told about the household of `survey` at a place on a date.

    `path` is the place's codes, village first. Records come as dated values, so that each programme picks
    the value of its own key date. What was registered, confirmed or begun outranks what was asked for.
    """
    return {
        **survey.facts,
        **areas.area_facts(session, path, on),
        **_records(session, survey),
        **act_facts(session, survey.household_id),
    }


def _records(session: Session, survey: Survey) -> dict[str, Any]:
    """The household's dated statuses by fact, the newest record first: of two for one day it counts.

    What an earlier version of this survey told is left out: the correction took its place.
    """
    earlier = [f"survey:{survey.envelope_id}/{version}" for version in range(1, survey.version)]
    of_household = select(StatusRecord).where(
        StatusRecord.household_id == survey.household_id, StatusRecord.source.not_in(earlier)
    )
    rows = session.scalars(of_household.order_by(StatusRecord.id.desc())).all()
    by_fact: defaultdict[str, list[StatusRecord]] = defaultdict(list)
    for row in rows:
        by_fact[row.fact].append(row)
    return {fact: law.Dated(_entry(row) for row in _strongest(found)) for fact, found in by_fact.items()}


def _strongest(rows: list[StatusRecord]) -> list[StatusRecord]:
    """Official lists, and what was told for days that no list covers."""
    listed = [row for row in rows if row.source.startswith(LIST_SOURCE)]
    told = [row for row in rows if not row.source.startswith(LIST_SOURCE)]
    return listed + [row for row in told if not any(_covers(official, row.valid_from) for official in listed)]


def _covers(row: StatusRecord, on: date) -> bool:
    return row.valid_from <= on and (row.valid_to is None or on <= row.valid_to)


def _entry(row: StatusRecord) -> tuple[date, date | None, Any]:
    return row.valid_from, row.valid_to, row.value
