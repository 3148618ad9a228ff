"""What the cases room hands out and takes in."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class CaseEvent:
    """One step as the machine sees it: what was done, with what outcome, when. `act_id` names the act."""

    act: str
    outcome: str | None
    done_on: date
    act_id: str
    values: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Open:
    """Something that is open on a case: an objection (phản ánh) or an obstacle (vướng mắc)."""

    act_id: str
    since: date
    kind: str
    lead: str | None = None
    due: date | None = None
    assessment_id: int | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a case stands, as its steps make it. `since`: the day of the last change of state.

    Money is integer đồng. `recovery_due_vnd` is what was paid in advance and must come back.
    """

    state: str
    since: date
    works_kind: str | None = None
    year: int | None = None
    reason: str | None = None
    returned_from: str | None = None
    posted_from: date | None = None
    posted_until: date | None = None
    approved_on: date | None = None
    started_on: date | None = None
    finished_on: date | None = None
    programme: str | None = None
    amount_vnd: int | None = None
    objections: tuple[Open, ...] = ()
    obstacles: tuple[Open, ...] = ()
    tranches: tuple[int, ...] = ()
    paid_vnd: int = 0
    recovered_vnd: int = 0
    recovery_due_vnd: int = 0


@dataclass(frozen=True, slots=True)
class Target:
    """One household that an act is about, and what it decided for it; `values` hold no personal value."""

    household_id: str
    outcome: str | None = None
    values: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class NewAct:
    """One version of an act as the intake hands it over: checked, its texts apart.

    `details` are codes, numbers and dates; `texts` whatever a person typed (sealed when stored).
    `area_code` is the unit at that time; position in EPSG:4326 degrees.
    """

    envelope_id: str
    version: int
    kind: str
    form_version: str
    area_code: str | None
    done_on: date
    captured_at: datetime
    received_at: datetime
    actor_id: int | None
    device_id: str | None
    confirmed_by: int | None = None
    lon: float | None = None
    lat: float | None = None
    accuracy_m: float | None = None
    point_source: str | None = None
    details: dict[str, Any] = field(default_factory=dict)
    texts: dict[str, Any] = field(default_factory=dict)
    flags: list[dict[str, Any]] = field(default_factory=list)
    photos: list[dict[str, Any]] = field(default_factory=list)
    targets: tuple[Target, ...] = ()


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One step as the history of a household shows it, with the act it came by."""

    step_id: int
    act_id: int
    envelope_id: str
    version: int
    kind: str
    outcome: str | None
    done_on: date
    received_at: datetime
    to_state: str
    actor_name: str | None
    area_code: str | None
    values: dict[str, Any]
    texts: dict[str, Any]
    flags: tuple[dict[str, Any], ...]
    photos_announced: int
    photos_arrived: int
    has_scan: bool
    is_revoked: bool
    confirmed_by_name: str | None = None
    capacity: str | None = None


@dataclass(frozen=True, slots=True)
class CaseRow:
    """One case as lists show it; name and amount are None without the right."""

    case_id: str
    household_id: str
    head_name: str | None
    area_code: str | None
    year: int | None
    state: str
    since: date
    works_kind: str | None
    programme: str | None
    amount_vnd: int | None
    reason: str | None
    objections: int
    obstacles: int
    flags: int
    obstacle_kind: str | None = None
    posted_until: date | None = None


@dataclass(frozen=True, slots=True)
class WaitingCount:
    """How many cases stand in a state, and since when the oldest does."""

    count: int
    oldest: date


@dataclass(frozen=True, slots=True)
class ActStep:
    """One step with what its act said: codes in `values`, what a person typed in `texts`."""

    kind: str
    outcome: str | None
    done_on: date
    to_state: str
    values: dict[str, Any]
    texts: dict[str, Any]


@dataclass(frozen=True, slots=True)
class OpenObstacle:
    """An obstacle (vướng mắc) nobody has cleared; `lead` is the body that should. Name None without right."""

    act_id: str
    household_id: str
    head_name: str | None
    area_code: str | None
    state: str
    since: date
    kind: str
    lead: str | None
    due: date | None
