"""What ground a map shows."""

from __future__ import annotations

import pytest
from map_makers import SOUTH, WEST, make_house, make_view, village
from shapely.geometry import Point, box

from maps.frame import ISLAND_UNITS, Frame, frame_of, outside, refuse_missing_islands
from survey.problems import Problem


def bare(**changes):
    return village(1, boundary=None, **changes)


def test_the_frame_holds_the_whole_outline_and_some_of_its_neighbours():
    frame = frame_of(make_view())
    assert frame.west < WEST
    assert frame.east > WEST + 0.02


def test_a_house_just_over_the_border_widens_the_frame():
    near = make_house(1, lon=WEST + 0.026)
    assert frame_of(make_view([near])).holds(WEST + 0.026, near.lat)


def test_a_house_in_another_country_does_not_widen_the_frame():
    far = make_house(1, lon=85.3, lat=27.7)
    frame = frame_of(make_view([far, make_house(2)]))
    assert frame == frame_of(make_view([make_house(2)]))
    assert outside(frame, [far]) == [far]


def test_one_house_without_any_outline_still_shows_its_surroundings():
    frame = frame_of(make_view([make_house(1)], area=bare(), parents=()))
    assert frame.east - frame.west > 0.005


def test_without_a_boundary_the_centre_and_the_near_houses_make_the_frame():
    area = bare(point=Point(105.70, 22.40))
    view = make_view([make_house(1, lon=105.71, lat=22.41), make_house(2, lon=106.5)], area=area, parents=())
    frame = frame_of(view)
    assert frame.holds(105.71, 22.41)
    assert frame.east < 105.75


def test_a_village_without_any_position_shows_its_commune():
    frame = frame_of(make_view([], area=bare()))
    assert frame.holds(WEST + 0.06, SOUTH + 0.03)


def test_nothing_with_a_position_is_a_problem_that_names_the_area():
    with pytest.raises(Problem) as caught:
        frame_of(make_view([], area=bare(), parents=()))
    assert caught.value.number == 7002
    assert "Thôn 1" in caught.value.message("vi")


@pytest.mark.parametrize("lon_lat", [(0, 0), (200, 22), (105, 95), (None, 22)])
def test_a_point_off_the_globe_or_at_zero_is_not_drawn(lon_lat):
    assert make_house(1, lon=lon_lat[0], lat=lon_lat[1]).point is None


def test_a_frame_that_reaches_hoang_sa_is_refused_unless_it_is_drawn():
    sea = Frame(105.0, 8.0, 116.0, 23.0)
    with pytest.raises(Problem) as caught:
        refuse_missing_islands(sea)
    assert caught.value.number == 7003
    refuse_missing_islands(sea, drawn=tuple(ISLAND_UNITS))


def test_a_boundary_in_the_wrong_crs_does_not_pass_as_a_map_of_the_sea():
    with pytest.raises(Problem):
        frame_of(make_view([], area=village(1, boundary=box(100, 5, 120, 25))))
