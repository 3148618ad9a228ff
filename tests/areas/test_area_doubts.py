"""Files of places as offices have them: what lies wrongly is noticed, told, and written only if accepted."""

from __future__ import annotations

from contextlib import suppress
from datetime import date
from pathlib import Path

import numpy as np
import pyogrio
import pytest
import shapely
from shapely import affinity
from shapely.geometry import MultiPoint, Point, Polygon, box
from sqlalchemy.orm import Session

from api.imports.areas import AreaOptions, take_areas
from api.imports.report import Report
from api.imports.successions import SuccessionOptions, take_succession
from api.imports.villages import VillageOptions, take_villages
from survey.areas import queries
from survey.areas.actions import put_areas, succeed
from survey.areas.locate import locator
from survey.areas.names import _tones_apart
from survey.areas.precision import drawn
from survey.areas.rows import AreaInput, Pair
from survey.areas.shapes import project
from survey.problems import Problem

ON = date(2025, 7, 1)
ZONE = "EPSG:9213"
"""VN-2000 of the province: TM-3 106°30'."""
PROVINCE = box(105.6, 22.2, 106.0, 22.4)
SQUARES = {
    "01900": ("Xã Nà Thử", box(105.6, 22.2, 105.7, 22.4)),
    "01901": ("Xã Khuổi Thử", box(105.7, 22.2, 105.8, 22.4)),
    "01902": ("Xã Pác Thử", box(105.8, 22.2, 106.0, 22.4)),
}


@pytest.fixture
def province(session: Session) -> Session:
    """A made-up province of three communes, known to 50 m."""
    put_areas(session, [AreaInput("19", "province", "Tỉnh Thử", boundary=PROVINCE, uncertainty_m=50)], ON)
    communes = [
        AreaInput(code, "commune", name, "19", boundary=ground, uncertainty_m=50)
        for code, (name, ground) in SQUARES.items()
    ]
    put_areas(session, communes, ON)
    return session


def winding(west: float, south: float, step: float, corners: int) -> Polygon:
    """A round commune whose border has a corner every `step` degrees."""
    angles = np.linspace(0, 2 * np.pi, corners, endpoint=False)
    radius = step / (2 * np.sin(np.pi / corners))
    return Polygon(np.column_stack([west + radius * np.cos(angles), south + radius * np.sin(angles)]))


def write(path: Path, shapes: list, crs: str | None = "EPSG:4326", **fields: list[str]) -> Path:
    """A map file of shapes and their fields."""
    pyogrio.raw.write(
        path,
        geometry=shapely.to_wkb(shapes),
        field_data=[np.array(values, dtype=object) for values in fields.values()],
        fields=list(fields),
        geometry_type=shapes[0].geom_type,
        crs=crs,
        promote_to_multi=False,
        **({"encoding": "UTF-8"} if path.suffix == ".shp" else {}),
    )
    return path


def communes(path: Path, move, crs: str = "EPSG:4326") -> Path:
    """The three communes, each shape moved, with their names and their province's."""
    shapes = [move(ground) for _, ground in SQUARES.values()]
    names = [name for name, _ in SQUARES.values()]
    return write(path, shapes, crs, ma_xa=list(SQUARES), ten_xa=names, ten_tinh=["Tỉnh Thử"] * len(names))


def number_of(act, *arguments: object) -> int:
    with pytest.raises(Problem) as caught:
        act(*arguments)
    return caught.value.number


def refused(report: Report) -> list[tuple[int, int]]:
    return [(row.line, row.problem.number) for row in report.refused]


def said(report: Report, word: str) -> bool:
    return any(word in note for note in report.notes)


# --- how exact


@pytest.mark.parametrize(("step_m", "stated_m"), [(20, 50), (60, 60), (230, 230), (936, 940)])
def test_a_boundary_is_as_inexact_as_the_steps_it_is_drawn_in(step_m: float, stated_m: float):
    found = drawn([winding(105.8, 22.3, step_m / 108_000, 300)])
    assert found.uncertainty_m == pytest.approx(stated_m, abs=20)


def test_a_boundary_is_no_more_exact_than_its_coordinates_are_rounded():
    fine = winding(105.8, 22.3, 0.0003, 3_000)
    rounded = shapely.transform(fine, lambda points: np.round(points, 2))
    assert drawn([shapely.make_valid(rounded)]).uncertainty_m >= 1_110
    assert drawn([]) is None


def test_a_file_that_does_not_state_its_error_gets_one_from_its_drawing(session: Session, tmp_path: Path):
    path = write(
        tmp_path / "xa.gpkg", [winding(105.8, 22.3, 0.0009, 300)], code=["01900"], name=["Xã Nà Thử"]
    )
    report = take_areas(session, path, AreaOptions(ON, "commune"))
    assert said(report, "boundaries may be off: 100 m")
    assert queries.area(session, "01900", ON).uncertainty_m == 100
    assert locator(session, ON).agreement(105.84, 22.6, "01900") == "elsewhere"  # 33 km away
    assert take_areas(session, path, AreaOptions(ON, "commune")).counts == {"unchanged": 1}


def test_an_error_that_is_stated_is_kept_and_an_approximate_boundary_has_none(
    session: Session, tmp_path: Path
):
    path = write(
        tmp_path / "xa.gpkg", [winding(105.8, 22.3, 0.0009, 300)], code=["01900"], name=["Xã Nà Thử"]
    )
    take_areas(session, path, AreaOptions(ON, "commune", uncertainty_m=500))
    assert queries.area(session, "01900", ON).uncertainty_m == 500
    take_areas(session, path, AreaOptions(ON, "commune", approximate=True))
    assert queries.area(session, "01900", ON).uncertainty_m is None


def test_a_coarser_drawing_in_the_place_of_a_finer_one_is_told(province: Session, tmp_path: Path):
    path = communes(tmp_path / "xa.gpkg", lambda ground: affinity.scale(ground, 0.99, 0.99))
    assert said(take_areas(province, path, AreaOptions(ON, "commune")), "3 ranh giới đã có chính xác hơn")
    assert not said(take_areas(province, path, AreaOptions(ON, "commune")), "chính xác hơn")


# --- where


def test_shapes_read_in_the_zone_beside_lie_77_km_away_and_are_refused(province: Session, tmp_path: Path):
    path = communes(tmp_path / "xa.gpkg", lambda ground: project([ground], ZONE)[0], ZONE)
    assert number_of(take_areas, province, path, AreaOptions(ON, "commune", crs="EPSG:9210")) == 3045
    assert take_areas(province, path, AreaOptions(ON, "commune")).counts["refused"] == 0


def test_vn_2000_read_as_wgs_84_is_noticed_against_known_units(province: Session, tmp_path: Path):
    """Degrees of VN-2000 in a file that says WGS 84: everything lies about 224 m to one side."""
    path = communes(tmp_path / "xa.gpkg", lambda ground: project([ground], "EPSG:4756")[0])
    with pytest.raises(Problem) as caught:
        take_areas(province, path, AreaOptions(ON, "commune"))
    assert caught.value.number == 3045
    assert caught.value.details["metres"] == pytest.approx(224, abs=25)
    right = take_areas(province, path, AreaOptions(ON, "commune", crs="EPSG:4756"))
    assert right.counts["refused"] == 0


def test_vn_2000_read_as_wgs_84_is_noticed_against_the_province_alone(session: Session, tmp_path: Path):
    put_areas(session, [AreaInput("19", "province", "Tỉnh Thử", boundary=PROVINCE)], ON)
    path = communes(tmp_path / "xa.gpkg", lambda ground: project([ground], "EPSG:4756")[0])
    assert number_of(take_areas, session, path, AreaOptions(ON, "commune")) == 3045


def test_one_unit_that_lies_elsewhere_is_refused_and_the_others_come_in(province: Session, tmp_path: Path):
    ground = [ground for _, ground in SQUARES.values()]
    shapes = [ground[0], affinity.translate(ground[1], 0.75), ground[2]]
    path = write(tmp_path / "xa.gpkg", shapes, ma_xa=list(SQUARES), ten_xa=["Xã Một", "Xã Hai", "Xã Ba"])
    report = take_areas(province, path, AreaOptions(ON, "commune"))
    assert refused(report) == [(2, 3044)]
    assert "77.3 km" in report.refused[0].problem.message("vi")
    accepted = take_areas(province, path, AreaOptions(ON, "commune", moved=True))
    assert accepted.counts["refused"] == 0
    assert said(accepted, "--moved")
    assert queries.area(province, "01901", ON).boundary.bounds[0] == pytest.approx(106.45)


def test_a_redrawn_a_merged_and_a_split_unit_are_where_they_were(province: Session, tmp_path: Path):
    first, second, third = (ground for _, ground in SQUARES.values())
    shapes = [affinity.scale(first, 0.97, 1.01), second.union(third), box(105.8, 22.2, 105.9, 22.4)]
    path = write(tmp_path / "xa.gpkg", shapes, ma_xa=list(SQUARES), ten_xa=["Xã Một", "Xã Hai", "Xã Ba"])
    assert take_areas(province, path, AreaOptions(ON, "commune")).counts["refused"] == 0


def test_a_commune_outside_the_province_it_is_said_to_be_in_is_refused(province: Session, tmp_path: Path):
    path = write(
        tmp_path / "xa.gpkg",
        [affinity.translate(SQUARES["01900"][1], 2)],
        code=["01999"],
        name=["Xã Xa"],
        ma_tinh=["19"],
    )
    assert refused(take_areas(province, path, AreaOptions(ON, "commune"))) == [(1, 3044)]


NORTH_FIRST = """ten_thon,ten_xa,X,Y
Thôn Thử Mười Một,Xã Nà Thử,{north},{east}
Thôn Thử Mười Hai,Xã Nà Thử,{east},{north}
"""


def test_x_is_north_in_vietnamese_surveying_and_is_exchanged_and_told(province: Session, tmp_path: Path):
    east, north = project([Point(105.65, 22.3)], ZONE)[0].coords[0]
    path = tmp_path / "thon.csv"
    path.write_text(NORTH_FIRST.format(east=f"{east:.2f}", north=f"{north:.2f}"), "utf-8")
    report = take_villages(province, path, VillageOptions(ON, crs=ZONE))
    assert report.counts == {"added": 2}
    assert said(report, "1 dòng / rows: X, Y đã đổi chỗ")
    for village in queries.areas(province, None, ON, "village"):
        assert village.point == pytest.approx((105.65, 22.3), abs=1e-6)


@pytest.mark.parametrize("suffix", ["gpkg", "geojson"])
def test_shapes_with_latitude_first_are_exchanged_and_told(province: Session, tmp_path: Path, suffix: str):
    turned = communes(
        tmp_path / f"xa.{suffix}", lambda ground: shapely.transform(ground, lambda points: points[:, ::-1])
    )
    report = take_areas(province, turned, AreaOptions(ON, "commune"))
    assert report.counts["refused"] == 0
    assert said(report, "3 dòng / rows: X, Y đã đổi chỗ")
    assert queries.area(province, "01902", ON).boundary.equals(SQUARES["01902"][1])


@pytest.mark.parametrize("uncertainty_m", [50, None])
def test_a_village_far_from_its_commune_is_refused_and_a_near_one_noted(
    session: Session, tmp_path: Path, uncertainty_m: float | None
):
    """Also where nobody said how far the commune's boundary may be off."""
    ground = SQUARES["01900"][1]
    put_areas(
        session,
        [AreaInput("01900", "commune", "Xã Nà Thử", boundary=ground, uncertainty_m=uncertainty_m)],
        ON,
    )
    path = tmp_path / "thon.csv"
    path.write_text(
        "thon,xa,lon,lat\nThôn Một,Xã Nà Thử,124,3.5\nThôn Hai,Nà Thử,105.75,22.3\nBa,1900,105.65,22.3\n",
        "utf-8",
    )
    report = take_villages(session, path, VillageOptions(ON))
    assert refused(report) == [(2, 3044)]
    assert said(report, "1 điểm nằm ngoài xã đã ghi")
    assert locator(session, ON).place(124, 3.5).outside
    assert locator(session, ON).agreement(124, 3.5, "01900") == "elsewhere"
    accepted = take_villages(session, path, VillageOptions(ON, moved=True))
    assert accepted.counts["refused"] == 0
    assert said(accepted, "2 điểm nằm ngoài xã đã ghi")


def test_coordinates_that_cannot_be_read_are_told_by_their_lines(province: Session, tmp_path: Path):
    path = tmp_path / "thon.csv"
    path.write_text(
        "thon;xa;lon;lat\nThôn Một;Nà Thử;105°39';22°18'\nThôn Hai;Nà Thử;;\nThôn Ba;Nà Thử;105,65;22,3\n",
        "utf-8",
    )
    report = take_villages(province, path, VillageOptions(ON))
    assert report.counts == {"added": 3}
    assert said(report, "1 dòng / rows: tọa độ không đọc được")


def test_units_over_one_another_are_told_and_slivers_are_not(province: Session, tmp_path: Path):
    first, second, third = (ground for _, ground in SQUARES.values())
    shapes = [affinity.translate(first, 0.0005), affinity.scale(second, 1.4, 1, origin=(105.8, 22.2)), third]
    path = write(tmp_path / "xa.gpkg", shapes, ma_xa=list(SQUARES), ten_xa=["Xã Một", "Xã Hai", "Xã Ba"])
    report = take_areas(province, path, AreaOptions(ON, "commune"))
    (note,) = (note for note in report.notes if "overlap" in note)
    assert note.startswith("1 cặp")
    assert "Xã Hai (01901) – Xã Một (01900) 40%" in note


@pytest.mark.parametrize("level", ["areas", "villages"])
def test_a_multipoint_of_one_point_is_a_point(province: Session, tmp_path: Path, level: str):
    one, two = MultiPoint([(105.65, 22.3)]), MultiPoint([(105.65, 22.3), (105.66, 22.3)])
    if level == "areas":
        path = write(tmp_path / "xa.gpkg", [one, two], code=["01900", "01901"], name=["Xã Nà Thử", "Xã Hai"])
        report = take_areas(province, path, AreaOptions(ON, "commune"))
    else:
        path = write(tmp_path / "t.gpkg", [one, two], thon=["Thôn Một", "Thôn Hai"], xa=["Nà Thử", "Nà Thử"])
        report = take_villages(province, path, VillageOptions(ON))
    assert refused(report) == [(2, 3015)]


# --- which column


def test_the_column_of_communes_is_the_one_whose_codes_exist_on_the_day(province: Session, tmp_path: Path):
    """A list made before the merger has old and new codes side by side."""
    before = date(2024, 1, 1)
    put_areas(
        province, [AreaInput("01811", "commune", "Xã Cũ"), AreaInput("01812", "commune", "Xã Kia")], before
    )
    succeed(province, [Pair("01811", "01900"), Pair("01812", "01900")], ON, "1683/NQ-UBTVQH15")
    path = tmp_path / "thon.csv"
    path.write_text(
        "village_name,commune_code,new_commune_code\nThôn Một,01811,1900\nThôn Hai,01812,1900\n", "utf-8"
    )
    report = take_villages(province, path, VillageOptions(ON))
    assert report.counts == {"added": 2}
    assert said(report, "parent: new_commune_code (theo nội dung / by content: 100%; commune_code: 0%)")
    assert take_villages(province, path, VillageOptions(before)).counts == {"added": 2}


def test_codes_and_names_under_titles_nobody_knows_are_told_by_their_content(
    session: Session, tmp_path: Path
):
    put_areas(session, [AreaInput("19", "province", "Tỉnh Thử")], ON)
    path = tmp_path / "xa.csv"
    path.write_text("STT,A,B,C\n1,01900,Xã Nà Thử,Thử\n2,01901,Phường Khuổi Thử,Thử\n", "utf-8")
    report = take_areas(session, path, AreaOptions(ON, "commune"))
    assert report.counts == {"added": 2}
    assert queries.path(session, "01901", ON) == ("01901", "19")
    assert next(note for note in report.notes if "by content" in note).startswith("Cột / column code: A")


def test_of_two_columns_of_codes_nobody_guesses_unless_one_is_known(session: Session, tmp_path: Path):
    path = tmp_path / "xa.csv"
    path.write_text("A,B,C\n01811,01900,Xã Nà Thử\n01812,01901,Xã Khuổi Thử\n", "utf-8")
    assert number_of(take_areas, session, path, AreaOptions(ON, "commune")) == 3018
    put_areas(session, [AreaInput("01901", "commune", "Xã Khuổi Thử")], ON)
    assert take_areas(session, path, AreaOptions(ON, "commune")).counts == {"added": 1, "unchanged": 1}
    assert queries.area(session, "01900", ON).name == "Xã Nà Thử"


def test_the_code_of_a_unit_that_became_another_does_not_come_to_life_again(
    province: Session, tmp_path: Path
):
    put_areas(province, [AreaInput("01811", "commune", "Xã Cũ")], date(2024, 1, 1))
    succeed(province, [Pair("01811", "01900")], ON, "1683/NQ-UBTVQH15")
    path = tmp_path / "xa.csv"
    path.write_text("code,name\n01811,Xã Cũ\n01900,Xã Nà Thử\n", "utf-8")
    report = take_areas(province, path, AreaOptions(ON, "commune"))
    assert refused(report) == [(2, 3046)]
    assert "Xã Nà Thử (01900)" in report.refused[0].problem.message("vi")


def test_units_above_may_be_named_and_districts_end_in_june_2025(session: Session, tmp_path: Path):
    before = date(2025, 6, 30)
    put_areas(session, [AreaInput("19", "province", "Tỉnh Thử")], before)
    put_areas(session, [AreaInput("171", "district", "Huyện Thử", "19")], before)
    path = tmp_path / "xa.csv"
    path.write_text(
        "ma_xa,ten_xa,huyen,tinh\n01900,Xã Nà Thử,Huyện Thử,Thử\n01901,Xã Hai,Huyện Thù,Thử\n", "utf-8"
    )
    report = take_areas(session, path, AreaOptions(before, "commune"))
    assert queries.path(session, "01900", before) == ("01900", "171", "19")
    assert refused(report) == [(3, 3040)]
    take_areas(session, path, AreaOptions(ON, "commune"))
    assert queries.path(session, "01901", ON) == ("01901", "19")


def test_old_and_new_units_of_a_succession_may_be_named(province: Session, tmp_path: Path):
    put_areas(province, [AreaInput("01811", "commune", "Xã Cũ")], date(2024, 1, 1))
    path = tmp_path / "list.csv"
    path.write_text("old_name,new_name\nXã Cũ,Nà Thử\nXã Không Có,Nà Thử\n", "utf-8")
    report = take_succession(province, path, SuccessionOptions(ON, "1683/NQ-UBTVQH15"))
    assert report.counts == {"added": 1, "refused": 1}
    assert refused(report) == [(3, 3040)]
    assert queries.path(province, "01811", ON)[0] == "01900"


# --- the letters of a shapefile

NAMES = ["Phường Thử Một", "Xã Nà Thử", "Xã Khuổi Thử"]


def shapefile(folder: Path, encoding: str, declared: str | None = None) -> Path:
    """A shapefile whose texts are in one encoding while its .cpg says another, or is missing."""
    shapes = [ground for _, ground in SQUARES.values()]
    names = [_tones_apart(name) for name in NAMES] if encoding == "cp1258" else NAMES
    raw = [name.encode(encoding).decode("latin-1") for name in names]
    path = folder / "xa.shp"
    pyogrio.raw.write(
        path,
        geometry=shapely.to_wkb(shapes),
        field_data=[np.array(list(SQUARES), dtype=object), np.array(raw, dtype=object)],
        fields=["MA_XA", "TEN_XA"],
        geometry_type="Polygon",
        crs="EPSG:4326",
        encoding="ISO-8859-1",
    )
    path.with_suffix(".cpg").unlink(missing_ok=True)
    if declared:
        path.with_suffix(".cpg").write_text(declared)
    head = bytearray(path.with_suffix(".dbf").read_bytes())
    head[29] = 0  # no language driver either
    path.with_suffix(".dbf").write_bytes(head)
    return path


@pytest.mark.parametrize("declared", [None, "UTF-8", "ISO-8859-1", "1252"])
def test_a_shapefile_in_utf_8_is_read_so_whatever_its_cpg_says(session: Session, tmp_path: Path, declared):
    path = shapefile(tmp_path, "utf-8", declared)
    report = take_areas(session, path, AreaOptions(ON, "commune"))
    assert said(report, "encoding: UTF-8")
    assert {area.name for area in queries.areas(session, None, ON)} == set(NAMES)


def test_an_old_vietnamese_encoding_is_recognised(session: Session, tmp_path: Path):
    """Windows-1258 writes a letter and its tone as two signs."""
    path = shapefile(tmp_path, "cp1258")
    report = take_areas(session, path, AreaOptions(ON, "commune"))
    assert said(report, "encoding: cp1258")
    assert {area.name for area in queries.areas(session, None, ON)} == set(NAMES)


def test_an_encoding_may_be_named_and_a_wrong_one_is_refused(session: Session, tmp_path: Path):
    path = shapefile(tmp_path, "utf-8")
    assert number_of(take_areas, session, path, AreaOptions(ON, "commune", encoding="latin-1")) == 3043
    assert number_of(take_areas, session, path, AreaOptions(ON, "commune", encoding="ascii")) == 3042
    assert number_of(take_areas, session, path, AreaOptions(ON, "commune", encoding="klingon")) == 3042
    assert take_areas(session, path, AreaOptions(ON, "commune", encoding="utf-8")).counts == {"added": 3}


def test_letters_of_an_old_font_are_read_right_or_refused(session: Session, tmp_path: Path):
    """TCVN3 (ABC): ã is B7, à B5, ị DE, ệ D6; nothing is stored as "X· Hoµng ThÞ NguyÖt"."""
    path = shapefile(tmp_path, "utf-8")
    dbf = path.with_suffix(".dbf")
    told, meant = b"X\xb7 Ho\xb5ng Th\xde Nguy\xd6t", "Xã Hoàng Thị Nguyệt"
    raw = dbf.read_bytes()
    for name in NAMES:
        written = name.encode()
        raw = raw.replace(written.ljust(len(told)), told.ljust(max(len(written), len(told))))
    dbf.write_bytes(raw)
    with suppress(Problem):
        take_areas(session, path, AreaOptions(ON, "commune"))
    assert {area.name for area in queries.areas(session, None, ON)} <= {meant}


def test_names_already_spoilt_in_the_file_are_refused(session: Session, tmp_path: Path):
    spoilt = [name.encode().decode("latin-1") for name in NAMES]
    path = write(
        tmp_path / "xa.gpkg", [ground for _, ground in SQUARES.values()], code=list(SQUARES), name=spoilt
    )
    assert number_of(take_areas, session, path, AreaOptions(ON, "commune")) == 3043
    assert queries.areas(session, None, ON) == []
