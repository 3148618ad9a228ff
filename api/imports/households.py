"""Other people's household files: a table and its mapping become envelopes for the intake.

First a plan (nothing written): what each row would become and why. Then the work, in chunks of one commit
each. A survey's id is made from source and row id, so that a second run, or one after a crash, gets the same
receipts and doubles nothing. Every row is accounted for: stored, waiting or refused as unreadable.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from api.imports.cells import Reader
from api.imports.mapping import AnswerRule, HouseholdMapping
from api.imports.report import Refused
from api.shared.tables import Row, Table, read_table
from api.web import transaction
from survey.intake.envelope import read
from survey.intake.rows import Envelope, Receipt
from survey.problems import Problem
from survey.questionnaire import Fault, check

NAMESPACE = uuid.UUID("6f1c5a52-6d8b-5d0e-9f6e-6f3a1f0c7b11")
"""Under it every imported survey gets its id: uuid5(uuid5(NAMESPACE, source), row id)."""
CHUNK = 25
"""Rows to one commit: a phone that sends meanwhile waits about a second at most on SQLite."""

RawEnvelope = dict[str, Any]
"""What a phone would have sent, not read yet."""
Receive = Callable[[Session, Envelope], Receipt]


@dataclass(frozen=True, slots=True)
class Prepared:
    """A row that can be sent: its envelope, and what the questionnaire will find wrong with it."""

    line: int
    envelope: RawEnvelope
    faults: tuple[Fault, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """What an import would do. `rows` = prepared + refused; `notes` say what was detected."""

    file: str
    notes: tuple[str, ...]
    prepared: tuple[Prepared, ...]
    refused: tuple[Refused, ...]
    unmapped_columns: tuple[str, ...] = ()
    unknown_codes: Mapping[tuple[str, str], int] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        """All rows of the file."""
        return len(self.prepared) + len(self.refused)

    def counts(self) -> dict[str, int]:
        """Rows by what would become of them; they add up to `rows`."""
        waiting = sum(bool(row.faults) for row in self.prepared)
        return {"stored": len(self.prepared) - waiting, "waiting": waiting, "refused": len(self.refused)}

    def visits(self) -> dict[str, int]:
        """Rows by the result of the visit, in order of first appearance."""
        found: dict[str, int] = {}
        for row in self.prepared:
            visit = str(row.envelope["payload"].get("visit", ""))
            found[visit] = found.get(visit, 0) + 1
        return found


@dataclass(slots=True)
class Result:
    """What an import did; stored + waiting + refused = rows. `known` of them were here before."""

    stored: int = 0
    waiting: int = 0
    known: int = 0
    refused: list[Refused] = field(default_factory=list)

    @property
    def rows(self) -> int:
        """All rows accounted for."""
        return self.stored + self.waiting + len(self.refused)


def plan(path: str | Path, mapping: HouseholdMapping, sheet: str | None = None) -> Plan:
    """Read the file and say what each row would become. Nothing is written.

    Raises: Problem 3001-3005 (the file), 4206 (it lacks columns the mapping names).
    """
    table = read_table(path, sheet)
    missing = sorted(mapping.columns() - set(table.columns))
    if missing:
        raise Problem(4206, file=Path(path).name, missing=", ".join(missing), columns=_some(table.columns))
    reader = Reader(mapping)
    prepared, refused = _prepare(table, reader)
    return Plan(
        file=Path(path).name,
        notes=(*table.notes, *_conversions(mapping)),
        prepared=tuple(prepared),
        refused=tuple(refused),
        unmapped_columns=tuple(column for column in table.columns if column not in mapping.columns()),
        unknown_codes=reader.unknown_codes,
    )


def _some(columns: list[str], limit: int = 20) -> str:
    shown = ", ".join(columns[:limit])
    return f"{shown}, …" if len(columns) > limit else shown


def _conversions(mapping: HouseholdMapping) -> Iterator[str]:
    """Every conversion of units, with its factor."""
    for rule in mapping.answers:
        if rule.factor is not None:
            yield f"{rule.column}: 1 {rule.unit} = {rule.factor:.10g} {rule.question.unit}"


def _prepare(table: Table, reader: Reader) -> tuple[list[Prepared], list[Refused]]:
    prepared: list[Prepared] = []
    refused: list[Refused] = []
    first_of: dict[str, Prepared] = {}
    for row in table.rows:
        try:
            ready = _prepare_row(row, reader)
            first = first_of.setdefault(ready.envelope["id"], ready)
            if first.envelope != ready.envelope:
                raise Problem(4205, line=row.line, first=first.line)
            prepared.append(ready)
        except Problem as problem:
            refused.append(Refused(row.line, problem))
    return prepared, refused


def _prepare_row(row: Row, reader: Reader) -> Prepared:
    """One row as an envelope. Raises Problem 4203 (no id), 4204 (no moment), 4207 (surplus values)."""
    mapping = reader.mapping
    if row.surplus:
        raise Problem(4207, line=row.line, surplus=len(row.surplus))
    parts = [row.values[column] for column in mapping.id]
    if all(part in mapping.empty for part in parts):
        raise Problem(4203, line=row.line, columns=", ".join(mapping.id))
    captured_at = reader.moment(row.values)
    if captured_at is None:
        column = mapping.captured_at.column or ""
        raise Problem(4204, line=row.line, column=column, got=row.values.get(column, "")[:60])
    payload = payload_of(row.values, reader)
    envelope = {
        "id": survey_id(mapping.source, parts),
        "kind": "survey",
        "form": mapping.form.code,
        "form_version": mapping.form.version,
        "base_version": 0,
        "captured_at": captured_at,
        "officer": None,
        "device": f"import:{mapping.source}"[:80],
        "payload": payload,
        "photos": [],
    }
    return Prepared(row.line, envelope, check(mapping.form, payload).faults)


def survey_id(source: str, parts: Iterable[str]) -> str:
    """The lasting id of a row: the same source and row id always give the same survey.

    >>> survey_id("list-2025", ["17"]) == survey_id("list-2025", ["17"])
    True
    """
    return str(uuid.uuid5(uuid.uuid5(NAMESPACE, source), "\x1f".join(parts)))


def payload_of(values: Mapping[str, str], reader: Reader) -> dict[str, Any]:
    """The answers of one row: constants first, then what its cells say."""
    mapping = reader.mapping
    payload = dict(mapping.constants)
    for rule in mapping.answers:
        answer = reader.answer(rule, values[rule.column])
        if answer is not None:
            payload[rule.question.code] = answer
    point = reader.point(values)
    if point:
        payload["point"] = point
    for row in mapping.rows:
        if values[row.present] not in mapping.empty:
            payload.setdefault(row.roster, []).append(_roster_row(row.constants, row.answers, values, reader))
    return payload


def _roster_row(
    constants: Mapping[str, Any], rules: Iterable[AnswerRule], values: Mapping[str, str], reader: Reader
) -> dict[str, Any]:
    entry = dict(constants)
    for rule in rules:
        answer = reader.answer(rule, values[rule.column])
        if answer is not None:
            entry[rule.question.code] = answer
    return entry


def apply(
    planned: Plan,
    receive: Receive,
    *,
    on_progress: Callable[[int], None] = lambda rows: None,
    chunk: int = CHUNK,
) -> Result:
    """Send every prepared row through the intake, `chunk` rows to a commit; a refused row stops no other.

    `receive` takes the session and one envelope and gives its receipt. Safe to run again at any point.
    """
    result = Result(refused=list(planned.refused))
    for start in range(0, len(planned.prepared), chunk):
        rows = planned.prepared[start : start + chunk]
        with transaction.write() as session:
            outcomes = [_send(session, row, receive) for row in rows]
        # Counted after the commit: a chunk that failed has counted nothing.
        for outcome in outcomes:
            _count(result, outcome)
        on_progress(len(rows))
    return result


def _send(session: Session, row: Prepared, receive: Receive) -> Receipt | Refused:
    try:
        with session.begin_nested():
            return receive(session, read(row.envelope))
    except Problem as problem:
        return Refused(row.line, problem)


def _count(result: Result, outcome: Receipt | Refused) -> None:
    if isinstance(outcome, Refused):
        result.refused.append(outcome)
        return
    if outcome.state == "stored":
        result.stored += 1
    else:
        result.waiting += 1
    result.known += not outcome.is_new
