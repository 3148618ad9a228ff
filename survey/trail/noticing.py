"""The session notes every row of a covered table that it writes, so that no room can forget to say so.

Rows written one by one tell it themselves, rows inserted in bulk by their values. A covered column changed in
bulk by a condition is refused: nobody could say afterwards which rows that was.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import event, insert, inspect
from sqlalchemy.orm import ORMExecuteState, Session, SessionTransaction

from survey.access.audit import record
from survey.access.models import AuditEntry
from survey.trail import coverage
from survey.trail.models import WriteSet

KEPT = "write_set"
ENTRY = AuditEntry.__tablename__
WRITTEN = "rows.written"
"""The action of a transaction that wrote rows and that nobody made an entry for."""
_write_sets: Any = WriteSet.__table__
_insert = insert(_write_sets)


@dataclass(frozen=True, slots=True)
class Note:
    """One row as it was written; hash None: deleted."""

    table: str
    key: str
    hash: str | None


@dataclass(slots=True)
class Noted:
    """What a transaction wrote so far, in its order, and where its savepoints began."""

    transaction_id: str = field(default_factory=lambda: secrets.token_hex(16))
    notes: list[Note] = field(default_factory=list)
    begun: dict[SessionTransaction, int] = field(default_factory=dict)


def noted(session: Session) -> Noted:
    """What this transaction has written."""
    found: Noted = session.info.get(KEPT) or session.info.setdefault(KEPT, Noted())
    return found


@event.listens_for(Session, "before_flush")
def name_transaction(session: Session, _context: Any, _instances: Any) -> None:
    """Let every entry say which transaction it was written by."""
    for row in session.new:
        if isinstance(row, AuditEntry) and row.transaction_id is None:
            row.transaction_id = noted(session).transaction_id


@event.listens_for(Session, "after_flush")
def notice_rows(session: Session, _context: Any) -> None:
    """Note the rows that are being written one by one."""
    tables = coverage.tables()
    for row in session.new:
        name = type(row).__tablename__
        if name in tables:
            _note(session, tables[name], row)
        elif name == ENTRY:
            noted(session).notes.append(Note(ENTRY, "", None))
    for row in session.dirty:
        covered = tables.get(type(row).__tablename__)
        if covered and not covered.columns.isdisjoint(inspect(row).committed_state):
            _note(session, covered, row)
    for row in session.deleted:
        covered = tables.get(type(row).__tablename__)
        if covered:
            noted(session).notes.append(Note(covered.table.name, covered.key_of(_values(covered, row)), None))


def _note(session: Session, covered: coverage.Covered, row: Any) -> None:
    values = _values(covered, row)
    note = Note(covered.table.name, covered.key_of(values), covered.hash_of(values))
    noted(session).notes.append(note)


def _values(covered: coverage.Covered, row: Any) -> Mapping[str, Any]:
    """A row's values; what the database reckoned itself is asked for."""
    known = vars(row)
    missing = [name for name in (*covered.key, *covered.columns) if name not in known]
    return known if not missing else {**known, **{name: getattr(row, name) for name in missing}}


@event.listens_for(Session, "do_orm_execute")
def notice_bulk(state: ORMExecuteState) -> Any:
    """Note rows inserted in bulk; refuse covered columns changed by a condition."""
    if not (state.is_insert or state.is_update or state.is_delete):
        return None
    covered = coverage.tables().get(getattr(getattr(state.statement, "table", None), "name", ""))
    if covered is None:
        return None
    statement: Any = state.statement
    if not state.is_insert:
        values = () if state.is_delete else statement._values or ()
        changed = {getattr(column, "key", column) for column in values}
        if state.is_delete or not changed.isdisjoint(covered.columns):
            raise RuntimeError(
                f"rows of {covered.table.name} are to be written one by one, or none could be checked"
            )
        return None
    told = state.parameters or {}
    rows = [told] if isinstance(told, Mapping) else list(told)
    if statement._post_values_clause is None:
        _note_values(state.session, covered, rows)
        return None
    made = state.invoke_statement().freeze()
    returned = made()
    (name,) = returned.keys()  # a column that tells which rows were not there already
    keys = set(returned.scalars())
    _note_values(
        state.session,
        covered,
        [row for row in rows if row.get(name) in keys] if len(keys) < len(rows) else rows,
    )
    return made()


def _note_values(session: Session, covered: coverage.Covered, rows: Iterable[Mapping[str, Any]]) -> None:
    for values in rows:
        row = _with_defaults(covered, values)
        noted(session).notes.append(Note(covered.table.name, covered.key_of(row), covered.hash_of(row)))


def _with_defaults(covered: coverage.Covered, values: Mapping[str, Any]) -> Mapping[str, Any]:
    """The values of a row as they will stand in the database."""
    missing = covered.columns.difference(values)
    defaults: dict[str, Any] = {name: covered.table.c[name].default for name in missing}
    scalars = {name: one.arg for name, one in defaults.items() if one is not None and one.is_scalar}
    return {**scalars, **values} if scalars else values


@event.listens_for(Session, "after_transaction_create")
def begin_part(session: Session, part: SessionTransaction) -> None:
    """Remember where a savepoint begins."""
    if part.nested:
        noted(session).begun[part] = len(noted(session).notes)


@event.listens_for(Session, "after_soft_rollback")
def forget_undone(session: Session, ended: SessionTransaction) -> None:
    """What a savepoint wrote that is undone was never written; a whole transaction starts anew."""
    if ended.nested:
        del noted(session).notes[noted(session).begun.get(ended, 0) :]
    elif ended.parent is None:
        session.info.pop(KEPT, None)


def keep(session: Session, at: datetime) -> None:
    """Write down what this transaction wrote; to be done last, while every row it wrote is still held.

    An entry is made where nobody made one, so that every write set has its leaf. One statement.
    """
    session.flush()
    notes = noted(session).notes
    rows = _by_table(note for note in notes if note.table != ENTRY)
    if rows:
        if all(note.table != ENTRY for note in notes):
            counts: Any = {name: len(found) for name, found in rows.items()}
            record(
                session, at=at, actor_id=None, action=WRITTEN, subject_kind="rows", subject_id="", **counts
            )
            session.flush()
        text = json.dumps(rows, ensure_ascii=False, separators=(",", ":"))
        sha256 = hashlib.sha256(text.encode()).hexdigest()
        found = {"transaction_id": noted(session).transaction_id, "sha256": sha256, "rows": text}
        session.execute(_insert, found)
    session.info.pop(KEPT, None)


def _by_table(notes: Iterable[Note]) -> dict[str, list[list[Any]]]:
    """How each row stands at the end of the transaction: key and hash."""
    tables = coverage.tables()
    last: dict[tuple[Any, ...], Note] = {}
    for number, note in enumerate(notes):
        key = (note.table, note.key, number if tables[note.table].is_repeated else None)
        last[key] = note
    rows: dict[str, list[list[Any]]] = {}
    for note in last.values():
        rows.setdefault(note.table, []).append([note.key, note.hash])
    return rows
