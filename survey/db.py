"""The storage floor: one declarative base, constraint names and the column types every room shares."""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    ARRAY,
    JSON,
    BigInteger,
    ColumnElement,
    DateTime,
    MetaData,
    String,
    any_,
    bindparam,
    func,
    select,
)
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

AREA_CODE_LENGTH = 20
AreaCode = String(AREA_CODE_LENGTH)
"""Code of an administrative unit (mã đơn vị hành chính): text, leading zeros kept."""
Sha256 = String(64)
"""SHA-256 as 64 lower-case hexadecimal digits."""
UuidText = String(36)
"""A UUID as its 36-character lower-case text, given by whoever recorded the thing first."""
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
