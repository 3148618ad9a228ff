"""What a phone notes of itself, its camera and clock: kept as far as it makes sense.

Cameras and clocks write nonsense. A note that does not fit is left out; none makes a record unreadable.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from survey.registry.rows import CAMERA

MOST_CHANGES = 200
QUESTION_LENGTH = 80
CAMERA_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", re.ASCII)
EARLIEST, LATEST = datetime(1970, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
"""A phone whose clock was lost says 1970; no clock says a year that dates cannot be shown in."""


def with_camera_notes(photo: Mapping[str, Any]) -> dict[str, Any]:
    """An announced photo with those notes of its camera (`CAMERA`) that can be true."""
    kept = {name: value for name, value in photo.items() if name not in CAMERA}
    lon, lat, taken_at = photo.get("lon"), photo.get("lat"), photo.get("taken_at")
    if _is_within(lon, 180) and _is_within(lat, 90):
        kept |= {"lon": lon, "lat": lat}
    if isinstance(taken_at, str) and CAMERA_TIME.fullmatch(taken_at):
        kept["taken_at"] = taken_at
    return kept


def _is_within(value: Any, limit: float) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= limit


def late_changes(told: Any) -> list[dict[str, Any]]:
    """Which answers were changed after the result was seen, in order: {question, at}; at None: not known."""
    entries = told[:MOST_CHANGES] if isinstance(told, list) else []
    return [
        {"question": entry["question"].replace("\0", "")[:QUESTION_LENGTH], "at": _moment(entry.get("at"))}
        for entry in entries
        if isinstance(entry, Mapping) and isinstance(entry.get("question"), str)
    ]


def _moment(text: Any) -> datetime | None:
    """An aware moment that people could have lived through."""
    try:
        at = datetime.fromisoformat(text)
        return at if EARLIEST <= at <= LATEST else None
    except (TypeError, ValueError):
        return None
