"""What the law of the day asks of meetings and postings: dated values of the law book, flagged if unread."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from survey import law
from survey.problems import Problem

Flag = dict[str, Any]

VOTES = "procedure.meeting_votes_percent"
QUORUM = "procedure.meeting_quorum_percent"
POSTING = "procedure.posting_days"


@dataclass(frozen=True, slots=True)
class ProcedureValue:
    """One value on a day: None where the law of that day asks for nothing."""

    value: float | None
    is_verified: bool


def asked(book: law.LawBook, name: str, on: date, path: Sequence[str]) -> ProcedureValue:
    """What the law asks on a day at a place (its path of area codes, deepest first)."""
    known = book.values.get(name)
    period = known.on(on, path) if known else None
    if period is None or period.value is None:
        return ProcedureValue(None, True)
    return ProcedureValue(period.value, period.cite.verified)


def vote(book: law.LawBook, on: date, path: Sequence[str], present: int, votes: Mapping[str, Any]) -> str:
    """Whether a household passed: `passed` or `failed`."""
    needed = asked(book, VOTES, on, path).value
    return "passed" if needed is None or votes.get("votes_for", 0) * 100 > needed * present else "failed"


def wrong_votes(present: int, rows: Iterable[Mapping[str, Any]]) -> Iterator[tuple[int, Problem]]:
    """(number of the row, Problem 5414) for every household with more votes than voters."""
    for number, row in enumerate(rows):
        votes = row.get("votes_for", 0) + row.get("votes_against", 0)
        if votes > present:
            yield number, Problem(5414, votes=votes, present=present)


def meeting_flags(book: law.LawBook, on: date, path: Sequence[str], details: Mapping[str, Any]) -> list[Flag]:
    """A meeting below its quorum, or held by rules nobody could verify."""
    quorum, votes = asked(book, QUORUM, on, path), asked(book, VOTES, on, path)
    flags: list[Flag] = []
    total = details.get("households_total")
    if quorum.value is not None and total and details["present"] * 100 < quorum.value * total:
        came = {"present": details["present"], "of": total, "least_percent": quorum.value}
        flags.append({"code": "below_quorum", **came})
    if not (quorum.is_verified and votes.is_verified):
        flags.append({"code": "rule_unverified"})
    return flags


def posting_flags(book: law.LawBook, path: Sequence[str], since: date, until: date) -> list[Flag]:
    """A posting shorter than the law of its first day asks for, or by a rule nobody could verify."""
    days = asked(book, POSTING, since, path)
    held = (until - since).days + 1
    flags: list[Flag] = []
    if days.value is not None and held < days.value:
        flags.append({"code": "short_posting", "days": held, "least": int(days.value)})
    if not days.is_verified:
        flags.append({"code": "rule_unverified"})
    return flags


def needs_posting(book: law.LawBook, on: date, path: Sequence[str]) -> bool:
    """Whether a list must be posted before it is approved."""
    return bool(asked(book, POSTING, on, path).value)
