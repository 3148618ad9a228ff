"""What an app of an earlier release is told of an amount is what the server says, or nothing."""

from __future__ import annotations

import json
from datetime import date

import pytest
from law.made_facts import BOOK

from survey.law import json_law
from survey.law.evaluation import fold, scalar
from survey.law.expressions import Kind, typed
from survey.law.phone import _node, of_shape_2

DOCUMENT = json.loads(json.dumps(of_shape_2(json_law(BOOK))))
KINDS = {name: Kind(fact.kind, fact.choices) for name, fact in BOOK.facts.items()}
KINDS |= {name: Kind(value.kind) for name, value in BOOK.values.items()}


@pytest.mark.parametrize(
    ("started_on", "area", "works_kind", "amount"),
    [
        ("2025-03-01", "10", "new", 60_000_000),
        ("2025-03-01", "06", "new", 60_000_000),
        ("2025-03-01", "10", "repair", 30_000_000),
        ("2024-11-09", "10", "new", None),
    ],
)
def test_a_house_of_a_national_programme_has_the_level_it_is_lifted_to(started_on, area, works_kind, amount):
    (programme,) = [one for one in DOCUMENT["programmes"] if one["id"] == "NTP-SPR"]
    on = date.fromisoformat(started_on)
    rules = BOOK.law_on(on, (area,)).rules((on, on, on))
    tree = fold(typed(_node(programme["price"]), KINDS, "number"), rules.constants)
    assert scalar(tree)(dict.fromkeys(rules.unset) | {"works_kind": works_kind}) == amount


def test_a_programme_that_nothing_lifts_keeps_its_price():
    (programme,) = [one for one in DOCUMENT["programmes"] if one["id"] == "XNT-2024"]
    assert programme["price"][2:] == [["name", "xnt.new"], ["name", "xnt.repair"]]
