"""Duties apart (bất kiêm nhiệm): which duties of one case may not be in one account's hands.

They stand in `duties.toml`, by programme and day.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from survey.approval.chain import ANY
from survey.problems import Problem

SHIPPED = Path(__file__).with_name("duties.toml")
DECIDED, ENTERED, CONFIRMED, PAYMENT = "decided", "entered", "confirmed", "payment_prepared"
SURVEY = "survey"
"""The kind of record that is no act."""
RULE_KEYS = {"duty", "apart_from", "programme", "released", "until", "source", "verified"}
EXCEPTION_KEYS = {"unit", "duty", "from", "until", "act"}


@dataclass(frozen=True, slots=True)
class DutyRule:
    """Duties that are apart from `duty` for what is received in a span of days, and where that is written."""

    duty: str
    apart_from: tuple[str, ...]
    programme: str
    released: date
    last: date | None
    source: str
    is_verified: bool


@dataclass(frozen=True, slots=True)
class Allowance:
    """An exception by an official act: in this unit a joined duty is listed for the level above."""

    unit: str
    duty: str
    first: date
    last: date | None
    act: str


@dataclass(frozen=True, slots=True)
class DutyBook:
    """All of it: the duty of each kind of record, the rules, the exceptions, how many are drawn."""

    duties: dict[str, tuple[str, ...]]
    rules: tuple[DutyRule, ...]
    allowances: tuple[Allowance, ...]
    draw_one_in: int

    def duty_of(self, kind: str) -> str | None:
        """The duty of whoever sends a record of this kind; of an approval, that of deciding."""
        return next((duty for duty, kinds in self.duties.items() if kind in kinds), None)

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of acts that put a duty into somebody's hands."""
        return tuple(
            dict.fromkeys(kind for kinds in self.duties.values() for kind in kinds if kind != SURVEY)
        )

    @property
    def names_programmes(self) -> bool:
        """Whether any rule is that of one programme alone."""
        return any(rule.programme != ANY for rule in self.rules)

    def rule(self, duty: str, programme: str | None, received_on: date) -> DutyRule | None:
        """The programme's own rule of a duty for what is received that day, or that of all."""
        for wanted in (programme, ANY):
            for rule in self.rules:
                in_force = rule.released <= received_on and (rule.last is None or received_on <= rule.last)
                if in_force and (rule.duty, rule.programme) == (duty, wanted):
                    return rule
        return None

    def apart(self, duty: str, programme: str | None, received_on: date) -> frozenset[str]:
        """The duties that may not be in the same hands as this one, whichever of the two came first."""
        own = self.rule(duty, programme, received_on)
        others = (self.rule(other, programme, received_on) for other in self.duties if other != duty)
        reverse = (rule.duty for rule in others if rule is not None and duty in rule.apart_from)
        return frozenset([*(own.apart_from if own else ()), *reverse])

    def allowance(self, duties: Sequence[str], path: Sequence[str], on: date) -> Allowance | None:
        """The exception that lets one of these duties be joined in a unit of this path on a day."""
        for one in self.allowances:
            in_force = one.first <= on and (one.last is None or on <= one.last)
            if in_force and one.duty in duties and one.unit in path:
                return one
        return None

    def is_drawn(self, case_id: str) -> bool:
        """Whether the level above draws this case for checking: the same answer whoever asks, and when."""
        return int(hashlib.sha256(case_id.encode()).hexdigest()[:12], 16) % self.draw_one_in == 0


@cache
def duty_book(own: Path | None = None) -> DutyBook:
    """The shipped rules and a province's own file, whose rule of a duty takes the shipped one's place.

    Problem 5494 for a faulty file.
    """
    shipped = _read(SHIPPED)
    added = _read(own) if own is not None else {}
    duties = {duty: tuple(kinds) for duty, kinds in shipped["duties"].items()}
    of_own = [_rule(entry, duties, own or SHIPPED) for entry in added.get("rule", ())]
    replaced = {(rule.duty, rule.programme) for rule in of_own}
    of_all = [_rule(entry, duties, SHIPPED) for entry in shipped["rule"]]
    kept = [rule for rule in of_all if (rule.duty, rule.programme) not in replaced]
    allowances = tuple(_allowance(entry, duties, own or SHIPPED) for entry in added.get("exception", ()))
    return DutyBook(duties, (*of_own, *kept), allowances, added.get("draw_one_in", shipped["draw_one_in"]))


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise Problem(5494, file=path.name, reason=str(error)) from None


def _rule(entry: dict[str, Any], duties: dict[str, tuple[str, ...]], path: Path) -> DutyRule:
    _check(
        entry,
        RULE_KEYS,
        RULE_KEYS - {"until"},
        [entry.get("duty"), *entry.get("apart_from", ())],
        duties,
        path,
    )
    return DutyRule(
        entry["duty"],
        tuple(entry["apart_from"]),
        entry["programme"],
        entry["released"],
        entry.get("until"),
        entry["source"],
        entry["verified"],
    )


def _allowance(entry: dict[str, Any], duties: dict[str, tuple[str, ...]], path: Path) -> Allowance:
    _check(entry, EXCEPTION_KEYS, EXCEPTION_KEYS - {"until"}, [entry.get("duty")], duties, path)
    return Allowance(entry["unit"], entry["duty"], entry["from"], entry.get("until"), entry["act"])


def _check(
    entry: dict[str, Any],
    known: set[str],
    needed: set[str],
    named: Sequence[Any],
    duties: dict[str, tuple[str, ...]],
    path: Path,
) -> None:
    """Refuse an entry with a key too many or too few, a duty nobody knows, an exception without its act."""
    wrong = [
        *(set(entry) - known),
        *(needed - set(entry)),
        *(str(duty) for duty in named if duty not in duties),
    ]
    if wrong or not str(entry.get("act", "-")).strip():
        raise Problem(5494, file=path.name, reason=", ".join(sorted(wrong)) or "act")
