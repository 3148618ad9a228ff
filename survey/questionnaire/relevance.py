"""Conditions over answers, in the language of the law's clauses and with its three values.

A question's `when` says whether it is asked at all; a check's `holds` says what may not be contradicted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from survey.law import evaluation, expressions
from survey.law.expressions import Kind, Node

TYPES = {"boolean": "truth", "integer": "number", "decimal": "number", "date": "date", "choice": "choice"}
"""The kinds of question a condition may speak of, and what they are in the language of clauses."""
MEASURES = {
    "visit_day": Kind("date"),
    "visit_year": Kind("number"),
    "member_count": Kind("number"),
    "id_birth_year": Kind("number"),
    "id_sex": Kind("choice", ("female", "male")),
}
"""What a doubt may speak of beside the answers (see `doubts.measures`)."""
EPOCH = date(1970, 1, 1)


@dataclass(frozen=True, slots=True, eq=False)
class Condition:
    """A condition ready to run: its tree (for a phone), its function, and the kind of each name in it."""

    tree: Node
    run: Callable[[Mapping[str, Any]], int]
    kinds: Mapping[str, str]

    def truth(self, values: Mapping[str, Any]) -> bool | None:
        """Does it hold for these answers? None when that depends on an absent one."""
        known = {name: _encoded(values.get(name), kind) for name, kind in self.kinds.items()}
        return {expressions.FALSE: False, expressions.TRUE: True}.get(self.run(known))


def condition(text: str, kinds: Mapping[str, Kind]) -> Condition:
    """Read a condition over answers of these kinds. Raises Problem 2009-2013 for what it may not say."""
    tree = expressions.typed(expressions.parse(text), kinds, "truth")
    used = {name: kinds[name].kind for name in expressions.names(tree)}
    return Condition(tree, evaluation.scalar(tree), used)


def _encoded(value: Any, kind: str) -> Any:
    """An answer as the evaluation takes it (see `survey.law.evaluation`)."""
    if kind == "truth":
        return expressions.UNKNOWN if value is None else expressions.TRUE if value else expressions.FALSE
    if kind == "date" and value is not None:
        return float((date.fromisoformat(value) - EPOCH).days)
    return value


def relevance(when: Condition | None, values: Mapping[str, Any]) -> bool | None:
    """True when asked, False when hidden by its condition, None when that depends on an absent answer."""
    return True if when is None else when.truth(values)
