"""What the finance room hands out. Money is integer đồng."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from survey.law.book import is_of_the_house
from survey.law.shapes import COMPONENT_KINDS as KINDS


@dataclass(frozen=True, slots=True)
class EstimatePart:
    """What one component (hợp phần) comes to: for how many households and how much, by whom it is paid.

    is_apart: public money beside the sum of the houses, such as cadastral extracts.
    """

    code: str
    kind: str
    payer: str
    is_apart: bool
    households: int
    amount_vnd: int

    @property
    def is_of_the_house(self) -> bool:
        """Whether it is part of the need."""
        return is_of_the_house(self.kind, self.is_apart)


@dataclass(frozen=True, slots=True)
class EstimateLine:
    """Households of one area, programme and works kind, and what they need together.

    `area_code` None is the line of houses whose area is unknown. `amount_vnd` is the sum of the parts that
    are of the house.
    """

    area_code: str | None
    area_name: str | None
    programme: str
    works_kind: str
    households: int
    amount_vnd: int
    parts: tuple[EstimatePart, ...] = ()


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
        """How many the lines count; those `outside` them are not among these."""
        return sum(line.households for line in self.lines)

    @property
    def amount_vnd(self) -> int:
        """The whole need in đồng."""
        return sum(line.amount_vnd for line in self.lines)

    @property
    def beside_vnd(self) -> int:
        """What the components come to that are no public money for the houses: paid apart, given, own."""
        return sum(part.amount_vnd for part in self.parts if not part.is_of_the_house)

    @property
    def parts(self) -> tuple[EstimatePart, ...]:
        """What each component comes to over all lines: the houses' first, what stands beside them last."""
        return parts_together(part for line in self.lines for part in line.parts)


def parts_together(parts: Iterable[EstimatePart]) -> tuple[EstimatePart, ...]:
    """The same components added up, in the order in which they are shown.

    What a release of the law gave another payer or kind stands apart, until all is assessed by it.
    """
    found: dict[tuple[str, str, str, bool], EstimatePart] = {}
    for one in parts:
        key = (one.code, one.kind, one.payer, one.is_apart)
        before = found.get(key)
        found[key] = (
            one
            if before is None
            else replace(
                one,
                households=before.households + one.households,
                amount_vnd=before.amount_vnd + one.amount_vnd,
            )
        )
    return tuple(
        sorted(found.values(), key=lambda one: (one.is_apart, KINDS.index(one.kind), one.code, one.payer))
    )
