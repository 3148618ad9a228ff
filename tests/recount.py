"""A recount of every figure, household by household in plain Python, that takes nothing from `standing`."""

from __future__ import annotations

from collections import Counter
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.assessment.models import AssessmentRow
from survey.cases.models import Act, ActPhoto, Case, Step
from survey.registry.models import Household, Photo

PHASE = {
    **dict.fromkeys(["objected", "registered", "endorsed", "posted", "reviewed", "returned"], "deciding"),
    "approved": "not_started",
    **dict.fromkeys(["started", "foundation", "frame", "roof", "repair_30_percent"], "under_way"),
    **dict.fromkeys(["finished", "accepted", "handed_over"], "done"),
    **dict.fromkeys(["not_registered", "not_endorsed", "rejected", "withdrawn"], "closed"),
}
SIGNED = {"non_registration", "meeting", "stage", "completion"}
"""Acts whose signed paper is expected."""


def recount(session: Session, on: date) -> Counter[str]:
    """Figures by name, of the whole database, and by village as `name@village`."""
    figures: Counter[str] = Counter()
    for household in session.scalars(select(Household).where(~Household.is_training)):
        for name in _names(session, household, on):
            figures[name] += 1
            figures[f"{name}@{household.area_code}"] += 1
    return figures


def _names(session: Session, household: Household, on: date) -> list[str]:
    mine = AssessmentRow.household_id == household.id
    row = session.scalar(select(AssessmentRow).where(mine, AssessmentRow.is_current))
    found = ["households", _outcome(row, on)]
    if household.lon is None:
        found.append("without_point")
    cases = session.scalars(select(Case).where(Case.household_id == household.id, Case.is_newest)).all()
    newest = next((case for case in cases if case.state != "cancelled"), None)
    if newest is None:
        wanted = row is not None and row.outcome in ("entitled", "not_registered")
        return [*found, *(["without_case"] if wanted and _outcome(row, on) != "lapsed" else [])]
    found += ["cases", PHASE[newest.state]]
    found += ["declined"] if newest.state == "not_registered" else []
    found += ["objections"] if newest.objections else []
    found += ["recovery_due"] if newest.recovery_due_vnd else []
    found += ["papers_unsigned"] if _lacks_paper(session, newest) else []
    open_ones = _open_obstacles(session, newest)
    found += ["households_hindered"] if open_ones else []
    return found


def _outcome(row: AssessmentRow | None, on: date) -> str:
    if row is None:
        return "not_assessed"
    return "lapsed" if row.lapses_on is not None and row.lapses_on <= on else row.outcome


def _counting(session: Session, case: Case) -> list[Step]:
    steps = session.scalars(select(Step).where(Step.case_id == case.id)).all()
    replaced = {step.replaces_id for step in steps}
    return [step for step in steps if step.id not in replaced and step.kind != "revocation"]


def _lacks_paper(session: Session, case: Case) -> bool:
    for step in _counting(session, case):
        papers = session.scalars(
            select(Photo)
            .join(ActPhoto, ActPhoto.received_sha256 == Photo.received_sha256)
            .where(ActPhoto.act_id == step.act_id, ActPhoto.slot == "papers")
        )
        if step.kind in SIGNED and not any(photo.stored_sha256 for photo in papers):
            return True
    return False


def _open_obstacles(session: Session, case: Case) -> set[str]:
    if PHASE[case.state] == "closed" or case.state == "handed_over":
        return set()
    steps = _counting(session, case)
    begun = {session.get_one(Act, step.act_id).envelope_id for step in steps if step.kind == "obstacle"}
    return begun - {step.values.get("obstacle") for step in steps if step.kind == "obstacle_end"}
