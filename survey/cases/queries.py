"""Reads of the cases: histories, one household's case, lists and counts, by the viewer's condition."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import BindParameter, Integer, bindparam, cast, exists, func, select
from sqlalchemy.orm import Session, aliased

from survey.access.models import User
from survey.cases import machine
from survey.cases.models import Act, ActPhoto, Case, Step
from survey.cases.rows import CaseEvent, HistoryEntry, Progress
from survey.registry.models import Photo

SCAN_SLOT = "papers"


@dataclass(slots=True)
class History:
    """A case with the steps that count, in order, and the acts they came by."""

    case: Case
    steps: list[Step]
    acts: dict[int, Act]

    @property
    def progress(self) -> Progress | None:
        """Where the case stands, folded from its steps."""
        return machine.replay(self.events())

    @property
    def next_place(self) -> int:
        """The place after the last step."""
        return max((step.place for step in self.steps), default=0) + 1

    @property
    def flags(self) -> int:
        """How many things its acts ask a person to look at."""
        flags = [flag for step in self.steps for flag in self.acts[step.act_id].flags]
        return sum(flag.get("household") in (None, self.case.household_id) for flag in flags)

    def events(self) -> list[CaseEvent]:
        """The steps as the machine sees them."""
        return [
            CaseEvent(step.kind, step.outcome, step.done_on, self.acts[step.act_id].envelope_id, step.values)
            for step in self.steps
        ]

    def replace(self, step: Step, act: Act) -> None:
        """Put a step in its place; what it replaces goes."""
        self.acts[act.id] = act
        self.steps = [one for one in self.steps if one.id is None or one.id != step.replaces_id]
        self.steps = sorted([*self.steps, step], key=lambda one: one.place)

    def remove(self, step: Step) -> None:
        """Take a step out of what is replayed; its record stays."""
        self.steps = [one for one in self.steps if one.id != step.id]


_of_these: BindParameter[Any] = bindparam("households", expanding=True)
_later = aliased(Step)  # made once: making an alias costs more than the statement that uses it
_is_replaced = exists().where(_later.replaces_id == Step.id)


def _counting(statement: Any) -> Any:
    """Steps that nothing took the place of."""
    return statement.where(~_is_replaced, Step.kind != machine.REVOCATION)


_all_cases = (
    select(Case)
    .where(Case.household_id.in_(_of_these))
    .order_by(Case.is_active.desc(), Case.is_newest.desc(), Case.since.desc(), Case.id)
    .execution_options(populate_existing=True)
)
_all_steps = (
    _counting(select(Step, Act).join(Act, Act.id == Step.act_id).join(Case, Case.id == Step.case_id))
    .where(Case.household_id.in_(_of_these))
    .order_by(Step.place)
)


def histories(session: Session, household_ids: Sequence[str]) -> dict[str, list[History]]:
    """The cases of these households with their counting steps, the newest (or active) case first."""
    found: dict[str, list[History]] = {}
    by_case = {}
    for case in session.scalars(_all_cases, {"households": household_ids}):
        by_case[case.id] = History(case, [], {})
        found.setdefault(case.household_id, []).append(by_case[case.id])
    for step, act in session.execute(_all_steps, {"households": household_ids}) if by_case else ():
        by_case[step.case_id].steps.append(step)
        by_case[step.case_id].acts[act.id] = act
    return found


def steps_of(session: Session, envelope_id: str, *, before: int | None = None) -> list[Step]:
    """The counting steps of an act, in any of its versions (before a version)."""
    statement = _counting(select(Step).join(Act, Act.id == Step.act_id))
    statement = statement.where(Act.envelope_id == envelope_id)
    if before is not None:
        statement = statement.where(Act.version < before)
    return list(session.scalars(statement.order_by(Step.id)))


def households_of(session: Session, steps: Iterable[Step]) -> dict[str, str]:
    """Whose the cases are that these steps belong to: case id -> household id."""
    ids = {step.case_id for step in steps}
    owners = select(Case.id, Case.household_id).where(Case.id.in_(ids))
    return {row.id: row.household_id for row in session.execute(owners)} if ids else {}


def progress_of(session: Session, household_id: str) -> Progress | None:
    """Where the household's newest case stands, folded from its history; None when it has none."""
    found = histories(session, [household_id]).get(household_id)
    return found[0].progress if found else None


def case_of(session: Session, household_id: str) -> Case | None:
    """The household's active case, else its newest."""
    return cases_of(session, [household_id]).get(household_id)


def leading(of_household: Iterable[History]) -> Case | None:
    """Of one household's cases the active one, else the newest; None without any."""
    cases = (history.case for history in of_household)
    return max(cases, key=lambda case: (case.is_active, case.is_newest, case.since), default=None)


def cases_of(session: Session, household_ids: Sequence[str]) -> dict[str, Case]:
    """The active case of each household that has one, else its newest."""
    first_last = reversed(session.scalars(_cases_of, {"households": household_ids}).all())
    return {case.household_id: case for case in first_last}


_cases_of = (
    select(Case)
    .where(Case.household_id.in_(_of_these))
    .order_by(Case.is_active.desc(), Case.is_newest.desc(), Case.since.desc())
)


def approval_of(session: Session, household_id: str) -> Step | None:
    """The approval that the household's case stands on; None where it has none, or is closed."""
    case = case_of(session, household_id)
    return approvals_of(session, [case]).get(household_id) if case else None


def approvals_of(session: Session, cases: Iterable[Case]) -> dict[str, Step]:
    """By household the approval that each case stands on; none where it has none, or is closed."""
    approved = {case.id: case.household_id for case in cases if "approved_on" in case_facts(case)}
    if not approved:
        return {}
    steps = _counting(select(Step)).where(Step.case_id.in_(approved), Step.kind == "approval")
    return {approved[step.case_id]: step for step in session.scalars(steps.order_by(Step.place))}


def act_facts(session: Session, household_id: str) -> dict[str, Any]:
    """What the household's case tells the law: registered, works kind, the days of approval and start."""
    return case_facts(case_of(session, household_id))


def case_facts(case: Case | Progress | None) -> dict[str, Any]:
    """`act_facts` of a case at hand; nothing of one that is closed, objected to or cancelled."""
    if case is None or case.state in ("objected", machine.CANCELLED):
        return {}
    if case.state == "not_registered":
        return {"registered": False}
    if machine.phases()[case.state] == "closed":
        return {}
    told = {
        "registered": True,
        "works_kind": case.works_kind,
        "approved_on": case.approved_on,
        "started_on": case.started_on,
    }
    return {fact: value for fact, value in told.items() if value is not None}


def newest_act(session: Session, envelope_id: str) -> Act | None:
    """An act as it was last sent, by the id of its envelope; None for one never taken."""
    statement = select(Act).where(Act.envelope_id == envelope_id)
    return session.scalar(statement.order_by(Act.version.desc()).limit(1))


def texts_of(act: Act) -> dict[str, Any]:
    """What a person typed in an act, opened."""
    found: dict[str, Any] = json.loads(act.texts) if act.texts else {}
    return found


HeadChange = tuple[dict[str, Any], bool]
"""What a change of head said, and whether another step took its place."""


def head_changes(session: Session, household_ids: Sequence[str]) -> dict[str, list[HeadChange]]:
    """Every change of head of these households in order; none for a household that never had one."""
    found: dict[str, list[HeadChange]] = {}
    for household_id, values, is_replaced in session.execute(_head_changes, {"households": household_ids}):
        found.setdefault(household_id, []).append((values, is_replaced))
    return found


_head_changes = (
    select(Case.household_id, Step.values, _is_replaced)
    .join(Case, Case.id == Step.case_id)
    .where(Case.household_id.in_(_of_these), Step.kind == "head_change")
    .order_by(Step.id)
)


def head_by(changes: Sequence[HeadChange], now: str | None) -> str | None:
    """Who is head by the changes of head that count; None where they have nothing to say.

    They have not where a survey named somebody else since.
    """
    named = {values["person_id"] for values, _ in changes}
    if now not in named | {values["previous_person_id"] for values, _ in changes}:
        return None
    counting = [values["person_id"] for values, is_replaced in changes if not is_replaced]
    before: str | None = changes[0][0]["previous_person_id"]
    return counting[-1] if counting else before


def head_on(session: Session, household_id: str, on: date, now: str | None) -> str | None:
    """Who was head on a day: whom the first counting change after it replaced, else who is head now."""
    statement = _counting(select(Step.values).join(Case, Case.id == Step.case_id))
    statement = statement.where(
        Case.household_id == household_id, Step.kind == "head_change", Step.done_on > on
    )
    later = session.scalar(statement.order_by(Step.done_on, Step.id).limit(1))
    return later["previous_person_id"] if later else now


def newest_act_in(session: Session, area_code: str, kind: str) -> Act | None:
    """The newest act of a kind in a village that still counts for somebody."""
    statement = _counting(select(Act).join(Step, Step.act_id == Act.id))
    statement = statement.where(Act.kind == kind, Act.area_code == area_code)
    found: Act | None = session.scalar(statement.order_by(Act.done_on.desc(), Act.id.desc()).limit(1))
    return found


def newest_of(session: Session, household_id: str, kind: str) -> str | None:
    """The id (of its envelope) of the newest act of a kind that still counts for a household."""
    statement = _counting(select(Act.envelope_id).join(Step, Step.act_id == Act.id))
    statement = statement.join(Case, Case.id == Step.case_id)
    statement = statement.where(Case.household_id == household_id, Act.kind == kind)
    found: str | None = session.scalar(statement.order_by(Act.done_on.desc(), Act.id.desc()).limit(1))
    return found


def flags_of(session: Session, case_ids: Sequence[str]) -> dict[str, list[dict[str, Any]]]:
    """What the counting acts of these cases ask a person to look at, by case and in order."""
    if not case_ids:
        return {}
    statement = select(Step.case_id, Case.household_id, Act.flags).join(Act, Act.id == Step.act_id)
    statement = statement.join(Case, Case.id == Step.case_id).where(Step.case_id.in_(case_ids))
    found: dict[str, list[dict[str, Any]]] = {}
    for case_id, household_id, flags in session.execute(_counting(statement).order_by(Step.place)):
        ours = [flag for flag in flags if flag.get("household") in (None, household_id)]
        found.setdefault(case_id, []).extend(ours)
    return found


def steps_by_household(session: Session, act_id: int) -> dict[str, Step]:
    """The counting step of each household that an act is about."""
    statement = _counting(select(Case.household_id, Step).join(Step, Step.case_id == Case.id))
    return {row[0]: row[1] for row in session.execute(statement.where(Step.act_id == act_id))}


def events(session: Session, household_id: str) -> list[HistoryEntry]:
    """Everything that was done about a household's cases, newest first; revoked and corrected steps too."""
    confirming = aliased(User)
    statement = (
        select(Step, Act, User.full_name, confirming.full_name, _is_replaced)
        .join(Case, Case.id == Step.case_id)
        .join(Act, Act.id == Step.act_id)
        .outerjoin(User, User.id == Act.actor_id)
        .outerjoin(confirming, confirming.id == Act.confirmed_by)
        .where(Case.household_id == household_id)
        .order_by(Step.id.desc())
    )
    rows = session.execute(statement).all()
    photos = _photo_counts(session, [act.id for _, act, *_ in rows])
    return [_event(*row, photos.get(row[1].id, (0, 0, 0))) for row in rows]


def _event(
    step: Step,
    act: Act,
    actor: str | None,
    confirmed_by: str | None,
    is_revoked: bool,
    photos: tuple[int, int, int],
) -> HistoryEntry:
    return HistoryEntry(
        step_id=step.id,
        act_id=act.id,
        envelope_id=act.envelope_id,
        version=act.version,
        kind=step.kind,
        outcome=step.outcome,
        done_on=step.done_on,
        received_at=act.received_at,
        to_state=step.to_state,
        actor_name=actor,
        area_code=act.area_code,
        values=step.values,
        texts=texts_of(act),
        flags=tuple(act.flags),
        photos_announced=photos[0],
        photos_arrived=photos[1],
        has_scan=photos[2] > 0,
        is_revoked=is_revoked,
        confirmed_by_name=confirmed_by,
        capacity=act.details.get("capacity"),
    )


def _photo_counts(session: Session, act_ids: Iterable[int]) -> dict[int, tuple[int, int, int]]:
    """(announced, arrived, scans that arrived) by act."""
    scan = func.sum(cast((ActPhoto.slot == SCAN_SLOT) & Photo.stored_sha256.is_not(None), Integer))
    statement = (
        select(ActPhoto.act_id, func.count(), func.count(Photo.stored_sha256), scan)
        .join(Photo, Photo.received_sha256 == ActPhoto.received_sha256)
        .where(ActPhoto.act_id.in_(list(act_ids)))
        .group_by(ActPhoto.act_id)
    )
    return {row[0]: (row[1], row[2], row[3]) for row in session.execute(statement)}


def has_scan(session: Session, act_id: int) -> bool:
    """Whether a signed scan of this act has arrived."""
    return _photo_counts(session, [act_id]).get(act_id, (0, 0, 0))[2] > 0


def photos(session: Session, household_id: str) -> list[tuple[Act, ActPhoto, Photo]]:
    """The photos of a household's acts whose bytes have arrived, in the order of the acts.

    A correction announces the photos of what it corrects again, so its earlier versions are left out.
    """
    later = aliased(Act)
    is_corrected = exists().where(later.envelope_id == Act.envelope_id, later.version > Act.version)
    statement = (
        select(Act, ActPhoto, Photo)
        .join(ActPhoto, ActPhoto.act_id == Act.id)
        .join(Photo, Photo.received_sha256 == ActPhoto.received_sha256)
        .where(Act.id.in_(select(Step.act_id).join(Case).where(Case.household_id == household_id)))
        .where(Photo.stored_sha256.is_not(None), ~is_corrected)
        .order_by(Act.done_on, Act.id, ActPhoto.slot)
    )
    return [(act, photo, stored) for act, photo, stored in session.execute(statement)]
