"""One version of an approved list as a workbook: the list, and a hidden sheet that says where it is from."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import IO, Any

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from api.approvals.approved_lists import ShownRow, Sight
from api.shared.law_texts import programme_title
from api.web.language import minute
from survey.access.viewer import Viewer
from survey.approval.rows import ListVersion
from survey.words import word

MONEY = "#,##0"
COLUMNS = (
    ("TT", 6),
    ("Mã hộ", 38),
    ("Chủ hộ", 28),
    ("Mã địa bàn", 14),
    ("Địa bàn", 26),
    ("Chương trình", 40),
    ("Hình thức", 14),
    ("Kinh phí (đồng)", 18),
    ("Ngày phê duyệt", 14),
    ("Văn bản", 24),
)
HEAD = 3
"""Rows above the table: title, what it is, a blank one."""
NO_ACT = "chưa có quyết định"


def write_case_list(
    viewer: Viewer,
    target: Path | IO[bytes],
    version: ListVersion,
    rows: Iterable[ShownRow],
    *,
    area_name: str,
    sees: Sight,
    exported: str,
) -> None:
    """Write the workbook; ids are text, nothing a person typed can become a formula."""
    options = {"strings_to_formulas": False, "strings_to_numbers": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(target if not isinstance(target, Path) else str(target), options)
    formats = _formats(book)
    sheet = book.add_worksheet("Danh sách")
    _write_head(sheet, version, area_name, formats)
    _write_rows(viewer, sheet, list(rows), version, sees, formats)
    _write_provenance(book.add_worksheet("Nguồn"), version, area_name, sees, exported, formats)
    book.close()


def _formats(book: xlsxwriter.Workbook) -> dict[str, Any]:
    return {
        "title": book.add_format({"bold": True, "font_size": 14}),
        "head": book.add_format({"bold": True, "bg_color": "#e2f0ed", "bottom": 1, "text_wrap": True}),
        "text": book.add_format({"num_format": "@", "text_wrap": True, "valign": "top"}),
        "plain": book.add_format({"font_color": "#51606b"}),
        "money": book.add_format({"num_format": MONEY, "valign": "top"}),
        "date": book.add_format({"num_format": "dd/mm/yyyy", "align": "left", "valign": "top"}),
        "total": book.add_format({"bold": True, "top": 1, "num_format": MONEY}),
    }


def _write_head(sheet: Worksheet, version: ListVersion, area_name: str, formats: dict[str, Any]) -> None:
    head = version.head
    act = f"{head.act.name} ngày {head.act.signed_on:%d/%m/%Y}, {head.act.issuer}" if head.act else NO_ACT
    sheet.write_string(
        0, 0, f"Danh sách hộ được hỗ trợ nhà ở năm {head.year} · {area_name}", formats["title"]
    )
    about = f"Phiên bản {head.version}, lập lúc {minute(head.made_at)} · {act} · SHA-256 {head.sha256}"
    sheet.write_string(1, 0, f"{about} · mẫu của dự án", formats["plain"])
    for column, (title, width) in enumerate(COLUMNS):
        sheet.set_column(column, column, width)
        sheet.write_string(HEAD, column, title, formats["head"])
    sheet.freeze_panes(HEAD + 1, 0)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(HEAD)


def _write_rows(
    viewer: Viewer,
    sheet: Worksheet,
    rows: list[ShownRow],
    version: ListVersion,
    sees: Sight,
    formats: dict[str, Any],
) -> None:
    line = HEAD
    for line, shown in enumerate(rows, HEAD + 1):
        row = shown.row
        sheet.write_number(line, 0, shown.number)
        texts = (
            row.household_id,
            shown.head_name or "",
            row.area_code or "",
            shown.place,
            programme_title(viewer, row.programme) if row.programme else "",
            word(f"works_kind.{row.works_kind}") if row.works_kind else "",
        )
        for column, text in enumerate(texts, 1):
            sheet.write_string(line, column, text, formats["text"])
        if sees.amounts and row.amount_vnd is not None:
            sheet.write_number(line, 7, row.amount_vnd, formats["money"])
        if row.approved_on:
            sheet.write_datetime(line, 8, date.fromisoformat(row.approved_on), formats["date"])
        sheet.write_string(line, 9, shown.act.name if shown.act else NO_ACT, formats["text"])
    sheet.write_string(line + 1, 2, f"Tổng cộng {len(rows)} hộ", formats["total"])
    if sees.amounts and rows:
        total = f"=SUM(H{HEAD + 2}:H{line + 1})"
        sheet.write_formula(line + 1, 7, total, formats["total"], version.head.amount_vnd)


def _write_provenance(
    sheet: Worksheet,
    version: ListVersion,
    area_name: str,
    sees: Sight,
    exported: str,
    formats: dict[str, Any],
) -> None:
    """Which version this is and what was left out, so that a copy can be checked years later."""
    head = version.head
    facts = (
        ("Địa bàn", f"{area_name} ({head.area_code})"),
        ("Năm", str(head.year)),
        ("Phiên bản", str(head.version)),
        ("SHA-256", head.sha256),
        ("Mã băm còn khớp", "có" if version.is_intact else "KHÔNG"),
        ("Số hộ", str(head.households)),
        ("Lập lúc", minute(head.made_at)),
        ("Người lập", head.made_by_name or "–"),
        ("Có họ tên", "có" if sees.names else "không (theo quyền người xuất)"),
        ("Có số tiền", "có" if sees.amounts else "không (theo quyền người xuất)"),
        ("Xuất tệp", exported),
    )
    sheet.set_column(0, 0, 24)
    sheet.set_column(1, 1, 80)
    for line, (label, value) in enumerate(facts):
        sheet.write_string(line, 0, label, formats["plain"])
        sheet.write_string(line, 1, value, formats["text"])
    sheet.hide()
