"""The budget workbook: cover, lines that add up the households' sheet, and the households behind every line.

One language a file, that of its reader.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import IO, Any

from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

from api.shared.law_texts import ComponentWords
from api.shared.workbook import Book, Column, workbook
from api.web.language import num, t, word
from survey.assessment.rows import HouseRow
from survey.finance.rows import Estimate, EstimateLine

FORMULAS_UP_TO = 20_000
"""Households whose sheet the lines add up by formula; over more a program would reckon for minutes."""
LINE, LINE_HOUSEHOLDS, LINE_AMOUNT = 0, 6, 7
"""Columns of the sheet of lines that formulas speak of."""
PART_AMOUNT, PART_OF_THE_HOUSE = 9, 10
"""The same of the sheet of components."""
HOUSE_AMOUNT, HOUSE_LINE, PRINTED = 9, 11, 12
"""The same of the households' sheet, and the last of its columns that is printed: ids are for programs."""


@dataclass(frozen=True, slots=True)
class Cover:
    """What the first sheet says beside the figures. `page`: the address where they are looked up."""

    title: str
    made_at: str
    made_by: str
    filter: str
    notes: tuple[str, ...]
    page: str | None
    names: bool


@dataclass(frozen=True, slots=True)
class Naming:
    """How the workbook calls things.

    `codes`: the codes of a place by level (`province` … `village`). `line`: which line of the estimate a
    household counts in, None for one outside it.
    """

    area: Callable[[str | None], str]
    codes: Callable[[str | None], Mapping[str, str]]
    programme: Callable[[str], str]
    component: Callable[[str, str], ComponentWords]
    line: Callable[[HouseRow], int | None]


@dataclass(frozen=True, slots=True)
class _Names:
    """What the sheets are called, as formulas name them too."""

    cover: str
    lines: str
    parts: str
    houses: str
    provenance: str


def write_budget(
    target: Path | IO[bytes],
    estimate: Estimate,
    houses: Iterable[HouseRow],
    cover: Cover,
    naming: Naming,
) -> None:
    """Write the workbook. Raises: OSError."""
    names = _Names(
        t("Tóm tắt dự toán", "Summary"),
        t("Dự toán theo địa bàn", "Estimate by area"),
        t("Theo hợp phần và nguồn", "By component and source"),
        t("Danh sách hộ", "Households"),
        t("Nguồn số liệu", "Provenance"),
    )
    with workbook(target, is_long=True) as book:
        _write_cover(book, names, estimate, cover)
        _write_lines(book, names, estimate, naming)
        _write_parts(book, names.parts, estimate, naming)
        _write_houses(book, names.houses, houses, naming)
        _write_provenance(book, names.provenance, estimate, cover)


def _counted(estimate: Estimate) -> int:
    """All households of the area: so many rows the households' sheet has."""
    return estimate.households + sum(row.households for row in estimate.outside)


def _sums_itself(estimate: Estimate) -> bool:
    """Whether the lines are formulas over the households' sheet."""
    return bool(estimate.lines) and _counted(estimate) <= FORMULAS_UP_TO


def _write_cover(book: Book, names: _Names, estimate: Estimate, cover: Cover) -> None:
    """Where the figures come from, so that a print of it can be checked years later."""
    columns = (Column("", 46), Column("", 80))
    sheet = book.sheet(names.cover)
    for place, column in enumerate(columns):
        sheet.set_column(place, place, column.width)
    sheet.write_string(0, 0, cover.title, book.title)
    if cover.page:
        sheet.write_url(1, 0, cover.page, book.link, t("Mở trang dự toán", "Open the page of the estimate"))
    outside = t("Ngoài dự toán", "Outside the estimate")
    by_hand = t(
        f"Trên {num(FORMULAS_UP_TO)} hộ: các dòng là giá trị, không phải công thức.",
        f"Over {num(FORMULAS_UP_TO)} households: the lines are values, not formulas.",
    )
    notes = (*cover.notes, *((by_hand,) if _counted(estimate) > FORMULAS_UP_TO else ()))
    totals = {
        t("Số hộ trong dự toán", "Households in the estimate"): (LINE_HOUSEHOLDS, estimate.households),
        t("Nhu cầu kinh phí (đồng)", "Money needed (VND)"): (LINE_AMOUNT, estimate.amount_vnd),
    }
    rows: list[tuple[str, Any]] = [
        (t("Địa bàn", "Area"), f"{estimate.area_name} ({estimate.area_code})"),
        (t("Số liệu đến ngày", "As of"), estimate.as_of),
        (t("Bản luật (SHA-256)", "Law (SHA-256)"), ", ".join(estimate.release_sha256s) or "–"),
        (t("Bộ lọc", "Filter"), cover.filter),
        *((label, total) for label, (_, total) in totals.items()),
        (t("Trong đó số hộ tạm tính", "Of them provisional"), estimate.provisional_households),
        *((f"{outside}: {word('outcome.' + row.outcome)}", row.households) for row in estimate.outside),
        (t("Người lập", "Made by"), cover.made_by),
        (t("Lập lúc", "Made at"), cover.made_at),
        *((t("Ghi chú", "Note"), note) for note in notes),
    ]
    for line, (label, value) in enumerate(rows, 3):
        book.row(sheet, line, columns, (label, value))
        if label in totals and estimate.lines:
            at = f"'{names.lines}'!{xl_col_to_name(totals[label][0])}{len(estimate.lines) + 2}"
            sheet.write_formula(line, 1, f"={at}", book.figure, value)
        elif isinstance(value, int):
            sheet.write_number(line, 1, value, book.figure)


def _write_lines(book: Book, names: _Names, estimate: Estimate, naming: Naming) -> None:
    """Area × programme × works kind; formulas keep their values for viewers that do not reckon."""
    columns = (
        Column(t("Dòng", "Line"), 7),
        Column(t("Mã địa bàn", "Area code"), 12),
        Column(t("Địa bàn", "Area"), 26),
        Column(t("Mã chương trình", "Programme code"), 14),
        Column(t("Tên chương trình", "Programme"), 44),
        Column(t("Hình thức", "Works"), 14),
        Column(t("Số hộ", "Households"), 12),
        Column(t("Kinh phí (đồng)", "Amount (VND)"), 20),
    )
    sheet = book.sheet(names.lines, columns)
    number = 0
    for number, line in enumerate(estimate.lines, 1):
        values = (
            number,
            line.area_code,
            _place(line),
            line.programme,
            naming.programme(line.programme),
            word(f"works_kind.{line.works_kind}"),
            line.households,
            line.amount_vnd,
        )
        book.row(sheet, number, columns, values)
        if _sums_itself(estimate):
            _sum_line(book, sheet, number, names.houses, estimate)
    sheet.write_string(number + 1, 0, t("Tổng cộng", "Total"), book.total)
    for column in range(1, LINE_HOUSEHOLDS):
        sheet.write_blank(number + 1, column, None, book.total)
    for column, value in ((LINE_HOUSEHOLDS, estimate.households), (LINE_AMOUNT, estimate.amount_vnd)):
        letter = xl_col_to_name(column)
        if number:
            sheet.write_formula(
                number + 1, column, f"=SUM({letter}2:{letter}{number + 1})", book.total, value
            )
        else:
            sheet.write_number(number + 1, column, 0, book.total)
    if number:
        sheet.autofilter(0, 0, number, len(columns) - 1)


def _sum_line(book: Book, sheet: Worksheet, number: int, houses: str, estimate: Estimate) -> None:
    """A line over the households' sheet. By the line's number: SUMIFS takes the code "0190" for "190"."""
    last, line = _counted(estimate) + 1, estimate.lines[number - 1]
    number_of, amount_of = (
        f"'{houses}'!${letter}$2:${letter}${last}"
        for letter in map(xl_col_to_name, (HOUSE_LINE, HOUSE_AMOUNT))
    )
    own = f"{number_of},${xl_col_to_name(LINE)}{number + 1}"
    sheet.write_formula(number, LINE_HOUSEHOLDS, f"=COUNTIFS({own})", book.number, line.households)
    sheet.write_formula(number, LINE_AMOUNT, f"=SUMIFS({amount_of},{own})", book.number, line.amount_vnd)


def _place(line: EstimateLine) -> str:
    return line.area_name or t("Chưa rõ địa bàn", "Area unknown")


def _write_parts(book: Book, name: str, estimate: Estimate, naming: Naming) -> None:
    """Every line by component and source of money; what is no public money for the house says so."""
    columns = (
        Column(t("Dòng", "Line"), 7),
        Column(t("Mã địa bàn", "Area code"), 11),
        Column(t("Địa bàn", "Area"), 20),
        Column(t("Mã chương trình", "Programme code"), 13),
        Column(t("Hình thức", "Works"), 11),
        Column(t("Hợp phần", "Component"), 34),
        Column(t("Loại", "Kind"), 13),
        Column(t("Nguồn", "Source"), 26),
        Column(t("Số hộ", "Households"), 10),
        Column(t("Số tiền (đồng)", "Amount (VND)"), 18),
        Column(t("Trong dự toán nhà", "In the estimate of the houses"), 14),
        Column(t("Căn cứ", "Written in"), 28),
    )
    sheet = book.sheet(name, columns)
    last = 0
    rows = ((number, line, part) for number, line in enumerate(estimate.lines, 1) for part in line.parts)
    for last, (number, line, part) in enumerate(rows, 1):
        words = naming.component(part.code, part.payer)
        unread = t("chưa kiểm chứng", "not confirmed")
        values = (
            number,
            line.area_code,
            _place(line),
            line.programme,
            word(f"works_kind.{line.works_kind}"),
            f"{words.programme} – {words.title}" if words.programme else words.title,
            word(f"component_kind.{part.kind}"),
            words.payer,
            part.households,
            part.amount_vnd,
            "x" if part.is_of_the_house else "",
            words.citation if words.verified else f"{words.citation} ({unread})".strip(),
        )
        book.row(sheet, last, columns, values)
    told = t("Cộng phần trong dự toán nhà", "Total of the estimate of the houses")
    sheet.write_string(last + 1, 0, told, book.total)
    if last:
        marks, amounts = (
            f"{letter}2:{letter}{last + 1}"
            for letter in map(xl_col_to_name, (PART_OF_THE_HOUSE, PART_AMOUNT))
        )
        formula = f'=SUMIFS({amounts},{marks},"x")'
        sheet.write_formula(last + 1, PART_AMOUNT, formula, book.total, estimate.amount_vnd)
        sheet.autofilter(0, 0, last, len(columns) - 1)


def _write_houses(book: Book, name: str, houses: Iterable[HouseRow], naming: Naming) -> None:
    """Every counted household with its outcome, so that each figure opens down to its houses.

    Only those in a line of the estimate carry an amount: the column sums to the cover.
    """
    columns = (
        Column(t("STT", "No."), 7),
        Column(t("Chủ hộ", "Head"), 25),
        Column(t("Địa bàn", "Area"), 28),
        Column(t("Mã tỉnh", "Province code"), 9),
        Column(t("Mã huyện", "District code"), 9),
        Column(t("Mã xã", "Commune code"), 9),
        Column(t("Mã thôn", "Village code"), 11),
        Column(t("Mã chương trình", "Programme code"), 13),
        Column(t("Hình thức", "Works"), 11),
        Column(t("Kinh phí (đồng)", "Amount (VND)"), 15),
        Column(t("Tạm tính", "Provisional"), 9),
        Column(t("Dòng dự toán", "Line of the estimate"), 9),
        Column(t("Kết quả", "Outcome"), 26),
        Column(t("Chương trình", "Programme"), 62),
        Column(t("Mã hộ", "Household id"), 38),
    )
    sheet = book.sheet(name, columns)
    area_name, codes, programme_name, said = (
        cache(naming.area),
        cache(naming.codes),
        cache(naming.programme),
        cache(word),
    )  # few for many rows
    number = 0
    for number, house in enumerate(houses, 1):
        code_of, line = codes(house.village_code), naming.line(house)
        values = (
            number,
            house.head_name,
            area_name(house.village_code),
            *(code_of.get(level) for level in ("province", "district", "commune", "village")),
            house.programme,
            said(f"works_kind.{house.works_kind}") if house.works_kind else None,
            house.amount_vnd if line else None,
            "x" if line and house.is_provisional else None,
            line,
            said(f"outcome.{house.outcome}") if house.outcome else None,
            programme_name(house.programme) if house.programme else None,
            house.household_id,
        )
        book.row(sheet, number, columns, values)
    sheet.autofilter(0, 0, number, len(columns) - 1)
    sheet.print_area(0, 0, number, PRINTED)


def _write_provenance(book: Book, name: str, estimate: Estimate, cover: Cover) -> None:
    """What a program, or somebody years later, needs to make the same figures again; hidden."""
    sheet = book.sheet(name)
    sheet.set_column(0, 0, 22)
    sheet.set_column(1, 1, 80)
    facts: tuple[tuple[str, Any], ...] = (
        ("area_code", estimate.area_code),
        ("as_of", estimate.as_of),
        ("release_sha256s", ", ".join(estimate.release_sha256s)),
        ("households", estimate.households),
        ("households_outside", _counted(estimate) - estimate.households),
        ("amount_vnd", estimate.amount_vnd),
        ("names", str(cover.names).lower()),
        ("made_at", cover.made_at),
        ("made_by", cover.made_by),
        ("page", cover.page),
    )
    for line, (label, value) in enumerate(facts):
        sheet.write_string(line, 0, label, book.label)
        book.write(sheet, line, 1, value)
    sheet.hide()
