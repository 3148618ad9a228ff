"""Flags in words: what a person should look at in a survey or an act, with its figures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from api.web.language import current, day, minute, num, t, word
from survey.questionnaire import load_form
from survey.words import glossary

MONEY = ("paid_above_approved",)
"""Flags whose figures are amounts, told to those who may read them."""


def flag_text(flag: Mapping[str, Any], *, amounts: bool = False) -> str:
    """A flag with its figures: `họp chưa đủ số hộ tối thiểu: 25/45 hộ = 56 %, quy định 60 %`."""
    figures = flag_figures(flag, amounts=amounts)
    return f"{flag_name(flag)}: {figures}" if figures else flag_name(flag)


def flag_name(flag: Mapping[str, Any]) -> str:
    """What is to be looked at; an older flag that no word names any more, by its code."""
    code = f"flag.{flag['code']}"
    return word(code) if code in glossary() else str(flag["code"])


def flag_figures(flag: Mapping[str, Any], *, amounts: bool = False) -> str:
    """The figures of a flag with the officer's reason; empty where it has none, or they are withheld."""
    template = glossary().get(f"flag_figures.{flag['code']}")
    if template is None or (flag["code"] in MONEY and not amounts):
        return ""
    try:
        said = template[current()].format_map(_figures(flag))
    except KeyError:  # an older flag, kept without its figures
        return ""
    return f"{said} ({flag['reason']})" if flag.get("reason") else said


def _figures(flag: Mapping[str, Any]) -> dict[str, str]:
    """The figures as people write them; a share below its least never looks like it by rounding."""
    said = {name: _figure(value) for name, value in flag.items() if value is not None}
    if "present" in flag and flag.get("of"):
        share = 100 * flag["present"] / flag["of"]
        said["percent"] = num(share, 0 if round(share) < flag.get("least_percent", 100) else 2)
    return said


def _figure(value: Any) -> str:
    if isinstance(value, int | float):
        return num(value)
    if isinstance(value, list):
        return ", ".join(f"{_asked(one['question'])} ({minute(_moment(one['at']))})" for one in value)
    try:
        return day(date.fromisoformat(str(value)))
    except ValueError:
        return str(value)


def _asked(code: str) -> str:
    """A question of the survey by its label; one that is no longer asked, by its code."""
    question = load_form().questions.get(code)
    return question.labels[current()] if question else code


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


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
