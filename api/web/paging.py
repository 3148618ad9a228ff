"""Pages of a long list, counted in the database, never capped in silence."""

from __future__ import annotations

from dataclasses import dataclass

from flask import request

PAGE_SIZE = 50


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


def page_of(total: int, size: int = PAGE_SIZE) -> Page:
    """The page the request asks for (`?page=`) of a list of `total` rows."""
    wanted = request.args.get("page", 1, type=int)
    last = max(1, -(-total // size))
    return Page(min(max(wanted, 1), last), total, size)
