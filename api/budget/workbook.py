"""The budget workbook: cover, lines with totals as formulas, and the households behind every line."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import xlsxwriter
from xlsxwriter.exceptions import FileCreateError
from xlsxwriter.worksheet import Worksheet

from survey.assessment.rows import HouseRow
from survey.finance.rows import Estimate
from survey.words import word

MONEY = "#,##0"
"""Excel shows this as 1.234.567 where the computer is set to Vietnamese."""


@dataclass(frozen=True, slots=True)
class Cover:
    """What the first sheet says beside the figures."""

    title: str
    made_at: str
    made_by: str
    filter: str
    notes: tuple[str, ...]


def write_budget(
    target: Path | IO[bytes],
    estimate: Estimate,
    houses: Iterable[HouseRow],
    cover: Cover,
    area_name: Callable[[str | None], str],
    programme_name: Callable[[str], str],
) -> None:
    """Write the workbook (ids are text, nothing a person typed can become a formula). Raises: OSError."""
    options = {"strings_to_formulas": False, "strings_to_numbers": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(target if not isinstance(target, Path) else str(target), options)
    formats = _formats(book)
    _write_cover(book.add_worksheet("Bìa"), estimate, cover, formats)
    _write_lines(book.add_worksheet("Dự toán"), estimate, formats, programme_name)
    _write_houses(book.add_worksheet("Danh sách hộ"), houses, formats, area_name, programme_name)
    try:
        book.close()
    except FileCreateError as error:
        raise error.args[0] from None  # what the system said: no such folder, open in Excel, …


def _formats(book: xlsxwriter.Workbook) -> dict[str, Any]:
    return {
        "title": book.add_format({"bold": True, "font_size": 16}),
        "head": book.add_format({"bold": True, "bg_color": "#e2f0ed", "bottom": 1, "text_wrap": True}),
        "label": book.add_format({"font_color": "#51606b", "valign": "top"}),
        "text": book.add_format({"num_format": "@", "text_wrap": True, "valign": "top"}),
        "money": book.add_format({"num_format": MONEY}),
        "date": book.add_format({"num_format": "dd/mm/yyyy", "align": "left"}),
        "total": book.add_format({"bold": True, "top": 1, "num_format": MONEY}),
    }


def _write_cover(sheet: Worksheet, estimate: Estimate, cover: Cover, formats: dict[str, Any]) -> None:
    """Where the figures come from, so that a print of it can be checked years later."""
    sheet.set_column(0, 0, 30)
    sheet.set_column(1, 1, 80)
    sheet.write_string(0, 0, cover.title, formats["title"])
    rows: list[tuple[str, Any]] = [
        ("Địa bàn", f"{estimate.area_name} ({estimate.area_code})"),
        ("Số liệu đến ngày", estimate.as_of),
        ("Bản luật (SHA-256)", ", ".join(estimate.release_sha256s) or "–"),
        ("Bộ lọc", cover.filter),
        ("Số hộ trong dự toán", estimate.households),
        ("Nhu cầu kinh phí (đồng)", estimate.amount_vnd),
        ("Trong đó số hộ tạm tính", estimate.provisional_households),
        *((f"Ngoài dự toán: {word('outcome.' + row.outcome)}", row.households) for row in estimate.outside),
        ("Người lập", cover.made_by),
        ("Lập lúc", cover.made_at),
        *(("Ghi chú", note) for note in cover.notes),
    ]
    for line, (label, value) in enumerate(rows, 2):
        sheet.write_string(line, 0, label, formats["label"])
        if isinstance(value, int):
            sheet.write_number(line, 1, value, formats["money"])
        elif isinstance(value, str):
            sheet.write_string(line, 1, value, formats["text"])
        else:
            sheet.write_datetime(line, 1, value, formats["date"])


def _write_lines(
    sheet: Worksheet, estimate: Estimate, formats: dict[str, Any], programme_name: Callable[[str], str]
) -> None:
    """Area × programme × works kind; the totals are formulas, with their values kept for viewers."""
    titles = (
        "Mã địa bàn",
        "Địa bàn",
        "Chương trình",
        "Tên chương trình",
        "Hình thức",
        "Số hộ",
        "Kinh phí (đồng)",
    )
    _head(sheet, titles, (14, 26, 16, 44, 14, 10, 20), formats)
    row = 0
    for row, line in enumerate(estimate.lines, 1):
        texts = (
            line.area_code or "",
            line.area_name or "Chưa rõ địa bàn",
            line.programme,
            programme_name(line.programme),
            word(f"works_kind.{line.works_kind}"),
        )
        for column, text in enumerate(texts):
            sheet.write_string(row, column, text, formats["text"])
        sheet.write_number(row, 5, line.households, formats["money"])
        sheet.write_number(row, 6, line.amount_vnd, formats["money"])
    sheet.write_string(row + 1, 0, "Tổng cộng", formats["total"])
    for column, letter, value in ((5, "F", estimate.households), (6, "G", estimate.amount_vnd)):
        if row:
            sheet.write_formula(
                row + 1, column, f"=SUM({letter}2:{letter}{row + 1})", formats["total"], value
            )
        else:
            sheet.write_number(row + 1, column, 0, formats["total"])
    if row:
        sheet.autofilter(0, 0, row, len(titles) - 1)


def _write_houses(
    sheet: Worksheet,
    houses: Iterable[HouseRow],
    formats: dict[str, Any],
    area_name: Callable[[str | None], str],
    programme_name: Callable[[str], str],
) -> None:
    """Every counted household with its outcome, so that each figure opens down to its houses."""
    titles = (
        "Mã hộ",
        "Chủ hộ",
        "Mã địa bàn",
        "Địa bàn",
        "Kết quả",
        "Chương trình",
        "Hình thức",
        "Kinh phí (đồng)",
        "Tạm tính",
    )
    _head(sheet, titles, (38, 28, 14, 26, 24, 40, 14, 18, 10), formats)
    for row, house in enumerate(houses, 1):
        texts = (
            house.household_id,
            house.head_name or "",
            house.village_code or "",
            area_name(house.village_code),
            word(f"outcome.{house.outcome}"),
            programme_name(house.programme) if house.programme else "",
            word(f"works_kind.{house.works_kind}") if house.works_kind else "",
        )
        for column, text in enumerate(texts):
            sheet.write_string(row, column, text, formats["text"])
        if house.amount_vnd is not None:
            sheet.write_number(row, 7, house.amount_vnd, formats["money"])
        sheet.write_string(row, 8, "x" if house.is_provisional else "", formats["text"])


def _head(
    sheet: Worksheet, titles: tuple[str, ...], widths: tuple[int, ...], formats: dict[str, Any]
) -> None:
    for column, (title, width) in enumerate(zip(titles, widths, strict=True)):
        sheet.set_column(column, column, width)
        sheet.write_string(0, column, title, formats["head"])
    sheet.freeze_panes(1, 0)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
