"""Pages of a long list, counted in the database, never capped in silence.

Lists of households are read along an index (`survey.keyset`): their addresses tell the row that a page begins
after, sealed, since the order of a list follows people's names.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import request

from api.web.language import t
from survey.encryption import seal, unseal
from survey.keyset import Key, Slice, Values, Window

PAGE_SIZE = 50
ARGUMENTS = ("page", "after", "before", "end")
"""Arguments of an address that tell a page of its list."""
LONGEST_TOLD = 2_000


@dataclass(frozen=True, slots=True)
class Step:
    """A way to another page: `rel` as HTML knows it, its words, and what the address tells of it."""

    rel: str
    label: str
    told: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Page:
    """One page of `total` rows; `number` starts at 1 and never lies beyond the last."""

    number: int
    total: int
    size: int = PAGE_SIZE

    @property
    def offset(self) -> int:
        """Rows before this page."""
        return (self.number - 1) * self.size

    @property
    def first(self) -> int:
        """Number of its first row, 0 when there is none."""
        return self.offset + 1 if self.total else 0

    @property
    def last(self) -> int:
        """For "51 – 100 of 230": counted from 1 over all pages."""
        return min(self.offset + self.size, self.total)

    @property
    def count(self) -> int:
        """How many pages there are."""
        return max(1, -(-self.total // self.size))

    @property
    def steps(self) -> list[Step]:
        """The pages before and after."""
        before = [Step("prev", t("Trước", "Previous"), {"page": self.number - 1})] if self.number > 1 else []
        after = Step("next", t("Sau", "Next"), {"page": self.number + 1})
        return [*before, *([after] if self.number < self.count else [])]


def page_of(total: int, size: int = PAGE_SIZE) -> Page:
    """The page the request asks for (`?page=`) of a list of `total` rows."""
    wanted = request.args.get("page", 1, type=int)
    last = max(1, -(-total // size))
    return Page(min(max(wanted, 1), last), total, size)


@dataclass(frozen=True, slots=True)
class KeysetPage:
    """One page of a list read along an index: its rows, `first` and `last` the numbers of its ends among all
    `total`, and the ways on.
    """

    rows: list[Any]
    total: int
    first: int
    last: int
    steps: list[Step]

    @property
    def is_whole(self) -> bool:
        """Whether the page is the whole list."""
        return not self.steps


def keyset_page(
    total: int, keys: tuple[Key, ...], read: Callable[[Window], Slice], size: int = PAGE_SIZE
) -> KeysetPage:
    """The page the request asks for of a list of `total` rows sorted by `keys`.

    `?after=` and `?before=` tell a row, `?end=` the last page, `?page=` a number as addresses had it before;
    what nobody here has sealed, or for another order, shows the first page.
    """
    window, before = _asked(total, keys, size)
    found = read(window)
    if not found.rows and total and window.start is not None and not window.is_backward:
        window, before = Window(keys, size, is_backward=True), 0  # all that came after has left
        found = read(window)
    elif window.is_backward and window.start is not None and not found.has_more:
        window, before = Window(keys, size), 0  # the first page is a full one
        found = read(window)
    return _page(found, window, total, before)


def _asked(total: int, keys: tuple[Key, ...], size: int) -> tuple[Window, int]:
    """What to read, and how many rows came before the row told."""
    asked = request.args
    if asked.get("end"):
        return Window(keys, size, is_backward=True), 0
    for name in ("after", "before"):
        if (told := _opened(asked.get(name, ""), keys)) is not None:
            place, start = told
            return Window(keys, size, start, is_backward=name == "before"), place
    number = page_of(total, size).number
    return Window(keys, size, offset=(number - 1) * size), (number - 1) * size


def _page(found: Slice, window: Window, total: int, before: int) -> KeysetPage:
    """`before`: how many rows came before the row that the page begins after, when that was told."""
    shown = len(found.rows)
    if window.is_backward:
        has_previous, has_next = found.has_more, window.start is not None
        first = before - shown + 1 if has_next else total - shown + 1
    else:
        has_previous, has_next = bool(window.start or window.offset), found.has_more
        first = before + 1 if has_next or not has_previous else total - shown + 1
    lowest = shown + 1 if has_previous else 1
    first = min(max(first, lowest), max(total - shown + (0 if has_next else 1), 1)) if shown else 0
    last = first + shown - 1 if shown else 0
    steps = []
    if has_previous:
        earlier = _sealed(first - 1, found.first, window.keys)
        steps += [
            Step("first", t("Đầu", "First"), {}),
            Step("prev", t("Trước", "Previous"), {"before": earlier}),
        ]
    if has_next:
        later = _sealed(last, found.last, window.keys)
        steps += [
            Step("next", t("Sau", "Next"), {"after": later}),
            Step("last", t("Cuối", "Last"), {"end": "yes"}),
        ]
    return KeysetPage(found.rows, total, first, last, steps)


def _sealed(before: int, values: Values, keys: tuple[Key, ...]) -> str:
    told = [value.isoformat() if isinstance(value, date) else value for value in values]
    return seal(json.dumps([_name(keys), before, *told], ensure_ascii=False))


def _opened(sealed: str, keys: tuple[Key, ...]) -> tuple[int, Values] | None:
    """(rows before it, values) of the row told; None for none, or of another order."""
    text = unseal(sealed) if 0 < len(sealed) <= LONGEST_TOLD else None
    if text is None:
        return None
    name, before, *told = json.loads(text)
    if name != _name(keys):
        return None
    pairs = zip(keys, told, strict=True)
    return before, tuple(
        date.fromisoformat(value) if value is not None and key.column.type.python_type is date else value
        for key, value in pairs
    )


def _name(keys: tuple[Key, ...]) -> str:
    """What tells one order of a list from another."""
    return " ".join(("-" if key.is_descending else "") + str(key.column) for key in keys)
