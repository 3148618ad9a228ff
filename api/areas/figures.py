"""The programmes of an area with their households and money."""

from __future__ import annotations

from collections.abc import Iterable


def programmes(amounts: Iterable[tuple[str, str, int, int]]) -> dict[str, tuple[int, int, int]]:
    """Of each programme the entitled households to build new and to repair, and their amounts together.

    `amounts` are (programme, works kind, households, amount_vnd).
    """
    found: dict[str, tuple[int, int, int]] = {}
    for programme, works_kind, households, amount_vnd in amounts:
        new, repair, together_vnd = found.get(programme, (0, 0, 0))
        found[programme] = (
            new + (households if works_kind == "new" else 0),
            repair + (households if works_kind == "repair" else 0),
            together_vnd + amount_vnd,
        )
    return dict(sorted(found.items()))
