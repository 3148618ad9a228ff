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
class ProgrammeResult:
    """One programme in force: entitles is 0 no, 1 unknown, 2 yes; its clauses by their own truth.

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
    that the missing facts could make it (0 where no help is possible). provisional: a key date is not known
    yet and the survey date stood in for it. tie_breaks: truths 0, 1, 2. unverified: values, clauses and
    programmes whose text is unconfirmed.
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

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON values; dates and dated facts are marked, so that `from_dict` gives back the same."""
        result = asdict(self) | {
            "on": self.on.isoformat(),
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
        given["facts"] = {name: _fact_in(value) for name, value in stored["facts"].items()}
        given["tranches"] = tuple(Payment(**each) for each in stored["tranches"])
        given["programmes"] = tuple(_programme_in(each) for each in stored["programmes"])
        return Assessment(**given)


def _programme_in(stored: Mapping[str, Any]) -> ProgrammeResult:
    lists = {part: tuple(stored[part]) for part in ("met", "not_met", "unknown")}
    return ProgrammeResult(stored["id"], stored["entitles"], **lists)


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
