"""Which unknown facts matter: the unknown leaves below every unknown result, and nothing else.

A fact that an already decided condition hides is not asked for. Facts are bits of one number
(`Book.fact_names`), so that one household and a column of them are handled by the same rule.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import reduce
from typing import Any

import numpy as np
from numpy.typing import NDArray

from survey.law.evaluation import Env, Scalar, is_unknown, scalar, vector
from survey.law.expressions import FALSE, TRUE, UNKNOWN, Node

Bits = Mapping[str, int]  # fact -> its bit


class Missing:
    """For one household at a time; each part of a tree is compiled once."""

    def __init__(self, bits: Bits, definitions: Mapping[str, Node]) -> None:
        self.bits = bits
        self.definitions = definitions
        self._values: dict[int, Scalar] = {}

    def of(self, node: Node, env: Env, known: dict[str, int]) -> int:
        """Bits of the facts whose being unknown makes this tree unknown; 0 if the tree is known.

        `known` keeps the bits of names already done for this household.
        """
        if node.op == "const" or not is_unknown(self._value(node, env), node.kind):
            return 0
        if node.op == "name":
            if node.value not in known:
                known[node.value] = self._of_name(node.value, env, known)
            return known[node.value]
        parts = node.args
        if node.op == "if":
            parts = _parts_that_count(node, self._value(node.args[0], env))
        found = 0
        for part in parts:
            found |= self.of(part, env, known)
        return found

    def _of_name(self, name: str, env: Env, known: dict[str, int]) -> int:
        if name in self.definitions:
            return self.of(self.definitions[name], env, known)
        return self.bits.get(name, 0)

    def _value(self, node: Node, env: Env) -> Any:
        if node.op == "name":
            return env[node.value]
        # Trees live as long as the rules, so their identity is a fit key.
        if id(node) not in self._values:
            self._values[id(node)] = scalar(node)
        return self._values[id(node)](env)


def _parts_that_count(node: Node, condition: int) -> tuple[Node, ...]:
    """The branch not taken does not count."""
    return {TRUE: node.args[:2], FALSE: node.args[::2]}.get(condition, node.args)


class MissingColumns:
    """The same for columns: masks of uint64, each definition worked out once."""

    def __init__(
        self, bits: Bits, definitions: Mapping[str, Node], choices: Mapping[str, tuple[str, ...]]
    ) -> None:
        self.bits = bits
        self.definitions = definitions
        self.choices = choices
        self._values: dict[int, Callable[[Env], Any]] = {}

    def of(self, node: Node, env: Env, rows: int, known: dict[str, NDArray[np.uint64]]) -> NDArray[np.uint64]:
        """The mask of every row of the columns in `env`; `known` keeps the masks of names already done."""
        if node.op == "const":
            return np.zeros(rows, np.uint64)
        if node.op == "name":
            if node.value not in known:
                known[node.value] = self._of_name(node, env, rows, known)
            return known[node.value]
        unknown = self._unknown(node, env)
        parts = [self.of(part, env, rows, known) for part in node.args]
        if node.op == "if":
            condition = self._value(node.args[0], env)
            parts[1] = np.where(condition == FALSE, np.uint64(0), parts[1])
            parts[2] = np.where(condition == TRUE, np.uint64(0), parts[2])
        mask: NDArray[np.uint64] = reduce(np.bitwise_or, parts)  # one value for all where no column is given
        return np.where(unknown, mask, np.uint64(0))

    def _of_name(
        self, node: Node, env: Env, rows: int, known: dict[str, NDArray[np.uint64]]
    ) -> NDArray[np.uint64]:
        if node.value in self.definitions:
            return self.of(self.definitions[node.value], env, rows, known)
        bit = np.uint64(self.bits.get(node.value, 0))
        # A fact without a column is unknown in every row.
        return np.broadcast_to(np.where(self._unknown(node, env), bit, np.uint64(0)), rows)

    def _value(self, node: Node, env: Env) -> Any:
        if id(node) not in self._values:
            self._values[id(node)] = vector(node, self.choices)
        return self._values[id(node)](env)

    def _unknown(self, node: Node, env: Env) -> Any:
        value = self._value(node, env)
        if node.kind == "truth":
            return value == UNKNOWN
        return value == -1 if node.kind == "choice" else value != value
