"""What may still be done about a recorded act: revoke or correct it; what stands in the way."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.access.viewer import Viewer
from survey.approval.next_acts import may_do, revocable
from survey.cases import machine
from survey.cases import queries as cases
from survey.cases.models import Act, ActPhoto
from survey.cases.queries import History
from survey.cases.rows import ActStep, CaseEvent
from survey.intake import queries as intake
from survey.intake.rows import STORED
from survey.problems import Problem
from survey.questionnaire import Form, load_form
from survey.registry.models import Household, Person
from survey.registry.rows import CAMERA
from survey.words import both

Rows = Sequence[tuple[ActStep, Household, str | None]]
"""What an act did: for each household one may see its step, the household, its head's name."""


@dataclass(frozen=True, slots=True)
class Later:
    """An act that could not stand without the one looked at; `households` of it go no further back."""

    act_id: str
    kind: str
    outcome: str | None
    done_on: date
    households: int


@dataclass(frozen=True, slots=True)
class Revocation:
    """Whether the viewer may revoke an act now, else which later acts have to go first, the newest first."""

    is_possible: bool
    first: tuple[Later, ...] = ()


def revocation(viewer: Viewer, act: Act, done: Rows) -> Revocation:
    """What stands in the way of revoking an act for all its households; nothing is offered without right."""
    if not may_change_all(viewer, act, done):
        return Revocation(False)
    histories = cases.histories(viewer.session, [house.id for _, house, _ in done])
    first = _later(act.envelope_id, histories)
    if first:
        return Revocation(False, first)
    allowed = all(act.envelope_id in revocable(viewer, house, histories[house.id]) for _, house, _ in done)
    return Revocation(allowed)


def may_change_all(viewer: Viewer, act: Act, done: Rows) -> bool:
    """Whether the viewer sees every household of the act and may do it for each."""
    everyone = cases.steps_by_household(viewer.session, act.id)
    is_whole = set(everyone) == {house.id for _, house, _ in done}
    return (
        act.kind != machine.REVOCATION
        and is_whole
        and all(may_do(viewer, act.kind, house) for _, house, _ in done)
    )


def _later(act_id: str, histories: dict[str, list[History]]) -> tuple[Later, ...]:
    """The acts that are not possible without this one, each with how many households it holds back."""
    found: dict[str, tuple[CaseEvent, int]] = {}
    for of_household in histories.values():
        for move in {move.act_id: move for move in _held(act_id, of_household)}.values():
            found[move.act_id] = (move, found.get(move.act_id, (move, 0))[1] + 1)
    newest_first = sorted(found.values(), key=lambda one: one[0].done_on)[::-1]
    return tuple(
        Later(move.act_id, move.act, move.outcome, move.done_on, count) for move, count in newest_first
    )


def _held(act_id: str, of_household: Sequence[History]) -> Iterator[CaseEvent]:
    """The steps of a household that do not stand without the act; a second case that is active meanwhile."""
    for history in of_household:
        moves = history.events()
        if all(move.act_id != act_id for move in moves):
            continue
        progress = None
        for move in moves:
            if move.act_id == act_id:
                continue
            try:
                progress = machine.advance(progress, move)
            except Problem:
                yield move
        others = [other for other in of_household if other is not history and other.case.is_active]
        if progress and machine.is_active(progress.state):
            yield from (move for other in others for move in other.events())


# --- a correction


@dataclass(frozen=True, slots=True)
class Correction:
    """An act about to be corrected: its households in order, with names by right, and its answers."""

    act: Act
    house: Household
    names: dict[str, str | None]
    history: History | None
    answers: dict[str, Any]


def correction(viewer: Viewer, act: Act, done: Rows) -> Correction:
    """What the form of a correction begins with. Problems 6005, 5465 where none is possible."""
    if (problem := not_correctable(viewer, act, done)) is not None:
        raise problem
    form, answers = load_form(act.kind), _recorded(viewer.session, act, done)
    house_by_id = {house.id: (house, name) for _, house, name in done}
    listed = [row["household"] for row in answers.get("households", ())] or list(house_by_id)
    names = {one: house_by_id[one][1] for one in listed if one in house_by_id}
    house = house_by_id[next(iter(names))][0]
    known = {code: value for code, value in answers.items() if code in form.questions}
    return Correction(act, house, names, _until(viewer.session, act, house), known)


def not_correctable(viewer: Viewer, act: Act, done: Rows) -> Problem | None:
    """Why the viewer cannot correct an act; None when the intake would take their correction.

    Whoever may not read what was typed in it may not replace it either.
    """
    right = machine.acts()[act.kind].right
    stated = act.details.get("area_code")
    is_hidden = "amount_vnd" in act.details and not all(
        viewer.may("amount.read", house.area_code) for _, house, _ in done
    )
    if (
        not may_change_all(viewer, act, done)
        or is_hidden
        or (stated and not viewer.may(right, stated))
        or not all(viewer.may("person.read", house.area_code) for _, house, _ in done)
    ):
        return Problem(6005, **both("action", "act", act.kind))
    if act.kind == "approval":
        return _not_here(
            "phê duyệt đã vào danh sách và văn bản", "an approval stands in lists and official acts"
        )
    newest = intake.newest(viewer.session, act.envelope_id)
    if newest is None:
        return _not_here("việc này được nhập sẵn, không có phiếu gốc", "it was put in without a record sent")
    if newest.version != act.version or newest.state != STORED:
        return _not_here(
            f"bản sửa (phiên bản {newest.version}) đang nằm trong hộp chờ xử lý",
            f"a correction (version {newest.version}) waits in the inbox",
        )
    return None


def _not_here(vi: str, en: str) -> Problem:
    return Problem(5465, reason_vi=vi, reason_en=en)


def _recorded(session: Session, act: Act, done: Rows) -> dict[str, Any]:
    """What an act said, by question: its codes, the opened texts, where it was recorded, a new head."""
    values = {**act.details, **cases.texts_of(act)}
    if act.lon is not None:
        parts = {"lon": act.lon, "lat": act.lat, "accuracy_m": act.accuracy_m, "source": act.point_source}
        flags = {flag["code"]: flag for flag in act.flags}
        parts["mock"] = True if "mock_position" in flags else None
        parts["reason"] = flags.get("poor_accuracy", {}).get("reason")
        values["point"] = {name: value for name, value in parts.items() if value is not None}
    if person_id := done[0][0].values.get("person_id"):
        person = session.get_one(Person, person_id)
        personal = {code: one.personal for code, one in load_form(act.kind).questions.items() if one.personal}
        values |= {code: getattr(person, name) for code, name in personal.items()}
    return {code: value for code, value in values.items() if value is not None}


def _until(session: Session, act: Act, house: Household) -> History | None:
    """The case as it stood before the act: what could be chosen then."""
    for history in cases.histories(session, [house.id]).get(house.id, []):
        at = next((step.place for step in history.steps if step.act_id == act.id), None)
        if at is not None:
            steps = [step for step in history.steps if step.place < at]
            return History(history.case, steps, history.acts)
    return None


def shown(form: Form, about: Correction) -> dict[str, Any]:
    """The answers that stand in the form; a national id never does."""
    return {code: value for code, value in about.answers.items() if not _is_unseen(form, code)}


def with_unseen(form: Form, about: Correction, payload: dict[str, Any]) -> dict[str, Any]:
    """What was typed with what no page shows: the household, the point, a national id not typed anew."""
    unseen = {code: value for code, value in about.answers.items() if _is_unseen(form, code)}
    typed = {code: value for code, value in payload.items() if form.questions[code].is_typed}
    return {**unseen, **typed}


def _is_unseen(form: Form, code: str) -> bool:
    question = form.questions[code]
    return not question.is_typed or question.personal == "national_id"


def photos_of(session: Session, act: Act) -> list[dict[str, Any]]:
    """The photos and scans of an act, as an envelope names them."""
    rows = session.scalars(select(ActPhoto).where(ActPhoto.act_id == act.id))
    return [{"sha256": row.received_sha256, "slot": row.slot, **_noted(row)} for row in rows]


def _noted(row: ActPhoto) -> dict[str, Any]:
    """What the camera noted, as far as it did."""
    noted = {name: getattr(row, name) for name in CAMERA}
    return {name: value for name, value in noted.items() if value is not None}
