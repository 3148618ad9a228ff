"""What a camera noted of a photo, as its caption says it."""

from __future__ import annotations

from datetime import datetime

from api.web.language import num, t
from survey.areas.distance import distance_m, place_of
from survey.registry.models import Household


def camera_note(house: Household, lon: float | None, lat: float | None, taken_at: str | None) -> str:
    """The camera's own time and how far from the house it stood; empty where it noted neither."""
    away_m = distance_m(place_of(lon, lat), place_of(house.lon, house.lat))
    parts = (
        f"{t('máy ảnh ghi', 'camera says')} {_clock(taken_at)}" if taken_at else None,
        t(f"cách nhà {num(away_m)} m", f"{num(away_m)} m from the house") if away_m is not None else None,
    )
    return " · ".join(part for part in parts if part)


def _clock(taken_at: str) -> str:
    """`2025-05-15T08:00:00` as people write it; a day that no calendar has stays as it came."""
    try:
        return f"{datetime.fromisoformat(taken_at):%d/%m/%Y %H:%M}"
    except ValueError:
        return taken_at
