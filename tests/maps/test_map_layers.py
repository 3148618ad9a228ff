"""Columns of houses, outlines, names and the legend."""

from __future__ import annotations

import numpy as np
from map_makers import SOUTH, WEST, make_house, make_view, village
from shapely.geometry import Point, box

from maps.frame import frame_of
from maps.labels import place
from maps.layers import house_data, outline_data, rings, source_code
from maps.legend import entries, notes
from maps.locator import locator


def test_columns_keep_the_order_and_the_numbers_of_the_list():
    data = house_data([make_house(7), make_house(3), make_house(5)], "vi")
    assert data["number"] == [7, 3, 5]
    assert data["id"] == ["household-7", "household-3", "household-5"]


def test_a_column_nobody_may_see_is_not_sent_at_all():
    data = house_data([make_house(1, head_name=None, amount_vnd=None)], "vi")
    assert "name" not in data
    assert "amount" not in data


def test_texts_that_repeat_are_sent_once():
    data = house_data([make_house(n) for n in range(50)], "vi")
    assert data["village_values"] == ["Thôn 1"]
    assert data["day_values"] == ["10/05/2025"]


def test_flags_are_sent_as_words():
    data = house_data([make_house(1, flags=("outcome.needs_information", "gần ranh giới"))], "en")
    assert data["flags_values"] == [("needs information", "gần ranh giới")]


def test_a_house_without_a_point_says_why():
    assert source_code(make_house(1, lon=None)) == "missing"
    assert source_code(make_house(1, lon=0, lat=0)) == "unusable"
    assert source_code(make_house(1, lon=None, lat=None, point_source="withheld")) == "withheld"
    assert source_code(make_house(1)) == "device"


def test_a_drawn_house_never_says_its_position_is_missing():
    assert source_code(make_house(1, point_source="missing")) is None


def test_rings_are_latitude_first_and_keep_holes():
    ground = box(105, 22, 106, 23).difference(box(105.4, 22.4, 105.6, 22.6))
    outer, inner = rings(ground, 0.0001)
    assert [22, 105] in outer
    assert [22.4, 105.4] in inner


def test_lines_between_pieces_are_left_out_of_rings():
    mixed = box(105, 22, 106, 23).union(Point(107, 22)).union(box(107.5, 22, 108, 23))
    assert len(rings(mixed, 0.0001)) == 2


def test_the_area_comes_first_and_parents_go_unnamed():
    view = make_view()
    data = outline_data(view, frame_of(view))
    assert [one["kind"] for one in data] == ["area", "neighbour", "neighbour", "parent"]
    assert data[0]["label"] is not None
    assert data[-1]["label"] is None


def test_a_name_stands_inside_its_area_and_away_from_houses():
    house = np.array([[WEST + 0.01, SOUTH + 0.01]])
    label = place([village(1)], frame_of(make_view()), house)[0]
    assert label is not None
    assert village(1).boundary.contains(Point(label.lon, label.lat))
    assert abs(label.lat - (SOUTH + 0.01)) > 0.002


def test_a_neighbour_outside_the_frame_gets_no_name():
    frame = frame_of(make_view())
    assert place([village(1), village(9)], frame, np.empty((0, 2)))[1] is None


def test_the_legend_counts_each_state():
    view = make_view([make_house(1), make_house(2), make_house(3, outcome="not_entitled")])
    assert [(state.code, number) for state, _, number in entries(view, "vi")] == [
        ("entitled_new", 2),
        ("not_entitled", 1),
    ]


def test_notes_say_date_boundary_and_what_is_not_drawn():
    view = make_view([make_house(1), make_house(2, lon=None), make_house(3, lon=85.3)])
    said = " ".join(notes(view, frame_of(view), "vi"))
    for part in (
        "15/05/2025",
        "ranh giới gần đúng",
        "1 nhà không có vị trí",
        "1 nhà ở ngoài khung",
        "phiếu khảo sát",
    ):
        assert part in said


def test_the_uncertainty_of_a_surveyed_boundary_is_said():
    view = make_view(area=village(1, boundary_is_approximate=False, uncertainty_m=500.0))
    assert "500 m" in notes(view, frame_of(view), "en")[0]


def test_the_locator_needs_a_parent_with_a_boundary():
    assert locator(make_view(parents=()), "vi") is None
    drawn = locator(make_view(), "vi")
    assert drawn is not None
    assert drawn.title == "Thôn 1 trong Xã Nam Mẫu"
