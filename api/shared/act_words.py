"""Cases and acts in words: titles with their outcome, reasons, the dot of a state."""

from __future__ import annotations

from api.web.language import word
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
