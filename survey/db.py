"""The storage floor: one declarative base, constraint names and the column types every room shares."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import (
    ARRAY,
    JSON,
    BigInteger,
    ColumnElement,
    DateTime,
    MetaData,
    String,
    Table,
    and_,
    any_,
    bindparam,
    func,
    insert,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import DeclarativeBase, Session, registry
from sqlalchemy.types import TypeDecorator

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

Told = TypeVar("Told")

AREA_CODE_LENGTH = 20
AreaCode = String(AREA_CODE_LENGTH)
"""Code of an administrative unit (mã đơn vị hành chính): text, leading zeros kept."""
Sha256 = String(64)
"""SHA-256 as 64 lower-case hexadecimal digits."""
UuidText = String(36)
"""A UUID as its 36-character lower-case text, given by whoever recorded the thing first."""
InByteOrder = String(collation="C").with_variant(String(), "sqlite")
"""Text in the order of its bytes on every server, so that what begins alike stands together."""
Vnd = BigInteger
"""Money in integer đồng."""


class UtcDateTime(TypeDecorator[datetime]):
    """A moment in time: goes in and comes out aware (UTC); SQLite, which keeps no zone, stores UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a moment without a zone: its meaning would depend on the server."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a moment needs a time zone, got {value!r}")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give the zone back that SQLite drops."""
        return value.replace(tzinfo=UTC) if value is not None and value.tzinfo is None else value


class Base(DeclarativeBase):
    """Every table's base. Flask-SQLAlchemy wraps it in `api.web.extensions`."""

    registry = registry(
        metadata=MetaData(naming_convention=NAMING),
        type_annotation_map={datetime: UtcDateTime(), dict[str, Any]: JSON, list[Any]: JSON},
    )


def one_of(session: Session, column: Any, values: Collection[str]) -> ColumnElement[bool]:
    """The condition that a column is one of many texts, which travel as one bound parameter."""
    told = sorted(values)
    condition: ColumnElement[bool]
    if session.get_bind().dialect.name == "postgresql":
        condition = column == any_(bindparam(None, told, type_=ARRAY(String), unique=True))
    else:
        each = func.json_each(json.dumps(told, ensure_ascii=False)).table_valued("value")
        condition = column.in_(select(each.c.value))
    return condition


def begins_with(column: Any, text: str) -> ColumnElement[bool]:
    """The condition that a column in byte order begins with a text of letters, as a range that an index
    answers.
    """
    return and_(column >= text, column < text[:-1] + chr(ord(text[-1]) + 1))


def add_once(session: Session, row: Base) -> bool:
    """Insert a row unless its key is there already; False when it was. The database decides, not a look.

    A savepoint keeps the rest of the transaction when another writer was first.
    """
    try:
        with session.begin_nested():
            session.add(row)
            session.flush()
    except IntegrityError:
        return False
    return True


def add_rows(session: Session, rows: Sequence[Base]) -> None:
    """Insert rows of one table by one statement, however many; the session does not follow them after."""
    if rows:
        session.execute(_insert(rows[0].__table__), [_values(row) for row in rows])


def add_missing(session: Session, rows: Sequence[Base], told: str) -> list[Any]:
    """The same of those rows whose key is not there yet; gives what the column `told` says of these."""
    if not rows:
        return []
    statement = _insert_missing(session.get_bind().dialect.name, rows[0].__table__, told)
    return list(session.scalars(statement, [_values(row) for row in rows]))


def _values(row: Base) -> dict[str, Any]:
    """What a row was made with, by column; all rows of one statement are made with the same columns."""
    return {name: value for name, value in vars(row).items() if name != "_sa_instance_state"}


@cache
def _insert(table: Table) -> Any:
    return insert(table)


@cache
def _insert_missing(dialect: str, table: Table, told: str) -> Any:
    of_dialect = postgresql.insert if dialect == "postgresql" else sqlite.insert
    return of_dialect(table).on_conflict_do_nothing().returning(table.c[told])


def once(session: Session, name: str, read: Callable[[], Told]) -> Told:
    """What `read` gives, asked once a transaction: within one, only its own changes can show (`forget`)."""
    transaction, found = session.info.get(name, (None, None))
    if transaction is None or transaction is not session.get_transaction():
        found = know(session, name, read())
    known: Told = found
    return known


def know(session: Session, name: str, found: Told) -> Told:
    """Let `once` give what was read in this transaction together with something else."""
    session.info[name] = (session.get_transaction(), found)
    return found


def forget(session: Session, name: str) -> None:
    """Ask again: this transaction has changed what `once` keeps."""
    session.info.pop(name, None)


def lasting(
    session: Session, kind: str, key: str, read: Callable[[], Told | None], make: Callable[[], object]
) -> Told:
    """What `read` finds, else finds once `make` has made it: a row that nobody changes or deletes after.

    What others have committed is remembered by the connection; what this transaction made itself may yet be
    rolled back, and is asked again.
    """
    remembered: dict[str, Told] = session.connection().info.setdefault(kind, {})
    if key in remembered:
        return remembered[key]
    made = once(session, kind, set[str])
    found = read()
    if found is None:
        made.add(key)
        make()
        found = read()
    elif key not in made:
        remembered[key] = found
    if found is None:
        raise LookupError(f"{kind} {key} is not there though it was made")
    return found
