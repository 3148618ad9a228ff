"""What the form of an act begins with for a household, and what its references may name, in words."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from api.forms.fields import Options
from api.shared import area_names, household_access
from api.shared.act_words import act_title
from api.web.intake_context import book_in_force
from api.web.language import day, num, t, word
from survey.access.viewer import Viewer
from survey.approval.next_acts import chain_of
from survey.areas import queries as areas
from survey.assessment import queries as assessment
from survey.cases import machine, procedure
from survey.cases.queries import History
from survey.cases.rows import Open, Progress
from survey.questionnaire import load_form
from survey.registry import queries as registry
from survey.registry.models import Household

COMMISSION = ("commune", "front", "village", "household", "other")
"""Who usually sits in an acceptance commission, a row each (Circular 01/2022/TT-BXD, Appendix III)."""


def beginning(viewer: Viewer, kind: str, house: Household, progress: Progress | None) -> dict[str, Any]:
    """The answers a form begins with: today, this household, what usually stands there."""
    questions = load_form(kind).questions
    usual = _usual(viewer, kind, house, progress)
    return {code: value for code, value in usual.items() if code in questions and value is not None}


def _usual(viewer: Viewer, kind: str, house: Household, progress: Progress | None) -> dict[str, Any]:
    today = viewer.today
    tranches = progress.tranches if progress else ()
    return {
        "household": house.id,
        "area_code": house.area_code,
        "done_on": today.isoformat(),
        "year": (progress.year if progress else None) or today.year,
        "until": posting_end(viewer, house.area_code) if kind == "posting" else None,
        "body": _body(viewer, house) if kind == "approval" else None,
        "tranche": max(tranches, default=0) + 1,
        "households": [{"household": house.id, "works_kind": _works_kind(viewer, house, progress)}],
        "commission": [{"body": body} for body in COMMISSION],
    }


def posting_end(viewer: Viewer, area_code: str | None) -> str:
    """The earliest last day of a posting that begins today, as the law of the day asks."""
    path = areas.path(viewer.session, area_code, viewer.today) if area_code else ()
    days = procedure.asked(book_in_force(viewer.session), procedure.POSTING, viewer.today, path).value
    return (viewer.today + timedelta(days=max(int(days or 1) - 1, 0))).isoformat()


def _body(viewer: Viewer, house: Household) -> str | None:
    row = assessment.current(viewer.session, house.id)
    chain = chain_of(viewer, row.programme if row else None)
    return chain.list_body if chain else None


def _works_kind(viewer: Viewer, house: Household, progress: Progress | None) -> str | None:
    row = assessment.current(viewer.session, house.id)
    return (progress.works_kind if progress else None) or (row.works_kind if row else None)


def choices(
    viewer: Viewer, kind: str, house: Household, history: History | None, revocable: Iterable[str]
) -> dict[str, Options]:
    """The options of the questions that depend on the case: its next stage, what is open, where it lies."""
    progress = history.progress if history else None
    found: dict[str, Options] = {
        "objection": open_options("objection_about", progress.objections if progress else ()),
        "obstacle": open_options("obstacle_kind", progress.obstacles if progress else ()),
        "area_code": area_options(viewer, house.area_code),
        "act": act_options(history, revocable),
    }
    if kind == "stage":
        stages = machine.outcomes(progress, "stage")
        found["stage"] = tuple((code, word(f"stage.{code}")) for code in stages)
    if kind == "head_change" and household_access.sees_names(viewer, house):
        found["head_name"] = _people(viewer, house)
    return found


def open_options(words: str, found: Iterable[Open]) -> Options:
    """Open objections or obstacles as a person tells them apart: what about, since when."""
    return tuple(
        (one.act_id, f"{word(f'{words}.{one.kind}')} · {t('từ', 'since')} {day(one.since)}") for one in found
    )


def area_options(viewer: Viewer, area_code: str | None) -> Options:
    """The unit and the units above it, up to the commune."""
    tree = areas.tree(viewer.session, viewer.today)
    way = tree.path(area_code) if area_code else ()
    return tuple(
        (c, area_names.area_name(viewer, c)) for c in way if tree.names[c].level in ("village", "commune")
    )


def act_options(history: History | None, revocable: Iterable[str]) -> Options:
    """The acts that may be revoked, the newest first."""
    allowed = set(revocable)
    moves = reversed(history.events()) if history else ()
    return tuple(
        (move.act_id, f"{act_title(move.act, move.outcome)} · {day(move.done_on)}")
        for move in moves
        if move.act_id in allowed
    )


def _people(viewer: Viewer, house: Household) -> Options:
    """Those who live there, offered as the new head."""
    interview = registry.latest_interview(viewer.session, house.id)
    people = registry.persons(viewer.session, interview.person_ids) if interview else []
    return tuple((one.full_name, one.full_name) for one in people if one.full_name)


def money_hint(viewer: Viewer, house: Household, progress: Progress | None) -> str | None:
    """What was approved, paid and is due back, above a form about money; None without the right."""
    if progress is None or not viewer.may("amount.read", house.area_code):
        return None
    parts = [
        (t("mức phê duyệt", "approved"), progress.amount_vnd),
        (t("đã chi", "paid"), progress.paid_vnd),
        (t("phải thu hồi", "due back"), progress.recovery_due_vnd or None),
    ]
    return " · ".join(f"{label} {num(amount)} đồng" for label, amount in parts if amount is not None)
