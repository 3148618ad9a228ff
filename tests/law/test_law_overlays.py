"""An operator's own law files: what they add, what they may not do in silence, what they are warned of."""

from __future__ import annotations

from datetime import date

import pytest
from click.testing import CliRunner
from law.made_facts import BOOK, HUT

from api.cli.law import command
from survey.law import assess, explain, load_book
from survey.law.warnings import warnings
from survey.problems import Problem

POOR_DISTRICT = HUT | {
    "people": 6,
    "poverty_status": "poor",
    "poor_district": True,
    "separated_on": date(2015, 1, 1),
}


def folder(tmp_path, **files):
    """A law folder; a file's place is told by its name: values__laocai stands for values/laocai.toml."""
    for name, text in files.items():
        path = tmp_path / f"{name.replace('__', '/')}.toml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, "utf-8")
    return tmp_path


def parts_of(made):
    return {part.code: part.amount_vnd for part in made.components}


LAO_CAI_2025 = """
[ntp_spr.local_new]
area.10 = [{from = 2025-01-01, until = 2025-12-31, value = 20_000_000, source = "Lào Cai", verified = true}]
"""


@pytest.mark.parametrize(
    ("started_on", "local"), [("2022-08-15", 4), ("2024-12-31", 4), ("2025-01-01", 20), ("2025-12-31", 20)]
)
def test_periods_that_are_added_to_an_area_leave_the_shipped_ones(tmp_path, started_on, local):
    book = load_book(folder(tmp_path, values__laocai=LAO_CAI_2025))
    started = date.fromisoformat(started_on)
    facts = POOR_DISTRICT | {"started_on": started, "approved_on": min(started, date(2025, 2, 1))}
    made = assess(facts, book.law_on(min(started, date(2025, 2, 1)), ("10",)))
    assert parts_of(made)["NTP-SPR.local"] == local * 1_000_000


def test_periods_that_meet_shipped_ones_are_refused_unless_they_replace_them(tmp_path):
    text = LAO_CAI_2025.replace("from = 2025-01-01", "from = 2024-07-01")
    with pytest.raises(Problem) as refused:
        load_book(folder(tmp_path, values__laocai=text))
    assert refused.value.number == 2008
    text = text.replace("{from", "{replaces = true, from")
    value = load_book(folder(tmp_path, values__laocai=text)).values["ntp_spr.local_new"]
    levels = [value.on(date(2024, month, 1), ("10",)).value for month in (6, 7)]
    assert levels == [4_000_000, 20_000_000]


def test_a_file_with_the_mark_that_notepad_writes_is_read(tmp_path):
    book = load_book(folder(tmp_path, values__laocai="\ufeff" + LAO_CAI_2025))
    assert "10" in book.values["ntp_spr.local_new"].areas


DA_NANG = """
[xnt.new]
area.48 = [{{from = 2025-01-01, until = 2025-08-31, value = {}, source = "Đà Nẵng", verified = true}}]
"""


@pytest.mark.parametrize("value", ["60_000_000", "100_000_000"])
def test_a_level_a_province_decides_between_bounds_is_one_value(tmp_path, value):
    book = load_book(folder(tmp_path, values__danang=DA_NANG.format(value)))
    made = assess(HUT, book.law_on(date(2025, 5, 15), ("48",)))
    assert made.amount_vnd == int(value)


@pytest.mark.parametrize("value", ["59_999_999", "100_000_001"])
def test_a_level_outside_its_bounds_is_refused(tmp_path, value):
    with pytest.raises(Problem) as refused:
        load_book(folder(tmp_path, values__danang=DA_NANG.format(value)))
    assert (refused.value.number, refused.value.details["high"]) == (2024, 100_000_000)


@pytest.mark.parametrize(
    ("value", "told"), [("60", [2060]), ("60_000_500", [2060]), ("999_000", [2060]), ("60_000_000", [])]
)
def test_an_amount_for_a_house_that_is_hardly_meant_is_warned_of(tmp_path, value, told):
    text = (
        "[xnt.new]\narea.24 = [{from = 2025-01-01, until = 2025-08-31, "
        f'value = {value}, source = "84/CĐ-TTg", verified = true}}]\n'
    )
    book = load_book(folder(tmp_path, values__a=text))
    assert [one.number for one in warnings(book, BOOK, {"24"})] == told
    assert [one.number for one in warnings(book, BOOK, {"06"})] == [*told, 2061]


def test_the_shipped_law_is_not_warned_of():
    assert list(warnings(BOOK, BOOK, {"06"})) == []


def test_law_check_prints_the_warnings_in_both_languages(tmp_path):
    text = DA_NANG.replace("area.48", "area.24").format("60")
    checked = CliRunner().invoke(command, ["check", "--law", str(folder(tmp_path, values__a=text))])
    assert checked.exit_code == 0
    assert "[2060] Cần xem lại: xnt.new = 60 đồng" in checked.output
    assert "levels are whole thousands" in checked.output


SUPPLEMENT = """
id = "QUY-VNN"
title = {vi = "Quỹ Vì người nghèo hỗ trợ thêm", en = "The fund's addition"}
rank = 30
in_force = {from = 2025-01-01, until = 2025-12-31}
key_date = "started_on"
kind = "contributed"
payer = "FUND_POOR"
source = "42/CT-TTg"
amount = {new = "fund.new", repair = "fund.new"}

[entitled]
all = ["status.hardship"]
"""
FUND = """
[fund.new]
unit = "VND/house"
key_date = "started_on"
vi = "Quỹ Vì người nghèo"
en = "Fund for the Poor"
dated = [{from = 2025-01-01, until = 2025-12-31, value = 5_000_000, source = "42/CT-TTg", verified = true}]
"""


@pytest.fixture
def fund_book(tmp_path):
    return load_book(folder(tmp_path, supplements__fund=SUPPLEMENT, values__fund=FUND))


@pytest.mark.parametrize(
    ("hardship", "given", "open_"), [(True, 5_000_000, 0), (False, 0, 0), (None, 0, 1)], ids=str
)
def test_a_fact_that_only_a_supplement_reads_changes_no_outcome(fund_book, hardship, given, open_):
    facts = HUT | {"has_special_hardship": hardship, "has_social_protection": False}
    made = assess(facts, fund_book.law_on(date(2025, 5, 15)))
    assert (made.outcome, made.programme, made.amount_vnd) == ("entitled", "XNT-2024", 60_000_000)
    assert made.house_total_vnd == 60_000_000 + given
    assert made.missing_facts == ()
    assert len(made.open_components) == open_


def test_an_open_supplement_says_what_would_settle_it(fund_book):
    law = fund_book.law_on(date(2025, 5, 15))
    made = assess(HUT | {"has_special_hardship": None, "has_social_protection": False}, law)
    (part,) = made.open_components
    assert (part.code, part.low_vnd, part.high_vnd) == ("QUY-VNN", 0, 5_000_000)
    assert part.missing_facts == ("has_special_hardship",)
    told = [one.text for one in explain(made, law, "vi") if one.code == "QUY-VNN"]
    assert told == [
        "Quỹ Vì người nghèo hỗ trợ thêm (Quỹ Vì người nghèo): từ 0 đến 5.000.000 đồng, "
        "cần biết thêm: hộ có hoàn cảnh khó khăn (già cả, neo đơn, khuyết tật)."
    ]


def test_as_of_a_later_day_the_level_of_that_day_is_cited_and_its_end_still_told(tmp_path):
    from survey.law.files import shipped_folder

    text = (shipped_folder() / "programmes" / "xnt_2024.toml").read_text("utf-8")
    text = text.replace('unstarted = {becomes = "stands"', 'unstarted = {becomes = "lapses"')
    law = load_book(folder(tmp_path, programmes__xnt_2024=text)).law_on(date(2024, 10, 1))
    made = assess(HUT | {"approved_on": date(2024, 10, 15)}, law)
    told = explain(made, law, "vi", date(2024, 12, 1))
    (amount,) = [one for one in told if one.role == "amount"]
    assert ("60.000.000" in amount.text, amount.citation) == (True, "Thông báo 523/TB-VPCP")
    assert [one.code for one in told if one.role == "lapse"] == ["unstarted"]


def test_each_component_cites_its_own_source():
    law = BOOK.law_on(date(2025, 2, 1), ("06",))
    told = explain(assess(POOR_DISTRICT, law), law, "vi")
    assert [(one.code, one.citation) for one in told if one.role == "amount"] == [
        ("NTP-SPR", ""),
        ("NTP-SPR.central", "Thông tư 55/2023/TT-BTC, Điều 74"),
        ("NTP-SPR.local", "Quyết định 407/QĐ-UBND tỉnh Bắc Kạn"),
    ]


WRONG = {
    "both an amount and components": ('[amount]\nnew = "fund.new"\nrepair = "fund.new"\n', 2025),
}


@pytest.mark.parametrize(
    ("old", "new", "number"),
    [
        ('amount = {new = "fund.new", repair = "fund.new"}', "", 2025),
        ('kind = "contributed"', 'kind = "gift"', 2005),
        ('all = ["status.hardship"]', 'all = ["status.rich"]', 2016),
        ("rank = 30", 'rank = 30\nprogrammes = ["XNT"]', 2016),
        ('key_date = "started_on"', 'key_date = "surveyed_on"', 2020),
        ("until = 2025-12-31", "until = 2026-12-31", 2017),
        ("rank = 30", "rank = 30\ncolour = 1", 2003),
        ("rank = 30", 'rank = 30\nalready = "ntp_paid_vnd"', 2025),
        ('payer = "FUND_POOR"', 'payer = "QUỸ TỈNH"', 2005),
        ('amount = {new = "fund.new", repair = "fund.new"}', "amount = {}", 2005),
        ("rank = 30", "rank = 30\nprogrammes = [[1]]", 2016),
        ('id = "QUY-VNN"', 'id = "NTP-SPR.central"', 2006),
        ('id = "QUY-VNN"', 'id = "XNT-2024.amount"', 2006),
        ('id = "QUY-VNN"', 'id = "XNT-2024"', 2006),
    ],
)
def test_a_supplement_that_cannot_be_meant_is_refused_by_number(tmp_path, old, new, number):
    text = SUPPLEMENT.replace(old, new)
    with pytest.raises(Problem) as refused:
        load_book(folder(tmp_path, supplements__fund=text, values__fund=FUND))
    assert refused.value.number == number


BOUND = """amount.new = {formula = "people * 1000", at_most = "fund.once"}
amount.repair = {formula = "people * 1000", at_most = "fund.new"}"""
ONCE = FUND.replace("[fund.new]", "[fund.once]").replace("until = 2025-12-31", "until = 2025-01-31")


def test_a_bound_without_a_value_on_some_day_is_refused_when_the_law_is_read(tmp_path):
    text = SUPPLEMENT.replace('amount = {new = "fund.new", repair = "fund.new"}', BOUND)
    with pytest.raises(Problem) as refused:
        load_book(folder(tmp_path, supplements__fund=text, values__fund=FUND, values__once=ONCE))
    assert (refused.value.number, refused.value.details["entry"]) == (2017, "fund.once")


@pytest.mark.parametrize(
    ("file", "text", "number"),
    [
        ("values__own", "[xnt.new]\narea = 5", 2005),
        ("values__own", "[xnt.new]\narea.06 = 5", 2005),
        ("values__own", "xnt = 5", 2005),
        ("values__own", f"[{'.'.join('a' * 3000)}]\nq = 1", 2001),
        ("clauses__own", "derived = 5", 2005),
        ("clauses__own", "clause = 5", 2005),
        ("clauses__own", "clause = [5]", 2004),
        ("values__own", FUND.replace("5_000_000", "nan"), 2005),
        ("values__own", FUND.replace("5_000_000", "inf"), 2005),
        ("values__own", FUND.replace("5_000_000", "1" + "0" * 400), 2005),
        ("facts", '[colour]\ntype = "choice"\norigin = "survey"\nvi = "m"\nen = "c"\nchoices = [1]', 2005),
    ],
)
def test_a_file_of_another_form_is_refused_by_number(tmp_path, file, text, number):
    with pytest.raises(Problem) as refused:
        load_book(folder(tmp_path, **{file: text}))
    assert refused.value.number == number


def test_supplements_that_lift_one_after_another_are_open_for_what_they_lift(tmp_path):
    lifting = SUPPLEMENT.replace('[entitled]\nall = ["status.hardship"]\n', "")
    lifting = lifting.replace("amount = {", "level = {")
    texts = {
        f"supplements__{code}": lifting.replace("QUY-VNN", code).replace("rank = 30", f"rank = {rank}")
        for rank, code in ((40, "ONE"), (41, "TWO"))
    }
    higher = FUND.replace("5_000_000", "70_000_000")
    book = load_book(
        folder(
            tmp_path,
            supplements__fund=SUPPLEMENT.replace('kind = "contributed"\n', ""),
            values__fund=higher,
            **texts,
        )
    )
    facts = HUT | {"has_special_hardship": None, "has_social_protection": False}
    made = assess(facts, book.law_on(date(2025, 5, 15)))
    told = {one.code: (one.low_vnd, one.high_vnd, one.missing_facts) for one in made.open_components}
    assert told == {
        "QUY-VNN": (0, 70_000_000, ("has_special_hardship",)),
        "ONE": (0, 10_000_000, ("has_special_hardship",)),
        "TWO": (0, 10_000_000, ("has_special_hardship",)),
    }
