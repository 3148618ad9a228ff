"""Rows that hold from a day to a day: where a new one fits among those of its key."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Protocol, TypeVar


class Dated(Protocol):
    """A row with a first day and a last day (None: still holds)."""

    valid_from: date
    valid_to: date | None


Row = TypeVar("Row", bound=Dated)


def holding(rows: Sequence[Row], on: date) -> Row | None:
    """The row that holds on the day; the one added last, should there be two."""
    fit = [row for row in rows if row.valid_from <= on and (row.valid_to is None or row.valid_to >= on)]
    return fit[-1] if fit else None


def last_day(rows: Sequence[Dated], on: date, until: date | None = None) -> date | None:
    """The last day of a row that begins on `on`: the day before the next one begins, or as said."""
    lived = [row for row in rows if row.valid_to is None or row.valid_to >= row.valid_from]
    ends = [row.valid_from - timedelta(days=1) for row in lived if row.valid_from > on]
    current = holding(lived, on)
    if current is not None and current.valid_to is not None:
        ends.append(current.valid_to)
    return min([*ends, *([until] if until else [])], default=None)


def end_before(row: Dated, on: date) -> None:
    """Let the row end the day before; one that began on `on` itself never held."""
    row.valid_to = on - timedelta(days=1)
