"""Importing units and villages: every row accounted for, coordinate systems named, faults said."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pyogrio
import pytest
import shapely
from shapely.geometry import box
from sqlalchemy.orm import Session

from api.imports.areas import AreaOptions, take_areas
from api.imports.successions import SuccessionOptions, take_succession
from api.imports.villages import VillageOptions, take_villages
from survey.areas import queries
from survey.areas.actions import put_areas
from survey.areas.rows import AreaInput
from survey.areas.shapes import project
from survey.problems import Problem

ON = date(2024, 1, 1)
WEST, EAST = box(105.8, 22.1, 105.9, 22.2), box(105.9, 22.1, 106.0, 22.2)
BOW_TIE = shapely.Polygon([(105.8, 22.1), (105.9, 22.2), (105.9, 22.1), (105.8, 22.2)])


def write_map(path: Path, shapes: list, crs: str | None = "EPSG:4326", **fields: list[str]) -> Path:
    """A map file of the given shapes, in the driver its suffix tells."""
    pyogrio.raw.write(
        path,
        geometry=shapely.to_wkb(shapes),
        field_data=[np.array(values, dtype=object) for values in fields.values()],
        fields=list(fields),
        geometry_type="Polygon",
        crs=crs,
        promote_to_multi=False,
    )
    return path


def two(path: Path, crs: str = "EPSG:4326") -> Path:
    """Two communes in a coordinate system."""
    shapes = [WEST, EAST] if crs == "EPSG:4326" else project([WEST, EAST], crs)
    return write_map(path, shapes, crs, ma_xa=["01834", "01840"], ten_xa=["Xã Hoà Mục", "Xã Văn Lăng"])


def refused_numbers(report) -> list[tuple[int, int]]:
    return [(refused.line, refused.problem.number) for refused in report.refused]


@pytest.mark.parametrize("suffix", ["gpkg", "shp", "geojson", "fgb"])
def test_units_come_in_from_any_map_format(session: Session, tmp_path: Path, suffix: str):
    report = take_areas(session, two(tmp_path / f"communes.{suffix}"), AreaOptions(ON, "commune"))
    assert report.counts == {"added": 2}
    assert queries.area(session, "01834", ON).name == "Xã Hoà Mục"


@pytest.mark.parametrize("crs", ["EPSG:3405", "EPSG:9210", "EPSG:4756", "EPSG:32648"])
@pytest.mark.parametrize("suffix", ["shp", "gpkg"])
def test_vn_2000_comes_back_to_within_a_centimetre(session: Session, tmp_path: Path, crs: str, suffix: str):
    report = take_areas(session, two(tmp_path / f"communes.{suffix}", crs), AreaOptions(ON, "commune"))
    boundary = queries.area(session, "01834", ON).boundary
    moved_m = shapely.hausdorff_distance(*project([boundary, WEST]))
    assert moved_m < 0.01
    assert any(crs in note for note in report.notes)


def test_a_file_without_a_coordinate_system_is_refused_until_it_is_named(session: Session, tmp_path: Path):
    path = tmp_path / "communes.shp"
    with pytest.warns(UserWarning, match="'crs' was not provided"):
        write_map(path, project([WEST], "EPSG:9210"), None, ma_xa=["01834"], ten_xa=["Xã"])
    with pytest.raises(Problem) as caught:
        take_areas(session, path, AreaOptions(ON, "commune"))
    assert caught.value.number == 3016
    take_areas(session, path, AreaOptions(ON, "commune", crs="EPSG:9210"))
    assert shapely.hausdorff_distance(*project([queries.area(session, "01834", ON).boundary, WEST])) < 0.01


def test_a_datum_that_cannot_be_tied_to_wgs_84_is_refused(session: Session, tmp_path: Path):
    """PROJ would take the unknown datum for WGS 84 in silence."""
    path = two(tmp_path / "communes.shp", "EPSG:3405")
    prj = path.with_suffix(".prj")
    prj.write_text(
        prj.read_text().replace("VN-2000", "X").replace("VN_2000", "X").replace("D_Vietnam_2000", "D_X")
    )
    with pytest.raises(Problem) as caught:
        take_areas(session, path, AreaOptions(ON, "commune"))
    assert caught.value.number == 3026


def test_a_broken_polygon_is_repaired_and_reported(session: Session, tmp_path: Path):
    path = write_map(tmp_path / "a.gpkg", [EAST, BOW_TIE], code=["01834", "01840"], name=["Xã A", "Xã B"])
    report = take_areas(session, path, AreaOptions(ON, "commune"))
    assert report.counts == {"added": 2}
    assert [(one.line, one.code) for one in report.repaired] == [(2, "01840")]
    assert "Self-intersection" in report.repaired[0].reason
    assert queries.area(session, "01840", ON).boundary.is_valid


def test_rows_that_cannot_be_taken_are_listed_and_the_rest_comes_in(session: Session, tmp_path: Path):
    path = tmp_path / "list.csv"
    path.write_text("code,name\n01834,Xã A\nabc,Xã B\n01834,Xã C\n01840,\n018400,Xã D\n", "utf-8")
    report = take_areas(session, path, AreaOptions(ON, "commune"))
    assert refused_numbers(report) == [(3, 3025), (4, 3014), (5, 3011), (6, 3025)]
    assert report.counts == {"added": 1, "refused": 4}
    assert report.total == 5


def test_a_shape_without_ground_is_refused(session: Session, tmp_path: Path):
    path = tmp_path / "lines.geojson"
    path.write_text(
        '{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"code":"01834","name":"Xã"},'
        '"geometry":{"type":"LineString","coordinates":[[105.8,22.1],[105.9,22.2]]}}]}'
    )
    assert refused_numbers(take_areas(session, path, AreaOptions(ON, "commune"))) == [(1, 3015)]


def test_coordinates_that_are_no_degrees_are_refused(session: Session, tmp_path: Path):
    path = tmp_path / "list.csv"
    path.write_text("code,name,lon,lat\n01834,Xã,500000,2400000\n", "utf-8")
    assert refused_numbers(take_areas(session, path, AreaOptions(ON, "commune"))) == [(2, 3022)]


def test_a_list_without_shapes_comes_in_with_the_zeros_a_spreadsheet_ate(session: Session, tmp_path: Path):
    put_areas(session, [AreaInput("06", "province", "Tỉnh Bắc Kạn")], ON)
    path = tmp_path / "list.csv"
    path.write_bytes("Mã xã;Tên xã;Mã tỉnh\n1834;Xã Hoà Mục;6\n".encode("utf-16"))
    assert take_areas(session, path, AreaOptions(ON, "commune")).counts == {"added": 1}
    assert queries.path(session, "01834", ON) == ("01834", "06")


def test_a_second_run_of_the_same_file_changes_nothing(session: Session, tmp_path: Path):
    path = two(tmp_path / "communes.gpkg", "EPSG:9210")
    take_areas(session, path, AreaOptions(ON, "commune", uncertainty_m=500))
    before = queries.revision(session)
    assert take_areas(session, path, AreaOptions(ON, "commune", uncertainty_m=500)).counts == {"unchanged": 2}
    assert queries.revision(session) == before


def test_a_column_that_is_not_there_is_a_problem_with_those_that_are(session: Session, tmp_path: Path):
    path = two(tmp_path / "communes.gpkg")
    with pytest.raises(Problem) as caught:
        take_areas(session, path, AreaOptions(ON, "commune", code="maxa"))
    assert caught.value.number == 3018
    assert "ma_xa" in caught.value.message("vi")


def test_an_unknown_layer_and_a_missing_level_are_problems(session: Session, tmp_path: Path):
    path = two(tmp_path / "communes.gpkg")
    with pytest.raises(Problem) as layer:
        take_areas(session, path, AreaOptions(ON, "commune", layer="xa"))
    with pytest.raises(Problem) as level:
        take_areas(session, path, AreaOptions(ON))
    assert (layer.value.number, level.value.number) == (3017, 3024)


@pytest.fixture
def communes(session: Session) -> Session:
    """Two communes with ground."""
    shapes = {"01834": ("Xã Hoà Mục", WEST), "01840": ("Xã Văn Lăng", EAST)}
    put_areas(
        session,
        [AreaInput(c, "commune", n, boundary=b, uncertainty_m=500) for c, (n, b) in shapes.items()],
        ON,
    )
    return session


VILLAGES = """ten_thon,ma_xa,lon,lat
Thôn 1,01834,105.82,22.12
Thôn 2,01834,105.88,22.18
Bản Mới,01840,105.95,22.15
"""


def test_villages_get_codes_of_their_commune_and_cells_within_it(communes: Session, tmp_path: Path):
    (tmp_path / "v.csv").write_text(VILLAGES, "utf-8")
    report = take_villages(communes, tmp_path / "v.csv", VillageOptions(ON))
    found = {name.code: name.name for name in queries.children(communes, "01834", ON)}
    assert report.counts == {"added": 3}
    assert found == {"01834-001": "Thôn 1", "01834-002": "Thôn 2"}
    village = queries.area(communes, "01834-001", ON)
    assert village.boundary_is_approximate
    assert village.uncertainty_m is None
    assert WEST.buffer(1e-9).contains(village.boundary)


def test_the_same_villages_again_keep_their_codes_and_change_nothing(communes: Session, tmp_path: Path):
    (tmp_path / "v.csv").write_text(VILLAGES, "utf-8")
    take_villages(communes, tmp_path / "v.csv", VillageOptions(ON))
    shuffled = "\n".join([VILLAGES.split("\n")[0], *reversed(VILLAGES.strip().split("\n")[1:])])
    (tmp_path / "v.csv").write_text(shuffled, "utf-8")
    assert take_villages(communes, tmp_path / "v.csv", VillageOptions(ON)).counts == {"unchanged": 3}


def test_a_new_village_takes_ground_from_its_neighbours_from_its_day_on(communes: Session, tmp_path: Path):
    (tmp_path / "v.csv").write_text(VILLAGES, "utf-8")
    take_villages(communes, tmp_path / "v.csv", VillageOptions(ON))
    before = queries.area(communes, "01834-001", ON).boundary.area
    later = date(2025, 1, 1)
    (tmp_path / "n.csv").write_text("ten_thon,ma_xa,lon,lat\nThôn 3,01834,105.85,22.15\n", "utf-8")
    take_villages(communes, tmp_path / "n.csv", VillageOptions(later))
    assert queries.area(communes, "01834-001", later).boundary.area < before
    assert queries.area(communes, "01834-001", ON).boundary.area == before


def test_villages_may_name_their_commune_by_name_or_by_position(communes: Session, tmp_path: Path):
    (tmp_path / "v.csv").write_text("thon,xa,lon,lat\nThôn 1,Hòa Mục,105.82,22.12\n", "utf-8")
    take_villages(communes, tmp_path / "v.csv", VillageOptions(ON))
    take_villages(communes, tmp_path / "v.csv", VillageOptions(ON, by_position=True))
    assert [name.code for name in queries.children(communes, "01834", ON)] == ["01834-001"]


def test_a_village_of_no_known_commune_is_refused_with_look_alikes(communes: Session, tmp_path: Path):
    (tmp_path / "v.csv").write_text("thon,xa\nThôn 1,Văn Lang\nThôn 2,\n,Văn Lăng\n", "utf-8")
    report = take_villages(communes, tmp_path / "v.csv", VillageOptions(ON))
    assert refused_numbers(report) == [(2, 3023), (3, 3023), (4, 3011)]
    assert "Xã Văn Lăng (01840)" in report.refused[0].problem.message("vi")


def test_a_point_outside_the_commune_named_is_said_and_kept(communes: Session, tmp_path: Path):
    (tmp_path / "v.csv").write_text("thon,ma_xa,lon,lat\nThôn 1,01834,105.95,22.15\n", "utf-8")
    report = take_villages(communes, tmp_path / "v.csv", VillageOptions(ON))
    assert report.counts == {"added": 1}
    assert any("points outside the commune" in note for note in report.notes)


def test_villages_of_a_split_commune_go_where_their_point_lies(communes: Session, tmp_path: Path):
    (tmp_path / "v.csv").write_text(VILLAGES, "utf-8")
    take_villages(communes, tmp_path / "v.csv", VillageOptions(ON))
    new = date(2025, 7, 1)
    south, north = box(105.8, 22.1, 105.9, 22.15), box(105.8, 22.15, 105.9, 22.2)
    parts = [
        AreaInput("01901", "commune", "Xã Nam", boundary=south),
        AreaInput("01902", "commune", "Xã Bắc", boundary=north),
    ]
    put_areas(communes, parts, new)
    (tmp_path / "s.csv").write_text("old_code,new_code\n01834,01901\n01834,01902\n", "utf-8")
    report = take_succession(communes, tmp_path / "s.csv", SuccessionOptions(new, "1683/NQ-UBTVQH15"))
    assert report.counts == {"added": 2}
    assert queries.path(communes, "01834-001", new)[1] == "01901"
    assert queries.path(communes, "01834-002", new)[1] == "01902"
