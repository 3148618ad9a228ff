"""The papers of one household, each filled from what is known of it; what is not known stays a blank."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from api.papers import data
from api.papers.filling.common import as_date, commission_of, household_data, newest_event, place_of, vi
from api.shared.law_texts import Reasons, reasons
from survey.access.viewer import Viewer
from survey.assessment import queries as assessment
from survey.assessment.models import AssessmentRow
from survey.cases import queries as cases
from survey.registry import queries as registry
from survey.registry.models import Household, Survey


def _stage(viewer: Viewer, house: Household, act_id: str | None = None) -> data.StageData:
    """The newest stage, or that of one act."""
    case = cases.case_of(viewer.session, house.id)
    event = newest_event(viewer, house.id, "stage", act_id)
    return data.StageData(
        household=household_data(viewer, house),
        done_on=event.done_on if event else None,
        commission=commission_of(event),
        started_on=case.started_on if case else None,
        stage=vi(f"stage.{event.outcome}") if event and event.outcome else None,
        accepted=True if event else None,
        remarks=event.texts.get("remarks") if event else None,
    )


def _completion(viewer: Viewer, house: Household, act_id: str | None = None) -> data.CompletionData:
    case = cases.case_of(viewer.session, house.id)
    event = newest_event(viewer, house.id, "completion", act_id)
    handed = newest_event(viewer, house.id, "handover")
    said = event.values if event else {}
    return data.CompletionData(
        household=household_data(viewer, house),
        done_on=event.done_on if event else None,
        commission=commission_of(event),
        started_on=case.started_on if case else None,
        finished_on=case.finished_on if case else None,
        area_m2=said.get("built_area_m2"),
        foundation=_hard(said.get("hard_foundation")),
        frame_and_wall=_hard(said.get("hard_frame")),
        roof=_hard(said.get("hard_roof")),
        accepted=True if event else None,
        handed_over_on=handed.done_on if handed else None,
        remarks=event.texts.get("remarks") if event else None,
    )


def _hard(value: bool | None) -> str | None:
    return None if value is None else "cứng, bền chắc" if value else "chưa đạt"


def _not_registering(viewer: Viewer, house: Household) -> data.NotRegisteringData:
    event = newest_event(viewer, house.id, "non_registration")
    said = event.values if event else {}
    return data.NotRegisteringData(
        household=household_data(viewer, house),
        year=said.get("year"),
        reason=vi(f"non_registration_reason.{said['reason']}") if said.get("reason") else None,
        stated_on=event.done_on if event else None,
        follow_up_name=event.texts.get("follow_up_by") if event else None,
        follow_up_on=as_date(said.get("follow_up_on")),
    )


def _disaster(viewer: Viewer, house: Household) -> data.DisasterRequestData:
    interview = registry.latest_interview(viewer.session, house.id)
    damage = interview.facts.get("disaster_damage") if interview else None
    return data.DisasterRequestData(
        household=household_data(viewer, house), damage=damage if damage not in (None, "none") else None
    )


def _notice(viewer: Viewer, house: Household) -> data.NoticeData:
    row = assessment.current(viewer.session, house.id)
    interview = viewer.session.get(Survey, row.survey_id) if row else None
    if row is None or interview is None:
        return data.NoticeData(household=household_data(viewer, house))
    said = reasons(viewer, row, "vi")
    skipped = ("missing", "provisional", "amount")
    household = household_data(viewer, house)
    return data.NoticeData(
        household=household,
        parts=_parts(said, row, household.amount_vnd == row.amount_on(viewer.today)),
        house_class=vi(f"house_class.{row.house_class}"),
        outcome=vi(f"outcome.{row.outcome_on(viewer.today)}"),
        provisional=row.is_provisional,
        surveyed_on=interview.visited_on,
        assessed_on=row.assessed_on,
        law_release=row.release_sha256[:8],
        reasons=tuple(
            data.ReasonLine(one.text, one.citation or "") for one in said.sentences if one.role not in skipped
        ),
        missing=said.missing,
        unverified=said.unverified,
    )


def _parts(said: Reasons, row: AssessmentRow, is_told: bool) -> tuple[data.ReasonLine, ...]:
    """What the amount is made of, where the paper tells the assessment's own amount."""
    amounts = [one for one in said.sentences if one.role == "amount" and one.code != row.programme]
    if not is_told:
        return ()
    return tuple(
        data.ReasonLine(
            one.text,
            one.citation if one.verified else f"{one.citation}, chưa kiểm chứng".removeprefix(", "),
        )
        for one in amounts
    )


def _blank(viewer: Viewer, house: Household) -> data.BlankFormData:
    return data.BlankFormData(place_of(viewer, house.area_code))


OF_ONE_ACT = {"stage": _stage, "completion": _completion}
"""Papers that tell of one act about one household, by the kind of act."""
HOUSEHOLD_PAPERS: dict[str, Callable[[Viewer, Household], Any]] = {
    "stage_minutes": _stage,
    "completion_minutes": _completion,
    "not_registering": _not_registering,
    "disaster_request": _disaster,
    "household_notice": _notice,
    "blank_form": _blank,
}
