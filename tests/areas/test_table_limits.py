"""Tables too wide or too long are refused before anything is laid out in memory."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import openpyxl
import pytest

from api.shared.tables import read_table
from survey.problems import Problem


def sheet(rows: str, start: str = "") -> str:
    """The XML of a sheet."""
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return f'{start}<worksheet xmlns="{space}"><sheetData>{rows}</sheetData></worksheet>'


def workbook(path: Path, xml: str | bytes) -> Path:
    """A workbook whose only sheet is `xml`."""
    made = io.BytesIO()
    openpyxl.Workbook().save(made)
    with zipfile.ZipFile(made) as given, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as kept:
        for name in given.namelist():
            kept.writestr(name, xml if name == "xl/worksheets/sheet1.xml" else given.read(name))
    return path


def refused(path: Path) -> int:
    """The number of the problem that a table meets."""
    with pytest.raises(Problem) as caught:
        read_table(path)
    return caught.value.number


def row(number: str, cells: str) -> str:
    """One row of a sheet."""
    return f'<row r="{number}">{cells}</row>'


FIRST = row("1", '<c r="A1"><v>1</v></c>')


@pytest.mark.parametrize(
    "last",
    [
        row("1048576", '<c r="XFD1048576"><v>1</v></c>'),
        row("1048576", '<c r="SF1048576"><v>1</v></c>'),
        row("4000000000", "<c><v>1</v></c>"),
        row("2", '<c r="BXY2"><v>1</v></c>'),
        row("2", "<c r='xfd1048576' ><v>1</v></c>"),
        '<x:row xmlns:x="a"><x:c r="XFD1048576"><x:is/></x:c></x:row>',
    ],
)
def test_cells_far_apart_are_refused_before_the_sheet_is_laid_out(tmp_path: Path, last: str):
    assert refused(workbook(tmp_path / "far.xlsx", sheet(FIRST + last))) == 3006


@pytest.mark.parametrize("cell", ['<c r="A-1"><v>1</v></c>', '<c r="1A"><v>1</v></c>', '<c r="A1"><v>1</c>'])
def test_a_sheet_with_cells_nowhere_is_unreadable(tmp_path: Path, cell: str):
    assert refused(workbook(tmp_path / "odd.xlsx", sheet(row("1", cell)))) == 3001


def test_a_sheet_that_declares_entities_or_another_alphabet_is_unreadable(tmp_path: Path):
    declared = sheet(FIRST, '<!DOCTYPE worksheet [<!ENTITY a "b">]>')
    other = sheet(FIRST, '<?xml version="1.0" encoding="UTF-16"?>').encode("utf-16")
    assert refused(workbook(tmp_path / "entities.xlsx", declared)) == 3001
    assert b"sheetData" not in other  # so nothing measures it, and the reader finds no sheet in it either
    assert refused(workbook(tmp_path / "utf16.xlsx", other)) in (3001, 3004)


def test_a_styled_cell_without_content_far_to_the_right_does_no_harm(tmp_path: Path):
    styled = row("2", '<c r="A2"><v>2</v></c><c r="XFD2" s="0"/>') + '<row r="1048576"/>'
    table = read_table(workbook(tmp_path / "styled.xlsx", sheet(FIRST + styled)))
    assert [found.values for found in table.rows] == [{"1": "2"}]


def test_cells_that_do_not_say_their_place_follow_each_other(tmp_path: Path):
    rows = "<row><c><v>7</v></c><c><v>8</v></c></row><row><c><v>1</v></c><c><v>2</v></c></row>"
    table = read_table(workbook(tmp_path / "plain.xlsx", sheet(rows)))
    assert [found.values for found in table.rows] == [{"7": "1", "8": "2"}]


def test_a_text_with_millions_of_columns_is_refused(tmp_path: Path):
    (tmp_path / "wide.csv").write_text("a," * 2_000_000, "utf-8")
    assert refused(tmp_path / "wide.csv") == 3006


def test_a_page_takes_no_kind_of_list_that_cannot_be_measured_first(sign_in):
    answer = sign_in("admin").post("/accounts/list", data={"list": (io.BytesIO(b"x"), "danh sách.ods")})
    assert answer.status_code == 400
    assert "3007" in answer.text


def test_a_small_list_with_cells_far_apart_is_told_on_the_page(sign_in, tmp_path: Path):
    path = workbook(tmp_path / "far.xlsx", sheet(FIRST + row("1048576", '<c r="XFD1048576"><v>1</v></c>')))
    answer = sign_in("admin").post("/accounts/list", data={"list": (path.open("rb"), "far.xlsx")})
    assert answer.status_code == 400
    assert "3006" in answer.text
