"""Every row of a covered table, page by page in the order of its primary key, however many there are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from survey.trail.coverage import Covered

AT_A_TIME = 500


def pages(
    session: Session, covered: Covered, after: Sequence[Any] | None = None
) -> Iterator[list[tuple[list[Any], Mapping[str, Any] | None]]]:
    """Pages of (primary key, values), from behind a key on; None for values that cannot be read any more."""
    keys = list(covered.table.primary_key.columns)
    while True:
        page = _page(session, covered, keys, after)
        if page:
            yield page
        if len(page) < AT_A_TIME:
            return
        after = page[-1][0]


def _page(session: Session, covered: Covered, keys: list[Any], after: Sequence[Any] | None) -> Any:
    def asked(*columns: Any) -> Any:
        rows = select(*columns).order_by(*keys).limit(AT_A_TIME)
        return rows if after is None else rows.where(tuple_(*keys) > tuple_(*after))

    try:
        found = session.execute(asked(*covered.table.columns)).mappings().all()
        return [([row[key.name] for key in keys], row) for row in found]
    except Exception:  # one of them holds what can be decoded no more: each is read alone
        return [(list(key), _one(session, covered, keys, key)) for key in session.execute(asked(*keys)).all()]


def _one(session: Session, covered: Covered, keys: list[Any], key: Sequence[Any]) -> Mapping[str, Any] | None:
    asked = select(*covered.table.columns).where(tuple_(*keys) == tuple_(*key))
    try:
        found: Any = session.execute(asked).mappings().one()
    except Exception:
        return None
    return found  # type: ignore[no-any-return]
