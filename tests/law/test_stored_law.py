"""What was released and assessed before the law told its key dates apart comes out the same for ever."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from survey.law import Assessment, LawBook, json_law, replay
from survey.law.phone import assess_json

STORED = Path(__file__).with_name("stored")
BOOK_OF_SHAPE_1 = LawBook.from_canonical((STORED / "law_shape_1.json").read_text("utf-8"))
LINES = (STORED / "assessments_engine_1.jsonl").read_text("utf-8").splitlines()
ASSESSMENTS = [Assessment.from_dict(json.loads(line)) for line in LINES]


def test_a_text_of_shape_1_keeps_its_name():
    assert BOOK_OF_SHAPE_1.shape == 1
    assert {one.release for one in ASSESSMENTS} == {BOOK_OF_SHAPE_1.release}


@pytest.mark.parametrize("stored", ASSESSMENTS, ids=range(len(ASSESSMENTS)))
def test_an_assessment_of_engine_1_replays_equal(stored):
    assert stored.engine_version == "1"
    assert replay(stored, BOOK_OF_SHAPE_1) == stored


def test_a_phone_that_still_has_that_law_says_the_same():
    document = json.loads(json.dumps(json_law(BOOK_OF_SHAPE_1)))
    for stored in ASSESSMENTS:
        made = assess_json(document, stored.facts, stored.on, stored.area_codes)
        assert (made.outcome, made.programme, made.amount_vnd) == (
            stored.outcome,
            stored.programme,
            stored.amount_vnd,
        )
