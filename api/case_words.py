"""Cases and acts in words: titles with their outcome, reasons, the dot of a state."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from api.language import current, day, num, t, word
from survey.cases import machine
from survey.words import glossary

REASON_WORDS = {
    "not_registered": "non_registration_reason",
    "returned": "return_reason",
    "rejected": "rejection_reason",
    "withdrawn": "withdrawal_reason",
}
"""Which words say why a case stands in a state."""
DOTS = {"deciding": "deciding", "not_started": "not-started", "under_way": "under-way", "done": "done"}


def act_title(kind: str, outcome: str | None) -> str:
    """An act with its outcome: `Xác nhận giai đoạn: nền móng`."""
    if outcome in (None, "passed") or kind == "review" or f"act_outcome.{outcome}" not in glossary():
        return word(f"act.{kind}")
    return f"{word(f'act.{kind}')}: {word(f'act_outcome.{outcome}')}"


def reason_text(state: str, reason: str | None) -> str | None:
    """Why a case stands in its state; None where no reason belongs to it."""
    code = f"{REASON_WORDS.get(state)}.{reason}"
    return word(code) if code in glossary() else None


def dot(state: str) -> str:
    """The class of a state's dot: its phase, and a colour of its own for what is handed over."""
    if state == machine.FINAL:
        return "handed-over"
    return DOTS.get(machine.phases().get(state, ""), "")


# --- flags: what a person should look at

MONEY = ("paid_above_approved",)
"""Flags whose figures are amounts, told to those who may read them."""


def flag_text(flag: Mapping[str, Any], *, amounts: bool = False) -> str:
    """A flag with its figures: `họp chưa đủ số hộ tối thiểu: 25/45 hộ = 56 %, quy định 60 %`."""
    code = f"flag.{flag['code']}"
    name = word(code) if code in glossary() else str(flag["code"])
    template = glossary().get(f"flag_figures.{flag['code']}")
    if template is None or (flag["code"] in MONEY and not amounts):
        return name
    try:
        return f"{name}: {template[current()].format_map(_figures(flag))}"
    except KeyError:  # an older flag, kept without its figures
        return name


def _figures(flag: Mapping[str, Any]) -> dict[str, str]:
    """The figures as people write them; a share below its least never looks like it by rounding."""
    said = {name: _figure(value) for name, value in flag.items()}
    if "present" in flag and flag.get("of"):
        share = 100 * flag["present"] / flag["of"]
        said["percent"] = num(share, 0 if round(share) < flag.get("least_percent", 100) else 2)
    return said


def _figure(value: Any) -> str:
    if isinstance(value, int | float):
        return num(value)
    try:
        return day(date.fromisoformat(str(value)))
    except ValueError:
        return str(value)


def flag_lines(flags: Iterable[Mapping[str, Any]], *, amounts: bool = False) -> dict[str, list[str]]:
    """Each flag once, as a sentence, with the households it is about (none: the act itself)."""
    about: dict[str, list[str]] = {}
    for flag in flags:
        text = flag_text(flag, amounts=amounts)
        households = about.setdefault(text[:1].upper() + text[1:], [])
        households += [flag["household"]] if flag.get("household") else []
    return {_counted(text, households): households for text, households in about.items()}


def _counted(text: str, households: list[str]) -> str:
    return f"{text}: {len(households)} {t('hộ', 'households')}" if len(households) > 1 else text
