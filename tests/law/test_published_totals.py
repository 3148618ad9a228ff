"""Sums that provinces and newspapers published come out of the law to the đồng, each part with its payer."""

from __future__ import annotations

from collections import Counter
from datetime import date

import numpy as np
import pytest
from law.made_facts import BOOK, HUT
from law.test_bac_kan_totals import MERIT, MINORITY, POOR_DISTRICT

from survey.law import assess, assess_many, load_book

BILLION = 1_000_000_000
MILLION = 1_000_000
PAID = {"helped_before": True, "helped_house_lost": False}
IN_2025 = {"started_on": date(2025, 3, 1)}


def houses(facts, new=0, repair=0):
    """Households that differ in the works alone."""
    return [
        HUT | facts | {"works_kind": kind}
        for kind, count in (("new", new), ("repair", repair))
        for _ in range(count)
    ]


def of_a_list(households, on, place=(), book=BOOK):
    """The assessments of a list, all of them entitled."""
    names = sorted({name for one in households for name in one})
    columns = {name: np.array([one.get(name) for one in households], object) for name in names}
    result = assess_many(columns, book, on, place)
    assert {result.row(row)["outcome"] for row in range(len(result))} == {"entitled"}
    return result


def by_component(result):
    """What each component comes to over a list."""
    sums = zip(result.component_codes, result.components.sum(axis=1).tolist(), strict=True)
    return {code: amount for code, amount in sums if amount}


def by_payer(result, book=BOOK):
    """What each source of money pays over a list."""
    found = Counter()
    for code, amount in by_component(result).items():
        found[book.components[code].payer] += amount
    return dict(found)


def law_with(folder, **files):
    """The shipped law with files of a province laid over it."""
    for name, text in files.items():
        path = folder / f"{name.replace('__', '/')}.toml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, "utf-8")
    return load_book(folder)


def amounts(name, area, new, repair):
    """A law file with two values that one area alone has."""
    return "\n".join(
        f"""[{name}.{works}]
unit = "VND/house"
key_date = "started_on"
vi = "Mức của tỉnh"
en = "The province's level"
dated = [{{value = 0, source = "33/KH-UBND", verified = false}}]
area.{area} = [{{value = {value * MILLION}, source = "33/KH-UBND", verified = false}}]
"""
        for works, value in (("new", new), ("repair", repair))
    )


def supplement(name, **told):
    """A law file of a supplement that pays those values."""
    more = "\n".join(f"{key} = {value!r}" for key, value in told.items())
    return f"""id = "{name.upper()}"
title = {{vi = "Khoản bổ sung", en = "A supplement"}}
rank = 30
in_force = {{from = 2022-01-01, until = 2025-12-31}}
key_date = "started_on"
source = "33/KH-UBND"
verified = false
amount = {{new = "{name}.new", repair = "{name}.repair"}}
{more}
"""


# --- Lang Chánh (Thanh Hóa), list of 9/8/2023: laodong.vn 1464793, 1465834


@pytest.mark.parametrize(("new", "repair", "billion"), [(327, 420, 21.480), (77, 117, 5.420)])
def test_lang_chanh_before_the_raise_is_40_and_20_of_central_money(new, repair, billion):
    list_ = houses(POOR_DISTRICT | {"started_on": date(2023, 9, 1)}, new, repair)
    result = of_a_list(list_, date(2023, 8, 9))
    assert int(result.amount_vnd.sum()) == round(billion * BILLION)
    assert by_component(result) == {"NTP-SPR.central": round(billion * BILLION)}


# --- the top-up as it was paid in five communes of Hòa Bình and Phú Thọ

COMMUNES = [(80, 44, 1.280), (33, 45, 0.495), (37, 45, 0.555), (50, 44, 0.800), (3, 44, 0.048)]


@pytest.mark.parametrize(("count", "base", "billion"), COMMUNES)
def test_the_top_up_of_a_commune_whose_paid_money_is_recorded(count, base, billion):
    list_ = houses(POOR_DISTRICT | PAID | IN_2025 | {"ntp_paid_vnd": base * MILLION}, new=count)
    result = of_a_list(list_, date(2025, 6, 10))
    assert {result.row(row)["programme"] for row in range(count)} == {"DIFF-2025"}
    assert int(result.amount_vnd.sum()) == round(billion * BILLION)


@pytest.mark.parametrize(("count", "base", "billion"), COMMUNES)
def test_the_top_up_of_a_commune_whose_province_adds_to_the_central_money(tmp_path, count, base, billion):
    period = f"[{{value = {(base - 40) * MILLION}, source = '33/KH-UBND', verified = false}}]"
    book = law_with(tmp_path, values__own=f"[ntp_spr.local_new]\narea.901 = {period}")
    result = of_a_list(houses(POOR_DISTRICT | IN_2025, new=count), date(2025, 2, 10), ("901",), book)
    assert by_component(result) == {
        "NTP-SPR.central": count * 40 * MILLION,
        "NTP-SPR.local": count * (base - 40) * MILLION,
        "TOP-UP": round(billion * BILLION),
    }
    assert int(result.amount_vnd.sum()) == count * 60 * MILLION


# --- the two national programmes in 2025


def test_a_district_of_national_programme_houses_comes_to_60_and_30_with_its_payers():
    list_ = houses(POOR_DISTRICT | IN_2025, 100, 40) + houses(MINORITY | IN_2025, 30, 10)
    result = of_a_list(list_, date(2025, 2, 10))
    assert int(result.amount_vnd.sum()) == (130 * 60 + 50 * 30) * MILLION
    assert by_payer(result) == {
        "CENTRAL_NTP": (130 * 40 + 50 * 20) * MILLION,
        "LOCAL": (130 * 20 + 50 * 10) * MILLION,
    }


@pytest.mark.parametrize(
    ("place", "lifted_by"), [((), {"TOP-UP"}), (("06",), {"NTP-SPR.local", "NTP-EM.local"})]
)
def test_bac_kan_takes_49_42_billion_of_central_money_and_24_71_of_its_own(place, lifted_by):
    list_ = houses(POOR_DISTRICT | IN_2025, 141, 22) + houses(MINORITY | IN_2025, 1083, 1)
    result = of_a_list(list_, date(2025, 2, 20), place)
    assert by_payer(result) == {"CENTRAL_NTP": 49_420 * MILLION, "LOCAL": 24_710 * MILLION}
    assert {code for code in by_component(result) if not code.endswith(".central")} == lifted_by


# --- what a province, a district, a giver and the household add


@pytest.mark.parametrize(("works", "public", "own", "total"), [("new", 44, 36, 80), ("repair", 22, 18, 40)])
def test_muong_khuong_is_central_provincial_and_the_households_own_money(tmp_path, works, public, own, total):
    book = law_with(
        tmp_path,
        values__counterpart=amounts("counterpart", "10", 36, 18),
        supplements__counterpart=supplement(
            "counterpart", kind="own", payer="HOUSEHOLD", programmes=["NTP-SPR"]
        ),
    )
    household = HUT | POOR_DISTRICT | {"works_kind": works, "started_on": date(2024, 3, 1)}
    made = assess(household, book.law_on(date(2024, 2, 10), ("10",)))
    parts = {part.code: part.amount_vnd // MILLION for part in made.components}
    assert parts == {"NTP-SPR.central": public * 10 // 11, "NTP-SPR.local": public // 11, "COUNTERPART": own}
    assert (made.amount_vnd, made.house_total_vnd) == (public * MILLION, total * MILLION)
    assert sum(each.amount_vnd for each in made.tranches) == made.amount_vnd


def test_a_cadastral_extract_stands_apart_from_the_sum_of_the_houses():
    list_ = houses(MINORITY | IN_2025, 20, 5)
    result = of_a_list(list_, date(2025, 2, 10), ("10",))
    assert int(result.amount_vnd.sum()) == (20 * 60 + 5 * 30) * MILLION
    assert by_component(result)["CADASTRAL-EXTRACT"] == 25 * MILLION
    alone = assess(list_[0], BOOK.law_on(date(2025, 2, 10), ("10",)))
    assert alone.house_total_vnd == alone.amount_vnd == 60 * MILLION
    assert "decision" not in {each.after for each in alone.tranches}


@pytest.mark.parametrize(("works", "million"), [("new", 80), ("repair", 40)])
def test_a_district_adds_20_and_10_to_a_house_of_merit(tmp_path, works, million):
    book = law_with(
        tmp_path,
        values__merit_addition=amounts("merit_addition", "901", 20, 10),
        supplements__merit_addition=supplement("merit_addition", payer="DISTRICT", programmes=["MERIT-2025"]),
    )
    household = HUT | MERIT | IN_2025 | {"works_kind": works}
    made = assess(household, book.law_on(date(2025, 2, 10), ("901",)))
    other = assess(household, book.law_on(date(2025, 2, 10), ("902",)))
    assert (made.amount_vnd, other.amount_vnd) == (million * MILLION, million * MILLION * 3 // 4)
    assert {part.payer: part.amount_vnd for part in made.components} == {
        "CENTRAL_MERIT": million * MILLION * 3 // 4,
        "DISTRICT": million * MILLION // 4,
    }


def test_what_a_sponsor_gives_is_no_public_money_and_is_lifted_by_nothing(tmp_path):
    book = law_with(
        tmp_path,
        values__gift=amounts("gift", "901", 20, 10),
        supplements__gift=supplement("gift", kind="contributed", payer="SPONSOR"),
    )
    household = HUT | MINORITY | IN_2025
    made = assess(household, book.law_on(date(2025, 2, 10), ("901",)))
    assert (made.amount_vnd, made.house_total_vnd) == (60 * MILLION, 80 * MILLION)
    assert {part.code: part.amount_vnd // MILLION for part in made.components} == {
        "NTP-EM.central": 40,
        "GIFT": 20,
        "TOP-UP": 20,
    }
    (gift,) = [part for part in made.components if part.payer == "SPONSOR"]
    assert gift.kind == "contributed"
    assert gift.tranches == ()
