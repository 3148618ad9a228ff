"""What was released and assessed by earlier shapes of the law and engines comes out the same."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from survey.law import Assessment, LawBook, json_law, replay
from survey.law.phone import assess_json

STORED = Path(__file__).with_name("stored")
BOOKS = {
    shape: LawBook.from_canonical((STORED / f"law_shape_{shape}.json").read_text("utf-8")) for shape in (1, 2)
}
"""Shape 1 asks a programme everything on one key date; up to shape 2 an amount is one sum."""
ASSESSMENTS = {
    shape: [
        Assessment.from_dict(json.loads(line))
        for line in (STORED / f"assessments_engine_{shape}.jsonl").read_text("utf-8").splitlines()
    ]
    for shape in BOOKS
}
EACH = [
    pytest.param(shape, stored, id=f"{shape}-{number}")
    for shape, made in ASSESSMENTS.items()
    for number, stored in enumerate(made)
]


@pytest.mark.parametrize("shape", BOOKS)
def test_a_text_keeps_its_shape_and_its_name(shape):
    assert BOOKS[shape].shape == shape
    assert {one.release for one in ASSESSMENTS[shape]} == {BOOKS[shape].release}


@pytest.mark.parametrize(("shape", "stored"), EACH)
def test_an_assessment_of_an_earlier_engine_replays_equal(shape, stored):
    assert stored.engine_version == str(shape)
    assert replay(stored, BOOKS[shape]) == stored


@pytest.mark.parametrize(("shape", "stored"), EACH)
def test_an_amount_of_before_is_one_component_without_a_payer(shape, stored):
    told = [(part.amount_vnd, part.payer, part.kind) for part in stored.components]
    assert told == ([(stored.amount_vnd, "", "budget")] if stored.amount_vnd else [])


@pytest.mark.parametrize("shape", BOOKS)
def test_a_phone_that_still_has_that_law_says_the_same(shape):
    document = json.loads(json.dumps(json_law(BOOKS[shape])))
    for stored in ASSESSMENTS[shape]:
        made = assess_json(document, stored.facts, stored.on, stored.area_codes)
        assert (made.outcome, made.programme, made.amount_vnd) == (
            stored.outcome,
            stored.programme,
            stored.amount_vnd,
        )
