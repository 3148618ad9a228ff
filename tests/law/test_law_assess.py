"""What an assessment is, beyond the worked cases: dated facts, provisional, reasons, replay."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from law.made_facts import BOOK, HUT

from survey.law import Assessment, Dated, assess, assess_many, explain, load_book, replay
from survey.problems import Problem

ON = date(2025, 5, 15)
LAW = BOOK.law_on(ON, ("01234", "06"))


def test_the_day_of_entry_picks_the_poverty_status_and_the_start_does_not():
    poor_until_2024 = Dated(
        ((date(2024, 1, 1), date(2024, 12, 31), "near_poor"), (date(2025, 1, 1), None, "none"))
    )
    household = HUT | {"poverty_status": poor_until_2024}
    approved_in_time = assess(household | {"approved_on": date(2024, 12, 20)}, LAW)
    approved_late = assess(household | {"approved_on": date(2025, 1, 2)}, LAW)
    started_in_time = assess(household | {"started_on": date(2024, 12, 20)}, LAW)
    assert (approved_in_time.outcome, approved_late.outcome) == ("entitled", "not_entitled")
    assert started_in_time.outcome == "not_entitled"


def test_a_status_that_covers_no_key_date_is_unknown():
    old = ((date(2022, 1, 1), date(2022, 12, 31), "near_poor"),)
    assert assess(HUT | {"poverty_status": old}, LAW).missing_facts == ("poverty_status",)


def test_one_dated_entry_may_stand_alone():
    assert assess(HUT | {"poverty_status": (date(2022, 1, 1), None, "near_poor")}, LAW).outcome == "entitled"


def test_of_two_lists_that_cover_a_day_the_later_counts():
    lists = Dated(((date(2024, 1, 1), None, "none"), (date(2025, 1, 1), None, "near_poor")))
    assert assess(HUT | {"poverty_status": lists}, LAW).outcome == "entitled"


def test_an_assessment_survives_json_with_dates_and_dated_facts():
    import json

    household = HUT | {
        "started_on": date(2025, 3, 1),
        "poverty_status": Dated(((date(2025, 1, 1), None, "poor"),)),
    }
    made = assess(household, LAW)
    assert Assessment.from_dict(json.loads(json.dumps(made.to_dict()))) == made


def test_a_stored_assessment_replays_equal_after_the_law_folder_changed(tmp_path):
    (tmp_path / "values").mkdir()
    changed = tmp_path / "values/own.toml"
    changed.write_text("", "utf-8")
    before = load_book(tmp_path)
    made, stored = assess(HUT, before.law_on(ON)), before.canonical()
    changed.write_text(
        "[xnt.new]\nunit = 'VND/house'\nkey_date = 'started_on'\nvi = 'a'\nen = 'a'\n"
        "dated = [{value = 1_000_000, source = '523/TB-VPCP', verified = true}]",
        "utf-8",
    )
    assert assess(HUT, load_book(tmp_path).law_on(ON)).amount_vnd == 1_000_000
    assert replay(made, type(BOOK).from_canonical(stored)) == made


@pytest.mark.parametrize(
    ("facts", "number"),
    [
        ({"shoe_size": 43}, 2030),
        ({"people": "four"}, 2031),
        ({"people": 2.5}, 2031),
        ({"people": 0}, 2031),
        ({"people": True}, 2031),
        ({"area_m2": float("nan")}, 2031),
        ({"area_m2": -1}, 2031),
        ({"roof_material": "gold"}, 2031),
        ({"ever_repaired": "yes"}, 2031),
        ({"started_on": "soon"}, 2031),
    ],
)
def test_a_fact_that_cannot_be_is_refused_and_named(facts, number):
    with pytest.raises(Problem) as refused:
        assess(HUT | facts, LAW)
    assert refused.value.number == number
    assert next(iter(facts)) in refused.value.message("vi")


def test_nothing_known_asks_for_what_matters_and_for_nothing_of_the_province():
    made = assess({}, LAW)
    assert made.outcome == "needs_information"
    assert {"poverty_status", "roof_material", "works_kind"} <= set(made.missing_facts)
    assert not {"has_kitchen", "has_toilet", "approved_on", "registered"} & set(made.missing_facts)


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_every_reason_about_the_law_cites_a_document(lang):
    reasons = explain(assess(HUT, LAW), LAW, lang)
    lawful = [one for one in reasons if one.role not in ("missing", "provisional")]
    assert {"house", "met", "amount"} <= {one.role for one in reasons}
    assert all("QĐ" in one.citation or "TT" in one.citation or "TB" in one.citation for one in lawful)


def test_a_reason_names_the_answers_and_the_limits():
    small = HUT | {"people": 5, "area_m2": 25.5, "foundation_material": "concrete", "roof_material": "tile"}
    small |= {"roof_frame_material": "steel", "frame_material": "steel", "wall_material": "brick"}
    (reason,) = [one for one in explain(assess(small, LAW), LAW) if one.role == "house"]
    assert reason.text == ("Nhà 25,5 m² cho 5 người (tiêu chí: dưới 30 m² và bình quân dưới 8 m²/người).")
    assert reason.citation == "Quyết định 55/QĐ-BXD, Điều 1 khoản 1"


def test_an_unconfirmed_value_is_flagged_where_it_is_used():
    poor = HUT | {"poverty_status": "poor", "ethnic_minority": True}
    nation = assess(poor, BOOK.law_on(ON))
    assert "ntp_em.central_new" in nation.unverified
    amount, central, top_up = [one for one in explain(nation, BOOK.law_on(ON)) if one.role == "amount"]
    assert not amount.verified
    assert (central.code, central.verified) == ("NTP-EM.central", False)
    assert (top_up.code, top_up.citation) == ("TOP-UP", "Công điện 84/CĐ-TTg")


def test_what_is_missing_is_said_in_words_with_the_range():
    reasons = explain(assess(HUT | {"works_kind": None}, LAW), LAW, "vi")
    assert [one.text for one in reasons if one.role == "missing"] == [
        "Cần biết thêm: Hình thức hỗ trợ đề nghị.",
        "Mức có thể: từ 30.000.000 đến 60.000.000 đồng.",
    ]


def test_a_household_that_gets_nothing_is_told_why_once_a_programme():
    refused = assess(HUT | {"poverty_status": "none"}, LAW)
    reasons = [one for one in explain(refused, LAW, "en") if one.role == "not_met"]
    assert len(reasons) == len(refused.programmes)
    assert "on the list of poor households" in "".join(one.text for one in reasons)


def test_an_amount_outside_its_dates_is_a_problem_not_zero():
    with pytest.raises(Problem) as refused:
        BOOK.law_on(date(2025, 9, 1)).value("xnt.new")
    assert (refused.value.number, refused.value.details["on"]) == (2032, "2025-09-01")


def test_columns_may_be_arrays_of_codes_or_of_plain_values():
    materials = BOOK.facts["roof_material"].choices
    plain = {name: np.array([value, value], object) for name, value in HUT.items()}
    coded = plain | {
        "roof_material": np.array([materials.index("leaf")] * 2, np.int8),
        "people": np.array([4, 4]),
        "area_m2": np.array([40.0, np.nan]),
        "land_disputed": np.array([False, False]),
        "started_on": np.array(["2024-05-01", "NaT"], "datetime64[D]"),
    }
    result = assess_many(coded, LAW.book, LAW.on, LAW.area_codes)
    assert [result.row(row)["amount_vnd"] for row in (0, 1)] == [50_000_000, 60_000_000]
    assert list(result.provisional) == [False, True]


def test_columns_of_different_lengths_are_refused():
    with pytest.raises(Problem) as refused:
        assess_many({"people": np.array([1, 2]), "area_m2": np.array([1.0])}, LAW.book, LAW.on)
    assert refused.value.number == 2033


def test_a_wrong_value_in_a_column_is_refused():
    with pytest.raises(Problem) as refused:
        assess_many({"people": np.array([1, 400])}, LAW.book, LAW.on)
    assert refused.value.number == 2031


def test_no_rows_give_no_rows():
    assert len(assess_many({"people": np.array([], float)}, LAW.book, LAW.on)) == 0


def test_a_provinces_own_criterion_counts_where_the_province_has_decided_it(tmp_path):
    (tmp_path / "values").mkdir()
    (tmp_path / "values/own.toml").write_text(
        "[house.province_criterion]\narea.06 = [{value = true, source = '55/QĐ-BXD', verified = true}]\n"
        "[house.province_lacks]\narea.06 = [{value = 2, source = '55/QĐ-BXD', verified = true}]\n",
        "utf-8",
    )
    book = load_book(tmp_path)
    sound = HUT | {"foundation_material": "concrete", "frame_material": "steel", "wall_material": "brick"}
    sound |= {"has_kitchen": False, "has_toilet": False, "has_electricity": True, "has_clean_water": True}
    sound |= {"fire_unsafe": False, "degraded": False}
    here, elsewhere = (assess(sound, book.law_on(ON, area)).house_class for area in (("06",), ()))
    assert (here, elsewhere) == ("temporary_or_dilapidated", "sound")


def test_a_fact_without_a_column_is_missing_in_every_row_that_needs_it():
    rows = [HUT | {"merit_status": None, "poverty_status": told} for told in (None, "poor", "near_poor")]
    told = {name for row in rows for name, value in row.items() if value is not None}
    columns = {name: np.array([row[name] for row in rows], object) for name in told}
    result = assess_many(columns, LAW.book, LAW.on, LAW.area_codes)
    for place, row in enumerate(rows):
        one = assess(row, LAW)
        missing = [
            name
            for at, name in enumerate(result.fact_names)
            if result.missing[at // 64, place] >> np.uint64(at % 64) & np.uint64(1)
        ]
        assert missing == list(one.missing_facts)
        assert one.missing_facts
