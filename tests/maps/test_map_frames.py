"""Rows as geographic frames, and projecting."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from map_makers import commune, make_house, village
from shapely.geometry import Point

from maps.crs import points_to_degrees, points_to_metres, to_degrees, to_metres
from maps.frames import houses_frame, in_metres, outlines_frame


def test_a_house_without_a_point_stays_in_the_frame_without_geometry():
    frame = houses_frame([make_house(1), make_house(2, lon=None)])
    assert frame.geometry.isna().tolist() == [False, True]
    assert frame.crs == "EPSG:4326"


def test_money_stays_whole_and_missing_stays_missing():
    frame = houses_frame([make_house(1), make_house(2, amount_vnd=None)])
    assert frame["amount_vnd"].tolist() == [60_000_000, None]


def test_an_area_without_a_boundary_is_its_centre():
    frame = outlines_frame([commune(), village(1, boundary=None, point=Point(105.6, 22.4))])
    assert frame.geometry.geom_type.tolist() == ["Polygon", "Point"]


def test_a_frame_in_metres_measures_metres():
    frame = in_metres(outlines_frame([village(1)]))
    assert 4.5e6 < frame.geometry.area.iloc[0] < 4.7e6


@given(st.floats(104.5, 107.5), st.floats(21.0, 23.4))
def test_there_and_back_moves_a_point_under_a_centimetre(lon: float, lat: float):
    start = np.array([[lon, lat]])
    metres = points_to_metres(start)
    again = points_to_metres(points_to_degrees(metres))
    assert np.abs(again - metres).max() < 0.01


def test_geometries_move_there_and_back_too():
    ground = commune().boundary
    assert to_degrees(to_metres(ground)).equals_exact(ground, 1e-7)
