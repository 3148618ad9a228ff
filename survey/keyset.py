"""Lists read page by page along an index: a row's values tell where a page begins, nothing is counted.

A row that leaves the list between two pages is neither repeated nor lets another one be skipped, and the last
page costs what the first does. Rows without a value come last, on either database.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, false, or_, tuple_
from sqlalchemy.orm import Session

Values = tuple[Any, ...]
"""What a row has in the columns that its list is sorted by."""


@dataclass(frozen=True, slots=True)
class Key:
    """A column that a list is sorted by; `is_optional`: some rows have nothing there."""

    column: Any
    is_descending: bool = False
    is_optional: bool = False


@dataclass(frozen=True, slots=True)
class Window:
    """The part of a list to be read: `size` rows after (or, `is_backward`, before) the row of `start`;
    without one from the beginning (or up to the end). `offset` rows are counted off first, for old addresses.
    """

    keys: tuple[Key, ...]
    size: int
    start: Values | None = None
    is_backward: bool = False
    offset: int = 0


@dataclass(frozen=True, slots=True)
class Slice:
    """Rows of a window in the order of the list, the values of the first and the last one, and whether more
    lie further on in the direction they were read in.
    """

    rows: list[Any] = field(default_factory=list)
    first: Values = ()
    last: Values = ()
    has_more: bool = False

    def of(self, rows: list[Any]) -> Slice:
        """The same, its rows as others are to see them."""
        return Slice(rows, self.first, self.last, self.has_more)


def read(session: Session, statement: Select[Any], window: Window) -> Slice:
    """The rows of a window of what a statement selects."""
    columns = [key.column.label(f"key_{place}") for place, key in enumerate(window.keys)]
    asked = statement.add_columns(*columns)
    found: list[Any] = []
    for part in _parts(asked, window):
        found += session.execute(part.limit(window.size + 1 - len(found)))
        if len(found) > window.size:
            break
    kept = found[: window.size]
    if window.is_backward:
        kept.reverse()
    told = [(tuple(row[: -len(columns)]), tuple(row[-len(columns) :])) for row in kept]
    if not told:
        return Slice()
    rows = [row for row, _ in told]
    return Slice(rows, told[0][1], told[-1][1], has_more=len(found) > window.size)


def ordered(statement: Select[Any], keys: Sequence[Key]) -> Select[Any]:
    """The whole list in its order."""
    return statement.order_by(*(_order(key, is_backward=False, is_told=False) for key in keys))


def _parts(statement: Select[Any], window: Window) -> list[Select[Any]]:
    """Statements whose rows one after another are the window: an index answers a range of told values, or the
    rows without one, never both at once.
    """
    keys = window.keys
    if window.offset:
        return [ordered(statement, keys).offset(window.offset)]
    order = [
        _order(key, is_backward=window.is_backward, is_told=place == 0) for place, key in enumerate(keys)
    ]
    statement = statement.order_by(*order)
    if not keys[0].is_optional:
        return [statement.where(*_further(window, is_told=True))]
    told, untold = keys[0].column.is_not(None), keys[0].column.is_(None)
    parts = [(told, True), (untold, False)]
    if window.is_backward:
        parts.reverse()
    if window.start is not None and (window.start[0] is not None) == window.is_backward:
        parts.pop(0)
    return [
        statement.where(condition, *(_further(window, is_told=is_told) if place == 0 else ()))
        for place, (condition, is_told) in enumerate(parts)
    ]


def _order(key: Key, *, is_backward: bool, is_told: bool) -> Any:
    """One column's order. Where every row has a value nothing is said of those without: an index need not."""
    falls = key.is_descending != is_backward
    order = key.column.desc() if falls else key.column.asc()
    if is_told or not key.is_optional:
        return order
    return order.nulls_first() if is_backward else order.nulls_last()


def _further(window: Window, *, is_told: bool) -> list[ColumnElement[bool]]:
    """The rows further on than the start, of those that have (or have not) a first value."""
    if window.start is None:
        return []
    pairs = list(zip(window.keys, window.start, strict=True))
    if not is_told:
        return [_beyond(pairs[1:], window)]
    is_plain = len({key.is_descending for key, _ in pairs}) == 1
    if is_plain and not any(key.is_optional for key, _ in pairs[1:]):
        columns, values = tuple_(*(key.column for key, _ in pairs)), tuple_(*(value for _, value in pairs))
        return [columns < values if _falls(pairs[0][0], window) else columns > values]
    key, value = pairs[0]
    bound = key.column <= value if _falls(key, window) else key.column >= value  # for the index
    return [bound, _beyond(pairs, window)]


def _falls(key: Key, window: Window) -> bool:
    return key.is_descending != window.is_backward


def _beyond(pairs: Sequence[tuple[Key, Any]], window: Window) -> ColumnElement[bool]:
    """Further on by the first column, or level there and further on by the others."""
    if not pairs:
        return false()
    (key, value), *others = pairs
    column = key.column
    if value is None:
        further = column.is_not(None) if window.is_backward else false()
        level = column.is_(None)
    else:
        further = column < value if _falls(key, window) else column > value
        if key.is_optional and not window.is_backward:
            further = or_(further, column.is_(None))
        level = column == value
    return or_(further, and_(level, _beyond(others, window)))
