"""What the finance room hands out. Money is integer đồng."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class EstimateLine:
    """Households of one area, programme and works kind, and what they need together.

    `area_code` None is the line of houses whose area is unknown.
    """

    area_code: str | None
    area_name: str | None
    programme: str
    works_kind: str
    households: int
    amount_vnd: int


@dataclass(frozen=True, slots=True)
class OutsideEstimate:
    """Households of an outcome that costs nothing yet, so that all households are accounted for."""

    outcome: str
    households: int


@dataclass(frozen=True, slots=True)
class Estimate:
    """The need of an area by sub-area, programme and works kind, from the current assessments."""

    area_code: str
    area_name: str
    as_of: date
    release_sha256s: tuple[str, ...]
    lines: tuple[EstimateLine, ...]
    outside: tuple[OutsideEstimate, ...]
    provisional_households: int

    @property
    def households(self) -> int:
        """Households in the lines."""
        return sum(line.households for line in self.lines)

    @property
    def amount_vnd(self) -> int:
        """The whole need in đồng."""
        return sum(line.amount_vnd for line in self.lines)
