"""The real files of Bac Kan and Thai Nguyen: nothing lost on the way in, old and new reconcile."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pyogrio
import pytest
import shapely
from area_memory import close_all, in_memory
from sqlalchemy.orm import Session

from api.imports.areas import AreaOptions, take_areas
from api.imports.successions import SuccessionOptions, take_succession
from api.imports.villages import VillageOptions, take_villages
from api.shared.tables import read_table
from survey.areas import queries
from survey.areas.locate import locator
from survey.areas.names import same_name
from survey.areas.shapes import project

OLD, LAST, NEW = date(2020, 2, 1), date(2025, 6, 30), date(2025, 7, 1)
Find = Callable[[str], Path]
MAPPING = "thai_nguyen_commune_mapping_2025.csv"


def take_old(session: Session, find: Find) -> None:
    """Province, districts and communes of 2024, and the 954 populated places."""
    for level, until in (("province", None), ("district", LAST), ("commune", None)):
        options = AreaOptions(OLD, level, until=until, uncertainty_m=500)
        take_areas(session, find("bac_kan_2024.gpkg"), options)
    take_villages(session, find("bac_kan_villages.geojson"), VillageOptions(OLD))


def take_new(session: Session, find: Find) -> None:
    """The communes since 1 July 2025, and what became of the old ones."""
    for level in ("province", "commune"):
        take_areas(session, find("thai_nguyen_2025.gpkg"), AreaOptions(NEW, level, uncertainty_m=50))
    for level in ("commune", "province"):
        take_succession(session, find(MAPPING), SuccessionOptions(NEW, "1683/NQ-UBTVQH15", level))


@pytest.fixture
def bac_kan(real_data: Find) -> Session:
    return in_memory("old", lambda session: take_old(session, real_data))


@pytest.fixture
def thai_nguyen(real_data: Find) -> Session:
    def fill(session: Session) -> None:
        take_old(session, real_data)
        take_new(session, real_data)

    return in_memory("new", fill)


@pytest.fixture(scope="module", autouse=True)
def closed() -> Iterator[None]:
    yield
    close_all()


def levels(session: Session, on: date) -> dict[str, int]:
    names = queries.tree(session, on).names.values()
    return {
        level: sum(name.level == level for name in names)
        for level in ("province", "district", "commune", "village")
    }


def test_a_province_imported_as_the_readme_has_it_knows_how_exact_its_boundaries_are(real_data: Find):
    def fill(session: Session) -> None:
        for level in ("province", "commune"):
            take_areas(session, real_data("thai_nguyen_2025.gpkg"), AreaOptions(NEW, level))

    session = in_memory("readme", fill)
    communes = queries.areas(session, None, NEW, "commune")
    assert {area.uncertainty_m for area in communes} == {90.0}
    known = locator(session, NEW)
    lon, lat = queries.area(session, "01906", NEW).boundary.centroid.coords[0]
    assert known.agreement(lon, lat, "01906") == "inside"
    assert known.agreement(lon + 0.37, lat, "01906") == "elsewhere"  # 38 km


def test_old_bac_kan_is_complete_on_its_last_day(bac_kan: Session):
    assert levels(bac_kan, LAST) == {"province": 1, "district": 8, "commune": 108, "village": 954}
    assert len(bac_kan.scalars(queries.subtree(["06"], LAST)).all()) == 1071


def test_the_places_lie_in_the_commune_they_are_listed_under(bac_kan: Session):
    known = locator(bac_kan, OLD)
    villages = queries.areas(bac_kan, None, OLD, "village")
    assert all(known.place(*village.point).commune_code == village.parent_code for village in villages)


def test_the_cells_of_a_commune_cover_it_once(bac_kan: Session):
    ground: defaultdict[str, float] = defaultdict(float)
    for village in queries.areas(bac_kan, None, OLD, "village"):
        ground[village.parent_code] += village.boundary.area
    for commune in queries.areas(bac_kan, list(ground), OLD):
        assert ground[commune.code] == pytest.approx(commune.boundary.area, rel=1e-6)


def test_the_108_communes_become_37(thai_nguyen: Session):
    before = [name.code for name in queries.tree(thai_nguyen, LAST).names.values() if name.level == "commune"]
    after = {queries.path(thai_nguyen, code, NEW)[0] for code in before}
    assert (len(before), len(after)) == (108, 37)
    assert levels(thai_nguyen, NEW) == {"province": 1, "district": 0, "commune": 92, "village": 954}


def test_old_and_new_communes_hold_the_same_villages_once(thai_nguyen: Session):
    names = queries.tree(thai_nguyen, NEW).names.values()
    villages = {name.code for name in names if name.level == "village"}
    counted = []
    for name in names:
        if name.level == "commune":
            counted += [
                code for code in thai_nguyen.scalars(queries.subtree([name.code], NEW)) if code in villages
            ]
    assert sorted(set(counted)) == sorted(villages)
    assert len(set(counted)) == 954


def test_each_row_of_the_mapping_is_accounted_for(thai_nguyen: Session, real_data: Find):
    """Old Thai Nguyen was not taken in here: its rows are refused, each with its reason."""
    report = take_succession(thai_nguyen, real_data(MAPPING), SuccessionOptions(NEW, "1683/NQ-UBTVQH15"))
    assert report.total == 283
    assert report.counts == {"unchanged": 108, "refused": 175}
    assert {refused.problem.number for refused in report.refused} == {3019}


def test_everything_comes_in_on_each_database_and_a_second_time_changes_nothing(
    session: Session, real_data: Find
):
    take_old(session, real_data)
    take_new(session, real_data)
    before = queries.revision(session)
    assert len(set(session.scalars(queries.subtree(["19"], NEW)))) == 1 + 1 + 8 + 108 + 55 + 954
    take_areas(session, real_data("thai_nguyen_2025.gpkg"), AreaOptions(NEW, "commune", uncertainty_m=50))
    report = take_villages(session, real_data("bac_kan_villages.geojson"), VillageOptions(OLD))
    assert report.counts == {"unchanged": 954}
    assert queries.revision(session) == before


def test_van_lang_and_van_lang_with_a_breve_are_two_communes(thai_nguyen: Session):
    lang, breve = queries.find(thai_nguyen, "Văn Lang", NEW), queries.find(thai_nguyen, "Văn Lăng", NEW)
    assert len(lang.exact) == len(breve.exact) == 1
    assert lang.exact != breve.exact
    assert breve.exact[0] in lang.candidates


def test_the_named_villages_are_found_under_their_commune(real_data: Find):
    bac_kan = in_memory("named", lambda session: take_old(session, real_data))
    path = real_data("bac_kan_villages_named.csv")
    report = take_villages(bac_kan, path, VillageOptions(OLD, parent="commune_code_2024"))
    assert report.total == 36
    assert report.counts["refused"] == 0
    for row in read_table(path).rows:
        under = queries.children(bac_kan, row.values["commune_code_2024"], OLD)
        assert any(same_name(row.values["village_name"], name.name) for name in under)


def test_two_sources_of_a_district_disagree_within_a_few_percent(bac_kan: Session, real_data: Find):
    """The government's own outlines: near the border a point may be on the other side, so it is only said."""
    meta, _, shapes, fields = pyogrio.raw.read(real_data("bac_kan_2024.gpkg"), layer="district_gov")
    codes = fields[list(meta["fields"]).index("district_code")]
    for code, shape in zip(codes, shapely.from_wkb(shapes), strict=True):
        ours, theirs = project([queries.area(bac_kan, code, OLD).boundary, shape])
        assert ours.intersection(theirs).area / ours.union(theirs).area > 0.96


def test_points_of_other_countries_are_outside_every_area(bac_kan: Session):
    known = locator(bac_kan, OLD)
    assert known.place(92.15, 21.2).outside
    assert known.place(33.48, -19.11).outside
    assert known.place(85.5, 27.6).outside
