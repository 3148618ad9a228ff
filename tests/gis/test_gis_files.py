"""Files for a GIS desk: what the viewer's list shows and no more, in the right place, opened by GDAL."""

from __future__ import annotations

import json
import re
import sqlite3
from datetime import date
from pathlib import Path

import geopandas
import pyogrio
import pytest
import shapely
from flask.testing import FlaskClient
from makers import PEOPLE
from pyproj import CRS, Transformer
from sending import PLACES, point, send

from api.gis import houses
from api.web import transaction
from api.web.extensions import db
from survey.access.rights import RIGHTS
from survey.areas import vn2000
from survey.areas.actions import put_areas
from survey.areas.rows import AreaInput
from survey.registry.models import Household

ZONE = "EPSG:9213"
"""VN-2000, central meridian 106°30': Bắc Kạn and Thái Nguyên."""
HOSTILE = (
    '=HYPERLINK("http://x")',
    "<script>alert(1)</script>",
    "'; DROP TABLE layer_styles; --",
    "+1",
    "@SUM(A1)",
)


@pytest.fixture
def village(sign_in) -> dict[str, str]:
    """Two houses with a point and one without in Nam Mẫu, one in Xuân Lạc; household ids by name."""
    lan, duy = sign_in("lan"), sign_in("duy")
    lon, lat = PLACES["V1"]
    sent = {
        "Đặng Văn Sình": send(lan, {"head_name": "Đặng Văn Sình", "national_id": "006170001234"}),
        "Hoàng Thị Ước": send(
            lan, {"head_name": "Hoàng Thị Ước", "works_kind": "repair", "point": point(lon + 0.004, lat)}
        ),
        "Nông Văn Đài": send(lan, {"head_name": "Nông Văn Đài", "point": None}),
        "Vi Thị Lưu": send(
            duy, {"head_name": "Vi Thị Lưu", "area_code": "V3", "point": point(*PLACES["V3"])}
        ),
    }
    return {name: receipt["household_id"] for name, receipt in sent.items()}


def taken(client: FlaskClient, folder: Path, name: str, code: str = "01900", **query: str) -> Path:
    """The file `name` of an area as this person gets it, saved."""
    with client.get(f"/areas/{code}/export/{name}", query_string=query) as answer:
        assert answer.status_code == 200, answer.text
        path = folder / name
        path.write_bytes(answer.data)
    return path


def layers(path: Path) -> dict[str, str | None]:
    """The tables of a GeoPackage with the kind of shape in them."""
    return {str(name): shape for name, shape in pyogrio.list_layers(path)}


def listed(client: FlaskClient, area: str) -> int:
    """How many households the list counts."""
    page = client.get("/households", query_string={"area": area}).text
    return int(re.search(r"(\d+) hộ", page)[1])


@pytest.mark.parametrize("username", PEOPLE)
def test_the_file_holds_as_many_households_as_the_list_of_the_same_person(
    sign_in, village, tmp_path: Path, username: str
) -> None:
    client, area = sign_in(username), PEOPLE[username][2]
    path = taken(client, tmp_path, "households.gpkg", area)
    rows = sum(
        pyogrio.read_info(path, layer=layer)["features"] for layer in layers(path) if layer != "layer_styles"
    )
    features = json.loads(taken(client, tmp_path, "households.geojson", area).read_text("utf-8"))["features"]
    assert rows == len(features) == listed(client, area)
    assert rows == {"01900": 3, "01901": 1, "06": 4}[area]


def test_houses_without_a_point_stand_in_a_table_of_their_own_with_the_reason(
    sign_in, village, tmp_path: Path
) -> None:
    path = taken(sign_in("mai"), tmp_path, "households.gpkg")
    assert layers(path) == {"households": "Point", "households_without_point": None, "layer_styles": None}
    apart = pyogrio.read_dataframe(path, layer="households_without_point")
    assert apart[["household_id", "head_name", "point_source"]].values.tolist() == [
        [village["Nông Văn Đài"], "Nông Văn Đài", "chưa có vị trí"]
    ]


def test_where_every_house_has_a_point_there_is_no_such_table(sign_in, village, tmp_path: Path) -> None:
    assert "households_without_point" not in layers(taken(sign_in("duy"), tmp_path, "households.gpkg", "V3"))


def test_the_words_are_vietnamese_and_the_codes_standard(sign_in, village, tmp_path: Path) -> None:
    path = taken(sign_in("mai"), tmp_path, "households.gpkg")
    house = geopandas.read_file(path, layer="households").set_index("head_name").loc["Hoàng Thị Ước"]
    assert (house.village, house.commune, house.commune_code) == ("Thôn 1", "Nam Mẫu", "01900")
    assert (house.state, house.state_title) == ("entitled_repair", "đủ điều kiện, sửa chữa")
    assert (house.amount_vnd, house.surveyed_on) == (30_000_000, "2025-05-14")
    assert house.point_source == "định vị tại nhà"


def test_names_and_amounts_are_only_in_the_files_of_those_who_may_read_them(
    sign_in, village, tmp_path: Path
) -> None:
    for username, (_, role, area) in PEOPLE.items():
        for name in ("households.gpkg", "households.geojson", "villages.gpkg", "communes.geojson"):
            path = taken(sign_in(username), tmp_path, name, area)
            told = path.read_bytes()
            assert (b"amount_vnd" in told) is (role in RIGHTS["amount.read"]), f"{username} {name}"
            may_name = role in RIGHTS["person.read"] and name.startswith("households")
            assert (b"head_name" in told) is may_name, f"{username} {name}"
            assert b"006170001234" not in told


def test_a_role_without_names_gets_no_column_of_them(sign_in, village, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setitem(RIGHTS, "person.read", RIGHTS["person.read"] - {"committee", "signer"})
    for name in ("households.gpkg", "households.geojson"):
        told = taken(sign_in("son"), tmp_path, name, "06").read_bytes()
        assert b"head_name" not in told
        assert "Đặng Văn Sình".encode() not in told


def test_a_commune_gets_its_own_houses_and_nothing_of_the_next(sign_in, village, tmp_path: Path) -> None:
    mai = sign_in("mai")
    told = taken(mai, tmp_path, "households.gpkg").read_bytes()
    assert "Đặng Văn Sình".encode() in told
    assert "Vi Thị Lưu".encode() not in told
    for code in ("01901", "V3", "06"):
        for page in ("export", "export/households.gpkg", "export/villages.geojson"):
            assert mai.get(f"/areas/{code}/{page}").status_code == 404, f"{code} {page}"


def test_vn_2000_lies_where_pyproj_puts_it(sign_in, village, tmp_path: Path) -> None:
    mai = sign_in("mai")
    degrees = geopandas.read_file(taken(mai, tmp_path, "households.gpkg"), layer="households")
    path = taken(mai, tmp_path, "households.gpkg", crs="vn2000")
    metres = geopandas.read_file(path, layer="households")
    assert pyogrio.read_info(path, layer="households")["crs"] == ZONE
    move = Transformer.from_crs("EPSG:4326", ZONE, always_xy=True).transform
    assert degrees.household_id.tolist() == metres.household_id.tolist()
    for there, here in zip(degrees.geometry, metres.geometry, strict=True):
        assert shapely.distance(shapely.Point(move(there.x, there.y)), here) < 0.001
    # The datum was shifted, not only projected: WGS 84 taken for VN-2000 lies some 200 m off.
    unshifted = Transformer.from_crs(CRS(ZONE).geodetic_crs, ZONE, always_xy=True).transform
    off_m = shapely.distance(shapely.Point(unshifted(*PLACES["V1"])), metres.union_all())
    assert 190 < off_m < 260


def test_each_zone_in_the_list_is_of_3_degrees_on_its_meridian() -> None:
    text = Path(vn2000.__file__).with_suffix(".toml").read_text("utf-8")
    meridians = re.findall(r"^(\d{4}) = .*# (\d+)°(\d+)'$", text, flags=re.MULTILINE)
    assert len(meridians) == 17
    for code, degrees, minutes in meridians:
        found = {one.name: one.value for one in CRS.from_epsg(int(code)).coordinate_operation.params}
        assert found["Longitude of natural origin"] == int(degrees) + int(minutes) / 60
        assert (found["Scale factor at natural origin"], found["False easting"]) == (0.9999, 500_000)


def test_each_province_of_a_day_has_one_zone_or_none() -> None:
    for period in vn2000._periods():
        provinces = [code for codes in period["zones"].values() for code in codes]
        assert len(set(provinces)) == len(provinces)
    assert len({code for codes in vn2000._periods()[0]["zones"].values() for code in codes}) == 63
    assert vn2000.zone("06", date(2025, 5, 15)) == vn2000.zone("19", date(2025, 7, 1)) == ZONE
    assert vn2000.zone("08", date(2025, 7, 1)) is None


def test_where_no_source_names_the_zone_only_wgs_84_is_offered(sign_in, village, monkeypatch) -> None:
    monkeypatch.setattr(vn2000, "zone", lambda province, on: None)
    mai = sign_in("mai")
    assert "crs=vn2000" not in mai.get("/areas/01900/export").text
    answer = mai.get("/areas/01900/export/households.gpkg?crs=vn2000")
    assert answer.status_code == 400
    assert "7021" in answer.text


def test_geojson_is_wgs_84_as_rfc_7946_wants_it(sign_in, village, tmp_path: Path) -> None:
    mai = sign_in("mai")
    whole = json.loads(taken(mai, tmp_path, "households.geojson").read_text("utf-8"))
    assert "crs" not in whole
    assert "chưa phải quyết định" in whole["description"]
    by_id = {feature["id"]: feature for feature in whole["features"]}
    assert by_id[village["Đặng Văn Sình"]]["geometry"]["coordinates"] == [105.62, 22.42]
    assert by_id[village["Nông Văn Đài"]]["geometry"] is None
    units = json.loads(taken(mai, tmp_path, "communes.geojson").read_text("utf-8"))["features"]
    ring = shapely.LinearRing(units[0]["geometry"]["coordinates"][0])
    assert ring.is_ccw
    assert mai.get("/areas/01900/export/households.geojson?crs=vn2000").status_code == 400


def test_hostile_names_stay_text(sign_in, tmp_path: Path) -> None:
    lan = sign_in("lan")
    for name in HOSTILE:
        send(lan, {"head_name": name})
    path = taken(sign_in("mai"), tmp_path, "households.gpkg")
    assert sorted(geopandas.read_file(path, layer="households").head_name) == sorted(HOSTILE)
    features = json.loads(taken(sign_in("mai"), tmp_path, "households.geojson").read_text())["features"]
    assert sorted(feature["properties"]["head_name"] for feature in features) == sorted(HOSTILE)


def test_villages_carry_the_figures_of_their_houses(sign_in, village, tmp_path: Path) -> None:
    path = taken(sign_in("son"), tmp_path, "villages.gpkg", "06")
    units = geopandas.read_file(path, layer="villages").set_index("code")
    assert set(units.index) == {"V1", "V2", "V3"}
    one = units.loc["V1"]
    assert (one.households, one.entitled, one.entitled_new, one.entitled_repair) == (3, 3, 2, 1)
    assert (one.without_point, one.amount_vnd, one.parent) == (1, 150_000_000, "Nam Mẫu")
    parts = ["entitled", "not_registered", "needs_information", "not_entitled", "not_assessed"]
    assert units[parts].sum(axis=1).tolist() == units.households.tolist()
    communes = geopandas.read_file(taken(sign_in("son"), tmp_path, "communes.gpkg", "06"), layer="communes")
    assert communes.set_index("code").households.to_dict() == {"01900": 3, "01901": 1}


def test_a_village_without_a_boundary_is_told_apart_with_its_point(sign_in, village, tmp_path: Path) -> None:
    with transaction.write() as session:
        unit = AreaInput("V4", "village", "Bản Mới", "01900", point=(105.61, 22.41))
        put_areas(session, [unit], date(2025, 1, 1))
    path = taken(sign_in("mai"), tmp_path, "villages.gpkg")
    assert set(geopandas.read_file(path, layer="villages").code) == {"V1", "V2"}
    apart = pyogrio.read_dataframe(path, layer="villages_without_boundary")
    assert apart[["code", "name", "lon", "lat"]].values.tolist() == [["V4", "Bản Mới", 105.61, 22.41]]


def test_columns_have_titles_and_descriptions_and_layers_a_style(sign_in, village, tmp_path: Path) -> None:
    path = taken(sign_in("mai"), tmp_path, "households.gpkg")
    with sqlite3.connect(path) as file:
        told = file.execute("SELECT table_name, column_name, title, description FROM gpkg_data_columns")
        described = {(table, column): (title, about) for table, column, title, about in told}
        style = file.execute(
            "SELECT styleQML, useAsDefault FROM layer_styles WHERE f_table_name = 'households'"
        ).fetchone()
        assert file.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    file.close()
    for table in ("households", "households_without_point"):
        fields = pyogrio.read_info(path, layer=table)["fields"]
        assert {(table, field) for field in fields} <= described.keys()
    assert described["households", "head_name"][0] == "Chủ hộ"
    assert all(title and about for title, about in described.values())
    assert "đủ điều kiện, sửa chữa" in style[0]
    assert style[1] == 1


def test_a_file_without_houses_still_has_its_columns(sign_in, tmp_path: Path) -> None:
    path = taken(sign_in("mai"), tmp_path, "households.gpkg")
    info = pyogrio.read_info(path, layer="households")
    assert info["features"] == 0
    assert "head_name" in info["fields"]
    assert json.loads(taken(sign_in("mai"), tmp_path, "households.geojson").read_text())["features"] == []


def test_the_frames_of_a_long_list_make_one_layer(sign_in, village, tmp_path: Path, monkeypatch) -> None:
    """Types must not depend on what stands in a frame: here each house is one."""
    monkeypatch.setattr(houses, "CHUNK", 1)
    client = sign_in("son")
    path = taken(client, tmp_path, "households.gpkg", "06")
    assert pyogrio.read_info(path, layer="households")["features"] == 3
    assert pyogrio.read_info(path, layer="households_without_point")["features"] == 1
    features = json.loads(taken(client, tmp_path, "households.geojson", "06").read_text())["features"]
    assert len(features) == 4


def test_a_house_at_nought_nought_is_not_drawn(sign_in, village, tmp_path: Path) -> None:
    with transaction.write() as session:
        house = session.get(Household, village["Đặng Văn Sình"])
        house.lon, house.lat = 0.0, 0.0
    db.session.rollback()
    path = taken(sign_in("mai"), tmp_path, "households.gpkg")
    apart = pyogrio.read_dataframe(path, layer="households_without_point").set_index("head_name")
    assert apart.loc["Đặng Văn Sình"].point_source == "tọa độ không dùng được"


def test_what_is_not_offered_is_not_there(sign_in, village) -> None:
    mai = sign_in("mai")
    for name in ("persons.gpkg", "households.shp", "households.gpkg?crs=EPSG:9213"):
        assert mai.get(f"/areas/01900/export/{name}").status_code == 404, name
    assert "7022" in mai.get("/areas/V1/export/communes.gpkg").text


def test_the_page_says_what_is_in_the_files(sign_in, village) -> None:
    page = sign_in("mai").get("/areas/01900/export").text
    for link in ("households.gpkg", "households.gpkg?crs=vn2000", "villages.geojson", "communes.gpkg"):
        assert f"/areas/01900/export/{link}" in page
    assert ZONE in page
    assert "Mức hỗ trợ: có" in page
    assert "Mức hỗ trợ: không có" in sign_in("lan").get("/areas/01900/export").text
    assert "/areas/01900/export" in sign_in("mai").get("/households?area=01900").text
    assert "/areas/01900/export" in sign_in("mai").get("/areas/01900/map").text


def test_the_files_name_is_safe_and_says_what_it_is(sign_in, village) -> None:
    with sign_in("mai").get("/areas/01900/export/households.gpkg?crs=vn2000") as answer:
        assert answer.headers["Content-Disposition"].endswith("households-01900-vn2000-20250515.gpkg")
        assert answer.mimetype == "application/geopackage+sqlite3"
        assert "no-cache" in answer.headers["Cache-Control"]
