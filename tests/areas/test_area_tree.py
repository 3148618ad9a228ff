"""Areas in time: mergers, splits and moves, seen from below (path) and from above (subtree)."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import box
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from survey.areas import queries
from survey.areas.actions import put_areas, set_fact, succeed
from survey.areas.models import AreaRow
from survey.areas.rows import AreaInput, Pair

OLD, LAST, NEW = date(2020, 1, 1), date(2025, 6, 30), date(2025, 7, 1)
ACT = "1683/NQ-UBTVQH15"


@pytest.fixture
def merged(session: Session) -> Session:
    """Province 06 with district 058, communes 01834, 01840 and 01843; on 1 July 2025 it joins province 19:

    01834 and 01840 become the new 01840, and 01843 is split between 01840 and 01849.
    """
    put_areas(session, [AreaInput("06", "province", "Tỉnh Bắc Kạn")], OLD)
    put_areas(session, [AreaInput("058", "district", "Thành phố Bắc Kạn", "06")], OLD, until=LAST)
    communes = {"01834": "Phường Minh Khai", "01840": "Phường Đức Xuân", "01843": "Phường Kiên"}
    put_areas(session, [AreaInput(code, "commune", name, "058") for code, name in communes.items()], OLD)
    villages = [AreaInput(f"{code}-001", "village", "Tổ dân phố 1", code) for code in communes]
    put_areas(session, villages, OLD)
    put_areas(session, [AreaInput("19", "province", "Tỉnh Thái Nguyên")], NEW)
    news = {"01840": "Phường Đức Xuân", "01849": "Xã Phong Quang"}
    put_areas(session, [AreaInput(code, "commune", name, "19") for code, name in news.items()], NEW)
    pairs = [("01834", "01840"), ("01840", "01840"), ("01843", "01840"), ("01843", "01849")]
    succeed(session, [Pair(*pair) for pair in pairs], NEW, ACT)
    succeed(session, [Pair("06", "19")], NEW, ACT)
    return session


def under(session: Session, code: str, on: date) -> set[str]:
    """What lies in a unit, asked of the database; the tree in memory, by which rights go, says the same."""
    found = set(session.scalars(queries.subtree([code], on)))
    assert queries.under(session, [code], on) == found
    return found


def test_a_path_before_the_merger_goes_through_the_district(merged: Session):
    assert queries.path(merged, "01834-001", LAST) == ("01834-001", "01834", "058", "06")


def test_a_path_after_the_merger_goes_through_the_successor(merged: Session):
    assert queries.path(merged, "01834-001", NEW) == ("01834-001", "01840", "19")


def test_an_abolished_unit_is_answered_as_what_it_became(merged: Session):
    assert queries.path(merged, "01834", NEW) == ("01840", "19")


def test_an_abolished_district_is_passed_over(merged: Session):
    assert queries.path(merged, "058", NEW) == ("19",)


def test_an_unknown_code_has_no_path(merged: Session):
    assert queries.path(merged, "99999", NEW) == ()


def test_a_successor_holds_what_hung_under_its_predecessors(merged: Session):
    assert under(merged, "01840", NEW) == {"01840", "01834", "01834-001", "01840-001"}


def test_the_same_code_held_less_the_day_before(merged: Session):
    assert under(merged, "01840", LAST) == {"01840", "01840-001"}


def test_a_village_of_a_split_commune_counts_in_the_province_only(merged: Session):
    assert queries.path(merged, "01843-001", NEW) == ("01843-001", "19")
    assert "01843-001" in under(merged, "19", NEW)
    assert "01843-001" not in under(merged, "01840", NEW) | under(merged, "01849", NEW)


def test_a_gone_province_is_answered_as_on_its_last_day(merged: Session):
    assert under(merged, "06", date(2026, 1, 1)) == under(merged, "06", LAST)


def test_a_village_moved_to_another_commune_leaves_the_old_one(merged: Session):
    put_areas(merged, [AreaInput("01834-001", "village", "Tổ dân phố 1", "01849")], date(2025, 9, 1))
    assert "01834-001" in under(merged, "01849", date(2025, 9, 1))
    assert "01834-001" not in under(merged, "01840", date(2025, 9, 1))
    assert "01834-001" in under(merged, "01840", date(2025, 8, 31))


def test_two_subtrees_may_stand_in_one_statement(merged: Session):
    both = select(func.count()).where(
        AreaRow.code.in_(queries.subtree(["19"], NEW)), AreaRow.code.in_(queries.subtree(["01840"], NEW))
    )
    assert merged.scalar(both.select_from(AreaRow)) == 5  # 01840 has a row before and one after


def test_children_and_roots_are_those_of_the_day(merged: Session):
    assert [root.code for root in queries.roots(merged, LAST)] == ["06"]
    assert [root.code for root in queries.roots(merged, NEW)] == ["19"]
    assert {child.code for child in queries.children(merged, "01840", NEW)} == {"01834-001", "01840-001"}


def test_a_merger_written_twice_changes_nothing(merged: Session):
    before = queries.revision(merged)
    again = succeed(merged, [Pair("01834", "01840")], NEW, ACT)
    assert [taken.outcome for taken in again] == ["unchanged"]
    assert queries.revision(merged) == before


@pytest.mark.parametrize(("pair", "number"), [(("99999", "01840"), 3019), (("01834", "99999"), 3020)])
def test_a_merger_of_an_unknown_unit_is_refused(merged: Session, pair: tuple[str, str], number: int):
    taken = succeed(merged, [Pair(*pair)], NEW, ACT)[0]
    assert taken.problem is not None
    assert taken.problem.number == number


def test_a_renamed_unit_keeps_its_old_name_before_the_day(session: Session):
    put_areas(session, [AreaInput("06", "province", "Tỉnh Cũ")], OLD)
    put_areas(session, [AreaInput("06", "province", "Tỉnh Mới")], NEW)
    assert queries.area(session, "06", LAST).name == "Tỉnh Cũ"
    assert queries.area(session, "06", NEW).name == "Tỉnh Mới"


def test_an_older_list_taken_in_later_ends_where_the_newer_begins(session: Session):
    put_areas(session, [AreaInput("06", "province", "Tỉnh Mới")], NEW)
    put_areas(session, [AreaInput("06", "province", "Tỉnh Cũ")], OLD)
    assert queries.area(session, "06", OLD).valid_to == LAST
    assert queries.area(session, "06", NEW).name == "Tỉnh Mới"


def test_a_correction_on_the_same_day_replaces_what_never_held(session: Session):
    put_areas(session, [AreaInput("06", "province", "Tỉnh Sai")], OLD)
    put_areas(session, [AreaInput("06", "province", "Tỉnh Đúng")], OLD)
    assert queries.area(session, "06", OLD).name == "Tỉnh Đúng"
    assert session.scalar(select(func.count()).select_from(AreaRow)) == 2


def test_another_spelling_of_the_tone_is_no_change(session: Session):
    put_areas(session, [AreaInput("02098", "commune", "Xã Hoà Mục")], OLD)
    assert put_areas(session, [AreaInput("02098", "commune", "Xã Hòa Mục")], NEW)[0].outcome == "unchanged"


def test_a_newer_boundary_holds_from_its_day_and_the_old_one_before(session: Session):
    small, large = box(105.8, 22.1, 105.9, 22.2), box(105.8, 22.1, 106.0, 22.2)
    put_areas(session, [AreaInput("06", "province", "Tỉnh", boundary=small)], OLD)
    put_areas(session, [AreaInput("06", "province", "Tỉnh", boundary=large)], NEW)
    assert queries.area(session, "06", LAST).boundary.equals(small)
    assert queries.area(session, "06", NEW).boundary.equals(large)


def test_a_unit_given_its_code_anew_does_not_inherit_the_old_ground(merged: Session):
    square = box(105.8, 22.1, 105.9, 22.2)
    put_areas(merged, [AreaInput("01840", "commune", "Phường Đức Xuân", "058", boundary=square)], OLD)
    assert queries.area(merged, "01840", LAST).boundary is not None
    assert queries.area(merged, "01840", NEW).boundary is None


@pytest.mark.parametrize(
    ("unit", "number"),
    [
        (AreaInput("", "commune", "Xã"), 3010),
        (AreaInput("01834", "commune", " "), 3011),
        (AreaInput("01835", "commune", "Xã", "99"), 3012),
        (AreaInput("06", "commune", "Xã"), 3013),
    ],
)
def test_a_unit_that_cannot_be_taken_says_why(session: Session, unit: AreaInput, number: int):
    put_areas(session, [AreaInput("06", "province", "Tỉnh Bắc Kạn")], OLD)
    taken = put_areas(session, [unit], OLD)[0]
    assert taken.problem is not None
    assert taken.problem.number == number


def test_a_code_given_twice_is_taken_once(session: Session):
    taken = put_areas(session, [AreaInput("06", "province", "Một"), AreaInput("06", "province", "Hai")], OLD)
    assert [one.outcome for one in taken] == ["added", "refused"]


def test_the_nearest_unit_decides_a_fact_and_the_day_before_differs(merged: Session):
    set_fact(merged, "06", "disaster_prone", False, OLD, source="x")
    set_fact(merged, "01834", "disaster_prone", True, date(2024, 1, 1), source="x")
    path = queries.path(merged, "01834-001", LAST)
    assert queries.area_facts(merged, path, date(2023, 12, 31)) == {"disaster_prone": False}
    assert queries.area_facts(merged, path, date(2024, 1, 1)) == {"disaster_prone": True}


def test_a_name_finds_its_unit_and_look_alikes_apart(session: Session):
    put_areas(
        session,
        [AreaInput("02140", "commune", "Xã Văn Lang"), AreaInput("05692", "commune", "Xã Văn Lăng")],
        OLD,
    )
    match = queries.find(session, "Văn Lang", OLD)
    assert [found.code for found in match.exact] == ["02140"]
    assert [found.code for found in match.candidates] == ["05692"]


def test_a_name_without_marks_gives_candidates_only(session: Session):
    put_areas(session, [AreaInput("01933", "commune", "Xã Đồng Phúc")], OLD)
    match = queries.find(session, "dong phuc", OLD)
    assert match.exact == ()
    assert [found.code for found in match.candidates] == ["01933"]


@settings(max_examples=15)
@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 2)), max_size=6))
def test_every_village_is_counted_once_however_communes_merge(
    session: Session, mergers: list[tuple[int, int]]
):
    """Six communes merge into three new ones in any way: no village is lost, none is counted twice."""
    _clear(session)
    olds, news = [f"0000{n}" for n in range(6)], [f"1000{n}" for n in range(3)]
    put_areas(session, [AreaInput("06", "province", "Tỉnh")], OLD)
    put_areas(session, [AreaInput(code, "commune", code, "06") for code in olds], OLD)
    put_areas(session, [AreaInput(f"{code}-001", "village", "Thôn 1", code) for code in olds], OLD)
    put_areas(session, [AreaInput(code, "commune", code, "06") for code in news], NEW)
    succeed(session, [Pair(olds[old], news[new]) for old, new in mergers], NEW, ACT)
    villages = {f"{code}-001" for code in olds}
    communes = [child.code for child in queries.children(session, "06", NEW) if child.level == "commune"]
    counted = [village for code in communes for village in under(session, code, NEW) & villages]
    assert len(counted) == len(set(counted))
    assert under(session, "06", NEW) >= villages
    for village in villages:
        assert all(village in under(session, above, NEW) for above in queries.path(session, village, NEW))


def _clear(session: Session) -> None:
    for table in ("area_parents", "area_successions", "area_shapes", "areas"):
        session.connection().execute(AreaRow.metadata.tables[table].delete())  # past the program
    session.expire_all()
