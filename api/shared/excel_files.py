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


ERROR = b't="e"', b"t='e'"
FORMULA = b"<f", b":f"
"""Bytes without which a sheet has no error and no formula: it is then not walked a second time."""


def broken_cells(path: Path, sheet: str) -> dict[tuple[int, int], str]:
    """Cells of a checked workbook that show an error, or a formula whose result was never stored.

    (line, column from 0) -> what stands there. Raises: Problem 3001.
    """
    try:
        with zipfile.ZipFile(path) as book:
            content = book.read(_part_of(book, sheet))
            if not any(mark in content for mark in (*ERROR, *FORMULA)):
                return {}
            walk = _BrokenWalk()
            parser = expat.ParserCreate("utf-8")
            parser.StartElementHandler = walk.start
            parser.EndElementHandler = walk.end
            parser.CharacterDataHandler = walk.text
            parser.Parse(content, True)
    except (*UNREADABLE, KeyError) as error:
        raise Problem(3001, file=path.name, reason=str(error)) from error
    return walk.found


def position(line: int, at: int) -> str:
    """A cell as people name it: line 2, column 5 (from 0) is F2."""
    letters = ""
    number = at + 1
    while number:
        number, left = divmod(number - 1, 26)
        letters = chr(ord("A") + left) + letters
    return f"{letters}{line}"


def _part_of(book: zipfile.ZipFile, sheet: str) -> str:
    """The part of a workbook that holds the sheet of this name."""
    parts = {
        one["Id"]: one["Target"] for one in _elements(book.read("xl/_rels/workbook.xml.rels"), "Relationship")
    }
    for one in _elements(book.read("xl/workbook.xml"), "sheet"):
        if one.get("name") == sheet:
            target = next(parts[value] for key, value in one.items() if key.rpartition(":")[2] == "id")
            return target.lstrip("/") if target.startswith("/") else f"xl/{target}"
    raise KeyError(sheet)


def _elements(content: bytes, wanted: str) -> list[dict[str, str]]:
    """The attributes of every element of this name."""
    found: list[dict[str, str]] = []

    def start(tag: str, attributes: dict[str, str]) -> None:
        if tag.rpartition(":")[2] == wanted:
            found.append(attributes)

    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    parser.StartDoctypeDeclHandler = _refuse_doctype
    parser.Parse(content, True)
    return found


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


class _BrokenWalk(_Walk):
    """A walk that notes the cells without a value: an error, a formula that was never run."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[tuple[int, int], str] = {}
        self._kind = self._inside = self._value = self._formula = ""
        self._has_formula = False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """One element: a cell begins anew, a value or formula is listened to."""
        super().start(tag, attributes)
        self._inside = tag.rpartition(":")[2]
        if self._inside == "c":
            self._kind, self._value, self._formula, self._has_formula = (
                attributes.get("t", "n"),
                "",
                "",
                False,
            )
        elif self._inside == "f":
            self._has_formula = True

    def text(self, text: str) -> None:
        """Letters between tags, in pieces: those of a value or a formula are kept, all others passed over."""
        if self._inside == "v":
            self._value += text
        elif self._inside == "f":
            self._formula += text

    def end(self, tag: str) -> None:
        """A cell ends: a formula whose result is text may be empty, any other has a value or was not run."""
        self._inside = ""
        if tag.rpartition(":")[2] != "c":
            return
        if self._kind == "e":
            self.found[self.row, self.column - 1] = self._value or "#?"
        elif self._has_formula and not self._value and self._kind not in ("str", "inlineStr"):
            self.found[self.row, self.column - 1] = f"={self._formula}"


@cache
def _column_number(letters: str) -> int:
    """A is 1, Z is 26, AA is 27. Raises: ValueError for anything but one to three letters."""
    if not LETTERS.fullmatch(letters):
        raise ValueError(f"a cell in column {letters[:20]!r}")
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - ord("A") + 1
    return number
