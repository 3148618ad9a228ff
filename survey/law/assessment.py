"""The result of an assessment (kết quả đối chiếu tiêu chí): advice, never a decision. Lossless as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import date
from typing import Any

from survey.law.facts import Dated, as_dated

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


@dataclass(frozen=True, slots=True)
class Stretch:
    """From which first day of building on which programme gives how much."""

    first: date
    programme: str
    amount_vnd: int


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

    amount_vnd is None unless the programme and its amount are settled; low and high are the least and most
    that the missing facts could make it (0 where no help is possible). provisional: the day that the level
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
    if_started: tuple[Stretch, ...] = ()
    lapses_on: date | None = None
    redefined_on: date | None = None

    def amount_on(self, on: date) -> int | None:
        """The amount as of a day: that of a house begun on it, where no start is known yet."""
        later = [one.amount_vnd for one in self.if_started if one.first <= on]
        return later[-1] if later else self.amount_vnd

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON values; dates and dated facts are marked, so that `from_dict` gives back the same."""
        result = asdict(self) | {
            "on": self.on.isoformat(),
            "if_started": [[one.first.isoformat(), one.programme, one.amount_vnd] for one in self.if_started],
            "lapses_on": _day_out(self.lapses_on),
            "redefined_on": _day_out(self.redefined_on),
            "facts": {name: _fact_out(value) for name, value in self.facts.items()},
        }
        return {key: list(value) if isinstance(value, tuple) else value for key, value in result.items()}

    @staticmethod
    def from_dict(stored: Mapping[str, Any]) -> Assessment:
        """The assessment of a stored dictionary."""
        known = {field.name for field in fields(Assessment)}
        given: dict[str, Any] = {
            key: tuple(value) if isinstance(value, list) else value
            for key, value in stored.items()
            if key in known
        }
        given["on"] = date.fromisoformat(stored["on"])
        given["if_started"] = tuple(
            Stretch(date.fromisoformat(first), programme, amount_vnd)
            for first, programme, amount_vnd in stored.get("if_started", ())
        )
        for name in ("lapses_on", "redefined_on"):
            given[name] = date.fromisoformat(stored[name]) if stored.get(name) else None
        given["facts"] = {name: _fact_in(value) for name, value in stored["facts"].items()}
        given["tranches"] = tuple(Payment(**each) for each in stored["tranches"])
        given["programmes"] = tuple(_programme_in(each) for each in stored["programmes"])
        return Assessment(**given)


def _programme_in(stored: Mapping[str, Any]) -> ProgrammeResult:
    lists = {part: tuple(stored[part]) for part in ("met", "not_met", "unknown")}
    return ProgrammeResult(stored["id"], stored["entitles"], **lists)


def _day_out(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _fact_out(value: Any) -> Any:
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
