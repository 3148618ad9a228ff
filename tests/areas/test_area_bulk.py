"""Many points at once, and map files with what a GIS desk's files hold beside codes and names."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pandas
import pyogrio
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import box, mapping
from sqlalchemy.orm import Session

from api.imports.areas import AreaOptions, take_areas
from api.imports.sources import read_source
from survey.areas.actions import put_areas
from survey.areas.distance import distance_m
from survey.areas.locate import locator
from survey.areas.rows import AreaInput

ON = date(2025, 1, 1)
WEST, EAST = box(105.8, 22.1, 105.9, 22.2), box(105.9, 22.1, 106.0, 22.2)
POINTS = st.lists(st.none() | st.tuples(st.floats(105.7, 106.1), st.floats(22.0, 22.3)), max_size=30)


def test_a_join_of_many_points_answers_as_asking_one_by_one(session: Session):
    units = [("01001", "Xã Tây", WEST), ("01002", "Xã Đông", EAST)]
    put_areas(session, [AreaInput(code, "commune", name, boundary=shape) for code, name, shape in units], ON)
    known = locator(session, ON)

    @given(POINTS)
    def joined(points: list[tuple[float, float] | None]) -> None:
        for point, held in zip(points, known.communes_holding(points), strict=True):
            alone = known.place(*point).commune_code if point else None
            assert (held[0] if held else None) == alone

    joined()
    assert known.communes_holding([(105.9, 22.15)]) == [["01002", "01001"]]


def test_without_a_commune_a_join_finds_none(session: Session):
    assert locator(session, ON).communes_holding([(105.9, 22.15), None]) == [[], []]


def test_lists_and_objects_among_a_files_fields_are_text(session: Session, tmp_path: Path):
    """OpenStreetMap extracts carry such fields; they are not asked for, and must not stop an import."""
    fields = {"code": "01834", "name": "Xã Hoà Mục", "tags": ["a", "b"], "more": {"x": 1}}
    feature = {"type": "Feature", "properties": fields, "geometry": mapping(WEST)}
    path = tmp_path / "communes.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}), "utf-8")
    assert take_areas(session, path, AreaOptions(ON, "commune")).counts == {"added": 1}


def test_a_table_without_shapes_in_a_geopackage_comes_in(session: Session, tmp_path: Path):
    path = tmp_path / "list.gpkg"
    table = pandas.DataFrame({"code": ["01834"], "name": ["Xã Hoà Mục"]})
    pyogrio.write_dataframe(table, path, layer="commune")
    report = take_areas(session, path, AreaOptions(ON, "commune", crs="EPSG:4326"))
    assert report.counts == {"added": 1}


def test_an_old_datum_is_moved_also_far_from_where_it_was_tied(tmp_path: Path):
    """Hanoi 1972 is tied to WGS 84 at Vũng Tàu; PROJ left to itself moves nothing in the north."""
    path = tmp_path / "list.csv"
    path.write_text("code,lon,lat\n1,105.8,22.1\n", "utf-8")
    point = read_source(path, crs="EPSG:4147").rows[0].shape
    moved_m = distance_m((105.8, 22.1), (point.x, point.y))
    assert moved_m is not None
    assert 40 < moved_m < 80
