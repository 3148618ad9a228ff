"""Three real files of others, through the mappings kept beside these tests: every row accounted for."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from api.imports.households import plan
from api.imports.mapping import load_mapping
from survey.questionnaire import load_form, survey_facts

MAPPINGS = Path(__file__).parents[1] / "mappings"
FILES = {
    "bangladesh_kobo": ("survey/bangladesh_msna_2018_kobo.csv.gz", 292),
    "safi_odk": ("survey/safi_2016_odk.csv", 81),
    "nepal_kavre": ("survey/nepal_kavre_2015.csv.gz", 5867),
}


@pytest.fixture(scope="module")
def planned():
    """A function that plans a file once for all tests here."""
    plans = {}

    def of(name, real_data):
        if name not in plans:
            plans[name] = plan(real_data(FILES[name][0]), load_mapping(MAPPINGS / f"{name}.toml"))
        return plans[name]

    return of


@pytest.mark.parametrize("name", FILES)
def test_every_row_of_a_real_file_is_accounted_for(name, real_data, planned):
    found = planned(name, real_data)
    assert sum(found.counts().values()) == found.rows == FILES[name][1]
    assert found.counts()["refused"] == 0


@pytest.mark.parametrize("name", FILES)
def test_no_code_of_a_real_file_is_left_unexplained(name, real_data, planned):
    assert planned(name, real_data).unknown_codes == {}


def test_kobo_rows_without_consent_become_visits_without_interview(real_data, planned):
    assert planned("bangladesh_kobo", real_data).visits() == {
        "nobody_home": 83,
        "interviewed": 197,
        "refused": 12,
    }


def test_several_kobo_materials_in_one_cell_give_the_worst(real_data, planned):
    payloads = [row.envelope["payload"] for row in planned("bangladesh_kobo", real_data).prepared]
    roofs = Counter(payload.get("roof_material") for payload in payloads)
    assert roofs == {
        "sheet": 133, "fabric_or_plastic": 27, "leaf": 11, "reinforced_concrete": 24, "bamboo": 2, None: 95
    }  # fmt: skip


def test_kobo_points_come_with_their_accuracy(real_data, planned):
    first = planned("bangladesh_kobo", real_data).prepared[0].envelope["payload"]["point"]
    assert first["accuracy_m"] == 4
    assert (round(first["lon"], 3), round(first["lat"], 3)) == (92.153, 21.055)


def test_square_feet_become_square_metres_and_the_factor_is_said(real_data, planned):
    found = planned("nepal_kavre", real_data)
    assert found.prepared[0].envelope["payload"]["area_m2"] == 33.45
    assert "plinth_area_sq_ft: 1 sq_ft = 0.09290304 m2" in found.notes


def test_an_age_becomes_the_year_it_was_built(real_data, planned):
    assert planned("nepal_kavre", real_data).prepared[0].envelope["payload"]["year_built"] == 2010


def test_an_age_written_as_999_is_not_known(real_data, planned):
    payloads = [row.envelope["payload"] for row in planned("nepal_kavre", real_data).prepared]
    assert sum("year_built" not in payload for payload in payloads) == 64


def test_buildings_older_than_the_form_allows_wait_with_their_reason(real_data, planned):
    waiting = [row for row in planned("nepal_kavre", real_data).prepared if row.faults]
    assert [fault.question for row in waiting for fault in row.faults] == ["year_built"] * 3


def test_a_wall_of_stone_in_mud_is_earth_and_a_timber_roof_stays_unknown(real_data, planned):
    payload = planned("nepal_kavre", real_data).prepared[0].envelope["payload"]
    facts = survey_facts(load_form(), payload)
    assert facts["wall_material"] == "earth"
    assert "roof_material" not in facts
