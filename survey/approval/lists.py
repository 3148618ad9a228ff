"""Frozen lists, pure: the canonical text of a version and its hash, and how two lists differ."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from survey.approval.rows import Change, Differences, ListDeparture, ListRow

COMPARED = ("works_kind", "amount_vnd", "programme", "person_id", "area_code")
"""What makes a row another one. The state of the works does not: it changes daily and nobody decides it."""


def canonical(area_code: str, year: int, version: int, rows: Sequence[Any], left: Sequence[Any]) -> str:
    """The one text of a version: JSON with sorted keys and no blanks, rows in the order of households."""
    content = {"area_code": area_code, "year": year, "version": version, "rows": rows, "left": left}
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def sha256_of(text: str) -> str:
    """The hash under which a version is known."""
    return hashlib.sha256(text.encode()).hexdigest()


def stored(rows: Iterable[ListRow]) -> list[dict[str, Any]]:
    """Rows as a version keeps them."""
    return [asdict(row) for row in sorted(rows, key=lambda row: row.household_id)]


def read(rows: Iterable[Mapping[str, Any]]) -> tuple[ListRow, ...]:
    """Rows as a version kept them."""
    return tuple(_row(row) for row in rows)


def _row(kept: Mapping[str, Any]) -> ListRow:
    """A kept row; what somebody tampered with must still be shown, to be told by its hash."""
    values: dict[str, Any] = {name: kept.get(name) for name in ListRow.__slots__}
    return ListRow(**values)


def stored_left(left: Iterable[ListDeparture]) -> list[dict[str, Any]]:
    """Who left, as a version keeps it."""
    return [asdict(one) for one in sorted(left, key=lambda one: one.row.household_id)]


def read_left(left: Iterable[Mapping[str, Any]]) -> tuple[ListDeparture, ...]:
    """Who left, as a version kept it."""
    return tuple(ListDeparture(_row(one["row"]), one["state"], one["reason"]) for one in left)


def differences(old: Iterable[ListRow], new: Iterable[ListRow]) -> Differences:
    """What became of a list: households added, removed, and changed with the fields that differ."""
    before, after = ({row.household_id: row for row in rows} for rows in (old, new))
    changes = (_change(row, after[house]) for house, row in before.items() if house in after)
    return Differences(
        added=tuple(row for house, row in after.items() if house not in before),
        removed=tuple(row for house, row in before.items() if house not in after),
        changed=tuple(change for change in changes if change.fields),
    )


def _change(before: ListRow, after: ListRow) -> Change:
    fields = (name for name in COMPARED if getattr(before, name) != getattr(after, name))
    return Change(before, after, tuple(fields))


def total_vnd(rows: Iterable[ListRow]) -> int:
    """The money of a list; a household whose amount is not known yet counts as nothing."""
    return sum(row.amount_vnd or 0 for row in rows)


def decisions(lists: Iterable[tuple[Iterable[ListRow], int | None]]) -> dict[str, int]:
    """Official act id by case: that of the first list under an act which has the case as it stands now.

    `lists` are (rows, act id or None) in order, the newest last. A case whose works kind, programme or
    money changed after its decision waits for another one: *chưa có quyết định*.
    """
    decided: dict[str, tuple[int, tuple[Any, ...]]] = {}
    for rows, act_id in lists:
        for row in rows:
            if row.case_id in decided and decided[row.case_id][1] == row.decided:
                continue
            decided.pop(row.case_id, None)
            if act_id is not None:
                decided[row.case_id] = (act_id, row.decided)
    return {case_id: act_id for case_id, (act_id, _) in decided.items()}
