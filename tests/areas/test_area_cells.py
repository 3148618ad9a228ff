"""Approximate cells: the whole parent, no overlap, every point its own."""

from __future__ import annotations

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import Point, box

from survey.areas.cells import cells

PARENT = shapely.Polygon([(105.8, 22.1), (105.95, 22.08), (105.9, 22.14), (105.98, 22.2), (105.82, 22.19)])
LONS, LATS = st.floats(105.81, 105.95), st.floats(22.1, 22.19)
POINTS = st.lists(st.tuples(LONS, LATS), min_size=1, max_size=12)
METRE2 = 1e-10
"""One square metre in square degrees, roughly."""


@given(POINTS, LONS, LATS)
def test_every_spot_of_the_parent_lies_in_exactly_one_cell(
    points: list[tuple[float, float]], lon: float, lat: float
):
    found = [cell for cell in cells(points, PARENT) if cell is not None]
    spot = Point(lon, lat)
    borders = shapely.union_all([cell.boundary for cell in found])
    if PARENT.contains(spot) and borders.distance(spot) > 1e-9:
        assert sum(cell.contains(spot) for cell in found) == 1


@given(POINTS)
def test_cells_cover_the_parent_without_overlap(points: list[tuple[float, float]]):
    found = [cell for cell in cells(points, PARENT) if cell is not None]
    assert sum(cell.area for cell in found) == pytest.approx(PARENT.area, abs=METRE2)
    assert shapely.union_all(found).area == pytest.approx(PARENT.area, abs=METRE2)


def test_a_point_lies_in_its_own_cell():
    points = [(105.83, 22.12), (105.88, 22.15), (105.9, 22.11)]
    assert all(cell.contains(Point(point)) for point, cell in zip(points, cells(points, PARENT), strict=True))


def test_points_that_share_a_place_share_its_ground():
    """Many places are known to a minute of arc: three of one place each get a slice."""
    shared = [(105.85, 22.13)] * 3
    found = cells([*shared, (105.92, 22.18)], PARENT)
    assert all(cell is not None and cell.area > 0 for cell in found)
    assert shapely.intersection(found[0], found[1]).area < METRE2


def test_a_single_point_takes_the_whole_parent():
    assert cells([(105.85, 22.13)], PARENT)[0].equals(PARENT)


def test_a_point_outside_is_nowhere_nearest_and_takes_nothing():
    assert cells([(105.85, 22.13), (110.0, 22.13)], box(105.84, 22.12, 105.86, 22.14))[1] is None


def test_the_same_points_give_the_same_bytes():
    points = [(105.83, 22.12), (105.88, 22.15), (105.88, 22.15)]
    assert [cell.wkb for cell in cells(points, PARENT)] == [cell.wkb for cell in cells(points, PARENT)]
