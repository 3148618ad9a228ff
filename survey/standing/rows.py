"""How households stand, read from their records: the values of their lines and of their open obstacles."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session, aliased

from survey.areas.tree import Tree
from survey.assessment.models import AssessmentRow
from survey.assessment.queries import NOT_ASSESSED
from survey.cases import lists, machine
from survey.cases.models import Act, Case, Step
from survey.registry.models import Household, Survey

Values = dict[str, Any]
NO_CASE: Values = {
    "case_id": None,
    "case_state": machine.NONE,
    "since": None,
    "year": None,
    "reason": None,
    "case_works_kind": None,
    "case_programme": None,
    "case_amount_vnd": None,
    "posted_until": None,
    "approved_on": None,
    "started_on": None,
    "finished_on": None,
    "paid_vnd": 0,
    "recovery_due_vnd": 0,
    "lacks_scan": False,
    "objections": 0,
    "obstacles": 0,
    "obstacle_kind": None,
    "obstacle_lead": None,
    "obstacle_due_on": None,
    "case_flags": 0,
}
NOT_NEWEST: Values = {
    "survey_id": None,
    "surveyed_on": None,
    "visited_on": None,
    "outcome": None,
    "house_class": None,
    "programme": None,
    "works_kind": None,
    "amount_vnd": None,
    "amount_pattern_id": None,
    "is_provisional": False,
    "lapses_on": None,
    "release_sha256": None,
    "is_beside": False,
    "survey_flags": 0,
}
"""An earlier case has a line of its own, which tells nothing of the household as it is now."""


@dataclass(slots=True)
class Standing:
    """How one household stands: the newest line first, one more for each earlier case; its open obstacles."""

    lines: list[Values] = field(default_factory=list)
    obstacles: list[Values] = field(default_factory=list)


def standings(session: Session, household_ids: Collection[str], tree: Tree) -> dict[str, Standing]:
    """How these households stand by what is recorded of them: one statement, and one for their obstacles.

    `tree` is that of the day, for the communes of villages.
    """
    asked = _RECORDED.where(Household.id.in_(household_ids))
    told: defaultdict[str, list[Any]] = defaultdict(list)
    for row in session.execute(asked):
        told[row.id].append(row)
    hindered = [row.Case.id for rows in told.values() for row in rows if row.Case and row.Case.obstacles]
    obstacles = _obstacles(session, hindered)
    return {
        household_id: _standing(rows, obstacles, commune_of(tree, rows[0].area_code))
        for household_id, rows in told.items()
    }


def commune_of(tree: Tree, area_code: str | None) -> str | None:
    """The commune of a village; the smallest unit around it where there is none."""
    path = tree.path(area_code) if area_code else ()
    return next((code for code in path if tree.names[code].level == "commune"), path[0] if path else None)


_other = aliased(AssessmentRow)
_visit, _later = aliased(Survey), aliased(Survey)


def _recorded() -> Any:
    """Each household with its current assessment and each of its cases that was not opened by mistake, the
    newest first, and whether a signed paper is missing there.
    """
    is_beside = exists().where(_other.household_id == Household.id, _other.is_beside)
    is_corrected = exists().where(_later.envelope_id == _visit.envelope_id, _later.version > _visit.version)
    visited_on = (
        select(func.max(_visit.visited_on))
        .where(_visit.household_id == Household.id, _visit.is_training == Household.is_training)
        .where(~is_corrected)
        .scalar_subquery()
    )
    its_case = (Case.household_id == Household.id) & (Case.state != machine.CANCELLED)
    return (
        select(
            Household.id,
            Household.area_code,
            Household.is_training,
            Household.lon.is_not(None).label("has_point"),
            AssessmentRow.outcome,
            AssessmentRow.house_class,
            AssessmentRow.programme,
            AssessmentRow.works_kind,
            AssessmentRow.amount_vnd,
            AssessmentRow.amount_pattern_id,
            AssessmentRow.is_provisional,
            AssessmentRow.lapses_on,
            AssessmentRow.release_sha256,
            Survey.id.label("survey_id"),
            Survey.visited_on.label("surveyed_on"),
            Survey.flags,
            is_beside.label("is_beside"),
            visited_on.label("visited_on"),
            Case,
            lists.lacks_scan().label("lacks_scan"),
        )
        .outerjoin(AssessmentRow, (AssessmentRow.household_id == Household.id) & AssessmentRow.is_current)
        .outerjoin(Survey, Survey.id == AssessmentRow.survey_id)
        .outerjoin(Case, its_case)
        .order_by(Household.id, Case.is_newest.desc(), Case.since.desc(), Case.id)
        .execution_options(populate_existing=True)
    )


_RECORDED = _recorded()  # made once: every transaction asks it


def _obstacles(session: Session, case_ids: Collection[str]) -> dict[str, list[Values]]:
    """The open obstacles of active cases, as they were reported."""
    found: defaultdict[str, list[Values]] = defaultdict(list)
    if not case_ids:
        return found
    asked = select(Step, Act.envelope_id).join(Act, Act.id == Step.act_id).join(Case, Case.id == Step.case_id)
    asked = asked.where(Case.is_active, Case.id.in_(case_ids), lists.is_open(Step, Act)).order_by(Step.place)
    for step, act_id in session.execute(asked):
        found[step.case_id].append(obstacle_values(step.values, act_id, step.done_on))
    return found


def obstacle_values(told: Values, act_id: str, since: date) -> Values:
    """What a line of an obstacle tells."""
    due = told.get("due")
    return {
        "act_id": act_id,
        "kind": told.get("kind") or "other",
        "lead": told.get("lead"),
        "since": since,
        "due_on": date.fromisoformat(due) if due else None,
    }


def _standing(rows: list[Any], obstacles: dict[str, list[Values]], commune: str | None) -> Standing:
    row, cases = rows[0], [one for one in rows if one.Case]
    place = {"area_code": row.area_code, "is_training": row.is_training}
    shared = place | {"commune_code": commune, "has_point": row.has_point}
    house = {name: getattr(row, name) for name in NOT_NEWEST if name not in ("survey_flags", "outcome")}
    house |= {
        "outcome": row.outcome or NOT_ASSESSED,
        "is_provisional": bool(row.is_provisional),
        "survey_flags": len(row.flags or ()),
    }
    told = [case_values(one.Case, one.lacks_scan, obstacles.get(one.Case.id, [])) for one in cases]
    newest = told[0] if cases and cases[0].Case.is_newest else NO_CASE
    earlier = [one for one in told if one is not newest]
    standing = Standing([shared | house | newest | {"is_newest": True}])
    standing.lines += [shared | NOT_NEWEST | one | {"is_newest": False} for one in earlier]
    for one in cases:
        of_case = place | {"case_id": one.Case.id, "case_state": one.Case.state}
        standing.obstacles += [of_case | told for told in obstacles.get(one.Case.id, [])]
    return standing


def case_values(case: Any, lacks_scan: bool, obstacles: list[Values]) -> Values:
    """What a line tells of a case (or of what its steps come to, `cases.rows.Progress`)."""
    first = obstacles[0] if obstacles else {}
    return NO_CASE | {
        "case_id": case.id,
        "case_state": case.state,
        "since": case.since,
        "year": case.year,
        "reason": case.reason,
        "case_works_kind": case.works_kind,
        "case_programme": case.programme,
        "case_amount_vnd": case.amount_vnd,
        "posted_until": case.posted_until,
        "approved_on": case.approved_on,
        "started_on": case.started_on,
        "finished_on": case.finished_on,
        "paid_vnd": case.paid_vnd,
        "recovery_due_vnd": case.recovery_due_vnd,
        "lacks_scan": bool(lacks_scan),
        "objections": case.objections,
        "obstacles": len(obstacles),
        "obstacle_kind": first.get("kind"),
        "obstacle_lead": first.get("lead"),
        "obstacle_due_on": first.get("due_on"),
        "case_flags": case.flags,
    }
