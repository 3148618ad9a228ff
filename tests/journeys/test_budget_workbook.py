"""The budget workbook for itself: it adds up to its cover, prints, speaks one language, leads back."""

from __future__ import annotations

import io
import os
import re
import shutil
import subprocess
import tracemalloc
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from makers import envelope
from openpyxl import load_workbook
from openpyxl.workbook import Workbook

from api.budget import workbook as budget
from api.shared.law_texts import ComponentWords
from survey.assessment.rows import HouseRow
from survey.finance.rows import Estimate, EstimateLine

COVER, LINES, PARTS, HOUSES, PROVENANCE = (
    "Tóm tắt dự toán",
    "Dự toán theo địa bàn",
    "Theo hợp phần và nguồn",
    "Danh sách hộ",
    "Nguồn số liệu",
)
IN_ENGLISH = ["Summary", "Estimate by area", "By component and source", "Households", "Provenance"]
RECALCULATE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load">
<prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop></item></oor:items>
"""
"""The setting by which LibreOffice reckons every formula when it opens a file."""
LETTERS = re.compile(r"[À-ỹđĐ]")


@pytest.fixture
def soffice() -> str:
    """LibreOffice as NHAVUNG_TEST_SOFFICE names it, or the system's; skips without one."""
    path = os.environ.get("NHAVUNG_TEST_SOFFICE") or shutil.which("soffice")
    if not path:
        pytest.skip("no LibreOffice: install it, or name its soffice in NHAVUNG_TEST_SOFFICE")
    return path


@pytest.fixture
def commune(sign_in) -> FlaskClient:
    """The desk of a commune of six households; two of them are outside the estimate, one with an amount."""
    mai = sign_in("mai")
    for some in (
        {},
        {"works_kind": "repair"},
        {"area_code": "V2"},
        {"area_code": "01900", "point": None},
        {"registered": False},
        {"house_tenure": None},
    ):
        answer = mai.post("/api/v1/envelopes", json=envelope(some))
        assert answer.json["state"] == "stored", answer.json
    return mai


def bytes_of(client: FlaskClient, code: str = "01900") -> bytes:
    """The workbook of an area as it is downloaded."""
    answer = client.get(f"/areas/{code}/budget.xlsx")
    assert answer.status_code == 200, answer.text
    return answer.data


def opened(data: bytes, *, values: bool = True) -> Workbook:
    """Its cached values, or its formulas."""
    return load_workbook(io.BytesIO(data), data_only=values)


def table(book: Workbook, sheet: str) -> list[dict[str, Any]]:
    """The rows of a sheet by the titles of its columns."""
    head, *rows = book[sheet].iter_rows(values_only=True)
    return [dict(zip(head, row, strict=True)) for row in rows]


def sums(book: Workbook) -> dict[str, tuple[int, int]]:
    """Households and đồng as each sheet tells them."""
    cover = dict(row[:2] for row in book[COVER].iter_rows(values_only=True) if row[0])
    *lines, total = table(book, LINES)
    houses = [row for row in table(book, HOUSES) if row["Dòng dự toán"]]
    return {
        "cover": (cover["Số hộ trong dự toán"], cover["Nhu cầu kinh phí (đồng)"]),
        "total": (total["Số hộ"], total["Kinh phí (đồng)"]),
        "lines": (sum(row["Số hộ"] for row in lines), sum(row["Kinh phí (đồng)"] for row in lines)),
        "households": (len(houses), sum(row["Kinh phí (đồng)"] or 0 for row in table(book, HOUSES))),
    }


def recalculated(data: bytes, soffice: str, folder: Path) -> Workbook:
    """The workbook as LibreOffice reckons it, every value that came with a formula made wrong before."""
    profile = folder / "profile" / "user"
    profile.mkdir(parents=True)
    (profile / "registrymodifications.xcu").write_text(RECALCULATE, "utf-8")
    with zipfile.ZipFile(io.BytesIO(data)) as given, zipfile.ZipFile(folder / "in.xlsx", "w") as spoilt:
        for name in given.namelist():
            spoilt.writestr(name, re.sub(rb"</f><v>\d+</v>", b"</f><v>-1</v>", given.read(name)))
    assert sums(load_workbook(folder / "in.xlsx", data_only=True))["cover"] == (-1, -1)
    (folder / "out").mkdir()
    order = [
        soffice,
        f"-env:UserInstallation=file://{folder / 'profile'}",
        "--headless",
        "--convert-to",
        "xlsx",
    ]
    subprocess.run(
        [*order, "--outdir", folder / "out", folder / "in.xlsx"], check=True, timeout=180, capture_output=True
    )
    return load_workbook(folder / "out" / "in.xlsx", data_only=True)


def test_households_lines_cover_and_page_say_the_same(commune) -> None:
    told = sums(opened(bytes_of(commune)))
    page = commune.get("/areas/01900/budget").text
    total = re.search(r"Tổng cộng: <b[^>]*>([\d.]+)</b> hộ, <b[^>]*>([\d.]+)</b>", page)
    shown = tuple(int(part.replace(".", "")) for part in total.groups())
    assert set(told.values()) == {shown} == {(4, 210_000_000)}


def test_who_is_outside_the_estimate_is_listed_without_an_amount(commune) -> None:
    assert "60.000.000" in commune.get("/households?outcome=not_registered").text
    outside = [row for row in table(opened(bytes_of(commune)), HOUSES) if row["Dòng dự toán"] is None]
    assert {row["Kết quả"] for row in outside} == {"đủ điều kiện khi đăng ký", "cần bổ sung thông tin"}
    assert [row["Kinh phí (đồng)"] for row in outside] == [None, None]


def test_each_line_adds_up_the_households_that_name_it(commune) -> None:
    data = bytes_of(commune)
    formulas, book = opened(data, values=False)[LINES], opened(data)
    assert formulas["G2"].value == f"=COUNTIFS('{HOUSES}'!$L$2:$L$7,$A2)"
    assert formulas["H2"].value == f"=SUMIFS('{HOUSES}'!$J$2:$J$7,'{HOUSES}'!$L$2:$L$7,$A2)"
    for line in table(book, LINES)[:-1]:
        own = [row for row in table(book, HOUSES) if row["Dòng dự toán"] == line["Dòng"]]
        assert (len(own), sum(row["Kinh phí (đồng)"] for row in own)) == (
            line["Số hộ"],
            line["Kinh phí (đồng)"],
        )
        assert {row["Mã chương trình"] for row in own} == {line["Mã chương trình"]}


def test_libreoffice_reckons_what_is_cached(commune, soffice, tmp_path) -> None:
    data = bytes_of(commune)
    again = recalculated(data, soffice, tmp_path)
    assert sums(again) == sums(opened(data))
    for sheet in (COVER, LINES, PARTS):
        cells = [list(book[sheet].iter_rows(values_only=True)) for book in (again, opened(data))]
        assert cells[0] == cells[1]


def test_above_the_limit_the_lines_are_values_and_the_cover_says_so(commune, monkeypatch) -> None:
    assert "không phải công thức" not in str(list(opened(bytes_of(commune))[COVER].values))
    monkeypatch.setattr(budget, "FORMULAS_UP_TO", 5)
    data = bytes_of(commune)
    lines = opened(data, values=False)[LINES]
    assert [lines[cell].data_type for cell in ("G2", "H2", "G5", "H5")] == ["n", "n", "n", "n"]
    assert "Trên 5 hộ: các dòng là giá trị, không phải công thức." in str(list(opened(data)[COVER].values))
    assert len(set(sums(opened(data)).values())) == 1


def test_a_household_has_its_number_first_its_codes_and_its_id_last(commune) -> None:
    *_, last = table(opened(bytes_of(commune)), HOUSES)
    names = list(last)
    assert (names[0], names[-1]) == ("STT", "Mã hộ")
    codes = ("Mã tỉnh", "Mã huyện", "Mã xã", "Mã thôn", "Mã chương trình")
    assert [last[name] for name in ("STT", *codes)] == [6, "06", None, "01900", "V2", "XNT-2024"]


def test_every_table_filters_and_prints_on_a4_across_as_wide_as_the_paper(commune) -> None:
    book = opened(bytes_of(commune))
    for sheet in book.worksheets:
        assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)
        assert (sheet.page_setup.fitToWidth or 1, sheet.page_setup.fitToHeight) == (1, 0)
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
    for name in (LINES, PARTS, HOUSES):
        assert book[name].auto_filter.ref.startswith("A1:")
        assert book[name].print_title_rows == "$1:$1"
    assert book[HOUSES].print_area.endswith("$M$7")  # ids and long titles are for the screen


def test_wrapped_rows_are_as_high_as_their_text(commune) -> None:
    sheet = opened(bytes_of(commune))[LINES]
    assert len(sheet["E2"].value) > sheet.column_dimensions["E"].width
    assert sheet.row_dimensions[2].height == 30


def test_the_cover_leads_back_to_the_page(commune) -> None:
    link = opened(bytes_of(commune))[COVER]["A2"].hyperlink.target
    assert link.endswith("/areas/01900/budget")
    assert commune.get(link).status_code == 200


def test_where_it_is_from_is_kept_on_a_hidden_sheet(commune) -> None:
    book = opened(bytes_of(commune))
    assert [sheet.title for sheet in book if sheet.sheet_state == "hidden"] == [PROVENANCE]
    told = dict(book[PROVENANCE].iter_rows(values_only=True))
    assert (told["area_code"], told["households"], told["amount_vnd"]) == ("01900", 4, 210_000_000)
    assert re.fullmatch("[0-9a-f]{64}", told["release_sha256s"])


def test_an_english_reader_gets_an_english_file(commune) -> None:
    commune.post("/language", data={"language": "en", "next": "/"})
    book = opened(bytes_of(commune))
    assert book.sheetnames == IN_ENGLISH
    of_the_house = {row["Head"] for row in table(book, "Households")} | {"Thôn 1", "Thôn 2", "Nam Mẫu"}
    vietnamese = {
        cell.value
        for sheet in book
        for row in sheet.iter_rows()
        for cell in row
        if isinstance(cell.value, str) and LETTERS.search(cell.value)
    }
    names = ("Nam Mẫu", "QĐ", "TTg", "VPCP", "Mai", *of_the_house)
    assert not [text for text in vietnamese if not any(name in text for name in names)]


def test_a_province_of_340_000_households_does_not_stand_in_memory(tmp_path) -> None:
    """The households go to the disk one by one: a hundred times as many take no more memory."""
    peaks = [_peak(tmp_path / f"{number}.xlsx", number) for number in (200, 20_000)]
    assert peaks[1] - peaks[0] < 2_000_000, peaks


def _peak(path: Path, number: int) -> int:
    line = EstimateLine("V1", "Thôn 1", "XNT-2024", "new", number, number * 60_000_000)
    estimate = Estimate("01900", "Nam Mẫu", date(2025, 5, 10), ("0" * 64,), (line,), (), 0)
    cover = budget.Cover("Dự toán", "10/05/2025", "Mai", "", (), None, names=True)
    naming = budget.Naming(
        area=str,
        codes=lambda code: {"village": code or ""},
        programme=lambda _: "Xóa nhà tạm, nhà dột nát (hộ nghèo, hộ cận nghèo khác)",
        component=lambda code, payer: ComponentWords(code, "", payer, "", True),
        line=lambda _: 1,
    )
    tracemalloc.start()
    budget.write_budget(path, estimate, map(_house, range(number)), cover, naming)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak


def _house(number: int) -> HouseRow:
    return HouseRow(
        household_id=f"{number:036d}",
        head_name=f"Ma Văn {number}",
        village_code="V1",
        lon=None,
        lat=None,
        accuracy_m=None,
        point_source=None,
        outcome="entitled",
        house_class=None,
        programme="XNT-2024",
        works_kind="new",
        amount_vnd=60_000_000,
        is_provisional=False,
        surveyed_on=None,
        flags=(),
    )
