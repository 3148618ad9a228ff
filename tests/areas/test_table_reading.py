"""Tables: encodings, delimiters and cells as people really save them."""

from __future__ import annotations

import gzip
from datetime import date
from pathlib import Path

import openpyxl
import pytest

from api.shared import tables
from api.shared.tables import read_table
from survey.problems import Problem

TEXT = "Mã xã;Tên xã\n01834;Hoà Mục\n06;Văn Lăng\n"
CP1258 = TEXT.replace("ã", "a\u0303").replace("à", "a\u0300").replace("ụ", "u\u0323").encode("cp1258")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1258"])
def test_a_table_reads_the_same_in_every_encoding_and_says_which(tmp_path: Path, encoding: str):
    path = tmp_path / "list.csv"
    path.write_bytes(CP1258 if encoding == "cp1258" else TEXT.encode(encoding))
    table = read_table(path)
    assert [row.values for row in table.rows] == [
        {"Mã xã": "01834", "Tên xã": "Hoà Mục"},
        {"Mã xã": "06", "Tên xã": "Văn Lăng"},
    ]
    assert table.encoding == encoding
    assert any(encoding in note for note in table.notes)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found_and_said(tmp_path: Path, delimiter: str):
    path = tmp_path / "list.csv"
    path.write_text(f'"a,b;c"{delimiter}name\n1{delimiter}x\n', "utf-8")
    table = read_table(path)
    assert table.delimiter == delimiter
    assert table.columns == ["a,b;c", "name"]


def test_rows_carry_the_line_they_start_on(tmp_path: Path):
    path = tmp_path / "list.csv"
    path.write_text('a,b\n\n"two\nlines",1\n2,3\n', "utf-8")
    assert [row.line for row in read_table(path).rows] == [3, 5]


def test_a_row_with_more_values_than_columns_keeps_them(tmp_path: Path):
    path = tmp_path / "list.csv"
    path.write_text("a,b\n1,2,3\n1\n", "utf-8")
    long, short = read_table(path).rows
    assert long.surplus == ("3",)
    assert short.values == {"a": "1", "b": ""}


def test_repeated_and_empty_titles_become_distinct(tmp_path: Path):
    path = tmp_path / "list.csv"
    path.write_text("a,a,\n1,2,3\n", "utf-8")
    assert read_table(path).columns == ["a", "a (2)", "column 3"]


def test_a_workbook_keeps_codes_as_they_are_written(tmp_path: Path):
    book = openpyxl.Workbook()
    book.active.append(["code", "number", "day"])
    book.active.append(["01834", 1834, date(2025, 7, 1)])
    book.save(tmp_path / "list.xlsx")
    rows = list(read_table(tmp_path / "list.xlsx").rows)
    assert rows[0].values == {"code": "01834", "number": "1834", "day": "2025-07-01"}
    assert rows[0].line == 2


def test_a_packed_csv_is_read(tmp_path: Path):
    path = tmp_path / "list.csv.gz"
    path.write_bytes(gzip.compress(TEXT.encode()))
    assert len(list(read_table(path).rows)) == 2


def test_a_file_that_unpacks_too_large_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(tables, "MAX_BYTES", 1000)
    path = tmp_path / "list.csv.gz"
    path.write_bytes(gzip.compress(b"a" * 2000))
    with pytest.raises(Problem) as caught:
        read_table(path)
    assert caught.value.number == 3002


@pytest.mark.parametrize(
    ("name", "content", "number"),
    [
        ("a.xlsx", b"junk", 3001),
        ("a.csv", b"", 3004),
        ("a.csv", b"\x81\x8a\x8d", 3003),
        ("a.csv.gz", b"x", 3001),
    ],
)
def test_an_unusable_file_is_a_numbered_problem(tmp_path: Path, name: str, content: bytes, number: int):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(Problem) as caught:
        read_table(tmp_path / name)
    assert caught.value.number == number


def test_a_sheet_that_is_not_there_is_named_with_those_that_are(tmp_path: Path):
    openpyxl.Workbook().save(tmp_path / "list.xlsx")
    with pytest.raises(Problem) as caught:
        read_table(tmp_path / "list.xlsx", "Thôn")
    assert caught.value.number == 3005


def test_titles_over_two_lines_are_found_by_what_is_looked_for(tmp_path: Path):
    path = tmp_path / "list.csv"
    path.write_text("DANH SÁCH,,\n\nSTT,Năm sinh,\n,Nam,Nữ\n(1),(2),(3)\n7,1970,\n", "utf-8")
    table = read_table(path, wanted=lambda titles: len({"STT", "Năm sinh: Nữ"} & set(titles)))
    assert table.columns == ["STT", "Năm sinh: Nam", "Năm sinh: Nữ"]
    assert [(row.line, row.values["STT"]) for row in table.rows] == [(6, "7")]
    assert any("3 – 4" in note for note in table.notes)
    assert any(note.endswith("left out: 5") for note in table.notes)


def test_a_table_nobody_looks_for_titles_in_begins_with_them(tmp_path: Path):
    path = tmp_path / "list.csv"
    path.write_text("a,b,c,d\n1,2,3,4\n", "utf-8")
    table = read_table(path)
    assert [list(row.values.values()) for row in table.rows] == [["1", "2", "3", "4"]]


def test_a_line_of_titles_that_is_not_there_is_told(tmp_path: Path):
    path = tmp_path / "list.csv"
    path.write_text("a,b\n1,2\n", "utf-8")
    with pytest.raises(Problem) as caught:
        read_table(path, header=(7, 8))
    assert caught.value.number == 3004


def test_a_formula_without_its_result_and_an_error_are_told_from_an_empty_cell(tmp_path: Path):
    book = openpyxl.Workbook()
    book.active.title = "Khác"
    sheet = book.create_sheet("Hộ & nhà")
    for row in (["a", "b", "c"], [1, "=A2*2", None], ["x", "#REF!", None]):
        sheet.append(row)
    book.save(tmp_path / "list.xlsx")
    table = read_table(tmp_path / "list.xlsx", "Hộ & nhà")
    assert [row.broken for row in table.rows] == [{"b": "=A2*2"}, {"b": "#REF!"}]
    assert any("B2 (=A2*2), B3 (#REF!)" in note for note in table.notes)


def test_an_error_in_the_letters_of_a_csv_is_one_too(tmp_path: Path):
    path = tmp_path / "list.csv"
    path.write_text("a,b\n1,#N/A\n#1,#REF\n", "utf-8")
    first, second = read_table(path).rows
    assert (first.values, first.broken) == ({"a": "1", "b": ""}, {"b": "#N/A"})
    assert (second.values, second.broken) == ({"a": "#1", "b": "#REF"}, {})


def test_a_formula_whose_result_is_stored_is_a_value(tmp_path: Path):
    import xlsxwriter

    with xlsxwriter.Workbook(tmp_path / "list.xlsx") as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["a", "b"])
        sheet.write_formula(1, 0, "=4*7", value=28)
        sheet.write_formula(1, 1, '="x"', value="x")
    (row,) = read_table(tmp_path / "list.xlsx").rows
    assert (row.values, row.broken) == ({"a": "28", "b": "x"}, {})


def test_a_file_of_two_encodings_is_refused_with_a_line_of_each(tmp_path):
    path = tmp_path / "joined.csv"
    path.write_bytes("ten\nNguyễn Thị Hoa\n".encode() + "Lê Lan\n".encode("cp1258"))
    with pytest.raises(Problem) as refused:
        read_table(path)
    assert refused.value.number == 3009
    assert (refused.value.details["line"], refused.value.details["other"]) == (2, 3)
