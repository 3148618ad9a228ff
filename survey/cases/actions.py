"""Writes of the cases: record an act with what it does to each household's case. Nothing is rewritten.

A correction (the next version of an act) and a revocation take the place of earlier steps; they are
accepted only where every later step is still possible.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from survey.cases import machine, queries
from survey.cases.models import Act, ActPhoto, Case, Step
from survey.cases.queries import History
from survey.cases.rows import CaseEvent, NewAct, Progress, Target
from survey.db import add_missing, add_rows
from survey.problems import Problem
from survey.registry.actions import lock
from survey.registry.rows import CAMERA

NAMESPACE = uuid.UUID("5b0e7f4e-3f0f-4d0c-9d2e-0c6f0b5e2f11")
Facts = dict[str, Any]
Changes = dict[str, tuple[Facts, Facts]]
"""What the case of each household of an act told the law before it, and tells after it."""
Histories = dict[str, list[History]]
COLUMNS = [field.name for field in fields(NewAct) if field.name not in ("targets", "photos")]
"""What of a new act stands in its row."""
KEPT = (
    *("state", "since", "works_kind", "year", "reason", "posted_until", "approved_on", "started_on"),
    *("finished_on", "programme", "amount_vnd", "paid_vnd", "recovery_due_vnd"),
)
"""What a case row has of what its steps come to, under the same names."""


def record_act(session: Session, new: NewAct) -> Changes:
    """Store one version of an act and what it does to the case of each of its households.

    All or nothing: one impossible step refuses the whole act. Problems 5401 to 5412.
    """
    ids = sorted({target.household_id for target in new.targets})
    lock(session, ids)
    act = _act_row(new)
    session.add(act)
    session.flush()
    _keep_photos(session, act, new)
    earlier = queries.steps_of(session, new.envelope_id, before=new.version) if new.version > 1 else []
    if new.kind == machine.REVOCATION:
        return _revoke(session, act, new)
    histories = queries.histories(session, ids)
    before = _facts(histories)
    steps = []
    for target in new.targets:
        of_household = histories.setdefault(target.household_id, [])
        replaced = next((step for step in earlier if _is_of(step, of_household)), None)
        steps.append(_take_step(session, act, new, target, of_household, replaced))
    _keep_steps(session, steps)
    return _changes(before, histories) | _drop_left_out(session, act, new, earlier)


def _facts(histories: Histories) -> dict[str, Facts]:
    return {one: queries.case_facts(queries.leading(found)) for one, found in histories.items()}


def _changes(before: dict[str, Facts], histories: Histories) -> Changes:
    return {one: (before.get(one, {}), after) for one, after in _facts(histories).items()}


def _keep_steps(session: Session, steps: list[Step]) -> None:
    """Store the cases as they stand now, then the steps that took them there."""
    session.flush()
    add_rows(session, steps)


def _act_row(new: NewAct) -> Act:
    values = {name: getattr(new, name) for name in COLUMNS}
    values["texts"] = json.dumps(new.texts, ensure_ascii=False) if new.texts else None
    return Act(**values)


def _keep_photos(session: Session, act: Act, new: NewAct) -> None:
    by_slot = {(photo["sha256"], photo["slot"]): photo for photo in reversed(new.photos)}
    rows = [_photo(act.id, photo, new.received_at, new.actor_id) for _, photo in sorted(by_slot.items())]
    add_rows(session, rows)


def _photo(act_id: int, photo: Mapping[str, Any], at: datetime, by: int | None) -> ActPhoto:
    noted = {name: photo.get(name) for name in CAMERA}
    key = {"act_id": act_id, "received_sha256": photo["sha256"], "slot": photo["slot"]}
    return ActPhoto(**key, **noted, added_at=at, added_by=by)


def add_photo(session: Session, act_id: int, photo: Mapping[str, Any], at: datetime, by: int | None) -> None:
    """Tie a photo or a signed scan, as an envelope announces it, to an act; the same one twice is one."""
    add_missing(session, [_photo(act_id, photo, at, by)], "act_id")


def _is_of(step: Step, histories: Iterable[History]) -> bool:
    return any(step.case_id == history.case.id for history in histories)


def _take_step(
    session: Session,
    act: Act,
    new: NewAct,
    target: Target,
    of_household: list[History],
    replaced: Step | None,
) -> Step:
    """Put one step into the case it belongs to and see that the whole history is still possible."""
    move = CaseEvent(new.kind, target.outcome, new.done_on, new.envelope_id, target.values)
    history = _history_for(move, of_household, replaced)
    opens = history is None or (replaced is None and machine.rule_for(history.progress, move).opens)
    if opens:
        if history is not None and history.case.is_active:
            raise Problem(5411)
        if owed := max((one.case.recovery_due_vnd for one in of_household), default=0):
            raise Problem(5419, due_vnd=owed)
        machine.advance(history.progress if history else None, move)
        history = _open_case(session, new, target, of_household)
    assert history is not None
    step = Step(
        case_id=history.case.id,
        act_id=act.id,
        place=replaced.place if replaced else history.next_place,
        kind=new.kind,
        outcome=target.outcome,
        done_on=new.done_on,
        to_state="",
        values=target.values,
        replaces_id=replaced.id if replaced else None,
    )
    history.replace(step, act)
    _settle(history, step, new.received_at, of_household)
    return step


def _history_for(move: CaseEvent, histories: list[History], replaced: Step | None) -> History | None:
    """The case a move is about: the one it corrects, the one whose objection it answers, else the newest."""
    for history in histories:
        if replaced is not None and history.case.id == replaced.case_id:
            return history
        progress = history.progress
        open_ones = [one.act_id for one in progress.objections] if progress else []
        if move.act == "objection_answer" and move.values.get("objection") in open_ones:
            return history
    return histories[0] if histories else None


def _open_case(session: Session, new: NewAct, target: Target, of_household: list[History]) -> History:
    """Begin a case; its id follows from the act and the household, so that a repeat cannot make two."""
    case = Case(
        id=str(uuid.uuid5(NAMESPACE, f"{new.envelope_id}/{new.version}/{target.household_id}")),
        household_id=target.household_id,
        state=machine.CANCELLED,
        since=new.done_on,
        is_active=False,
        flags=0,
        updated_at=new.received_at,
    )
    for earlier in of_household:
        earlier.case.is_newest = False
    session.add(case)
    history = History(case, [], {})
    of_household.insert(0, history)
    return history


def _settle(history: History, step: Step, at: datetime, of_household: list[History]) -> None:
    """Fold the history again and write what it comes to. Problem 5411 if another case holds the house."""
    progress = machine.replay(history.events())
    step.to_state = progress.state if progress else machine.CANCELLED
    case = history.case
    _write(case, progress, at)
    _mark_newest(history, of_household)
    case.flags = history.flags
    if case.is_active and any(other.case.is_active for other in of_household if other is not history):
        raise Problem(5411)


def _mark_newest(history: History, of_household: list[History]) -> None:
    """A case that was opened by mistake steps back behind the one before it."""
    others = [other.case for other in of_household if other.case.state != machine.CANCELLED]
    if history.case.state == machine.CANCELLED and others:
        history.case.is_newest = False
        if not any(other.is_newest for other in others):
            max(others, key=lambda case: (case.is_active, case.since, case.updated_at)).is_newest = True


def _write(case: Case, progress: Progress | None, at: datetime) -> None:
    case.updated_at = at
    for name, value in values_of(progress).items():
        setattr(case, name, value)


def values_of(progress: Progress | None) -> dict[str, Any]:
    """A case row as its steps say; a case without steps was opened by mistake and is cancelled."""
    if progress is None:
        return {"state": machine.CANCELLED, "is_active": False}
    return {
        **{name: getattr(progress, name) for name in KEPT},
        "is_active": machine.is_active(progress.state),
        "objections": len(progress.objections),
        "obstacles": len(progress.obstacles),
        "obstacle_kind": progress.obstacles[0].kind if progress.obstacles else None,
    }


def _drop_left_out(session: Session, act: Act, new: NewAct, earlier: list[Step]) -> Changes:
    """Households that a correction no longer names lose the step that its earlier version made."""
    kept = {target.household_id for target in new.targets}
    homes = queries.households_of(session, earlier)
    dropped = [step for step in earlier if homes[step.case_id] not in kept]
    return _take_all_away(session, act, dropped, new.received_at)


def _revoke(session: Session, act: Act, new: NewAct) -> Changes:
    """Hủy bước ghi nhầm: the steps of the named act go, if the rest is possible without. Problem 5412."""
    steps = queries.steps_of(session, str(new.details.get("act")))
    if not steps:
        raise Problem(5412)
    return _take_all_away(session, act, steps, new.received_at)


def _take_all_away(session: Session, act: Act, steps: list[Step], at: datetime) -> Changes:
    ids = sorted(set(queries.households_of(session, steps).values()))
    if not ids:
        return {}
    lock(session, ids)
    histories = queries.histories(session, ids)
    before = _facts(histories)
    _keep_steps(session, [_take_away(act, step, histories, at) for step in steps])
    return _changes(before, histories)


def _take_away(act: Act, step: Step, histories: dict[str, list[History]], at: datetime) -> Step:
    of_household = next(found for found in histories.values() if _is_of(step, found))
    history = next(found for found in of_household if found.case.id == step.case_id)
    gone = Step(
        case_id=step.case_id,
        act_id=act.id,
        place=step.place,
        kind=machine.REVOCATION,
        outcome=None,
        done_on=act.done_on,
        to_state="",
        values={"act": step.kind},
        replaces_id=step.id,
    )
    history.remove(step)
    _settle(history, gone, at, of_household)
    return gone
