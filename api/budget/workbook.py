"""The budget workbook: cover, lines with totals as formulas, and the households behind every line."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import IO, Any

from xlsxwriter.worksheet import Worksheet

from api.shared.law_texts import ComponentWords
from api.shared.workbook import Book, Column, workbook
from survey.assessment.rows import HouseRow
from survey.finance.rows import Estimate
from survey.words import word

LINES = (
    Column("Mã địa bàn", 14),
    Column("Địa bàn", 26),
    Column("Chương trình", 16),
    Column("Tên chương trình", 44),
    Column("Hình thức", 14),
    Column("Số hộ", 10),
    Column("Kinh phí (đồng)", 20),
)
PARTS = (
    Column("Mã địa bàn", 14),
    Column("Địa bàn", 26),
    Column("Chương trình", 16),
    Column("Hình thức", 14),
    Column("Hợp phần", 44),
    Column("Loại", 14),
    Column("Nguồn", 40),
    Column("Số hộ", 10),
    Column("Số tiền (đồng)", 20),
    Column("Trong dự toán nhà", 18),
    Column("Căn cứ", 44),
)
HOUSES = (
    Column("Mã hộ", 38),
    Column("Chủ hộ", 28),
    Column("Mã địa bàn", 14),
    Column("Địa bàn", 26),
    Column("Kết quả", 24),
    Column("Chương trình", 40),
    Column("Hình thức", 14),
    Column("Kinh phí (đồng)", 18),
    Column("Tạm tính", 10),
)


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
    component_words: Callable[[str, str], ComponentWords],
) -> None:
    """Write the workbook. Raises: OSError."""
    with workbook(target, is_long=True) as book:
        _write_cover(book, estimate, cover)
        _write_lines(book, estimate, programme_name)
        _write_parts(book, estimate, component_words)
        _write_houses(book, houses, area_name, programme_name)


def _write_cover(book: Book, estimate: Estimate, cover: Cover) -> None:
    """Where the figures come from, so that a print of it can be checked years later."""
    sheet = book.sheet("Bìa")
    sheet.set_column(0, 0, 30)
    sheet.set_column(1, 1, 80)
    sheet.write_string(0, 0, cover.title, book.title)
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
        sheet.write_string(line, 0, label, book.label)
        book.write(sheet, line, 1, value)


def _write_lines(book: Book, estimate: Estimate, programme_name: Callable[[str], str]) -> None:
    """Area × programme × works kind; the totals are formulas, with their values kept for viewers."""
    sheet = book.sheet("Dự toán", LINES)
    row = 0
    for row, line in enumerate(estimate.lines, 1):
        values = (
            line.area_code,
            line.area_name or "Chưa rõ địa bàn",
            line.programme,
            programme_name(line.programme),
            word(f"works_kind.{line.works_kind}"),
            line.households,
            line.amount_vnd,
        )
        for column, value in enumerate(values):
            book.write(sheet, row, column, value)
    _write_totals(book, sheet, row, estimate)
    if row:
        sheet.autofilter(0, 0, row, len(LINES) - 1)


def _write_parts(
    book: Book, estimate: Estimate, component_words: Callable[[str, str], ComponentWords]
) -> None:
    """Every line by component and source of money; what is no public money for the house says so."""
    sheet = book.sheet("Hợp phần và nguồn", PARTS)
    rows = [(line, part) for line in estimate.lines for part in line.parts]
    for row, (line, part) in enumerate(rows, 1):
        words = component_words(part.code, part.payer)
        values = (
            line.area_code,
            line.area_name or "Chưa rõ địa bàn",
            line.programme,
            word(f"works_kind.{line.works_kind}"),
            f"{words.programme} – {words.title}" if words.programme else words.title,
            word(f"component_kind.{part.kind}"),
            words.payer,
            part.households,
            part.amount_vnd,
            "x" if part.is_of_the_house else "",
            words.citation if words.verified else f"{words.citation} (chưa kiểm chứng)".strip(),
        )
        for column, value in enumerate(values):
            book.write(sheet, row, column, value)
    last = len(rows)
    sheet.write_string(last + 1, 0, "Cộng phần trong dự toán nhà", book.total)
    if last:
        formula = f'=SUMIF(J2:J{last + 1},"x",I2:I{last + 1})'
        sheet.write_formula(last + 1, 8, formula, book.total, estimate.amount_vnd)
        sheet.autofilter(0, 0, last, len(PARTS) - 1)


def _write_totals(book: Book, sheet: Worksheet, last: int, estimate: Estimate) -> None:
    sheet.write_string(last + 1, 0, "Tổng cộng", book.total)
    for column, letter, value in ((5, "F", estimate.households), (6, "G", estimate.amount_vnd)):
        if last:
            formula = f"=SUM({letter}2:{letter}{last + 1})"
            sheet.write_formula(last + 1, column, formula, book.total, value)
        else:
            sheet.write_number(last + 1, column, 0, book.total)


def _write_houses(
    book: Book,
    houses: Iterable[HouseRow],
    area_name: Callable[[str | None], str],
    programme_name: Callable[[str], str],
) -> None:
    """Every counted household with its outcome, so that each figure opens down to its houses."""
    sheet = book.sheet("Danh sách hộ", HOUSES)
    area_name, programme_name, said = (
        cache(area_name),
        cache(programme_name),
        cache(word),
    )  # few for many rows
    for row, house in enumerate(houses, 1):
        texts = (
            house.household_id,
            house.head_name,
            house.village_code,
            area_name(house.village_code),
            said(f"outcome.{house.outcome}"),
            programme_name(house.programme) if house.programme else "",
            said(f"works_kind.{house.works_kind}") if house.works_kind else "",
        )
        for column, text in enumerate(texts):
            if text:
                sheet.write_string(row, column, text, book.text)
        if house.amount_vnd is not None:
            sheet.write_number(row, len(texts), house.amount_vnd, book.number)
        if house.is_provisional:
            sheet.write_string(row, len(texts) + 1, "x", book.text)
