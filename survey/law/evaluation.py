"""What a tree means: three-valued logic, once for one household, once for columns of them.

Truth is 0 false, 1 unknown, 2 true: and = min, or = max, not = 2 - x. A number, date or choice that is
unknown makes what is built on it unknown, and so does a division by zero. Representations:

=========  =======================  ================================
kind       scalar                   column
=========  =======================  ================================
truth      int 0, 1, 2              uint8
number     float, None unknown      float64, NaN unknown
date       float days since 1970    float64, NaN unknown
choice     str, None unknown        int8 code, -1 unknown
=========  =======================  ================================

A browser reads the same trees as JSON (`api/static/field/law/expressions.js`). Property tests hold all equal
(`tests/law/test_three_evaluators_agree.py`, `tests/field/test_field_trees.py`).
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from survey.law.expressions import ARITHMETIC, COMPARISONS, FALSE, TRUE, UNKNOWN, Node, const

Env = Mapping[str, Any]
Scalar = Callable[[Env], Any]
Vector = Callable[[Env], Any]

_SIGNS: dict[str, Callable[[Any, Any], Any]] = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
    "==": operator.eq, "!=": operator.ne,
    "+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv,
}  # fmt: skip


def is_unknown(value: Any, kind: str) -> bool:
    """Whether a scalar value of that kind is unknown."""
    return bool(value == UNKNOWN) if kind == "truth" else value is None


# --- one household


def scalar(node: Node) -> Scalar:
    """The tree as a function of one household's environment (name -> value)."""
    if node.op == "const":
        value = node.value
        return lambda env: value
    if node.op == "name":
        return operator.itemgetter(node.value)
    if node.op == "in":
        return _scalar_in(node.args[0].value, frozenset(node.value))
    parts = tuple(scalar(part) for part in node.args)
    if node.op in _SIGNS:
        return _scalar_pair(_SIGNS[node.op], *parts, compares=node.op in COMPARISONS)
    return _SCALAR[node.op](parts)


def _scalar_in(fact: str, options: frozenset[str]) -> Scalar:
    def run(env: Env) -> int:
        value = env[fact]
        return UNKNOWN if value is None else TRUE if value in options else FALSE

    return run


def _scalar_pair(sign: Callable[[Any, Any], Any], left: Scalar, right: Scalar, *, compares: bool) -> Scalar:
    def compare(env: Env) -> int:
        a, b = left(env), right(env)
        return UNKNOWN if a is None or b is None else TRUE if sign(a, b) else FALSE

    def reckon(env: Env) -> float | None:
        a, b = left(env), right(env)
        if a is None or b is None or (b == 0 and sign is operator.truediv):
            return None
        result: float = sign(a, b)
        return result if result == result else None  # NaN is unknown here as in columns

    return compare if compares else reckon


def _scalar_not(parts: Sequence[Scalar]) -> Scalar:
    part = parts[0]
    return lambda env: TRUE - part(env)


def _scalar_and(parts: Sequence[Scalar]) -> Scalar:
    def run(env: Env) -> int:
        lowest = TRUE
        for part in parts:
            value = part(env)
            if value == FALSE:
                return FALSE
            if value < lowest:
                lowest = value
        return lowest

    return run


def _scalar_or(parts: Sequence[Scalar]) -> Scalar:
    def run(env: Env) -> int:
        highest = FALSE
        for part in parts:
            value = part(env)
            if value == TRUE:
                return TRUE
            if value > highest:
                highest = value
        return highest

    return run


def _scalar_at_least(parts: Sequence[Scalar]) -> Scalar:
    wanted, conditions = parts[0], parts[1:]

    def run(env: Env) -> int:
        count = wanted(env)
        if count is None:
            return UNKNOWN
        values = [condition(env) for condition in conditions]
        sure = values.count(TRUE)
        return TRUE if sure >= count else UNKNOWN if sure + values.count(UNKNOWN) >= count else FALSE

    return run


def _scalar_if(parts: Sequence[Scalar]) -> Scalar:
    condition, yes, no = parts

    def run(env: Env) -> float | None:
        value = condition(env)
        result: float | None = yes(env) if value == TRUE else no(env) if value == FALSE else None
        return result

    return run


_SCALAR: dict[str, Callable[[Sequence[Scalar]], Scalar]] = {
    "not": _scalar_not,
    "and": _scalar_and,
    "or": _scalar_or,
    "at_least": _scalar_at_least,
    "if": _scalar_if,
}


# --- columns


def vector(node: Node, choices: Mapping[str, Sequence[str]]) -> Vector:
    """The tree as a function of an environment of columns. `choices` gives each choice fact's codes in
    order.
    """
    if node.op == "const":
        constant = _column_constant(node)
        return lambda env: constant
    if node.op == "name":
        return operator.itemgetter(node.value)
    if node.op == "in":
        return _vector_in(node.args[0].value, node.value, choices)
    parts = tuple(vector(part, choices) for part in node.args)
    if node.op in _SIGNS:
        return _vector_pair(node.op, *parts)
    return _VECTOR[node.op](parts)


def _column_constant(node: Node) -> Any:
    if node.kind == "truth":
        return np.uint8(node.value)
    return np.float64(np.nan if node.value is None else node.value)


def _vector_in(fact: str, options: Sequence[str], choices: Mapping[str, Sequence[str]]) -> Vector:
    # One table lookup. Codes are int8 read as bytes, so unknown (-1) is entry 255. "clip" skips numpy's
    # bounds check, which a byte and 256 entries do not need.
    table = np.full(256, UNKNOWN, np.uint8)
    table[: len(choices[fact])] = [TRUE if code in options else FALSE for code in choices[fact]]
    return lambda env: table.take(env[fact].view(np.uint8), mode="clip")


def _vector_pair(op: str, left: Vector, right: Vector) -> Vector:
    sign = _SIGNS["==" if op == "!=" else op]

    def compare(env: Env) -> Any:
        a, b = left(env), right(env)
        # A comparison with NaN is false, so "or 1" turns exactly those rows to unknown.
        answer = (sign(a, b).astype(np.uint8) << 1) | ((a != a) | (b != b))
        return TRUE - answer if op == "!=" else answer

    def reckon(env: Env) -> Any:
        a, b = left(env), right(env)
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            result = sign(a, b)
        return np.where(b == 0, np.nan, result) if op == "/" else result

    return reckon if op in ARITHMETIC else compare


def _vector_not(parts: Sequence[Vector]) -> Vector:
    part = parts[0]
    return lambda env: np.uint8(TRUE) - part(env)


def _vector_fold(join: Callable[[Any, Any], Any]) -> Callable[[Sequence[Vector]], Vector]:
    def build(parts: Sequence[Vector]) -> Vector:
        def run(env: Env) -> Any:
            result = parts[0](env)
            for part in parts[1:]:
                result = join(result, part(env))
            return result

        return run

    return build


def _vector_at_least(parts: Sequence[Vector]) -> Vector:
    wanted, conditions = parts[0], parts[1:]

    def run(env: Env) -> Any:
        count = wanted(env)
        values = [condition(env) for condition in conditions]
        sure = sum(value >> 1 for value in values)
        possible = sum((value + 1) >> 1 for value in values)
        answer = (sure >= count).astype(np.uint8) + (possible >= count)
        return np.where(count == count, answer, np.uint8(UNKNOWN))

    return run


def _vector_if(parts: Sequence[Vector]) -> Vector:
    condition, yes, no = parts

    def run(env: Env) -> Any:
        value = condition(env)
        return np.where(value == TRUE, yes(env), np.where(value == FALSE, no(env), np.nan))

    return run


_VECTOR: dict[str, Callable[[Sequence[Vector]], Vector]] = {
    "not": _vector_not,
    "and": _vector_fold(np.minimum),
    "or": _vector_fold(np.maximum),
    "at_least": _vector_at_least,
    "if": _vector_if,
}


# --- simplifying


def fold(node: Node, constants: Mapping[str, Node]) -> Node:
    """The same meaning with every known name put in and every decided part worked out.

    What folds away cannot matter, so its facts are never asked for.
    """
    if node.op == "name":
        return constants.get(node.value, node)
    if node.op in ("const", "in"):
        return node
    parts = tuple(fold(part, constants) for part in node.args)
    folded = Node(node.op, parts, node.value, node.kind)
    if all(part.op == "const" for part in parts):
        return const(scalar(folded)({}), node.kind)
    return _SHORTER[node.op](folded) if node.op in _SHORTER else folded


def _shorter_and_or(node: Node) -> Node:
    decisive = FALSE if node.op == "and" else TRUE
    if any(_is(part, decisive) for part in node.args):
        return const(decisive, "truth")
    rest = tuple(part for part in node.args if not _is(part, TRUE - decisive))
    return rest[0] if len(rest) == 1 else Node(node.op, rest, None, "truth")


def _shorter_if(node: Node) -> Node:
    condition, yes, no = node.args
    if yes == no and yes.op == "const":
        return yes
    return yes if _is(condition, TRUE) else no if _is(condition, FALSE) else node


def _is(node: Node, truth: int) -> bool:
    return node.op == "const" and node.kind == "truth" and bool(node.value == truth)


_SHORTER: dict[str, Callable[[Node], Node]] = {
    "and": _shorter_and_or,
    "or": _shorter_and_or,
    "if": _shorter_if,
}
