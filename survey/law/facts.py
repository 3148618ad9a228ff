"""The facts of one household: reading, checking and dating them. The vocabulary stands in `facts.toml`."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from survey.problems import Problem

EPOCH = date(1970, 1, 1).toordinal()


class Dated(tuple[tuple[date, "date | None", Any], ...]):
    """A fact that changed over time: (from, until or None, value) entries, both days included.

    The key date of each programme picks the entry; a day that no entry covers is unknown.
    """

    __slots__ = ()

    def at(self, on: date) -> Any:
        """The value on a day, or None; of two entries covering it the later one counts."""
        found = [entry for entry in self if entry[0] <= on and (entry[1] is None or on <= entry[1])]
        return max(found, key=lambda entry: entry[0])[2] if found else None


@dataclass(frozen=True, slots=True)
class Fact:
    """One word of the vocabulary: type boolean, integer, decimal, choice or date; origin survey, area,
    record or act.
    """

    name: str
    type: str
    origin: str
    label: dict[str, str]
    choices: tuple[str, ...] = ()
    unit: str = ""
    minimum: float | None = None
    maximum: float | None = None
    not_measured: float | None = None  # a number that people write where they did not measure

    @property
    def kind(self) -> str:
        """The kind of the fact in expressions: truth, number, date or choice."""
        return _KINDS[self.type]

    @property
    def unknown(self) -> Any:
        """How an unknown is written in a scalar environment: 1 for a truth, None otherwise."""
        return 1 if self.type == "boolean" else None

    def expected(self) -> str:
        """What a value must look like, in words of code, for a problem's text."""
        if self.choices:
            return " | ".join(self.choices)
        bounds = f" {self.minimum:g}..{self.maximum:g}" if self.maximum is not None else ""
        return {"boolean": "true | false", "date": "YYYY-MM-DD"}.get(self.type, self.type + bounds)


_KINDS = {"boolean": "truth", "integer": "number", "decimal": "number", "choice": "choice", "date": "date"}


def days(day: date) -> float:
    """A date as days since 1970-01-01, the number expressions compare."""
    return float(day.toordinal() - EPOCH)


def day(number: float) -> date:
    """The date of a number of days since 1970-01-01."""
    return date.fromordinal(int(number) + EPOCH)


def encode(fact: Fact, value: Any) -> Any:
    """A fact's plain value as expressions see it; None is unknown. Raises: Problem 2031."""
    if value is None or is_not_measured(fact, value):
        return fact.unknown
    encoded = _ENCODERS[fact.type](fact, value)
    if encoded is None:
        raise Problem(2031, fact=fact.name, got=repr(value)[:80], expected=fact.expected())
    return encoded


def is_not_measured(fact: Fact, value: Any) -> bool:
    """Whether the value only says that nothing was measured (0 m²): it is unknown."""
    return fact.not_measured is not None and value == fact.not_measured and not isinstance(value, bool)


def _encode_boolean(fact: Fact, value: Any) -> int | None:
    return 2 if value is True else 0 if value is False else None


def _encode_number(fact: Fact, value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    if fact.type == "integer" and value != int(value):
        return None
    low, high = fact.minimum, fact.maximum
    inside = (low is None or value >= low) and (high is None or value <= high)
    return float(value) if inside else None


def _encode_choice(fact: Fact, value: Any) -> str | None:
    return value if isinstance(value, str) and value in fact.choices else None


def _encode_date(fact: Fact, value: Any) -> float | None:
    if isinstance(value, str):
        try:
            value = date.fromisoformat(value)
        except ValueError:
            return None
    return days(value) if isinstance(value, date) else None


_ENCODERS: dict[str, Callable[[Fact, Any], Any]] = {
    "boolean": _encode_boolean,
    "integer": _encode_number,
    "decimal": _encode_number,
    "choice": _encode_choice,
    "date": _encode_date,
}


def as_dated(value: Any) -> Dated | None:
    """The value as `Dated` when it is one: a tuple of entries, or one (from, until, value) entry; otherwise
    None.
    """
    if not isinstance(value, tuple) or not value:
        return None
    return Dated((value,)) if isinstance(value[0], date) else Dated(value)


def unknown_environment(vocabulary: Mapping[str, Fact]) -> dict[str, Any]:
    """The environment of a household of which nothing is known."""
    return {name: fact.unknown for name, fact in vocabulary.items()}


def read(
    facts: Mapping[str, Any], vocabulary: Mapping[str, Fact], unknowns: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, Dated]]:
    """Split facts into an encoded environment (`unknowns` filled in) and the dated ones, each entry checked.

    Raises: Problem 2030 (a name the vocabulary lacks), 2031 (a value the fact cannot take).
    """
    env = dict(unknowns)
    dated: dict[str, Dated] = {}
    for name, value in facts.items():
        fact = vocabulary.get(name)
        if fact is None:
            raise Problem(2030, fact=name)
        history = as_dated(value)
        if history is None:
            env[name] = encode(fact, value)
        else:
            dated[name] = Dated((start, end, encode(fact, entry)) for start, end, entry in history)
    return env, dated


def environment_on(
    env: dict[str, Any], dated: Mapping[str, Dated], on: date, vocabulary: Mapping[str, Fact]
) -> dict[str, Any]:
    """The environment with each dated fact replaced by its value on a day."""
    picked = {name: history.at(on) for name, history in dated.items()}
    return env | {
        name: vocabulary[name].unknown if value is None else value for name, value in picked.items()
    }
