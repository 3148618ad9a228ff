"""`nhavung law`: what a person types and gets. No database where none is needed."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner

from api.cli.law import command
from api.cli.law_table import compare_books, households_of_file
from survey import law
from survey.law.cases import SHIPPED as CASES
from survey.problems import Problem

HEADER = (
    "name,people,area_m2,house_tenure,foundation_material,frame_material,wall_material,roof_frame_material,"
    "roof_material,land_disputed,planning_breach,must_demolish,poverty_status,merit_status,helped_before,"
    "disaster_damage,poor_district,minority_area,works_kind,registered\n"
)
HUT = ",4,40,own,earth,bamboo,bamboo,bamboo,leaf,no,no,no,near_poor,no,no,none,no,yes,{},yes\n"


def run(*arguments: object) -> str:
    result = CliRunner().invoke(command, [str(one) for one in arguments], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def assess_table(tmp_path: Path, text: str, encoding: str = "utf-8") -> tuple[int, str, list[dict[str, str]]]:
    source, target = tmp_path / "in.csv", tmp_path / "out.csv"
    source.write_text(text, encoding)
    arguments = ["assess", str(source), "--on", "2025-05-15", "-o", str(target)]
    result = CliRunner().invoke(command, arguments, catch_exceptions=False)
    with target.open(encoding="utf-8-sig", newline="") as stream:
        return result.exit_code, result.output, list(csv.DictReader(stream))


def test_check_tries_the_cases_too():
    output = run("check", "--cases", CASES)
    assert "ví dụ cho kết quả đúng" in output
    assert "Bản luật: " in output


def test_check_names_a_case_that_fails(tmp_path):
    (tmp_path / "wrong.toml").write_text(
        "[[case]]\nsay = 'All are entitled.'\non = 2025-05-15\nsource = 'none'\n"
        "expect = {outcome = 'entitled'}\n",
        "utf-8",
    )
    with pytest.raises(Problem) as refused:
        run("check", "--cases", tmp_path)
    assert (refused.value.number, refused.value.details["first"]) == (2040, "All are entitled.")


def test_show_prints_the_law_of_a_day_and_place():
    output = run("show", "--on", "2025-05-15", "--area", "06")
    assert "Địa phương hỗ trợ thêm xây mới, huyện nghèo: 20.000.000 đồng" in output
    assert "TOP-UP (+ NTP-SPR, NTP-EM): Bù phần chênh lệch lên mức mới *" in output
    assert "XNT-2024" not in run("show", "--on", "2025-09-01")


def test_facts_lists_the_column_names():
    assert "roof_material" in run("facts", "--lang", "en")


def test_good_rows_are_assessed_and_bad_ones_listed_with_their_line(tmp_path):
    bad = "Bàn" + HUT.format("new").replace(",40,", ",forty,")
    code, output, rows = assess_table(
        tmp_path, HEADER + "An" + HUT.format("new") + bad + "Cúc" + HUT.format("repair")
    )
    assert code == 1
    assert "dòng 3: Dữ kiện area_m2: nhận 'forty'" in output
    assert [(row["name"], row["outcome"], row["amount_vnd"]) for row in rows] == [
        ("An", "entitled", "60000000"),
        ("Cúc", "entitled", "30000000"),
    ]
    assert "Quyết định 55/QĐ-BXD, Điều 1 khoản 2" in rows[0]["reasons"]


def test_a_table_from_a_vietnamese_excel_is_read(tmp_path):
    text = (
        (HEADER + "An" + HUT.format("xây mới"))
        .replace(",", ";")
        .replace(";40;", ";40,5;")
        .replace(";no;", ";không;")
    )
    code, _, rows = assess_table(tmp_path, text, "utf-8-sig")
    assert (code, rows[0]["outcome"], rows[0]["amount_vnd"]) == (0, "entitled", "60000000")


def test_an_empty_cell_is_unknown_and_said_to_be_missing(tmp_path):
    _, _, rows = assess_table(tmp_path, HEADER + "An" + HUT.format(""))
    assert (rows[0]["outcome"], rows[0]["missing_facts"]) == ("needs_information", "works_kind")


def test_a_name_cannot_become_a_formula(tmp_path):
    _, _, rows = assess_table(tmp_path, HEADER + "=1+1" + HUT.format("new"))
    assert rows[0]["name"] == "'=1+1"


def test_a_table_without_any_fact_is_refused(tmp_path):
    with pytest.raises(Problem) as refused:
        assess_table(tmp_path, "name,age\nAn,4\n")
    assert refused.value.number == 2041


def test_compare_counts_the_households_and_the_money_that_move(tmp_path):
    (tmp_path / "law/values").mkdir(parents=True)
    (tmp_path / "law/values/own.toml").write_text(
        "[xnt.new]\nunit = 'VND/house'\nkey_date = 'started_on'\nvi = 'a'\nen = 'a'\n"
        "dated = [{value = 70_000_000, source = '523/TB-VPCP', verified = true}]",
        "utf-8",
    )
    table = tmp_path / "in.csv"
    table.write_text(HEADER + "An" + HUT.format("new") + "Bàn" + HUT.format("repair"), "utf-8")
    output = run("compare", "shipped", tmp_path / "law", table, "--on", "2025-05-15")
    assert "+10.000.000 đồng" in output
    assert "2 hộ, 1 hộ đổi kết quả; tổng tiền 90.000.000 → 100.000.000 đồng" in output


def test_compare_counts_the_level_of_today_for_houses_not_begun(tmp_path):
    (tmp_path / "values").mkdir()
    source = "source = '523/TB-VPCP', verified = true"
    (tmp_path / "values/own.toml").write_text(
        "[xnt.new]\nunit = 'VND/house'\nkey_date = 'started_on'\nvi = 'a'\nen = 'a'\ndated = ["
        f"{{until = 2025-06-30, value = 60_000_000, {source}}}, "
        f"{{from = 2025-07-01, value = 70_000_000, {source}}}]",
        "utf-8",
    )
    table = tmp_path / "in.csv"
    table.write_text(HEADER + "An" + HUT.format("new"), "utf-8")
    book = law.load_book(tmp_path)
    day = date(2025, 5, 15)
    for today, amount in ((None, 60), (day, 60), (date(2025, 7, 1), 70)):
        moves = compare_books(book, book, households_of_file(table, book, day, ()), today)
        assert moves.after_vnd == amount * 1_000_000


def test_a_release_is_stored_and_can_be_compared_with_the_files(tmp_path, monkeypatch):
    from api.cli.migrate import command as migrate

    monkeypatch.setenv("NHAVUNG_DATA_FOLDER", str(tmp_path))
    monkeypatch.delenv("NHAVUNG_DATABASE_URL", raising=False)
    CliRunner().invoke(migrate, [], catch_exceptions=False)
    sha256 = run("release").split()[-1].rstrip(".")
    assert len(sha256) == 64
    assert "0 hộ, 0 hộ đổi kết quả" in run("compare", sha256, "shipped")
