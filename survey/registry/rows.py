"""What goes into and comes out of the registry: frozen, without the session."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from survey.questionnaire import PersonInput

SURVEY_SOURCE = "survey:"
"""Status records told in a survey carry this before its `<envelope>/<version>`."""
CAMERA = ("lon", "lat", "taken_at")
"""What a camera may note of a photo: place (EPSG:4326) and time (its own clock, YYYY-MM-DDTHH:MM:SS)."""


@dataclass(frozen=True, slots=True)
class Point:
    """A house's position: degrees in EPSG:4326, accuracy in metres, `source` gnss, manual or import."""

    lon: float
    lat: float
    accuracy_m: float | None
    source: str


@dataclass(frozen=True, slots=True)
class NewStatus:
    """A dated status on its way in; `value` as the law takes it (`poor`, true), who decided it."""

    fact: str
    value: str | bool
    valid_from: date
    valid_to: date | None
    deciding_body: str | None
    decision_number: str | None


@dataclass(frozen=True, slots=True)
class NewSurvey:
    """A checked survey version on its way into the registry."""

    envelope_id: str
    version: int
    household_id: str
    form: str
    form_version: str
    visit: str
    is_training: bool
    area_code: str | None
    point: Point | None
    visited_on: date
    captured_at: datetime
    received_at: datetime
    officer_id: int | None
    device_id: str | None
    answers: dict[str, Any]
    facts: dict[str, Any]
    flags: list[dict[str, Any]]
    persons: list[PersonInput] = field(default_factory=list)
    photos: list[dict[str, Any]] = field(default_factory=list)
    statuses: list[NewStatus] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class SurveyVersion:
    """One version in a household's history; `id` is its row's."""

    id: int
    envelope_id: str
    version: int
    visit: str
    captured_at: datetime
    received_at: datetime
    officer_name: str | None
    form: str
    form_version: str
    is_training: bool
    answers: dict[str, Any]
    flags: list[dict[str, Any]]
    person_ids: tuple[str, ...]
    photos_announced: int
    photos_arrived: int


@dataclass(frozen=True, slots=True)
class StatusEntry:
    """One dated status as a page shows it."""

    fact: str
    value: str | bool
    valid_from: date
    valid_to: date | None
    deciding_body: str | None
    decision_number: str | None
    source: str


@dataclass(frozen=True, slots=True)
class PhotoEntry:
    """One photo that has arrived: its slot, its address, when its survey was made, what its camera noted."""

    slot: str
    stored_sha256: str
    captured_at: datetime
    taken_at: str | None = None
    lon: float | None = None
    lat: float | None = None
