"""A list imported again: each row beside the record that an earlier import made of it.

A row that says what its record says, or what the list said last (a person may have mended it since), changes
nothing. A row that says otherwise is refused and told; where corrections are wanted it becomes the next
version of its record, unless a person has corrected it or set it aside: what they found out is not undone.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from api.imports.households import Plan, Prepared, device_of, named_questions
from api.imports.report import Refused
from survey.access.models import User
from survey.days import day_of
from survey.intake import queries
from survey.intake.conflict import changed_answers
from survey.intake.models import ReceivedEnvelope
from survey.intake.rights import may_correct
from survey.intake.rows import WAITING, IntakeContext
from survey.problems import Problem

CHUNK = 500
"""Rows looked up at once."""
OPERATOR = {"who_vi": "người vận hành máy chủ", "who_en": "the operator"}


@dataclass(frozen=True, slots=True)
class Again:
    """What is kept of the rows of one list, for whoever imports it; `correct`: the rows correct it."""

    session: Session
    context: IntakeContext
    correct: bool

    def beside_kept(self, planned: Plan) -> Plan:
        """The plan with every row as its record makes it, and the records that no row has any more."""
        prepared: list[Prepared] = []
        refused = list(planned.refused)
        for start in range(0, len(planned.prepared), CHUNK):
            rows = planned.prepared[start : start + CHUNK]
            kept = queries.versions(self.session, [row.envelope["id"] for row in rows])
            for row in rows:
                try:
                    prepared.append(self._row(row, kept.get(row.envelope["id"], []), planned.source))
                except Problem as problem:
                    refused.append(Refused(row.line, problem))
        gone = tuple(self._gone(planned)) if self.correct else ()
        return replace(planned, prepared=tuple(prepared), refused=tuple(refused), gone=gone)

    def _row(self, row: Prepared, versions: Sequence[ReceivedEnvelope], source: str) -> Prepared:
        """A new row, the record as it stands where the row says nothing new, or its correction.

        Raises: Problem 4219 (nobody asked for corrections), 4223, 4224 (a person was there), 4118.
        """
        if not versions:
            return row
        newest = versions[0]
        if any(not _changed(kept, row) for kept in _compared(versions, source)):
            return replace(row, envelope=json.loads(newest.body)) if newest.body else row
        told = {"line": row.line, **named_questions(row.envelope["form"], _changed(newest, row))}
        if not self.correct:
            raise Problem(4219, **told)
        if newest.settled_at is not None:
            raise Problem(4224, **told)
        if not _is_of_list(newest, source):
            when = f"{day_of(newest.received_at):%d/%m/%Y}"
            raise Problem(4223, **told, **self._who(newest), when=when, where=_page(newest))
        if not may_correct(self.session, newest, self.context):
            raise Problem(4118)
        return _next_version(row, newest, source, Problem(4222, **told, version=newest.version + 1))

    def _who(self, row: ReceivedEnvelope) -> dict[str, str]:
        sender = self.session.get(User, row.sender_id) if row.sender_id else None
        return {"who_vi": sender.full_name, "who_en": sender.full_name} if sender else OPERATOR

    def _gone(self, planned: Plan) -> Iterator[Problem]:
        """Records of the list that stand in no row any more; those set aside are nobody's work."""
        device = device_of(planned.source, 1)
        for envelope_id, body in queries.first_bodies(self.session, "survey"):
            if envelope_id not in planned.ids and json.loads(body or "{}").get("device") == device:
                newest = queries.newest(self.session, envelope_id)
                if newest is not None and newest.settled_at is None:
                    yield Problem(4225, where=_page(newest))


def _compared(versions: Sequence[ReceivedEnvelope], source: str) -> Iterator[ReceivedEnvelope]:
    """The versions a row may repeat without saying anything new: the newest, and the last of the list."""
    yield versions[0]
    yield from [one for one in versions if _is_of_list(one, source)][:1]


def _is_of_list(row: ReceivedEnvelope, source: str) -> bool:
    """Whether a version was made by importing the list, and not by a person since."""
    device: str | None = json.loads(row.body or "{}").get("device")
    return device == device_of(source, row.version)


def _changed(kept: ReceivedEnvelope, row: Prepared) -> list[str]:
    """The questions that a row answers otherwise than a version of its record."""
    stored = _answers(json.loads(kept.body)) if kept.body else {}
    return changed_answers(stored, _answers(row.envelope))


def _answers(envelope: Mapping[str, Any]) -> dict[str, Any]:
    """The answers of a record, the day of the visit among them even where only its moment tells it."""
    made_on = day_of(datetime.fromisoformat(envelope["captured_at"]))
    return {"visited_on": made_on.isoformat(), **envelope["payload"]}


def _next_version(row: Prepared, newest: ReceivedEnvelope, source: str, told: Problem) -> Prepared:
    """The row as a correction. It tells the day of the visit, which a correction otherwise keeps."""
    corrected = {
        **row.envelope,
        "base_version": newest.version,
        "device": device_of(source, newest.version + 1),
        "payload": _answers(row.envelope),
    }
    return replace(row, envelope=corrected, correction=told)


def _page(row: ReceivedEnvelope) -> str:
    """The address of the page where a record is looked at."""
    return f"/inbox/{row.id}" if row.state == WAITING else f"/households/{row.household_id}"
