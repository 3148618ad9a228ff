"""What the assessment room hands out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any


@dataclass(frozen=True, slots=True)
class HouseRow:
    """One household as lists and maps show it; `head_name` and `amount_vnd` are None without the right."""

    household_id: str
    head_name: str | None
    village_code: str | None
    lon: float | None
    lat: float | None
    accuracy_m: float | None
    point_source: str | None
    outcome: str
    house_class: str | None
    programme: str | None
    works_kind: str | None
    amount_vnd: int | None
    is_provisional: bool
    surveyed_on: date | None
    flags: tuple[dict[str, Any], ...]


@dataclass(frozen=True, slots=True)
class Reassessment:
    """A household that was assessed again, and whether outcome, programme or amount changed.

    is_kept: what was stored says the same in every respect, and stays.
    """

    household_id: str
    has_changed: bool
    is_kept: bool
    outcome: str
    missing_facts: tuple[str, ...]
