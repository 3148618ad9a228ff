"""A list as a workbook of one sheet: what it is and as of when, then its rows; ids and names stay text."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import xlsxwriter


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its title and its width in characters."""

    title: str
    width: int


def table(
    title: str, notes: Sequence[str], columns: Sequence[Column], rows: Iterable[Sequence[Any]]
) -> io.BytesIO:
    """The workbook, at its beginning. Text is never a formula, numbers are numbers, days are days."""
    buffer = io.BytesIO()
    options = {"strings_to_formulas": False, "strings_to_numbers": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(buffer, {**options, "in_memory": True})
    head = book.add_format({"bold": True, "bg_color": "#e2f0ed", "bottom": 1, "text_wrap": True})
    text = book.add_format({"num_format": "@", "text_wrap": True, "valign": "top"})
    day = book.add_format({"num_format": "dd/mm/yyyy", "align": "left", "valign": "top"})
    number = book.add_format({"num_format": "#,##0", "valign": "top"})
    sheet = book.add_worksheet()
    sheet.write_string(0, 0, title, book.add_format({"bold": True, "font_size": 14}))
    for line, note in enumerate(notes, 1):
        sheet.write_string(line, 0, note)
    first = len(notes) + 2
    for place, column in enumerate(columns):
        sheet.set_column(place, place, column.width)
        sheet.write_string(first, place, column.title, head)
    for line, row in enumerate(rows, first + 1):
        for place, value in enumerate(row):
            if isinstance(value, date):
                sheet.write_datetime(line, place, value, day)
            elif isinstance(value, int):
                sheet.write_number(line, place, value, number)
            else:
                sheet.write_string(line, place, str(value or ""), text)
    sheet.freeze_panes(first + 1, 0)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    book.close()
    buffer.seek(0)
    return buffer
