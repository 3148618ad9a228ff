"""Clause text -> a small checked tree. Nothing is ever run by Python: only these operators exist.

Grammar (Python's own, cut down by a whitelist): names (`area_m2`, `house.single_area_m2`), numbers, strings,
`true`, `false`, `and or not`, `< <= > >= == !=`, `in [..]`, `+ - * /`, `a if c else b`, `at_least(n, ...)`.
What the operators mean, unknowns included, stands in `evaluation`.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from survey.problems import Problem

MAX_TEXT = 2_000
MOST = 1e300  # a number beyond has no place in a column
MAX_DEPTH = 25

FALSE, UNKNOWN, TRUE = 0, 1, 2

_COMPARE: dict[type[ast.cmpop], str] = {
    ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!=",
}  # fmt: skip
_ARITHMETIC: dict[type[ast.operator], str] = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/"}
COMPARISONS = frozenset(_COMPARE.values())
ARITHMETIC = frozenset(_ARITHMETIC.values())


@dataclass(frozen=True, slots=True)
class Node:
    """One node of a tree.

    op: const, name, not, and, or, at_least, in, if, a comparison or an arithmetic sign. value: the constant,
    the name, or the options of `in`. kind: truth, number, date, choice or text; "" until `typed`.
    """

    op: str
    args: tuple[Node, ...] = ()
    value: Any = None
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Kind:
    """What a name stands for: truth, number, date or choice (with its codes)."""

    kind: str
    choices: tuple[str, ...] = ()


def const(value: Any, kind: str) -> Node:
    """A constant: a truth is 0, 1 or 2, a date is days since 1970-01-01, an unknown number is None."""
    return Node("const", (), value, kind)


def name(text: str, kind: str = "") -> Node:
    """A reference to a fact, a value, a derived condition or a clause."""
    return Node("name", (), text, kind)


# --- reading


def parse(text: str) -> Node:
    """Read clause text into a tree whose names are not yet checked.

    Raises: Problem 2009 (cannot be read, with the reason), 2013 (too long or too deep).
    """
    if len(text) > MAX_TEXT:
        raise Problem(2013, text=text[:60] + "…", got=len(text), limit=MAX_TEXT)
    try:
        tree = ast.parse(text.strip().replace("\n", " "), mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise Problem(2009, text=text, reason=str(error)) from None
    return _read(tree.body, text, 1)


def _read(node: ast.expr, text: str, depth: int) -> Node:
    if depth > MAX_DEPTH:
        raise Problem(2013, text=text, got=depth, limit=MAX_DEPTH)
    reader = _READERS.get(type(node))
    if reader is None:
        raise Problem(2009, text=text, reason=f"{type(node).__name__} is not part of the language")
    return reader(node, text, depth + 1)


def _read_constant(node: ast.Constant, text: str, depth: int) -> Node:
    value = node.value
    if isinstance(value, bool):
        return const(TRUE if value else FALSE, "truth")
    if isinstance(value, int | float) and -MOST < value < MOST:
        return const(float(value), "number")
    if isinstance(value, str):
        return const(value, "text")
    raise Problem(2009, text=text, reason=f"the constant {value!r} is not part of the language")


def _read_name(node: ast.Name | ast.Attribute, text: str, depth: int) -> Node:
    parts: list[str] = []
    part: ast.expr = node
    while isinstance(part, ast.Attribute):
        parts.append(part.attr)
        part = part.value
    if not isinstance(part, ast.Name):
        raise Problem(2009, text=text, reason="only plain dotted names may be used")
    full = ".".join([part.id, *reversed(parts)])
    if full in ("true", "false"):
        return const(TRUE if full == "true" else FALSE, "truth")
    return name(full)


def _read_bool(node: ast.BoolOp, text: str, depth: int) -> Node:
    op = "and" if isinstance(node.op, ast.And) else "or"
    return Node(op, tuple(_read(part, text, depth) for part in node.values))


def _read_unary(node: ast.UnaryOp, text: str, depth: int) -> Node:
    if isinstance(node.op, ast.Not):
        return Node("not", (_read(node.operand, text, depth),))
    if isinstance(node.op, ast.USub):
        return Node("-", (const(0.0, "number"), _read(node.operand, text, depth)))
    raise Problem(2009, text=text, reason=f"{type(node.op).__name__} is not part of the language")


def _read_compare(node: ast.Compare, text: str, depth: int) -> Node:
    if len(node.ops) != 1:
        raise Problem(2009, text=text, reason="compare two things at a time")
    sign, right = node.ops[0], node.comparators[0]
    left = _read(node.left, text, depth)
    if isinstance(sign, ast.In | ast.NotIn):
        inside = Node("in", (left,), _options(right, text))
        return inside if isinstance(sign, ast.In) else Node("not", (inside,))
    if type(sign) not in _COMPARE:
        raise Problem(2009, text=text, reason=f"{type(sign).__name__} is not part of the language")
    return Node(_COMPARE[type(sign)], (left, _read(right, text, depth)))


def _options(node: ast.expr, text: str) -> tuple[str, ...]:
    if isinstance(node, ast.List) and node.elts:
        values = [part.value for part in node.elts if isinstance(part, ast.Constant)]
        texts = tuple(value for value in values if isinstance(value, str))
        if len(texts) == len(node.elts):
            return texts
    raise Problem(2009, text=text, reason="after 'in' comes a list of texts, like ['tile', 'sheet']")


def _read_arithmetic(node: ast.BinOp, text: str, depth: int) -> Node:
    if type(node.op) not in _ARITHMETIC:
        raise Problem(2009, text=text, reason=f"{type(node.op).__name__} is not part of the language")
    return Node(_ARITHMETIC[type(node.op)], (_read(node.left, text, depth), _read(node.right, text, depth)))


def _read_choice(node: ast.IfExp, text: str, depth: int) -> Node:
    parts = (node.test, node.body, node.orelse)
    return Node("if", tuple(_read(part, text, depth) for part in parts))


def _read_call(node: ast.Call, text: str, depth: int) -> Node:
    if (
        not isinstance(node.func, ast.Name)
        or node.func.id != "at_least"
        or node.keywords
        or len(node.args) < 2
    ):
        raise Problem(2009, text=text, reason="the only function is at_least(n, condition, ...)")
    return Node("at_least", tuple(_read(part, text, depth) for part in node.args))


_READERS: dict[type[ast.expr], Callable[[Any, str, int], Node]] = {
    ast.Constant: _read_constant,
    ast.Name: _read_name,
    ast.Attribute: _read_name,
    ast.BoolOp: _read_bool,
    ast.UnaryOp: _read_unary,
    ast.Compare: _read_compare,
    ast.BinOp: _read_arithmetic,
    ast.IfExp: _read_choice,
    ast.Call: _read_call,
}


# --- checking kinds


def typed(node: Node, kinds: Mapping[str, Kind], wanted: str) -> Node:
    """The same tree with every kind filled in; comparing a choice becomes `in`.

    Raises: Problem 2010 (unknown name), 2011 (a choice the fact does not have), 2012 (kinds that do not fit).
    """
    result = _typed(node, kinds)
    if result.kind != wanted:
        raise Problem(2012, got=result.kind, expected=wanted)
    return result


def _typed(node: Node, kinds: Mapping[str, Kind]) -> Node:
    if node.op == "const":
        return node
    if node.op == "name":
        if node.value not in kinds:
            raise Problem(2010, name=node.value, near=_nearest(node.value, kinds))
        return replace(node, kind=kinds[node.value].kind)
    node = replace(node, args=tuple(_typed(part, kinds) for part in node.args))
    if node.op == "in" or node.args[-1].kind == "text" or node.args[0].kind == "text":
        return _choice_test(node, kinds)
    return replace(node, kind=_result_kind(node))


def _nearest(wrong: str, kinds: Mapping[str, Kind]) -> str:
    import difflib  # only when a name is wrong

    return ", ".join(difflib.get_close_matches(wrong, kinds, n=2)) or "-"


def _choice_test(node: Node, kinds: Mapping[str, Kind]) -> Node:
    """`fact in [...]`, `fact == '...'` and `fact != '...'` all become `in` on a choice fact."""
    fact, options = node.args[0], node.value
    if node.op in ("==", "!="):
        options = (node.args[1].value,)
    elif node.op != "in":
        raise Problem(2012, got="text", expected="number")
    if fact.op != "name" or fact.kind != "choice":
        raise Problem(2012, got=fact.kind, expected="choice")
    for option in options:
        if option not in kinds[fact.value].choices:
            raise Problem(2011, fact=fact.value, got=option, expected=", ".join(kinds[fact.value].choices))
    inside = Node("in", (fact,), options, "truth")
    return Node("not", (inside,), None, "truth") if node.op == "!=" else inside


def _result_kind(node: Node) -> str:
    got = tuple(part.kind for part in node.args)
    if node.op in ("and", "or", "not"):
        return _expect(got, ("truth",) * len(got), "truth")
    if node.op == "at_least":
        return _expect(got, ("number",) + ("truth",) * (len(got) - 1), "truth")
    if node.op == "if":
        return _expect(got, ("truth", "number", "number"), "number")
    if node.op in COMPARISONS:
        return _expect(got, (got[0] if got[0] == "date" else "number",) * 2, "truth")
    return _expect(got, ("number", "number"), "number")


def _expect(got: tuple[str, ...], expected: tuple[str, ...], result: str) -> str:
    if got != expected:
        raise Problem(2012, got=", ".join(got), expected=", ".join(expected))
    return result


# --- looking at trees


def names(node: Node) -> Iterator[str]:
    """Every name used in the tree, repeats included."""
    if node.op == "name":
        yield node.value
    for part in node.args:
        yield from names(part)


def to_json(node: Node) -> list[Any]:
    """The tree as JSON lists: ["and", x, y], ["in", "roof_material", [...]], ["name", n],
    ["truth"|"number"|"date", v].
    """
    if node.op == "const":
        return [node.kind, node.value]
    if node.op == "name":
        return ["name", node.value]
    if node.op == "in":
        return ["in", node.args[0].value, list(node.value)]
    return [node.op, *(to_json(part) for part in node.args)]
