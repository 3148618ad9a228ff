"""The state machine of a case: pure, from `machine.toml`. A case is what its steps in order make of it.

Nothing here reads a database. `advance` takes one step or refuses it with its reason (problems 54xx);
`replay` replays a whole history, so that a stored case can always be checked against its steps.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from survey.cases.effects import EFFECTS
from survey.cases.rows import CaseEvent, Progress
from survey.problems import Problem
from survey.words import both, glossary

NONE, SAME, BEFORE, CANCELLED = "none", "same", "before", "cancelled"
REVOCATION = "revocation"


@dataclass(frozen=True, slots=True)
class ActKind:
    """Everything that is true of a kind of act (loại việc); `machine.toml` says what each means."""

    right: str
    waits_in: tuple[str, ...] = ()
    forward: bool = False
    of_village: bool = False
    bulk: bool = False
    reasoned: bool = False
    money: bool = False
    building: bool = False
    at_house: bool = False
    in_field: bool = False
    sign: str | None = None
    paper: str | None = None
    printed: str | None = None

    @property
    def takes_on(self) -> bool:
        """Whether it takes a case on its way; the others are exits, turns and remarks."""
        return self.forward or bool(self.waits_in)


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of the machine: which act with which outcome leads from where to where."""

    act: str
    outcome: str | None
    works_kind: str | None
    origins: tuple[str, ...]
    target: str
    opens: bool


@cache
def _file() -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_name("machine.toml").read_text("utf-8"))


@cache
def phases() -> dict[str, str]:
    """The phase of each state, states in the order of the way."""
    return {state: phase for phase, states in _file()["phases"].items() for state in states}


@cache
def acts() -> dict[str, ActKind]:
    """Every kind of act by its code, in the order in which pages offer them."""
    return {kind: _act_kind(known) for kind, known in _file()["acts"].items()}


def _act_kind(known: dict[str, Any]) -> ActKind:
    return ActKind(**{**known, "waits_in": tuple(known.get("waits_in", ()))})


@cache
def waiting_acts() -> dict[str, str]:
    """State -> the kind of act for which a case in it waits."""
    return {state: kind for kind, act in acts().items() for state in act.waits_in}


def field_acts() -> dict[str, dict[str, Any]]:
    """What a phone is told of the acts it may offer, in their order."""
    told = ("of_village", "building", "at_house", "sign")
    return {kind: {name: getattr(act, name) for name in told} for kind, act in acts().items() if act.in_field}


@cache
def rules() -> tuple[Rule, ...]:
    """What may follow on what, as `machine.toml` tells it; a phase there stands for all its states."""
    return tuple(
        Rule(
            line["act"],
            line.get("outcome"),
            line.get("works_kind"),
            tuple(_origins(line["from"])),
            line["to"],
            line.get("opens", False),
        )
        for line in _file()["steps"]
    )


def _origins(names: list[str]) -> Iterator[str]:
    """The states meant by names of states and phases."""
    for name in names:
        yield from _file()["phases"].get(name, [name])


def states(*phase: str) -> tuple[str, ...]:
    """The states of these phases (all without any), in the order of the way."""
    return tuple(state for state, lies in phases().items() if not phase or lies in phase)


ACTIVE_PHASES = ("deciding", "not_started", "under_way", "done")
FINAL = "handed_over"


def is_active(state: str) -> bool:
    """Whether a case in this state holds its house: neither closed nor handed over."""
    return phases()[state] in ACTIVE_PHASES and state != FINAL


def possible(progress: Progress | None) -> tuple[str, ...]:
    """The kinds of act that could come next, for the buttons of a page; their own conditions come later."""
    state, kind = _state(progress), progress.works_kind if progress else None
    found = (rule.act for rule in rules() if state in rule.origins and rule.works_kind in (None, kind))
    return tuple(act for act in dict.fromkeys(found) if _is_open(act, progress))


def outcomes(progress: Progress | None, act: str) -> tuple[str, ...]:
    """The outcomes an act may have now: the stage that comes next, for instance."""
    state, kind = _state(progress), progress.works_kind if progress else None
    return tuple(
        rule.outcome
        for rule in rules()
        if rule.act == act and rule.outcome and state in rule.origins and rule.works_kind in (None, kind)
    )


def rule_for(progress: Progress | None, move: CaseEvent) -> Rule:
    """The line that lets this move happen. Problem 5401 when there is none: the step is impossible."""
    state, kind = _state(progress), progress.works_kind if progress else None
    for rule in rules():
        fits = rule.act == move.act and rule.outcome in (None, move.outcome)
        if fits and state in rule.origins and rule.works_kind in (None, kind):
            return rule
    details = _named(move) | both("state", "case_state", state)
    raise Problem(5401, **details, outcome=move.outcome, works_kind=kind)


def _named(move: CaseEvent) -> dict[str, str]:
    """An act with its outcome, where a word names that: which stage it was, for instance."""
    told = both("act", "act", move.act)
    if move.outcome in (None, "passed") or f"act_outcome.{move.outcome}" not in glossary():
        return told
    outcome = both("act", "act_outcome", move.outcome or "")
    return {name: f"{text}: {outcome[name]}" for name, text in told.items()}


def advance(progress: Progress | None, move: CaseEvent) -> Progress:
    """The case after one more step. Problems 5401 to 5412 when it is impossible."""
    rule = rule_for(progress, move)
    if rule.opens or progress is None:
        progress = Progress(state=NONE, since=move.done_on)
    target = {SAME: progress.state, BEFORE: progress.returned_from or ""}.get(rule.target, rule.target)
    if target != progress.state and move.done_on < progress.since:
        raise Problem(5402, done_on=f"{move.done_on:%d/%m/%Y}", since=f"{progress.since:%d/%m/%Y}")
    changes = EFFECTS[move.act](progress, move) if move.act in EFFECTS else {}
    if target != progress.state:
        changes |= {"state": target, "since": move.done_on}
    return replace(progress, **changes)


def replay(moves: Iterable[CaseEvent]) -> Progress | None:
    """What a history in order makes of a case; None for no history. Problems as `advance`."""
    progress: Progress | None = None
    for move in moves:
        progress = advance(progress, move)
    return progress


def _state(progress: Progress | None) -> str:
    return progress.state if progress else NONE


def _is_open(act: str, progress: Progress | None) -> bool:
    """Answers and ends need something to answer or to end."""
    if act == "objection_answer":
        return bool(progress and progress.objections)
    if act == "obstacle_end":
        return bool(progress and progress.obstacles)
    if act == "recovery":
        return bool(progress and progress.recovery_due_vnd)
    return True
