"""What a programme comes to for one household: every component between its least and its most.

Own components first, then what is added, then what lifts the house's public money to a level. All of it is
done once for each kind of works that may be asked for; over the kinds the widest bounds count. `bulk` does
the same over columns, `api/static/field/law/money.js` in the browser.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from survey.law.assessment import ComponentAmount, cut
from survey.law.expressions import FALSE, UNKNOWN
from survey.law.rules import Part
from survey.law.shapes import BUDGET

Env = Mapping[str, Any]
Bounds = tuple[float, float]  # least and most in đồng
NOTHING: Bounds = (0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Share:
    """One component for the household; low equals high where it is settled."""

    part: Part
    low: float
    high: float

    @property
    def is_settled(self) -> bool:
        """Whether nothing unknown could change it."""
        return self.low == self.high


@dataclass(frozen=True, slots=True)
class Money:
    """All components, and the least and most of the house's public money together."""

    shares: tuple[Share, ...]
    low: float
    high: float

    @property
    def is_settled(self) -> bool:
        """Whether every component that decides is settled."""
        return all(share.is_settled for share in self.shares if share.part.decides)

    @property
    def amount_vnd(self) -> int:
        """The settled public money for the house."""
        return sum(round(share.high) for share in self.shares if _counts(share))


def reckon(parts: Sequence[Part], env: Env) -> Money:
    """The amounts of a programme's parts in a household's environment."""
    asked = env["works_kind"]
    kinds = [asked] if asked else list(parts[0].prices)
    tried = [_of_kind(parts, env, kind) for kind in kinds]
    shares = tuple(
        Share(part, min(one[place][0] for one, _ in tried), max(one[place][1] for one, _ in tried))
        for place, part in enumerate(parts)
    )
    return Money(shares, min(house[0] for _, house in tried), max(house[1] for _, house in tried))


def _of_kind(parts: Sequence[Part], env: Env, kind: str) -> tuple[list[Bounds], Bounds]:
    """Each part for one kind of works, and the house's public money together."""
    found: list[Bounds] = []
    house = NOTHING
    for part in parts:
        truth = part.status(env)
        bounds = NOTHING if truth == FALSE else _priced(part, env, kind)
        if truth != FALSE and part.component.lifts:
            bounds, lifted = _lift(bounds, house, _already(part, env, bounds[1]))
        else:
            lifted = (house[0] + bounds[0], house[1] + bounds[1])
        if truth == UNKNOWN:
            bounds, lifted = (0.0, bounds[1]), (house[0], lifted[1])
        found.append(bounds)
        if part.component.is_of_the_house:
            house = lifted
    return found, house


def _priced(part: Part, env: Env, kind: str) -> Bounds:
    """The amount twice where it is known, else nothing to its upper bound; never below 0."""
    price, at_most = part.prices[kind]
    amount = price(env)
    if amount is None:
        return 0.0, max(0.0, at_most(env))
    return max(0.0, amount), max(0.0, amount)


def _already(part: Part, env: Env, level: float) -> Bounds:
    """What was paid before; of an unknown sum no more matters than the level."""
    if part.already is None:
        return NOTHING
    paid = part.already(env)
    return (0.0, level) if paid is None else (paid, paid)


def _lift(level: Bounds, house: Bounds, already: Bounds) -> tuple[Bounds, Bounds]:
    """What is lacking to a level, and the house's money with it. The more is there, the less is added."""
    least = max(0.0, level[0] - house[1] - already[1])
    most = max(0.0, level[1] - house[0] - already[0])
    return (least, most), (max(house[0], level[0] - already[1]), max(house[1], level[1] - already[0]))


def _counts(share: Share) -> bool:
    return share.is_settled and share.part.component.is_of_the_house


def components(money: Money, works_kind: str | None) -> tuple[ComponentAmount, ...]:
    """The settled components that are more than nothing, each with its tranches."""
    return tuple(
        _component(share.part, round(share.high), works_kind)
        for share in money.shares
        if share.is_settled and round(share.high)
    )


def _component(part: Part, amount_vnd: int, works_kind: str | None) -> ComponentAmount:
    one = part.component
    shares = part.tranches[works_kind] if works_kind and one.kind == BUDGET else ()
    return ComponentAmount(one.code, one.kind, one.payer, amount_vnd, one.is_apart, cut(amount_vnd, shares))
