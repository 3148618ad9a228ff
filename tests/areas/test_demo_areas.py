"""The demonstration's areas: Bac Kan old and new, made once, approximate and said to be."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date

import pytest
from area_memory import close_all, in_memory
from sqlalchemy.orm import Session

from api.demo.areas import MERGER_DAY, demo_areas
from survey.areas import queries
from survey.areas.locate import locator

pytest.importorskip("vietnamadminunits", reason="needs the demo extra")
DEMO_DAY = date(2025, 5, 15)


@pytest.fixture
def demo() -> Session:
    return in_memory("demo", demo_areas)


@pytest.fixture(scope="module", autouse=True)
def closed() -> Iterator[None]:
    yield
    close_all()


def test_bac_kan_has_8_districts_and_108_communes_and_then_37(demo: Session):
    before = Counter(name.level for name in queries.tree(demo, DEMO_DAY).names.values())
    after = Counter(name.level for name in queries.tree(demo, MERGER_DAY).names.values())
    assert (before["province"], before["district"], before["commune"]) == (1, 8, 108)
    assert (after["province"], after["district"], after["commune"]) == (1, 0, 37)
    assert before["village"] == after["village"]


def test_each_demo_village_lies_in_itself_before_and_after(demo: Session):
    for on in (DEMO_DAY, MERGER_DAY):
        known = locator(demo, on)
        villages = queries.areas(demo, None, on, "village")
        assert all(known.place(*village.point).village_code == village.code for village in villages)


def test_every_demo_boundary_says_it_is_approximate(demo: Session):
    shaped = [area for area in queries.areas(demo, None, DEMO_DAY) if area.boundary is not None]
    assert shaped
    assert all(area.boundary_is_approximate and area.uncertainty_m is None for area in shaped)


def test_making_the_demo_areas_twice_changes_nothing(session: Session):
    demo_areas(session)
    before = queries.revision(session)
    demo_areas(session)
    assert queries.revision(session) == before
