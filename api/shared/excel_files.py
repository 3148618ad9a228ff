"""How far the sheets of an .xlsx reach, found before the workbook is opened.

The reader lays a sheet out as a full grid, so two cells in opposite corners would ask for 500 GB. What the
sheet says of its own size (`dimension`) may be wrong: the positions of the cells themselves are counted.
ECMA-376 part 1, 18.3.1.4 (cell) and 18.3.1.73 (row).
"""

from __future__ import annotations

import re
import zipfile
import zlib
from functools import cache
from pathlib import Path
from xml.parsers import expat

from survey.problems import Problem

MAX_COLUMNS = 2_000
MAX_ROWS = 1_100_000
MAX_CELLS = 20_000_000
"""Of the full grid, empty ones too (45 bytes each): three times the filled cells of the largest file."""
UNREADABLE = (OSError, EOFError, RuntimeError, ValueError, zipfile.BadZipFile, zlib.error, expat.ExpatError)
CONTENT = ("v", "f", "is", "t")
"""Elements of a cell that holds something; a cell without any is a mere style, and no cell to the reader."""
LETTERS = re.compile(r"[A-Za-z]{1,3}")


def checked_copy(path: Path, folder: Path, most_cells: int = MAX_CELLS) -> Path:
    """A copy of the workbook in `folder`, whose every sheet was found to be of sane size.

    The copy is made of the very bytes that were checked: two programs may read one odd zip differently.
    Raises: Problem 3001 no workbook, 3006 too large.
    """
    copy = folder / f"checked{path.suffix.lower()}"
    try:
        with (
            zipfile.ZipFile(path) as given,
            zipfile.ZipFile(copy, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as kept,
        ):
            for name in dict.fromkeys(given.namelist()):
                content = given.read(name)
                if b"sheetData" in content:
                    refuse_size(*extent(content), path.name, name, most_cells)
                kept.writestr(name, content)
    except UNREADABLE as error:
        raise Problem(3001, file=path.name, reason=str(error)) from error
    return copy


def refuse_size(columns: int, rows: int, file: str, part: str, most_cells: int = MAX_CELLS) -> None:
    """Refuse a table that reaches too far. Raises: Problem 3006."""
    if columns > MAX_COLUMNS or rows > MAX_ROWS or columns * rows > most_cells:
        raise Problem(
            3006,
            file=file,
            part=part,
            columns=columns,
            last_row=rows,
            most_columns=MAX_COLUMNS,
            most_rows=MAX_ROWS,
            most_cells=most_cells,
        )


def extent(content: bytes) -> tuple[int, int]:
    """(columns, rows) up to the last cell that holds something.

    Raises: ExpatError where it is no XML, ValueError for a position that is none or a document type.
    """
    walk = _Walk()
    # The encoding is fixed: the reader takes every sheet for UTF-8, whatever the sheet declares.
    parser = expat.ParserCreate("utf-8")
    parser.StartElementHandler = walk.start
    parser.StartDoctypeDeclHandler = _refuse_doctype
    parser.Parse(content, True)
    return walk.columns, walk.rows


def _refuse_doctype(*_declared: object) -> None:
    raise ValueError("a sheet with a document type")


class _Walk:
    """Where the walk through a sheet is, and how far the cells that hold something reach."""

    def __init__(self) -> None:
        self.row = self.column = self.columns = self.rows = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """One element: a row and a cell move on, what stands in a cell makes it count."""
        kind = tag.rpartition(":")[2] if ":" in tag else tag
        if kind == "c":
            self._move(attributes.get("r"))
        elif kind in CONTENT:
            if self.column > self.columns:
                self.columns = self.column
            if self.row > self.rows:
                self.rows = self.row
        elif kind == "row":
            self.row, self.column = int(attributes.get("r", self.row + 1)), 0

    def _move(self, position: str | None) -> None:
        """To the cell at `position`, or to the next one where a cell does not say its place."""
        if position is None:
            self.column += 1
            return
        letters = position.rstrip("0123456789")
        self.column = _column_number(letters)
        self.row = int(position[len(letters) :])


@cache
def _column_number(letters: str) -> int:
    """A is 1, Z is 26, AA is 27. Raises: ValueError for anything but one to three letters."""
    if not LETTERS.fullmatch(letters):
        raise ValueError(f"a cell in column {letters[:20]!r}")
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - ord("A") + 1
    return number
