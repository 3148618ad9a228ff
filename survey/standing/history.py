"""How households stood, told from their records alone: surveys, assessments, acts and scans as they came.

For data from before lines were kept, and to make lines anew. Where a household lies, and whether it is a
training one, only its present record tells.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from types import SimpleNamespace
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from survey.areas.tree import tree
from survey.assessment.models import AssessmentRow
from survey.assessment.queries import NOT_ASSESSED
from survey.cases import machine
from survey.cases.models import Act, ActPhoto, Case, Step
from survey.cases.queries import SCAN_SLOT
from survey.cases.rows import CaseEvent, Progress
from survey.problems import Problem
from survey.registry.models import Photo, Survey
from survey.standing.actions import hold, raise_revisions
from survey.standing.models import StandingLine, StandingObstacle
from survey.standing.noticing import cause_of
from survey.standing.rows import (
    NO_CASE,
    NOT_NEWEST,
    Standing,
    Values,
    case_values,
    standings,
)
from survey.touched import ASSESSED, Cause

SHARED = ("area_code", "commune_code", "is_training", "has_point")
PLACED = ("area_code", "is_training")
COPIED = (
    *("state", "since", "year", "reason", "works_kind", "programme", "amount_vnd", "posted_until"),
    *("approved_on", "started_on", "finished_on", "paid_vnd", "recovery_due_vnd"),
)
"""What a case row has of what its steps come to, under the same names."""


@dataclass(slots=True)
class Records:
    """Everything that was recorded about one household, in the order of its rows, each with the moment from
    which it counted: what arrived before what it builds on waited for that.
    """

    household_id: str
    surveys: list[tuple[datetime, Any]] = field(default_factory=list)
    assessments: list[Any] = field(default_factory=list)
    steps: list[tuple[datetime, Step, Act]] = field(default_factory=list)
    moments: dict[datetime, Cause] = field(default_factory=dict)


def rebuild(session: Session, household_ids: Sequence[str], today: date) -> int:
    """Make the lines of these households anew from their records; returns how many lines there are now."""
    hold(session, household_ids)
    known = tree(session, today)
    records, scans = _records(session, household_ids), _scans(session, household_ids)
    now = standings(session, household_ids, known)
    for table in (StandingLine, StandingObstacle):
        session.execute(delete(table).where(table.household_id.in_(household_ids)))
    lines: list[Values] = []
    obstacles: list[Values] = []
    for household_id in household_ids:
        told = _told(records[household_id], now[household_id], scans)
        lines += _closed(household_id, [(at, cause, one.lines) for at, cause, one in told], "case_id")
        hindered = [(at, cause, one.obstacles) for at, cause, one in told]
        obstacles += _closed(household_id, hindered, "act_id", with_cause=False)
    if lines:
        session.execute(insert(StandingLine), lines)
    if obstacles:
        session.execute(insert(StandingObstacle), obstacles)
    raise_revisions(session, {one["commune_code"] for one in lines})
    return len(lines)


def _told(
    records: Records, now: Standing, scans: dict[int, datetime]
) -> list[tuple[datetime, Cause, Standing]]:
    """How the household stood from each moment on; the last as its records come to today."""
    for _, _, act in records.steps:
        if act.id in scans:
            records.moments.setdefault(scans[act.id], Cause("scan"))
    moments = sorted(at for at in records.moments if records.surveys and at >= records.surveys[0][0])
    told = [(at, records.moments[at], _standing_at(records, now, scans, at)) for at in moments[:-1]]
    return [*told, (moments[-1], records.moments[moments[-1]], now)]


def _standing_at(records: Records, now: Standing, scans: dict[int, datetime], at: datetime) -> Standing:
    newest = now.lines[0]
    shared = {name: newest[name] for name in SHARED}
    cases, obstacles = _cases_at(records, scans, at)
    first = cases[0] if cases and cases[0].pop("is_newest") else None
    house = _house_at(records, shared["is_training"], at, _rested_on(records, first, at))
    lines = [shared | house | (first or NO_CASE) | {"is_newest": True}]
    for one in cases if first is None else cases[1:]:
        one.pop("is_newest", None)
        lines.append(shared | NOT_NEWEST | one | {"is_newest": False})
    place = {name: newest[name] for name in PLACED}
    return Standing(lines, [place | one for one in obstacles])


def _rested_on(records: Records, case: Values | None, at: datetime) -> int | None:
    """The interview that the approval of a case rested on; None without an approval that counts."""
    if case is None or case["approved_on"] is None or machine.phases()[case["case_state"]] == "closed":
        return None
    told = [
        step.values.get("survey_id")
        for known_at, step, _ in records.steps
        if known_at <= at and step.kind == "approval" and step.case_id == case["case_id"]
    ]
    return told[-1] if told else None


def _house_at(records: Records, is_training: bool, at: datetime, rested_on: int | None) -> Values:
    """What a line told of the interview and the assessment at a moment; of an approved household those that
    the approval rested on, since a newer interview stands beside.
    """
    surveys = {row.id: row for known_at, row in records.surveys if known_at <= at}
    newest = {row.envelope_id: row for row in surveys.values()}
    visits = [row.visited_on for row in newest.values() if row.is_training == is_training]
    known = [row for row in records.assessments if row.assessed_at <= at and not row.is_beside]
    if rested_on in surveys:
        record = surveys[rested_on].envelope_id
        versions = {row.id for row in surveys.values() if row.envelope_id == record}
        of_record = [row for row in known if row.survey_id in versions]
        known = of_record or known
    house = NOT_NEWEST | {"visited_on": max(visits, default=None), "outcome": NOT_ASSESSED}
    if not known:
        return house
    row = known[-1]
    survey = surveys.get(row.survey_id)
    columns = ("outcome", "house_class", "programme", "works_kind", "amount_vnd", "amount_pattern_id")
    house |= {name: getattr(row, name) for name in columns}
    return house | {
        "is_provisional": row.is_provisional,
        "lapses_on": row.lapses_on,
        "release_sha256": row.release_sha256,
        "is_beside": any(one.is_beside and one.assessed_at <= at for one in records.assessments),
        "survey_id": row.survey_id,
        "surveyed_on": survey.visited_on if survey else None,
        "survey_flags": len(survey.flags or ()) if survey else 0,
    }


def _cases_at(
    records: Records, scans: dict[int, datetime], at: datetime
) -> tuple[list[Values], list[Values]]:
    """What lines told of the cases at a moment, the newest first, and of their open obstacles."""
    known = [(step, act) for known_at, step, act in records.steps if known_at <= at]
    replaced = {step.replaces_id for step, _ in known}
    counting: defaultdict[str, list[tuple[Step, Act]]] = defaultdict(list)
    order: list[str] = []
    for step, act in known:
        order += [step.case_id] if step.case_id not in order else []
        if step.id not in replaced and step.kind != machine.REVOCATION:
            counting[step.case_id].append((step, act))
    lines: list[Values] = []
    obstacles: list[Values] = []
    for case_id in order:
        steps = sorted(counting[case_id], key=lambda one: one[0].place)
        progress = _replayed(steps)
        if progress is None:
            continue
        hindered = _obstacles(progress) if machine.is_active(progress.state) else []
        lines.append(_case_line(records.household_id, case_id, progress, steps, scans, hindered, at))
        obstacles += [{"case_id": case_id, "case_state": progress.state, **one} for one in hindered]
    newest = _newest(lines, order)
    for one in lines:
        one["is_newest"] = one is newest
    return sorted(lines, key=lambda one: not one["is_newest"]), obstacles


def _replayed(steps: list[tuple[Step, Act]]) -> Progress | None:
    """What the steps come to; where a later correction is what made one possible, those before it."""
    progress: Progress | None = None
    for step, act in steps:
        try:
            progress = machine.advance(progress, _event(step, act))
        except Problem:
            break
    return progress


def _newest(lines: list[Values], order: list[str]) -> Values | None:
    """The case opened last, else (it was opened by mistake) the one that holds the house, or came last."""
    last = next((one for one in lines if order and one["case_id"] == order[-1]), None)
    return last or max(
        lines, key=lambda one: (machine.is_active(one["case_state"]), one["since"]), default=None
    )


def _event(step: Step, act: Act) -> CaseEvent:
    return CaseEvent(step.kind, step.outcome, step.done_on, act.envelope_id, step.values)


def _obstacles(progress: Progress) -> list[Values]:
    return [
        {
            "act_id": one.act_id,
            "kind": one.kind or "other",
            "lead": one.lead,
            "since": one.since,
            "due_on": one.due,
        }
        for one in progress.obstacles
    ]


def _case_line(
    household_id: str,
    case_id: str,
    progress: Progress,
    steps: list[tuple[Step, Act]],
    scans: dict[int, datetime],
    hindered: list[Values],
    at: datetime,
) -> Values:
    on_paper = [act for step, act in steps if machine.acts()[step.kind].paper]
    never = datetime.max.replace(tzinfo=at.tzinfo)
    lacks_scan = any(scans.get(act.id, never) > at for act in on_paper)
    flags = [flag for _, act in steps for flag in act.flags if flag.get("household") in (None, household_id)]
    case = SimpleNamespace(
        id=case_id,
        **{name: getattr(progress, name) for name in COPIED},
        objections=len(progress.objections),
        flags=len(flags),
    )
    return case_values(case, lacks_scan, hindered)


def _records(session: Session, household_ids: Sequence[str]) -> dict[str, Records]:
    """Everything recorded about these households: three statements."""
    found = {household_id: Records(household_id) for household_id in household_ids}
    surveys = select(Survey).where(Survey.household_id.in_(household_ids)).order_by(Survey.id)
    for row in session.scalars(surveys):
        of_household = found[row.household_id]
        known_at = max([row.received_at, *(at for at, _ in of_household.surveys[-1:])])
        of_household.surveys.append((known_at, row))
        of_household.moments.setdefault(known_at, cause_of(row))
    columns = [column for column in AssessmentRow.__table__.columns if column.name != "result"]
    asked = select(*columns).where(AssessmentRow.household_id.in_(household_ids))
    for one in session.execute(asked.order_by(AssessmentRow.id)):
        found[one.household_id].assessments.append(one)
        found[one.household_id].moments.setdefault(one.assessed_at, ASSESSED)
    steps = select(Case.household_id, Step, Act).join(Step, Step.case_id == Case.id)
    steps = steps.join(Act, Act.id == Step.act_id).where(Case.household_id.in_(household_ids))
    for household_id, step, act in session.execute(steps.order_by(Step.id)):
        of_household = found[household_id]
        before = [one[0] for one in of_household.surveys[:1]] + [one[0] for one in of_household.steps[-1:]]
        known_at = max([act.received_at, *before])
        of_household.steps.append((known_at, step, act))
        of_household.moments.setdefault(known_at, cause_of(act))
    return found


def _scans(session: Session, household_ids: Sequence[str]) -> dict[int, datetime]:
    """When the signed paper of each act of these households was first there, by the act's row."""
    acts = select(Step.act_id).join(Case, Case.id == Step.case_id).where(Case.household_id.in_(household_ids))
    scans = select(ActPhoto.act_id, ActPhoto.added_at, Photo.received_at)
    scans = scans.join(Photo, Photo.received_sha256 == ActPhoto.received_sha256)
    scans = scans.where(
        ActPhoto.act_id.in_(acts), ActPhoto.slot == SCAN_SLOT, Photo.stored_sha256.is_not(None)
    )
    found: dict[int, datetime] = {}
    for act_id, added_at, received_at in session.execute(scans.where(Photo.stored_sha256.is_not(None))):
        there = max(added_at, received_at or added_at)
        found[act_id] = min(found.get(act_id, there), there)
    return found


def _closed(
    household_id: str, told: list[tuple[datetime, Cause, list[Values]]], key: str, *, with_cause: bool = True
) -> list[Values]:
    """Rows that hold from a moment to the next at which they differ, of what was told moment by moment."""
    rows: list[Values] = []
    open_ones: dict[Any, tuple[Values, Values]] = {}
    for at, cause, values in told:
        now = {one[key]: one for one in values}
        for name, (before, row) in list(open_ones.items()):
            if now.get(name) != before:
                row["to_at"] = at
                del open_ones[name]
        for name, one in now.items():
            if name not in open_ones:
                row = one | {"household_id": household_id, "from_at": at, "to_at": None}
                row |= {"cause": cause.kind, "cause_id": cause.id} if with_cause else {}
                open_ones[name] = (one, row)
                rows.append(row)
    return rows
