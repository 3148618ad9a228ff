"""One reader for the tables people hand over: CSV in whatever encoding, XLSX, XLS, ODS.

Values come out as stripped NFC text, so codes keep their leading zeros; what was detected (encoding,
delimiter, sheet) is said in `Table.notes`, in Vietnamese and English, and never guessed in silence.
"""

from __future__ import annotations

import csv
import gzip
import io
import tempfile
import unicodedata
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from api.shared import excel_files
from survey.problems import Problem
from survey.spelling import write_number

MAX_BYTES = 200_000_000
"""Largest table read, unpacked: about two million survey rows; a larger file is split first."""
CHECKED_SUFFIXES = frozenset({".xlsx", ".xlsm"})
"""Workbooks measured before they are opened; the others only the operator at the server can hand in."""
SHEET_SUFFIXES = frozenset({".xlsx", ".xlsm", ".xls", ".xlsb", ".ods"})
DELIMITERS = ",;\t|"
DELIMITER_NAMES = {
    ",": "phẩy / comma",
    ";": "chấm phẩy / semicolon",
    "\t": "tab / tab",
    "|": "gạch đứng / bar",
}
BYTE_ORDER_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


@dataclass(frozen=True, slots=True)
class Row:
    """One row: the line it starts on (1 = first line of the file or sheet) and its values by column.

    `surplus` holds values beyond the last named column: a sign of an unquoted delimiter.
    """

    line: int
    values: dict[str, str]
    surplus: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """A table being read. `rows` can be walked once."""

    columns: list[str]
    rows: Iterator[Row]
    notes: list[str] = field(default_factory=list)
    encoding: str = ""
    delimiter: str = ""


def read_table(path: str | Path, sheet: str | None = None, most_cells: int = excel_files.MAX_CELLS) -> Table:
    """Open a CSV (also .gz) or a spreadsheet; `sheet` names the sheet, otherwise the first.

    `most_cells` bounds the grid of every sheet of an .xlsx, empty cells too.

    Raises: Problem 3001 unreadable, 3002 too large, 3003 unknown encoding, 3004 no header row,
    3005 no such sheet, 3006 too many columns or cells.
    """
    path = Path(path)
    if path.suffix.lower() in SHEET_SUFFIXES:
        return _read_sheet(path, sheet, most_cells)
    return _read_text(path)


def _read_text(path: Path) -> Table:
    encoding, text = decode(_bytes_of(path), path.name)
    lines = io.StringIO(text, newline="")
    declared = _declared_delimiter(text)
    if declared:
        lines.readline()
    delimiter = declared or _likely_delimiter(text)
    records = _records(csv.reader(lines, delimiter=delimiter), 2 if declared else 1, path.name)
    columns, notes = _header(records, path.name)
    said = [
        f"Bảng mã / encoding: {encoding}",
        f"Dấu phân cách / delimiter: {DELIMITER_NAMES[delimiter]}",
        *notes,
    ]
    return Table(columns, _rows(records, columns), said, encoding, delimiter)


def _bytes_of(path: Path) -> bytes:
    opener: Any = gzip.open if path.suffix.lower() == ".gz" else open
    try:
        with opener(path, "rb") as handle:
            data: bytes = handle.read(MAX_BYTES + 1)
    except (OSError, EOFError) as error:
        raise Problem(3001, file=path.name, reason=str(error)) from error
    if len(data) > MAX_BYTES:
        raise Problem(3002, file=path.name, limit=MAX_BYTES)
    return data


def decode(data: bytes, name: str) -> tuple[str, str]:
    """The encoding found and the text in NFC: a byte-order mark, then UTF-8, then Windows-1258.

    Windows-1258 (old Vietnamese Windows) is tried last because almost any bytes decode in it.
    Raises: Problem 3003 when none fits.
    """
    marked = next((code for mark, code in BYTE_ORDER_MARKS if data.startswith(mark)), None)
    guesses = [marked] if marked else [*_unmarked_utf16(data), "utf-8", "cp1258"]
    for encoding in guesses:
        try:
            return encoding, unicodedata.normalize("NFC", data.decode(encoding))
        except UnicodeDecodeError:
            continue
    raise Problem(3003, file=name, tried=", ".join(guesses))


def _unmarked_utf16(data: bytes) -> list[str]:
    """UTF-16 without a mark shows as a zero in every other byte of its ASCII part."""
    head = data[:400]
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if max(even, odd) * 4 < len(head):
        return []
    return ["utf-16-le" if odd > even else "utf-16-be"]


def _declared_delimiter(text: str) -> str | None:
    """The delimiter of Excel's own first line `sep=;`, when there is one."""
    first = text.split("\n", 1)[0].strip("\r\ufeff").lower()
    return first[4:] if first.startswith("sep=") and first[4:] in tuple(DELIMITERS) else None


def _likely_delimiter(text: str) -> str:
    """The delimiter seen most often outside quotes in the first non-empty line; comma when none is."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    unquoted = "".join(first.split('"')[0::2])
    return max(DELIMITERS, key=unquoted.count)


def _records(reader: Any, first_line: int, name: str) -> Iterator[tuple[int, list[str]]]:
    """Non-empty records with the line they start on (a quoted value may span lines)."""
    line, seen = first_line, 0
    while True:
        try:
            record = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise Problem(3001, file=name, reason=f"dòng / line {line}: {error}") from error
        if any("\x00" in value for value in record):
            raise Problem(3001, file=name, reason=f"dòng / line {line}: NUL (\\0)")
        if any(value.strip() for value in record):
            yield line, record
        line, seen = line + reader.line_num - seen, reader.line_num


def _read_sheet(path: Path, sheet: str | None, most_cells: int) -> Table:
    _refuse_bomb(path)
    with tempfile.TemporaryDirectory() as folder:
        is_checked = path.suffix.lower() in CHECKED_SUFFIXES
        opened = excel_files.checked_copy(path, Path(folder), most_cells) if is_checked else path
        name, names, cells = _cells(opened, sheet, path.name)
    filled = ((line, row) for line, row in enumerate(cells, 1) if row.count("") < len(row))
    texts = ((line, [cell_text(cell) for cell in row]) for line, row in filled)
    records = ((line, row) for line, row in texts if any(row))
    columns, notes = _header(records, path.name)
    said = [f"Trang tính / sheet: {name}"]
    if len(names) > 1:
        others = ", ".join(other for other in names if other != name)
        said.append(f"Không đọc các trang / sheets not read: {others}")
    return Table(columns, _rows(records, columns), [*said, *notes], path.suffix[1:].lower())


def _cells(path: Path, sheet: str | None, file: str) -> tuple[str, list[str], list[list[Any]]]:
    """The sheet read, the names of all sheets, and the cells row by row. Problem 3001, 3005."""
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        book = CalamineWorkbook.from_path(str(path))
        name = sheet or book.sheet_names[0]
        if name not in book.sheet_names:
            raise Problem(3005, file=file, sheet=name, sheets=", ".join(book.sheet_names))
        cells = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
    except (CalamineError, OSError, IndexError, zipfile.BadZipFile) as error:
        raise Problem(3001, file=file, reason=str(error)) from error
    return name, list(book.sheet_names), cells


def _refuse_bomb(path: Path) -> None:
    """Refuse a workbook that unpacks beyond the limit, before anything is unpacked."""
    try:
        if not zipfile.is_zipfile(path):
            size = path.stat().st_size
        else:
            with zipfile.ZipFile(path) as archive:
                size = sum(entry.file_size for entry in archive.infolist())
    except OSError as error:
        raise Problem(3001, file=path.name, reason=str(error)) from error
    if size > MAX_BYTES:
        raise Problem(3002, file=path.name, limit=MAX_BYTES)


def cell_text(cell: object) -> str:
    """A spreadsheet cell as text: 1834.0 is "1834", a day is ISO 8601, true is "true".

    A number is written so that nobody reads it as another one: 40.125 might be thousands, 40.1250 is not.

    >>> cell_text(1834.0), cell_text(0.5), cell_text(40.125), cell_text(date(2025, 7, 1)), cell_text(" 06 ")
    ('1834', '0.5', '40.1250', '2025-07-01', '06')
    """
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return write_number(cell, ".")
    if isinstance(cell, datetime) and cell.time() == time(0):
        return cell.date().isoformat()
    if isinstance(cell, datetime | date | time):
        return cell.isoformat()
    if isinstance(cell, timedelta):
        return str(cell)
    return unicodedata.normalize("NFC", str(cell)).strip()


def _header(records: Iterator[tuple[int, list[str]]], name: str) -> tuple[list[str], list[str]]:
    """Column names from the first non-empty record; unnamed and repeated ones are made distinct."""
    first = next(records, None)
    if first is None:
        raise Problem(3004, file=name)
    excel_files.refuse_size(len(first[1]), 1, name, "1")
    columns: list[str] = []
    taken: set[str] = set()
    notes = []
    for number, title in enumerate(first[1], 1):
        wanted = " ".join(title.strip("\ufeff ").split()) or f"column {number}"
        given = _distinct(wanted, taken)
        if given != wanted:
            notes.append(f"Cột trùng tên / repeated column: {wanted} → {given}")
        columns.append(given)
        taken.add(given)
    return columns, notes


def _distinct(title: str, taken: set[str]) -> str:
    number, given = 1, title
    while given in taken:
        number += 1
        given = f"{title} ({number})"
    return given


def _rows(records: Iterable[tuple[int, list[str]]], columns: list[str]) -> Iterator[Row]:
    width = len(columns)
    for line, record in records:
        values = [value.strip() for value in record]
        padded = values[:width] + [""] * (width - len(values))
        surplus = tuple(value for value in values[width:] if value)
        yield Row(line, dict(zip(columns, padded, strict=True)), surplus)
