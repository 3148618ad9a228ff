"""The law with one thing changed in its data: an amount by one đồng, a day by one, a sign, an "and", a rank.

Titles, texts, labels, notes, citations and the vocabulary of facts are left as they are.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from itertools import pairwise
from typing import Any, NamedTuple

from law.every_branch import MADE_PROVINCE

from survey.law.files import read_folders, shipped_folder

RAW, ORIGINS = read_folders([shipped_folder(), MADE_PROVINCE])
_OWN, _ = read_folders([MADE_PROVINCE])
DAY = timedelta(days=1)
PAYERS = ("LOCAL", "SPONSOR")

Path = tuple[Any, ...]


class Mutant(NamedTuple):
    """One change: what is changed where, and the whole law after it; of a day also the day that was.

    about: the condition that is taken away, if it is one.
    """

    say: str
    section: str
    entry: str
    raw: Mapping[str, Any]
    day: date | None = None
    area: str | None = None
    about: str = ""


def mutants() -> Iterator[Mutant]:
    """All of them, in the order of the files."""
    for name, value in RAW["values"].items():
        if name not in _OWN["values"] or "unit" not in _OWN["values"][name]:
            yield from _of_value(name, value)
    for section in ("derived", "clauses"):
        for code, clause in RAW[section].items():
            yield from _texts(section, code, ("when",), clause["when"])
            yield from _days(section, code, (), clause)
    for section in ("programmes", "supplements"):
        for code, entry in RAW[section].items():
            if code not in _OWN[section]:
                yield from _of_money(section, code, entry)
        yield from _ranks(section)
    for part in ("because", "against", "doubts"):
        yield from _dropped("frame", "frame", (part,), RAW["frame"]["frame"][part])


def _mutant(section: str, entry: str, path: Path, new: Any, say: str = "", **more: Any) -> Mutant:
    """The law with another value in one place; None takes it away."""
    place = ".".join(map(str, path))
    raw = _with(RAW, (section, entry, *path), new)
    return Mutant(f"{section} {entry} {place}: {say or _plain(new)}", section, entry, raw, **more)


def _plain(value: Any) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)


def _with(tree: Any, path: Path, new: Any) -> Any:
    """A copy of nested dictionaries and lists with one place changed."""
    if not path:
        return new
    copy = list(tree) if isinstance(tree, list) else dict(tree)
    copy[path[0]] = _with(tree[path[0]], path[1:], new)
    return copy


def _of_value(name: str, value: Mapping[str, Any]) -> Iterator[Mutant]:
    lists = [(("dated",), None, value["dated"])]
    lists += [(("area", code), code, told) for code, told in value.get("area", {}).items() if code != "99"]
    for path, area, periods in lists:
        for place, period in enumerate(periods):
            here = (*path, place)
            yield from _days("values", name, here, period, area)
            for new in _beside(period.get("value")):
                yield _mutant("values", name, (*here, "value"), new, area=area)
    for code, bounds in value.get("bounds", {}).items():
        for part in ("low", "high"):
            for new in _beside(bounds[part]):
                yield _mutant("values", name, ("bounds", code, part), new)


def _beside(value: Any) -> tuple[Any, ...]:
    """The values next to one."""
    if value is None:
        return ()
    if isinstance(value, bool):
        return (not value,)
    step = DAY if isinstance(value, date) else 1
    return (value + step,) if value == 0 else (value - step, value + step)  # less than nothing is nothing


def _days(
    section: str, entry: str, path: Path, told: Mapping[str, Any], area: str | None = None
) -> Iterator[Mutant]:
    """First and last day by one."""
    for part in ("from", "until"):
        for new in _beside(told.get(part)):
            yield _mutant(section, entry, (*path, part), new, day=told[part], area=area)


def _dropped(section: str, entry: str, path: Path, listed: list[Any]) -> Iterator[Mutant]:
    """A list without one of its entries."""
    for place, one in enumerate(listed):
        left = listed[:place] + listed[place + 1 :]
        yield _mutant(section, entry, path, left, f"without {one}", about=one)


def _of_money(section: str, code: str, entry: Mapping[str, Any]) -> Iterator[Mutant]:
    """Programmes and supplements."""
    yield from _days(section, code, ("in_force",), entry["in_force"])
    for path in (("entitled",), ("priority",)):
        for group, listed in entry.get(path[0], {}).items():
            if isinstance(listed, list):
                yield from _dropped(section, code, (*path, group), listed)
    yield from _dropped(section, code, ("programmes",), entry.get("programmes", []))
    for part in ("unapproved", "unstarted"):
        if part in entry:
            other = "stands" if entry[part]["becomes"] == "lapses" else "lapses"
            yield _mutant(section, code, (part, "becomes"), other)
    parts = [((), entry)]
    parts += [(("component", place), one) for place, one in enumerate(entry.get("component", []))]
    for path, part in parts:
        yield from _of_component(section, code, path, part)


def _of_component(section: str, code: str, path: Path, part: Mapping[str, Any]) -> Iterator[Mutant]:
    if "payer" in part:
        yield _mutant(section, code, (*path, "payer"), PAYERS[part["payer"] == PAYERS[0]])
    if "apart" in part:
        yield _mutant(section, code, (*path, "apart"), not part["apart"])
    if "already" in part:
        yield from _texts(section, code, (*path, "already"), part["already"])
    for prices in ("amount", "level"):
        if prices in part:
            yield from _of_prices(section, code, (*path, prices), part[prices])
    for works, shares in part.get("tranches", {}).items():
        if isinstance(shares, list):
            yield from _of_tranches(section, code, (*path, "tranches", works), shares)


def _of_prices(section: str, code: str, path: Path, prices: Mapping[str, Any]) -> Iterator[Mutant]:
    if prices["new"] != prices["repair"]:
        swapped = {"new": prices["repair"], "repair": prices["new"]}
        yield _mutant(section, code, path, swapped, "new and repair exchanged")
    for works, price in prices.items():
        told = price if isinstance(price, dict) else {"": price}
        for part, text in told.items():
            where = (*path, works, part) if part else (*path, works)
            yield from _texts(section, code, where, text)


def _of_tranches(section: str, code: str, path: Path, shares: list[Any]) -> Iterator[Mutant]:
    """One percent from the last to the first; of a single one the percent."""
    first, last = shares[0]["percent"], shares[-1]["percent"]
    new = [dict(one) for one in shares]
    new[0]["percent"] = first + 1
    if len(shares) > 1:
        new[-1]["percent"] = last - 1
    yield _mutant(section, code, path, new, "a percent more at first")


def _ranks(section: str) -> Iterator[Mutant]:
    """Two neighbours in another order; supplements that only add come before those that lift, whatever their
    rank.
    """
    shipped = [code for code in RAW[section] if code not in _OWN[section]]
    lifting = {code: "level" in RAW[section][code] for code in shipped}
    order = sorted(shipped, key=lambda code: (lifting[code], RAW[section][code]["rank"]))
    for one, other in pairwise(order):
        if lifting[one] != lifting[other]:
            continue
        raw = _with(RAW, (section, one, "rank"), RAW[section][other]["rank"])
        raw = _with(raw, (section, other, "rank"), RAW[section][one]["rank"])
        yield Mutant(f"{section}: {other} before {one}", section, one, raw)


def with_level_of_da_nang(mutant: Mutant, level: int) -> Mapping[str, Any]:
    """The changed law with a level that Da Nang decides itself."""
    period = {"from": date(2025, 1, 1), "value": level, "source": "Đà Nẵng", "verified": True}
    value = mutant.raw["values"][mutant.entry]
    area = {**value.get("area", {}), "48": [period]}
    return _with(mutant.raw, ("values", mutant.entry), {**value, "area": area})


# --- formulas


_OTHER_SIGN = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.And: ast.Or, ast.Or: ast.And,
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult,
}  # fmt: skip


def _texts(section: str, entry: str, path: Path, text: Any) -> Iterator[Mutant]:
    """A formula with one sign, number or part changed."""
    text = str(text).strip().replace("\n", " ")
    nodes = sum(1 for _ in ast.walk(ast.parse(text, mode="eval")))
    for place in range(nodes):
        for choice in range(12):
            tree = ast.parse(text, mode="eval")
            node = list(ast.walk(tree))[place]
            changed = _change(node, choice)
            if changed is None:
                break
            tree = _put(tree, node, changed)
            yield _mutant(section, entry, path, ast.unparse(tree))


def _change(node: ast.AST, choice: int) -> ast.AST | None:
    """The so-manyth change of a node, or None where it has no more."""
    changes: list[ast.AST] = []
    if isinstance(node, ast.BoolOp):
        changes.append(ast.BoolOp(_OTHER_SIGN[type(node.op)](), node.values))
    elif isinstance(node, ast.BinOp):
        changes.append(ast.BinOp(node.left, _OTHER_SIGN[type(node.op)](), node.right))
    elif isinstance(node, ast.UnaryOp):
        changes.append(node.operand)
    elif isinstance(node, ast.Constant) and isinstance(node.value, int):
        changes.append(ast.Constant(node.value + 1))
    elif isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.In):
        changes += [ast.Compare(node.left, node.ops, [left]) for left in _one_less(node.comparators[0])]
    elif isinstance(node, ast.Compare):
        changes.append(ast.Compare(node.left, [_OTHER_SIGN[type(node.ops[0])]()], node.comparators))
    elif isinstance(node, ast.Call):
        for place in range(1, len(node.args)):
            changes.append(ast.Call(node.func, node.args[:place] + node.args[place + 1 :], []))
    return changes[choice] if choice < len(changes) else None


def _one_less(options: Any) -> Iterator[ast.List]:
    for place in range(len(options.elts)):
        yield ast.List(options.elts[:place] + options.elts[place + 1 :], ast.Load())


def _put(tree: ast.AST, old: ast.AST, new: ast.AST) -> ast.AST:
    """The tree with one node exchanged."""

    class Exchange(ast.NodeTransformer):
        def visit(self, node: ast.AST) -> ast.AST:
            return new if node is old else self.generic_visit(node)

    return Exchange().visit(tree)
