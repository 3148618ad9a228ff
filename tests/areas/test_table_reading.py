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
