"""Any tree of the law's language means the same in a browser: its value, its shorter form, what it needs."""

from __future__ import annotations

import pytest
from field.gathering import first_difference, gather, plain
from hypothesis import strategies as st

from survey.law.evaluation import fold, scalar
from survey.law.expressions import ARITHMETIC, COMPARISONS, Node, const, name, to_json
from survey.law.missing import Missing

pytestmark = pytest.mark.browser

KINDS = {"poor": "truth", "old": "truth", "area": "number", "people": "number", "wish": "choice"}
SETTLED = {"limit": const(30.0, "number"), "none": const(0.0, "number"), "rule": const(2, "truth")}
NUMBERS = st.sampled_from([0.0, 1.0, 2.5, 30.0])
READ = """({tree, env}) => {
  const facts = {poor: {}, old: {}, area: {}, people: {}, wish: {}};
  const rules = {definitions: new Map(), kinds: kept.kinds, document: {facts}};
  const folded = fold(tree, new Map(Object.entries(kept.settled)));
  const found = new Set();
  addMissing(folded, env, rules, found, new Set());
  return [evaluate(folded, env), folded, [...found].sort()];
}"""


def joined(kind, ops, *parts):
    """Trees of some operators over their parts."""
    made = st.tuples(*parts).map(lambda found: tuple(part for each in found for part in each))
    return st.builds(lambda op, args: Node(op, args, None, kind), st.sampled_from(sorted(ops)), made)


def one(trees):
    """A tree as the only one of a tuple, as `joined` takes its parts."""
    return trees.map(lambda tree: (tree,))


def number_trees(truths):
    """Trees of kind number, with truth trees in their conditions."""
    leaf = NUMBERS.map(lambda value: const(value, "number"))
    leaf |= st.sampled_from(["area", "people", "limit", "none"]).map(lambda code: name(code, "number"))
    return st.recursive(
        leaf,
        lambda inner: (
            joined("number", ARITHMETIC, one(inner), one(inner))
            | joined("number", ["if"], one(truths), one(inner), one(inner))
        ),
        max_leaves=4,
    )


def truth_trees():
    """Trees of kind truth."""
    wish = Node("in", (name("wish", "choice"),), ("new",), "truth")
    leaf = st.just(wish) | st.sampled_from(["poor", "old", "rule"]).map(lambda code: name(code, "truth"))
    return st.recursive(leaf, _over, max_leaves=8)


def _over(inner):
    numbers = number_trees(inner)
    some = st.lists(inner, min_size=2, max_size=3)
    return (
        joined("truth", ["not"], one(inner))
        | joined("truth", ["and", "or"], some)
        | joined("truth", ["at_least"], one(numbers), some)
        | joined("truth", COMPARISONS, one(numbers), one(numbers))
    )


ENVIRONMENTS = st.fixed_dictionaries(
    {
        "poor": st.integers(0, 2),
        "old": st.integers(0, 2),
        "area": NUMBERS | st.none(),
        "people": NUMBERS | st.none(),
        "wish": st.sampled_from(["new", "repair", None]),
    }
)


def test_any_tree_has_the_same_value_the_same_shorter_form_and_the_same_gaps(phone):
    phone.keep("kinds", KINDS)
    phone.keep("settled", {code: to_json(value) for code, value in SETTLED.items()})
    bits = {code: 1 << place for place, code in enumerate(sorted(KINDS))}
    pairs = gather(st.tuples(truth_trees() | number_trees(truth_trees()), ENVIRONMENTS), 600)
    cases, expected = [], []
    for tree, env in pairs:
        folded = fold(tree, SETTLED)
        found = Missing(bits, {}).of(folded, env, {})
        cases.append({"tree": to_json(tree), "env": env})
        gaps = [code for code, bit in bits.items() if found & bit]
        expected.append(plain([scalar(folded)(env), to_json(folded), gaps]))
    assert first_difference(cases, expected, phone.each(READ, cases)) is None
