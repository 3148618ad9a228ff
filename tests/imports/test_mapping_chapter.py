"""The README's chapter on mapping files: its example does what it says, and it knows every key."""

from __future__ import annotations

import re
from pathlib import Path

from makers import FIRST_DAY

from api.cli.context import operator
from api.imports import mapping
from api.imports.households import foretold, plan
from api.imports.units import Units
from api.web.extensions import db
from api.web.intake_context import intake_context
from survey.intake.actions import foresee

README = (Path(__file__).parents[2] / "README.md").read_text("utf-8")
CHAPTER = README.partition("## A mapping file\n")[2].partition("\n## ")[0]


def block(kind: str) -> str:
    """The one block of the chapter that is of this kind."""
    (found,) = re.findall(rf"```{kind}\n(.*?)```", CHAPTER, re.DOTALL)
    return found


def test_the_worked_example_becomes_two_households_with_what_was_mended_told(world, tmp_path):
    (tmp_path / "danh_sach.csv").write_text(block("csv"), "utf-8")
    (tmp_path / "mapping.toml").write_text(block("toml"), "utf-8")
    by = mapping.load_mapping(tmp_path / "mapping.toml")
    at_desk = intake_context(operator())
    planned = foretold(
        plan(tmp_path / "danh_sach.csv", by, units=Units(db.session(), FIRST_DAY, by.within)),
        lambda one: foresee(db.session(), one, at_desk),
    )
    assert planned.counts() == {"stored": 2, "waiting": 0, "refused": 0, "passed": 2}
    assert [(row.line, row.problem.number) for row in planned.said if row.problem.number == 4212] == [
        (5, 4212)
    ]
    first, second = (row.envelope["payload"] for row in planned.prepared)
    assert first == {
        "visit": "interviewed",
        "has_earlier_help": True,
        "area_code": "V1",
        "head_name": "Triệu Văn Tâm",
        "head_birth_year": 1970,
        "national_id": "006070001234",
        "people": 4,
        "roof_material": "leaf",
        "area_m2": 28.5,
        "status_records": [
            {"kind": "poverty_status", "year": 2025, "deciding_body": "UBND xã Nam Mẫu", "value": "poor"}
        ],
        "earlier_help": [{"programme": "ntp", "amount_vnd": 40_000_000}],
    }
    assert (second["head_birth_year"], second["roof_material"], second["area_code"]) == (1982, "tile", "V1")
    assert "area_m2" not in second
    assert second["has_earlier_help"] is False


def test_every_key_is_explained_and_every_unit_of_measure():
    keys = mapping.MAPPING_KEYS | mapping.ANSWER_KEYS | mapping.ROW_KEYS
    keys |= mapping.CAPTURED_KEYS | mapping.POINT_KEYS | {theirs for theirs, _ in mapping.UNITS}
    explained = set(re.findall(r"`\[*(\w+)\]*`", CHAPTER.rpartition("```")[2]))
    assert keys - explained == set()
