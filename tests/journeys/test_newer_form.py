"""A form that is newer than the law in force: what only it asks is kept, and stops nobody's survey."""

from __future__ import annotations

import json

import pytest
from acting import household
from makers import NOON

from api.web import transaction
from api.web.extensions import db
from survey import law
from survey.assessment import queries as assessment
from survey.assessment.actions import reassess, store_release
from survey.registry import queries as registry


@pytest.fixture
def law_without_kitchens(world):
    """A law in force that does not know one fact that the form asks for."""
    raw = json.loads(law.load_book().canonical())
    del raw["facts"]["has_kitchen"]
    clause = raw["clauses"]["house.province"]
    clause["when"] = clause["when"].replace("has_kitchen", "has_toilet")
    book = law.LawBook.from_canonical(json.dumps(raw))
    with transaction.write() as writing:
        store_release(writing, book, None, NOON)
    return book


def test_a_survey_that_tells_more_than_the_law_knows_is_taken_and_kept_whole(sign_in, law_without_kitchens):
    house = household(sign_in("mai"), has_kitchen=True)
    db.session.rollback()
    found = assessment.current(db.session(), house)
    assert found.release_sha256 == law_without_kitchens.release
    assert "has_kitchen" not in law.Assessment.from_dict(found.result).facts
    assert registry.latest_interview(db.session(), house).facts["has_kitchen"] is True
    with transaction.write() as writing:
        (again,) = reassess(writing, [house], law_without_kitchens, NOON)
    assert again.is_kept
