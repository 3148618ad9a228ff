"""Which village: inside, near a border, outside; and how an answer agrees with what a person named."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod
from shapely.geometry import box
from sqlalchemy.orm import Session

from survey.areas.actions import put_areas
from survey.areas.locate import locate, locator
from survey.areas.rows import AreaInput
from survey.areas.shapes import project_point

ON = date(2025, 1, 1)
LON, LAT = 105.8, 22.1
"""South-west corner of the two communes, each 0.1 degrees square (10 km)."""


@pytest.fixture
def placed(session: Session) -> Session:
    """Two communes side by side known to 500 m, the west one with two villages of unlimited uncertainty."""
    west, east = box(LON, LAT, LON + 0.1, LAT + 0.1), box(LON + 0.1, LAT, LON + 0.2, LAT + 0.1)
    communes = [("01001", "Xã Tây", west), ("01002", "Xã Đông", east)]
    put_areas(
        session, [AreaInput(c, "commune", n, boundary=b, uncertainty_m=500) for c, n, b in communes], ON
    )
    south, north = box(LON, LAT, LON + 0.1, LAT + 0.05), box(LON, LAT + 0.05, LON + 0.1, LAT + 0.1)
    villages = [("01001-001", "Thôn Nam", south), ("01001-002", "Thôn Bắc", north)]
    put_areas(session, [AreaInput(c, "village", n, "01001", boundary=b) for c, n, b in villages], ON)
    return session


def test_a_point_in_the_middle_has_its_village_and_no_doubt(placed: Session):
    place = locate(placed, LON + 0.05, LAT + 0.02, ON)
    assert (place.village_code, place.commune_code) == ("01001-001", "01001")
    assert not place.near_border
    assert not place.outside


def test_the_distance_to_the_border_is_in_metres(placed: Session):
    place = locate(placed, LON + 0.01, LAT + 0.05, ON)
    true_m = Geod(ellps="WGS84").inv(LON, LAT + 0.05, LON + 0.01, LAT + 0.05)[2]
    assert place.border_distance_m == pytest.approx(true_m, rel=0.001)


def test_within_the_uncertainty_a_point_is_near_the_border(placed: Session):
    assert locate(placed, LON + 0.0967, LAT + 0.05, ON).near_border
    assert not locate(placed, LON + 0.0933, LAT + 0.05, ON).near_border


def test_a_commune_without_villages_still_answers(placed: Session):
    place = locate(placed, LON + 0.15, LAT + 0.05, ON)
    assert (place.village_code, place.commune_code) == (None, "01002")


def test_a_point_in_another_country_is_outside_every_area(placed: Session):
    place = locate(placed, 92.1, 21.2, ON)
    assert place.outside
    assert place.nearest_code == "01001"
    assert place.border_distance_m == pytest.approx(1_420_000, rel=0.05)


def test_just_outside_but_within_the_uncertainty_is_near(placed: Session):
    place = locate(placed, LON - 0.003, LAT + 0.05, ON)
    assert place.outside
    assert place.near_border


@pytest.mark.parametrize("point", [(0.0, 0.0), (-75.0, 89.9), (180.0, -90.0), (float("inf"), 0.0)])
def test_points_far_beyond_the_projection_are_answered(placed: Session, point: tuple[float, float]):
    assert locate(placed, *point, ON).outside


def test_without_any_boundary_nothing_is_said_to_be_outside(session: Session):
    put_areas(session, [AreaInput("06", "province", "Tỉnh Bắc Kạn")], ON)
    assert not locate(session, LON, LAT, ON).outside


@pytest.mark.parametrize(
    ("is_approximate", "lon", "word"),
    [
        (False, LON + 0.118, "near_border"),  # 1.9 km
        (False, LON + 0.121, "elsewhere"),  # 2.2 km
        (True, LON + 0.19, "near_border"),  # 9.3 km
        (True, LON + 0.47, "elsewhere"),  # 38 km
        (True, 124.0, "elsewhere"),
    ],
)
def test_a_boundary_nobody_stated_the_error_of_alarms_only_beyond_any_map_s_error(
    session: Session, is_approximate: bool, lon: float, word: str
):
    ground = box(LON, LAT, LON + 0.1, LAT + 0.1)
    given = AreaInput("01001", "commune", "Xã", boundary=ground, boundary_is_approximate=is_approximate)
    put_areas(session, [given], ON)
    assert locator(session, ON).agreement(lon, LAT + 0.05, "01001") == word


def test_the_distance_told_is_to_the_unit_named_and_not_to_the_border_nearby(placed: Session):
    known = locator(placed, ON)
    assert known.beyond_m(LON + 0.1005, LAT + 0.05, "01001") == pytest.approx(52, abs=1)
    assert known.beyond_m(LON + 0.17, LAT + 0.05, "01001-001") == pytest.approx(7_220, rel=0.01)
    assert known.beyond_m(LON + 0.17, LAT + 0.05, "99999") is None


@pytest.mark.parametrize(
    ("lon", "code", "word"),
    [
        (LON + 0.05, "01001", "inside"),
        (LON + 0.103, "01001", "near_border"),
        (LON + 0.15, "01001", "elsewhere"),
        (LON + 0.15, "01001-001", "elsewhere"),
        (LON + 0.05, "01001-002", "inside"),
        (LON + 0.05, "99999", "unknown"),
    ],
)
def test_a_point_agrees_or_not_with_the_unit_named(placed: Session, lon: float, code: str, word: str):
    assert locator(placed, ON).agreement(lon, LAT + 0.02, code) == word


def test_the_accuracy_of_the_fix_widens_the_doubt(placed: Session):
    lon = LON + 0.106  # about 620 m east of the border
    assert locator(placed, ON).agreement(lon, LAT + 0.02, "01001") == "elsewhere"
    assert locator(placed, ON).agreement(lon, LAT + 0.02, "01001", accuracy_m=200) == "near_border"


def test_a_change_of_areas_is_seen_at_once(placed: Session):
    assert locate(placed, LON + 0.15, LAT + 0.02, ON).village_code is None
    ground = box(LON + 0.1, LAT, LON + 0.2, LAT + 0.1)
    put_areas(placed, [AreaInput("01002-001", "village", "Thôn 1", "01002", boundary=ground)], ON)
    assert locate(placed, LON + 0.15, LAT + 0.02, ON).village_code == "01002-001"


def test_a_point_in_a_sliver_goes_to_the_nearest_village_that_reaches_it(session: Session):
    """The commune is drawn 20 m further than its village's cell by another source."""
    put_areas(
        session, [AreaInput("01001", "commune", "Xã", boundary=box(LON, LAT, LON + 0.1002, LAT + 0.1))], ON
    )
    cell = box(LON, LAT, LON + 0.1, LAT + 0.1)
    put_areas(session, [AreaInput("01001-001", "village", "Thôn 1", "01001", boundary=cell)], ON)
    assert locate(session, LON + 0.1001, LAT + 0.05, ON).village_code == "01001-001"


@given(st.floats(102, 110), st.floats(8, 24), st.sampled_from(["EPSG:32648", "EPSG:3405", "EPSG:9210"]))
def test_projecting_there_and_back_moves_a_point_less_than_a_centimetre(lon: float, lat: float, crs: str):
    from pyproj import Transformer

    x, y = project_point(lon, lat, crs)
    back = Transformer.from_crs(crs, "EPSG:4326", always_xy=True).transform(x, y)
    assert Geod(ellps="WGS84").inv(lon, lat, *back)[2] < 0.01
