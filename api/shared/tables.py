"""One reader for the tables people hand over: CSV in whatever encoding, XLSX, XLS, ODS.

Values come out as stripped NFC text, so codes keep their leading zeros; what was detected (encoding,
delimiter, sheet, where the titles of the columns stand) is said in `Table.notes`, in Vietnamese and English,
and never guessed in silence. What shows no value in a workbook (an error, a formula nobody ran) is told apart
from an empty cell.
"""

from __future__ import annotations

import csv
import gzip
import io
import itertools
import re
import tempfile
import unicodedata
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from api.shared import excel_files, old_letters
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
WEIGHED = 200_000
"""So much of a text is weighed where its bytes can be read in two ways."""
TITLES_WITHIN = 30
"""Records among which the titles of the columns are looked for."""
TITLE_LINES = 3
"""So many lines together may hold them, the upper ones over several columns."""
ERROR = re.compile(r"#(?:REF!|DIV/0!|N/A|NAME\?|VALUE!|NUM!|NULL!|SPILL!|CALC!)")
"""An error of a spreadsheet, as a CSV made from it has it in letters."""
TOTAL = re.compile(r"(?:tổng(?: cộng| số)?|cộng|tong cong|tong so)(?:$|[\s:.(])")
COLUMN_NUMBER = re.compile(r"\(?([0-9]{1,3})\)?")
BYTE_ORDER_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


@dataclass(frozen=True, slots=True)
class Row:
    """One row: the line it starts on (1 = first line of the file or sheet) and its values by column.

    `surplus` holds values beyond the last named column: a sign of an unquoted delimiter. `broken` are the
    columns whose cell shows an error or a formula without its result, and what stands there.
    """

    line: int
    values: dict[str, str]
    surplus: tuple[str, ...] = ()
    broken: Mapping[str, str] = field(default_factory=dict)

    @property
    def words(self) -> list[str]:
        """The cells that hold more than figures."""
        return [text for text in self.values.values() if any(letter.isalpha() for letter in text)]

    @property
    def is_total(self) -> bool:
        """Whether it sums up the rows above it: Tổng cộng stands first, or behind a number."""
        return any(TOTAL.match(text.lower()) for text in self.words[:2])


@dataclass(frozen=True, slots=True)
class Table:
    """A table being read. `rows` can be walked once; `lines` says how far the last one may be."""

    columns: list[str]
    rows: Iterator[Row]
    notes: list[str] = field(default_factory=list)
    encoding: str = ""
    delimiter: str = ""
    lines: int = 0


Record = tuple[int, list[str]]
"""The line a record starts on, and its cells."""
Wanted = Callable[[Sequence[str]], int]
"""How many of the titles somebody looks for are among some."""


def read_table(
    path: str | Path,
    sheet: str | None = None,
    most_cells: int = excel_files.MAX_CELLS,
    *,
    wanted: Wanted | None = None,
    header: tuple[int, int] | None = None,
) -> Table:
    """Open a CSV (also .gz) or a spreadsheet; `sheet` names the sheet, otherwise the first.

    `most_cells` bounds the grid of every sheet of an .xlsx, empty cells too. The titles of the columns stand
    in the lines `header` (first, last), else where most of `wanted` are found, else in the first filled line.

    Raises: Problem 3001 unreadable, 3002 too large, 3003 unknown encoding, 3004 no header row,
    3005 no such sheet, 3006 too many columns or cells, 3008 letters of an old font nobody can tell.
    """
    path = Path(path)
    titles = _Titles(path.name, wanted, header)
    if path.suffix.lower() in SHEET_SUFFIXES:
        return _read_sheet(path, sheet, most_cells, titles)
    return _read_text(path, titles)


def _read_text(path: Path, titles: _Titles) -> Table:
    encoding, text = decode(_bytes_of(path), path.name)
    declared = _declared_delimiter(text)
    delimiter = declared or _likely_delimiter(text)

    def records() -> Iterator[Record]:
        lines = io.StringIO(text, newline="")
        if declared:
            lines.readline()
        return _records(csv.reader(lines, delimiter=delimiter), 2 if declared else 1, path.name)

    cells = records()
    said = [f"Bảng mã / encoding: {encoding}", f"Dấu phân cách / delimiter: {DELIMITER_NAMES[delimiter]}"]
    if old_letters.SUSPECT.search(text):
        cells, noted = _in_our_letters(records)
        said += noted
    columns, rows, notes = titles.laid_out(cells, {})
    return Table(columns, rows, [*said, *notes], encoding, delimiter, text.count("\n") + 1)


def _in_our_letters(records: Callable[[], Iterator[Record]]) -> tuple[Iterator[Record], list[str]]:
    """The records with what was typed in the letters of an old font in ours, and what to say of it."""
    found = old_letters.Columns(record for _, record in records())
    if found.letters is None:
        return records(), []
    said = (
        f"Phông cũ / old font: {old_letters.NAMES[found.letters]} → Unicode,"
        f" {found.count([record for _, record in records()])} ô / cells"
    )
    return ((line, found.read(record)) for line, record in records()), [said]


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

    Windows-1258 (old Vietnamese Windows) is tried last because almost any bytes decode in it; bytes of an old
    font stay the Western letters they are.
    Raises: Problem 3003 when none fits, 3009 where some lines are UTF-8 and some are not.
    """
    marked = next((code for mark, code in BYTE_ORDER_MARKS if data.startswith(mark)), None)
    guesses = [marked] if marked else [*_unmarked_utf16(data), "utf-8", "cp1258"]
    for encoding in guesses:
        try:
            text = unicodedata.normalize("NFC", data.decode(encoding))
        except UnicodeDecodeError:
            continue
        if encoding == "cp1258" and (line := _line_in_utf8(data)):
            raise Problem(3009, file=name, line=line, other=_line_in_utf8(data, otherwise=True))
        return ("latin-1", data.decode("latin-1")) if _is_old_font(encoding, text, data) else (encoding, text)
    raise Problem(3003, file=name, tried=", ".join(guesses))


def _line_in_utf8(data: bytes, *, otherwise: bool = False) -> int:
    """The first line with Vietnamese letters in UTF-8, or (otherwise) the first that is no UTF-8; 0: none."""
    for number, line in enumerate(data.split(b"\n"), 1):
        try:
            text = line.decode("utf-8")
        except UnicodeDecodeError:
            if otherwise:
                return number
        else:
            if not otherwise and any("\u1ea0" <= letter <= "\u1ef9" for letter in text):
                return number
    return 0


def _is_old_font(encoding: str, text: str, data: bytes) -> bool:
    """Whether more words of these bytes are Vietnamese in the letters of an old font than in Windows-1258."""
    if encoding != "cp1258":
        return False
    western = old_letters.counted(data[:WEIGHED].decode("latin-1"))
    return max(western[font] for font in old_letters.NAMES) > old_letters.syllables(text[:WEIGHED])


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
        if "\x00" in "".join(record):
            raise Problem(3001, file=name, reason=f"dòng / line {line}: NUL (\\0)")
        if any(value.strip() for value in record):
            yield line, record
        line, seen = line + reader.line_num - seen, reader.line_num


def _read_sheet(path: Path, sheet: str | None, most_cells: int, titles: _Titles) -> Table:
    _refuse_bomb(path)
    broken: dict[tuple[int, int], str] = {}
    with tempfile.TemporaryDirectory() as folder:
        is_checked = path.suffix.lower() in CHECKED_SUFFIXES
        opened = excel_files.checked_copy(path, Path(folder), most_cells) if is_checked else path
        name, names, cells = _cells(opened, sheet, path.name)
        if is_checked:
            broken = excel_files.broken_cells(opened, name)

    def records() -> Iterator[Record]:
        filled = ((line, row) for line, row in enumerate(cells, 1) if row.count("") < len(row))
        texts = ((line, [cell_text(cell) for cell in row]) for line, row in filled)
        return ((line, row) for line, row in texts if any(row))

    letters, noted = _in_our_letters(records)
    columns, rows, notes = titles.laid_out(letters, broken)
    said = [f"Trang tính / sheet: {name}"]
    if len(names) > 1:
        others = ", ".join(other for other in names if other != name)
        said.append(f"Không đọc các trang / sheets not read: {others}")
    told = [*said, *noted, *_said_broken(broken), *notes]
    return Table(columns, rows, told, path.suffix[1:].lower(), lines=len(cells))


def _said_broken(broken: Mapping[tuple[int, int], str]) -> Iterator[str]:
    if broken:
        shown = ", ".join(f"{excel_files.position(*at)} ({text})" for at, text in sorted(broken.items())[:10])
        more = " …" if len(broken) > 10 else ""
        yield f"{len(broken)} ô không có giá trị / cells without a value: {shown}{more}"


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


@dataclass(frozen=True, slots=True)
class _Titles:
    """Where the titles of the columns are looked for, and the rows under them."""

    file: str
    wanted: Wanted | None
    header: tuple[int, int] | None

    def laid_out(
        self, records: Iterator[Record], broken: Mapping[tuple[int, int], str]
    ) -> tuple[list[str], Iterator[Row], list[str]]:
        """Columns, rows and what to say. Raises: Problem 3004 no titles, 3006 too many columns."""
        head = list(
            itertools.islice(records, 1 if self.wanted is None and not self.header else TITLES_WITHIN)
        )
        if not head:
            raise Problem(3004, file=self.file)
        first, after = self._place(head)
        titles = _merged([record for _, record in head[first:after]])
        excel_files.refuse_size(len(titles), 1, self.file, "1")
        columns, notes = _columns(titles)
        if first or after > 1:
            lines = " – ".join(dict.fromkeys(str(head[at][0]) for at in (first, after - 1)))
            notes.append(f"Tên cột ở dòng / titles of the columns in line: {lines}")
        if self.wanted and after < len(head) and _is_numbering(head[after][1]):
            notes.append(f"Bỏ dòng đánh số cột / line of column numbers left out: {head[after][0]}")
            after += 1
        return columns, _rows(itertools.chain(head[after:], records), columns, broken), notes

    def _place(self, head: Sequence[Record]) -> tuple[int, int]:
        """The records that hold the titles, as a slice of `head`."""
        if self.header:
            chosen = [at for at, (line, _) in enumerate(head) if self.header[0] <= line <= self.header[1]]
            if not chosen:
                raise Problem(3004, file=self.file)
            return chosen[0], chosen[-1] + 1
        wanted = self.wanted
        if wanted is None:
            return 0, 1
        places = [
            (first, first + lines)
            for first in range(len(head))
            for lines in range(1, TITLE_LINES + 1)
            if first + lines <= len(head)
        ]
        # Of several that hold as many the first: the fewest lines, the nearest to the top.
        return max(places, key=lambda at: wanted(_columns(_merged([row for _, row in head[slice(*at)]]))[0]))


def _merged(lines: Sequence[Sequence[str]]) -> list[str]:
    """The titles in one or more lines: an upper one goes on over the empty cells that have one below.

    >>> _merged([["STT", "Năm sinh", ""], ["", "Nam", "Nữ"]])
    ['STT', 'Năm sinh: Nam', 'Năm sinh: Nữ']
    """
    width = max(len(line) for line in lines)
    parts: list[list[str]] = [[] for _ in range(width)]
    for depth, line in enumerate(lines):
        over = ""
        for at in range(width):
            title = line[at].strip() if at < len(line) else ""
            has_below = any(at < len(below) and below[at].strip() for below in lines[depth + 1 :])
            over = title or (over if has_below else "")
            if over:
                parts[at].append(over)
    return [": ".join(part) for part in parts]


def _is_numbering(record: Sequence[str]) -> bool:
    """Whether a line under the titles only numbers the columns: (1) (2) (3)."""
    found = [COLUMN_NUMBER.fullmatch(cell.strip()) for cell in record if cell.strip()]
    numbers = [int(one[1]) for one in found if one]
    return len(numbers) == len(found) > 2 and numbers == list(range(1, len(numbers) + 1))


def _columns(titles: Sequence[str]) -> tuple[list[str], list[str]]:
    """Names of the columns and what to say: unnamed and repeated ones are made distinct."""
    columns: list[str] = []
    taken: set[str] = set()
    notes = []
    for number, title in enumerate(titles, 1):
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


def _rows(
    records: Iterable[Record], columns: list[str], broken: Mapping[tuple[int, int], str]
) -> Iterator[Row]:
    width = len(columns)
    spoilt: dict[int, dict[str, str]] = {}
    for (line, at), text in broken.items():
        if at < width:
            spoilt.setdefault(line, {})[columns[at]] = text
    for line, record in records:
        values = [*map(str.strip, record)]
        for at, value in enumerate(values) if "#" in "".join(values) else ():
            if value.startswith("#") and at < width and ERROR.fullmatch(value):
                values[at] = ""
                spoilt.setdefault(line, {})[columns[at]] = value
        padded = values[:width] + [""] * (width - len(values))
        surplus = tuple(value for value in values[width:] if value)
        yield Row(line, dict(zip(columns, padded, strict=True)), surplus, spoilt.get(line, {}))
