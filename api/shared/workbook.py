"""Workbooks (.xlsx) of one look: text is never a formula, numbers are numbers, days are days."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from textwrap import wrap
from typing import IO, Any

import xlsxwriter
from xlsxwriter.exceptions import FileCreateError
from xlsxwriter.worksheet import Worksheet

from api.web.language import t

LITERALLY = {"strings_to_formulas": False, "strings_to_numbers": False, "strings_to_urls": False}
"""What a person typed stays what was typed."""
NUMBER = "#,##0"
"""Excel shows this as 1.234.567 where the computer is set to Vietnamese."""
A4 = 9
LINE_POINTS = 15
"""How high one line of text stands."""
INDENT = 1
"""Characters between a text and the number before it."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its title and its width in characters."""

    title: str
    width: int


@dataclass(frozen=True, slots=True)
class Book:
    """A workbook being written, with the formats that all of ours share."""

    file: xlsxwriter.Workbook
    title: Any
    head: Any
    label: Any
    text: Any
    figure: Any
    number: Any
    day: Any
    total: Any
    link: Any

    def sheet(self, name: str, columns: Sequence[Column] = (), *, head_row: int = 0) -> Worksheet:
        """A new sheet, printed on A4 across as wide as the paper; the heads of its columns, if any, stay in
        sight and stand on each printed page.
        """
        sheet = self.file.add_worksheet(name)
        sheet.set_landscape()
        sheet.set_paper(A4)
        sheet.fit_to_pages(1, 0)
        sheet.set_footer("&L&A&R&P/&N")
        for place, column in enumerate(columns):
            sheet.set_column(place, place, column.width)
            sheet.write_string(head_row, place, column.title, self.head)
        if columns:
            _set_height(sheet, head_row, [(column.title, column.width) for column in columns])
            sheet.freeze_panes(head_row + 1, 0)
            sheet.repeat_rows(head_row)
        return sheet

    def row(self, sheet: Worksheet, line: int, columns: Sequence[Column], values: Sequence[Any]) -> None:
        """One row of values, as high as its longest text needs: programs do not all measure it themselves."""
        for place, value in enumerate(values):
            self.write(sheet, line, place, value)
        texts = zip(values, columns, strict=True)
        _set_height(sheet, line, [(text, column.width) for text, column in texts if isinstance(text, str)])

    def write(self, sheet: Worksheet, line: int, place: int, value: Any) -> None:
        """One value as what it is: a day, a number, else text; nothing leaves a blank cell."""
        if isinstance(value, date):
            sheet.write_datetime(line, place, value, self.day)
        elif isinstance(value, int):
            sheet.write_number(line, place, value, self.number)
        elif value:
            sheet.write_string(line, place, str(value), self.text)
        else:
            sheet.write_blank(line, place, None, self.text)


def _set_height(sheet: Worksheet, line: int, texts: Iterable[tuple[str, int]]) -> None:
    """As many lines as the tallest of the wrapped texts; rows of one line keep the height they have."""
    lines = max(
        (len(wrap(text, width - INDENT)) for text, width in texts if len(text) > width - INDENT), default=1
    )
    if lines > 1:
        sheet.set_row(line, lines * LINE_POINTS)


@contextmanager
def workbook(target: Path | IO[bytes], *, is_long: bool = False) -> Iterator[Book]:
    """A workbook to fill; written at the end. Raises: OSError as the system said it (open in Excel, …).

    A long one is kept on the disk meanwhile, not in memory; the rows of its sheets come from the top down.
    """
    if isinstance(target, Path):
        target.open("ab").close()  # what cannot be written is refused before, not after all of it is made
    options = LITERALLY | {"constant_memory": is_long}
    file = xlsxwriter.Workbook(str(target) if isinstance(target, Path) else target, options)
    yield Book(
        file,
        title=file.add_format({"bold": True, "font_size": 14}),
        head=file.add_format(
            {
                "bold": True,
                "bg_color": "#e2f0ed",
                "bottom": 1,
                "text_wrap": True,
                "valign": "top",
                "indent": 1,
            }
        ),
        label=file.add_format({"font_color": "#51606b", "valign": "top"}),
        text=file.add_format({"num_format": "@", "text_wrap": True, "valign": "top", "indent": 1}),
        figure=file.add_format({"num_format": NUMBER, "align": "left", "indent": 1}),
        number=file.add_format({"num_format": NUMBER, "valign": "top"}),
        day=file.add_format({"num_format": "dd/mm/yyyy", "align": "left", "valign": "top", "indent": 1}),
        total=file.add_format({"bold": True, "top": 1, "num_format": NUMBER}),
        link=file.add_format({"font_color": "#0b6b5d", "underline": 1}),
    )
    try:
        file.close()
    except FileCreateError as error:
        raise error.args[0] from None


def table(
    title: str, notes: Sequence[str], columns: Sequence[Column], rows: Iterable[Sequence[Any]]
) -> io.BytesIO:
    """A list as a workbook of one sheet, at its beginning: what it is and as of when, then its rows."""
    buffer = io.BytesIO()
    first = len(notes) + 2
    with workbook(buffer) as book:
        sheet = book.sheet(t("Danh sách", "List"), columns, head_row=first)
        sheet.write_string(0, 0, title, book.title)
        for line, note in enumerate(notes, 1):
            sheet.write_string(line, 0, note)
        line = first
        for line, row in enumerate(rows, first + 1):
            book.row(sheet, line, columns, row)
        sheet.autofilter(first, 0, line, len(columns) - 1)
    buffer.seek(0)
    return buffer
