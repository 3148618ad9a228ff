"""The result of an assessment (kết quả đối chiếu tiêu chí): advice, never a decision. Lossless as JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from datetime import date
from typing import Any

from survey.law.book import Tranche, is_of_the_house
from survey.law.facts import Dated, as_dated
from survey.law.shapes import BUDGET

OUTCOMES = ("not_entitled", "needs_information", "entitled", "not_registered")
ELIGIBLE = ("entitled", "not_registered")
"""Outcomes of households that a programme would help, registered or not."""
HOUSE_CLASSES = ("sound", "unknown", "temporary_or_dilapidated", "no_house")


@dataclass(frozen=True, slots=True)
class Payment:
    """One tranche (đợt): due after a stage, a whole percentage of the amount."""

    after: str
    percent: int
    amount_vnd: int


def cut(amount_vnd: int, shares: Sequence[Tranche]) -> tuple[Payment, ...]:
    """An amount cut by percent; the last tranche takes what rounding leaves, so the sum is exact."""
    if not shares:
        return ()
    parts = [amount_vnd * share.percent // 100 for share in shares]
    parts[-1] = amount_vnd - sum(parts[:-1])
    return tuple(Payment(share.after, share.percent, part) for share, part in zip(shares, parts, strict=True))


@dataclass(frozen=True, slots=True)
class ComponentAmount:
    """What one component (hợp phần) comes to; kind, payer and is_apart as in `book.Component`."""

    code: str
    kind: str
    payer: str
    amount_vnd: int
    is_apart: bool
    tranches: tuple[Payment, ...]

    @property
    def is_of_the_house(self) -> bool:
        """Public money for the house itself, and so part of what is approved."""
        return is_of_the_house(self.kind, self.is_apart)


def together(parts: Sequence[ComponentAmount]) -> tuple[Payment, ...]:
    """The tranches of the house: those of its components due after the same stage as one payment."""
    house = [one for one in parts if one.is_of_the_house]
    total = sum(one.amount_vnd for one in house)
    amounts: dict[str, int] = {}
    percents: dict[str, set[int]] = {}
    for one in house:
        for payment in one.tranches:
            amounts[payment.after] = amounts.get(payment.after, 0) + payment.amount_vnd
            percents.setdefault(payment.after, set()).add(payment.percent)
    is_one_rule = all(len(one.tranches) == len(amounts) for one in house)
    return tuple(
        Payment(
            stage,
            min(percents[stage]) if is_one_rule and len(percents[stage]) == 1 else amount * 100 // total,
            amount,
        )
        for stage, amount in amounts.items()
    )


@dataclass(frozen=True, slots=True)
class OpenComponent:
    """A component that unknown facts leave open, between its least and most: it changes neither outcome nor
    programme, and is no part of the amount yet.
    """

    code: str
    kind: str
    payer: str
    low_vnd: int
    high_vnd: int
    is_apart: bool
    missing_facts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Stretch:
    """From which first day of building on which programme gives how much, in which components."""

    first: date
    programme: str
    amount_vnd: int
    components: tuple[ComponentAmount, ...]


@dataclass(frozen=True, slots=True)
class ProgrammeResult:
    """One programme in question: entitles is 0 no, 1 unknown, 2 yes; its clauses by their own truth.

    A clause that the programme excludes (such as earlier help) stands under `met` when it is true of the
    household.
    """

    id: str
    entitles: int
    met: tuple[str, ...]
    not_met: tuple[str, ...]
    unknown: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Assessment:
    """What the law of a day says of one household.

    amount_vnd is the public money for the house, the sum of its `components` that are; None unless the
    programme and its amount are settled. low and high are the least and most that the missing facts could
    make it (0 where no help is possible). provisional: the day that the level
    follows is not known yet and the latest known key date stood in for it; `if_started`: what a later start
    would get. `on` is the day of the visit.

    What only a day asked later can tell stands as a date, to be compared with that day: `lapses_on`, the
    first day on which the programme, then ended, no longer helps such a household; `redefined_on`, on which
    another definition of a temporary house began before the household was approved.

    tie_breaks: truths 0, 1, 2. unverified: values, clauses and programmes whose text is unconfirmed.
    """

    outcome: str
    house_class: str
    programme: str | None
    works_kind: str | None
    amount_vnd: int | None
    amount_low_vnd: int
    amount_high_vnd: int
    provisional: bool
    priority: int | None
    tie_breaks: tuple[int, ...]
    tranches: tuple[Payment, ...]
    missing_facts: tuple[str, ...]
    programmes: tuple[ProgrammeResult, ...]
    house_reasons: tuple[str, ...]
    doubts: tuple[str, ...]
    unverified: tuple[str, ...]
    facts: Mapping[str, Any]
    on: date
    area_codes: tuple[str, ...]
    release: str
    engine_version: str
    components: tuple[ComponentAmount, ...] = ()
    open_components: tuple[OpenComponent, ...] = ()
    if_started: tuple[Stretch, ...] = ()
    lapses_on: date | None = None
    redefined_on: date | None = None

    @property
    def house_total_vnd(self) -> int | None:
        """All the money for the house, whoever's it is; None while the amount is not settled."""
        if self.amount_vnd is None:
            return None
        return sum(one.amount_vnd for one in self.components if not one.is_apart)

    def amount_on(self, on: date) -> int | None:
        """The amount as of a day: that of a house begun on it, where no start is known yet."""
        return self.as_of(on).amount_vnd

    def as_of(self, on: date) -> Assessment:
        """As if building had begun on a day, where no start is known yet and another amount would follow."""
        begun = [one for one in self.if_started if one.first <= on]
        if not begun:
            return self
        now = begun[-1]
        return replace(
            self,
            amount_vnd=now.amount_vnd,
            amount_low_vnd=now.amount_vnd,
            amount_high_vnd=max(now.amount_vnd, self.amount_high_vnd),
            components=now.components,
            tranches=together(now.components),
            if_started=tuple(one for one in self.if_started if one.first > on),
        )

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON values; dates and dated facts are marked, so that `from_dict` gives back the same."""
        result = {field.name: _out(getattr(self, field.name)) for field in fields(self)} | {
            "if_started": [
                [
                    one.first.isoformat(),
                    one.programme,
                    one.amount_vnd,
                    [_out(part) for part in one.components],
                ]
                for one in self.if_started
            ],
            "lapses_on": _day_out(self.lapses_on),
            "redefined_on": _day_out(self.redefined_on),
        }
        plain = {key: list(value) if isinstance(value, tuple) else value for key, value in result.items()}
        return plain | self.own()

    def own(self) -> dict[str, Any]:
        """What of `to_dict` is the household's own, however many others the law says the same of."""
        return {
            "facts": {name: _fact_out(value) for name, value in self.facts.items()},
            "on": self.on.isoformat(),
            "area_codes": list(self.area_codes),
        }

    @staticmethod
    def from_dict(stored: Mapping[str, Any]) -> Assessment:
        """Back from what `to_dict` made, also of a shape older than today's."""
        told = Household.of_stored(stored)
        known = {field.name for field in fields(Assessment)}
        given: dict[str, Any] = {
            key: tuple(value) if isinstance(value, list) else value
            for key, value in stored.items()
            if key in known
        }
        given |= {"facts": told.facts, "on": told.on, "area_codes": told.area_codes}
        given["if_started"] = tuple(_stretch_in(stored, *each) for each in stored.get("if_started", ()))
        for name in ("lapses_on", "redefined_on"):
            given[name] = date.fromisoformat(stored[name]) if stored.get(name) else None
        given["tranches"] = tuple(Payment(**each) for each in stored["tranches"])
        given["components"] = _components_in(stored)
        given["open_components"] = tuple(
            OpenComponent(**each | {"missing_facts": tuple(each["missing_facts"])})
            for each in stored.get("open_components", ())
        )
        given["programmes"] = tuple(_programme_in(each) for each in stored["programmes"])
        return Assessment(**given)


@dataclass(frozen=True, slots=True)
class Household:
    """What the law is told of a household: its facts, the day of the visit, and its place on the day of entry
    (the path of area codes, deepest first).
    """

    facts: Mapping[str, Any]
    on: date
    area_codes: tuple[str, ...] = ()

    @staticmethod
    def of_stored(stored: Mapping[str, Any]) -> Household:
        """What a stored assessment was told."""
        known = {name: _fact_in(value) for name, value in stored["facts"].items()}
        return Household(known, date.fromisoformat(stored["on"]), tuple(stored["area_codes"]))

    def assessment(self, like: Assessment) -> Assessment:
        """Its own assessment, from that of a household it is alike (see `alike`)."""
        return replace(like, facts=dict(self.facts), on=self.on, area_codes=self.area_codes)


def _components_in(stored: Mapping[str, Any]) -> tuple[ComponentAmount, ...]:
    """What was kept before amounts had components was one of which no payer was told."""
    if "components" in stored:
        return tuple(_component_in(each) for each in stored["components"])
    return _whole(stored["programme"], stored["amount_vnd"], stored["tranches"])


def _component_in(stored: Mapping[str, Any]) -> ComponentAmount:
    payments = tuple(Payment(**each) for each in stored["tranches"])
    return ComponentAmount(**{**stored, "tranches": payments})


def _whole(programme: str | None, amount_vnd: int | None, tranches: Any) -> tuple[ComponentAmount, ...]:
    """An amount kept before there were components: one, of the budget, with no payer told."""
    if not amount_vnd:
        return ()
    payments = tuple(Payment(**each) for each in tranches)
    return (ComponentAmount(f"{programme}.amount", BUDGET, "", amount_vnd, False, payments),)


def _stretch_in(
    stored: Mapping[str, Any], first: str, programme: str, amount_vnd: int, parts: Any = None
) -> Stretch:
    """A later stretch; before amounts had components it was cut as the amount is."""
    if parts is None:
        shares = [Tranche(each["after"], each["percent"]) for each in stored["tranches"]]
        tranches = [asdict(each) for each in cut(amount_vnd, shares)]
        told = _whole(programme, amount_vnd, tranches)
    else:
        told = tuple(_component_in(each) for each in parts)
    return Stretch(date.fromisoformat(first), programme, amount_vnd, told)


def _programme_in(stored: Mapping[str, Any]) -> ProgrammeResult:
    lists = {part: tuple(stored[part]) for part in ("met", "not_met", "unknown")}
    return ProgrammeResult(stored["id"], stored["entitles"], **lists)


def _out(value: Any) -> Any:
    """A value with dataclasses as dictionaries; what holds none is not gone through, which `asdict` does."""
    if isinstance(value, tuple) and value and hasattr(value[0], "__dataclass_fields__"):
        return tuple(_out(each) for each in value)
    names = getattr(type(value), "__dataclass_fields__", ())
    return {name: _out(getattr(value, name)) for name in names} if names else value


def _day_out(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _fact_out(value: Any) -> Any:
    if not isinstance(value, date | tuple):
        return value
    if isinstance(value, date):
        return {"$date": value.isoformat()}
    history = as_dated(value)
    if history is not None:
        return {"$dated": [[_fact_out(part) for part in entry] for entry in history]}
    return value


def _fact_in(value: Any) -> Any:
    if isinstance(value, Mapping) and "$date" in value:
        return date.fromisoformat(value["$date"])
    if isinstance(value, Mapping):
        return Dated(tuple(_fact_in(part) for part in entry) for entry in value["$dated"])
    return value
