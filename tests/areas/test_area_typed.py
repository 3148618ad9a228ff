"""A unit as people write it: by code, by the code a spreadsheet ate the zeros of, by name."""

from __future__ import annotations

import pytest
from makers import FIRST_DAY

from survey.areas.told import unit_meant


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("01900", "01900"),
        ("1900", "01900"),
        ("'01900", "01900"),
        ("6", "06"),
        ("V1", "V1"),
        ("Nam Mẫu", "01900"),
        ("xã NAM MẪU", "01900"),
        ("Thôn 1, Nam Mẫu", "V1"),
        ("Thôn 1, xã Xuân Lạc, Bắc Kạn", "V3"),
    ],
)
def test_one_unit_is_meant(world, session, text, code):
    assert unit_meant(session, text, FIRST_DAY).code == code


@pytest.mark.parametrize(("text", "near"), [("Thôn 1", {"V1", "V3"}), ("Nam Mau", {"01900"})])
def test_a_name_of_two_units_or_with_lost_marks_is_asked_back(world, session, text, near):
    meant = unit_meant(session, text, FIRST_DAY)
    assert meant.code is None
    assert {one.code for one in meant.candidates} == near


@pytest.mark.parametrize("text", ["", "0", "99999", "Xã Không Có", "Thôn 1, Xã Không Có"])
def test_a_unit_nobody_knows_is_none(world, session, text):
    assert unit_meant(session, text, FIRST_DAY).code is None


def test_within_a_commune_the_name_of_a_village_is_enough(world, session):
    assert unit_meant(session, "Thôn 1", FIRST_DAY, within="01901").code == "V3"
