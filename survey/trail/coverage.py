"""Which tables the trail answers for (`tables.toml`), and the one text of a row that its hash is made of."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from sqlalchemy import Boolean, Column, Date, DateTime, Float, Integer, LargeBinary, Table
from sqlalchemy.types import TypeDecorator

from survey.db import Base, UtcDateTime
from survey.encryption import keyed_hash

LENGTH = 32
"""Hexadecimal digits kept of a row's hash: 128 bits, keyed, so that nobody can look for two alike."""
_told = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
"""In the order of the columns, and of JSON as it was written: databases keep it as text."""


@dataclass(frozen=True, slots=True)
class Covered:
    """One table the trail answers for: how a row is told and hashed.

    `is_repeated`: several rows may have one key, and none of them ever changes.
    """

    table: Table
    key: tuple[str, ...]
    columns: frozenset[str]
    is_repeated: bool
    _key: tuple[tuple[str, Callable[[Any], Any] | None], ...]
    _values: tuple[tuple[str, Callable[[Any], Any] | None], ...]

    def key_of(self, row: Mapping[str, Any]) -> str:
        """What tells a row among those of its table."""
        return "/".join(str(value) for value in _plain(row, self._key))

    def hash_of(self, row: Mapping[str, Any]) -> str:
        """The keyed hash over every covered column; a value not told is empty."""
        return keyed_hash(f"{self.table.name}\n{_told(_plain(row, self._values))}")[:LENGTH]


def _plain(row: Mapping[str, Any], columns: tuple[tuple[str, Callable[[Any], Any] | None], ...]) -> list[Any]:
    values = []
    for name, plain in columns:
        value = row.get(name)
        values.append(value if value is None or plain is None else plain(value))
    return values


@cache
def tables() -> dict[str, Covered]:
    """Every covered table by its name, in the order of the file."""
    return {name: _covered(name, told) for name, told in _file()["covered"].items()}


def left_out() -> dict[str, str]:
    """The tables the trail does not answer for, each with the reason."""
    return dict(_file()["left_out"])


@cache
def _file() -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_name("tables.toml").read_text("utf-8"))


def _covered(name: str, told: Mapping[str, Any]) -> Covered:
    table = Base.metadata.tables[name]
    excepted: Mapping[str, str] = told.get("except", {})
    key = tuple(told.get("key", [column.name for column in table.primary_key]))
    unknown = {*excepted, *key} - {column.name for column in table.columns}
    if unknown:
        raise ValueError(f"{name} has no columns {sorted(unknown)}")
    hashed = [column for column in table.columns if column.name not in excepted]
    return Covered(
        table,
        key,
        frozenset(column.name for column in hashed),
        bool(told.get("is_repeated")),
        tuple((name, _converter(table.c[name])) for name in key),
        tuple((column.name, _converter(column)) for column in hashed),
    )


def _converter(column: Column[Any]) -> Callable[[Any], Any] | None:
    """How a value is told alike before it is written and after it is read, on each database."""
    kind = column.type
    if isinstance(kind, UtcDateTime | DateTime):
        return _moment
    if isinstance(kind, TypeDecorator):  # encrypted: its text
        return None
    for of, plain in ((Date, _day), (Boolean, bool), (Integer, int), (Float, float), (LargeBinary, _bytes)):
        if isinstance(kind, of):
            return plain
    return None


def _moment(value: datetime) -> str:
    return value.astimezone(UTC).isoformat(timespec="microseconds")


def _day(value: date) -> str:
    return value.isoformat()


def _bytes(value: bytes) -> str:
    return sha256(value).hexdigest()
