"""Cases and acts in words: titles with their outcome, reasons, the dot of a state."""

from __future__ import annotations

from api.web.language import t, word
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


def hands_of_decision(
    actor_name: str | None, confirmed_by_name: str | None, capacity: str | None, signed_by: str | None
) -> str:
    """Signed by, entered by, compared by: three facts of a decision, as far as each is one."""
    before = f"{word(f'capacity.{capacity}')} " if capacity else ""
    if confirmed_by_name is None:
        return f"{t('ký', 'signed')}: {before}{actor_name or '–'}"
    return " · ".join(
        (
            f"{t('ký', 'signed')}: {before}{signed_by or '–'}",
            f"{t('nhập', 'entered')}: {actor_name or '–'}",
            f"{t('đối chiếu bản ký', 'compared with the paper')}: {confirmed_by_name}",
        )
    )
