"""What is told of a place goes on when its units end, unless what they became states something else."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy.orm import Session

from survey.areas.actions import put_areas, set_fact, succeed
from survey.areas.places import facts_of_many, facts_on, path_on
from survey.areas.rows import AreaInput, Pair

OLD, LAST, NEW = date(2020, 1, 1), date(2025, 6, 30), date(2025, 7, 1)


@pytest.fixture
def merged(session: Session) -> Session:
    """Province 06 with a poor district D1 (communes A, B) and another, D2 (commune C), each with a village.

    On 1 July 2025 it joins province 19; A and B become N, and C alone becomes P.
    """
    put_areas(session, [AreaInput("06", "province", "Tỉnh Bắc Kạn")], OLD)
    districts = [
        AreaInput("D1", "district", "Huyện Pác Nặm", "06"),
        AreaInput("D2", "district", "Huyện Ba Bể", "06"),
    ]
    put_areas(session, districts, OLD, until=LAST)
    homes = {"A": "D1", "B": "D1", "C": "D2"}
    put_areas(session, [AreaInput(code, "commune", f"Xã {code}", home) for code, home in homes.items()], OLD)
    put_areas(session, [AreaInput(f"{code}1", "village", f"Thôn {code}", code) for code in homes], OLD)
    put_areas(session, [AreaInput("19", "province", "Tỉnh Thái Nguyên")], NEW)
    put_areas(
        session, [AreaInput("N", "commune", "Xã N", "19"), AreaInput("P", "commune", "Xã P", "19")], NEW
    )
    pairs = [("A", "N"), ("B", "N"), ("C", "P"), ("06", "19")]
    succeed(session, [Pair(*pair) for pair in pairs], NEW, "NQ 1683")
    set_fact(session, "D1", "poor_district", True, OLD, source="x", until=LAST)
    set_fact(session, "D2", "poor_district", False, OLD, source="x")
    set_fact(session, "06", "minority_area", True, OLD, source="x")
    return session


def test_a_poor_district_that_ended_is_passed_on_to_its_villages(merged: Session):
    assert facts_on(merged, "A1", LAST) == {"poor_district": True, "minority_area": True}
    assert facts_on(merged, "A1", NEW) == {"poor_district": True, "minority_area": True}
    assert facts_on(merged, "C1", NEW)["poor_district"] is False


def test_a_commune_that_merged_is_asked_as_what_it_became(merged: Session):
    assert facts_on(merged, "A", NEW)["poor_district"] is True
    assert facts_on(merged, "N", NEW)["poor_district"] is True


def test_a_successor_that_states_something_of_its_own_is_believed(merged: Session):
    set_fact(merged, "N", "poor_district", False, NEW, source="y")
    set_fact(merged, "19", "minority_area", False, NEW, source="y")
    assert facts_on(merged, "A1", NEW) == {"poor_district": False, "minority_area": False}
    assert facts_on(merged, "A1", LAST) == {"poor_district": True, "minority_area": True}


def test_what_a_farther_unit_states_does_not_undo_what_was_told_of_a_nearer_one(merged: Session):
    set_fact(merged, "19", "poor_district", False, NEW, source="y")
    assert facts_on(merged, "A1", NEW)["poor_district"] is True


def test_units_that_disagreed_pass_nothing_on_to_what_they_became_together(merged: Session):
    set_fact(merged, "A", "disaster_prone", True, OLD, source="x")
    set_fact(merged, "B", "disaster_prone", False, OLD, source="x")
    assert "disaster_prone" not in facts_on(merged, "N", NEW)
    assert [facts_on(merged, code, NEW)["disaster_prone"] for code in ("A1", "B1")] == [True, False]


def test_a_fact_that_ended_before_its_unit_is_not_passed_on(merged: Session):
    set_fact(merged, "C", "disaster_prone", True, OLD, source="x", until=date(2024, 12, 31))
    assert "disaster_prone" not in facts_on(merged, "C1", NEW)


def test_a_place_known_by_a_later_name_is_asked_as_what_it_then_was(merged: Session):
    assert path_on(merged, "P", LAST) == ("C", "D2", "06")
    assert path_on(merged, "N", LAST) == ("N", "19")
    assert facts_on(merged, "P", LAST)["poor_district"] is False


def test_before_anything_is_known_of_a_place_its_first_day_is_asked(merged: Session):
    put_areas(merged, [AreaInput("Q", "commune", "Xã Q", "19")], NEW)
    set_fact(merged, "Q", "poor_district", True, NEW, source="y")
    assert path_on(merged, "Q", LAST) == ("Q", "19")
    assert facts_on(merged, "Q", LAST)["poor_district"] is True


def test_many_places_at_once_are_told_the_same(merged: Session):
    codes = ["A1", "B1", "C1", "N", "P", "19", "nowhere"]
    for on in (LAST, NEW):
        assert facts_of_many(merged, codes, on) == {code: facts_on(merged, code, on) for code in codes}
