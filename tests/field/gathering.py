"""Random cases gathered first, so that a page can be asked about hundreds of them at once."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st


def gather(strategy: st.SearchStrategy[Any], count: int) -> list[Any]:
    """About `count` examples of a strategy, new ones on every run."""
    found: list[Any] = []

    @settings(
        max_examples=count,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def note(example: Any) -> None:
        found.append(example)

    note()
    return found


def plain(value: Any) -> Any:
    """A value as JSON hands it on: tuples are lists."""
    return json.loads(json.dumps(value))


def first_difference(cases: list[Any], expected: list[Any], got: list[Any]) -> Any:
    """The first case told otherwise than expected, with both; None when all agree."""
    pairs = zip(cases, expected, got, strict=True)
    return next(((case, left, right) for case, left, right in pairs if left != right), None)


def batches(cases: list[Any], ask: Callable[[list[Any]], list[Any]], size: int = 500) -> list[Any]:
    """What `ask` answers to all cases, some hundreds at a time."""
    return [answer for start in range(0, len(cases), size) for answer in ask(cases[start : start + size])]
