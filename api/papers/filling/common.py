"""What stands in every paper: the household, the names of the place, the newest act of a kind."""

from __future__ import annotations

from datetime import date, time
from typing import Any

from api.papers import data
from api.shared.law_texts import programme_title
from survey import words
from survey.access.viewer import Viewer
from survey.areas import queries as areas
from survey.assessment import queries as assessment
from survey.assessment.models import AssessmentRow
from survey.cases import queries as cases
from survey.cases.models import Case
from survey.cases.rows import HistoryEntry
from survey.registry import queries as registry
from survey.registry.models import Household, Person


def vi(code: str) -> str:
    """A word of the glossary as it stands on a paper."""
    return words.word(code, "vi")


def place_of(viewer: Viewer, code: str | None) -> data.Place:
    """The names of a unit and of those above it today."""
    tree = areas.tree(viewer.session, viewer.today)
    levels = {tree.names[step].level: tree.names[step].name for step in tree.path(code or "")}
    return data.Place(**levels)


def household_data(viewer: Viewer, house: Household, on: date | None = None) -> data.HouseholdData:
    """What is known of a household, without its id number; its head as of a day, or of now."""
    now = house.head_person_id
    head_id = cases.head_on(viewer.session, house.id, on, now) if on else now
    head = viewer.session.get(Person, head_id) if head_id else None
    current = assessment.current(viewer.session, house.id)
    case = cases.case_of(viewer.session, house.id)
    programme = (case.programme if case else None) or (current.programme if current else None)
    interview = registry.latest_interview(viewer.session, house.id)
    return data.HouseholdData(
        head_name=head.full_name if head else None,
        birth_year=head.birth_year if head else None,
        people=interview.facts.get("people") if interview else None,
        place=place_of(viewer, house.area_code),
        status=_status(viewer, house.id),
        programme=programme_title(viewer, programme, "vi") if programme else None,
        works_kind=(case.works_kind if case else None) or (current.works_kind if current else None),
        amount_vnd=_amount_vnd(viewer, house, case, current),
    )


def _amount_vnd(
    viewer: Viewer, house: Household, case: Case | None, current: AssessmentRow | None
) -> int | None:
    """What was approved, else what the assessment says; nothing for readers who may not see amounts."""
    if not viewer.may("amount.read", house.area_code):
        return None
    approved = case.amount_vnd if case else None
    return approved or (current.amount_on(viewer.today) if current else None)


def _status(viewer: Viewer, household_id: str) -> str | None:
    """What the household is recognised as today, in words."""
    today = viewer.today
    held = [
        entry
        for entry in registry.status_records(viewer.session, household_id)
        if entry.valid_from <= today and (entry.valid_to is None or today <= entry.valid_to)
    ]
    said = {entry.fact: entry.value for entry in reversed(held)}
    poverty = said.get("poverty_status")
    words_held = ["hộ người có công"] if said.get("merit_status") is True else []
    words_held += [vi(f"poverty_status.{poverty}")] if poverty in ("poor", "near_poor") else []
    return ", ".join(words_held) or None


def newest_event(
    viewer: Viewer, household_id: str, kind: str, act_id: str | None = None
) -> HistoryEntry | None:
    """The newest act of a kind that counts, or that one act."""
    found = cases.events(viewer.session, household_id)
    counting = (event for event in found if event.kind == kind and not event.is_revoked)
    return next((event for event in counting if act_id in (None, event.envelope_id)), None)


def commission_of(event: HistoryEntry | None) -> tuple[data.CommissionMember, ...]:
    """The acceptance commission (Ban nghiệm thu) an act names; none leaves the usual bodies blank."""
    rows = event.texts.get("commission", ()) if event else ()
    return tuple(
        data.CommissionMember(_body(row.get("body") or "other"), row.get("name"), row.get("position"))
        for row in rows
    )


def _body(code: str) -> str:
    name = vi(f"commission_body.{code}")
    return name[0].upper() + name[1:]


def as_date(value: Any) -> date | None:
    """A day as acts keep it (ISO text)."""
    return date.fromisoformat(value) if isinstance(value, str) else value


def as_time(value: Any) -> time | None:
    """A time of day as acts keep it (HH:MM)."""
    return time.fromisoformat(value) if isinstance(value, str) else None
