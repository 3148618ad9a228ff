"""What was wrong with an act's form: a sentence at each control, and a list with names and links above it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from api.forms.fields import control_of
from api.shared.act_words import act_title
from api.web.language import current, day, t
from survey.cases import machine
from survey.cases.queries import History
from survey.cases.rows import CaseEvent
from survey.problems import Problem

Fault = Mapping[str, Any]
TOO_EARLY = 5402
"""The problem of a day before that of another step."""
MOVING = frozenset(rule.act for rule in machine.rules() if rule.target != machine.SAME)
"""Acts whose day the next one may not precede."""


@dataclass(frozen=True, slots=True)
class Line:
    """One fault in the list: about whom (None: the act itself), what, and where on the page to mend it."""

    who: str | None
    text: str
    href: str | None


@dataclass(frozen=True, slots=True)
class PlacedFaults:
    """Sentences by the name of their control, by the household of their row, and the whole list."""

    at: dict[str, str] = field(default_factory=dict)
    rows: dict[str, str] = field(default_factory=dict)
    lines: list[Line] = field(default_factory=list)


def shown(
    faults: Iterable[Fault],
    kept: Mapping[str, list[int]],
    anchors: Mapping[str, str],
    households: Sequence[str] = (),
    names: Mapping[str, str | None] | None = None,
) -> PlacedFaults:
    """Where each fault is told. `anchors`: id on the page by control; `households`: ids of the rows sent.

    A fault of a household that has no cell stands in its row.
    """
    found = PlacedFaults()
    for fault in faults:
        text, control = str(fault[current()]), control_of(str(fault["question"]), kept)
        household = _household(fault, households)
        href = f"#{anchors[control]}" if control in anchors else None
        if href:
            found.at.setdefault(control, text)
        elif household:
            found.rows.setdefault(household, text)
            href = f"#row-{household}"
        found.lines.append(Line(_who(household, names), text, href))
    return found


def _household(fault: Fault, households: Sequence[str]) -> str | None:
    """The household a fault names, or whose row it is in."""
    if "household" in fault:
        named: str | None = fault["household"]
        return named
    path = str(fault["question"])
    number = path.removeprefix("households[").partition("]")[0]
    is_row = path.startswith("households[") and number.isdigit() and int(number) < len(households)
    return households[int(number)] if is_row else None


def _who(household: str | None, names: Mapping[str, str | None] | None) -> str | None:
    if household is None or names is None:
        return None
    return names.get(household) or t("hộ chưa rõ tên", "household, name unknown")


def of(problem: Problem | None) -> list[Fault]:
    """What a page shows beside its questions; a problem that carries no rows has none."""
    rows: list[Fault] = problem.details.get("rows", []) if problem else []
    return rows


# --- which step a day contradicts


def with_steps(
    faults: Iterable[Fault], histories: Sequence[History], done_on: Any, act_id: str | None = None
) -> list[Fault]:
    """The same faults; those of a day too early (or late) name the steps it contradicts, at the day.

    `act_id`: the act that is corrected; then steps after it count too.
    """
    sentence = _contradicted(histories, done_on, act_id)
    if sentence is None:
        return list(faults)
    return [
        {**fault, "question": fault["question"] or "done_on", current(): sentence}
        if fault["number"] == TOO_EARLY
        else fault
        for fault in faults
    ]


def _contradicted(histories: Sequence[History], done_on: Any, act_id: str | None) -> str | None:
    """`12/05/2025 is before Registration 13/05/2025`; None where no step says so."""
    try:
        on = date.fromisoformat(str(done_on))
    except ValueError:
        return None
    earlier, later = [], []
    for history in histories:
        for move, is_before in _others(history, act_id):
            if is_before and move.done_on > on:
                earlier.append(move)
            if not is_before and move.done_on < on:
                later.append(move)
    parts = [
        *(
            [f"{t('trước ngày của bước trước', 'before the step before it')}: {_named(earlier)}"]
            * bool(earlier)
        ),
        *([f"{t('sau ngày của bước sau', 'after the step after it')}: {_named(later)}"] * bool(later)),
    ]
    return f"{t('Ngày', 'The day')} {day(on)} {'; '.join(parts)}." if parts else None


def _others(history: History, act_id: str | None) -> Iterator[tuple[CaseEvent, bool]]:
    """The moving steps of a case beside this act's, and whether they come before it."""
    is_before = True
    for move in history.events():
        if move.act_id == act_id:
            is_before = False
        elif move.act in MOVING:
            yield move, is_before


def _named(moves: Iterable[CaseEvent]) -> str:
    """`Registration 13/05/2025`, each act once."""
    titles = {f"{act_title(move.act, move.outcome)} {day(move.done_on)}": None for move in moves}
    return ", ".join(titles)
