"""One version of an approved list as a workbook: the list, and a hidden sheet that says where it is from."""

from __future__ import annotations

import io
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import IO

from xlsxwriter.worksheet import Worksheet

from api.approvals import official_acts
from api.approvals.approved_lists import ShownRow, Sight
from api.shared.law_texts import programme_title
from api.shared.workbook import Book, Column, workbook
from api.web.language import minute
from survey.access.viewer import Viewer
from survey.approval.rows import ListVersion
from survey.trail.models import Checkpoint
from survey.trail.notes import Root
from survey.words import word

COLUMNS = (
    Column("TT", 6),
    Column("Mã hộ", 38),
    Column("Chủ hộ", 28),
    Column("Mã địa bàn", 14),
    Column("Địa bàn", 26),
    Column("Chương trình", 40),
    Column("Hình thức", 14),
    Column("Kinh phí (đồng)", 18),
    Column("Ngày phê duyệt", 14),
    Column("Văn bản", 24),
)
HEAD = 3
"""Rows above the table: title, what it is, the checkpoint."""
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
    checkpoint: Checkpoint | None,
) -> None:
    """Write the workbook; ids are text, nothing a person typed can become a formula.

    The newest checkpoint of the trail (mã kiểm chứng) stands under its title and as QR: on paper it is in
    other hands.
    """
    with workbook(target) as book:
        sheet = book.sheet("Danh sách", COLUMNS, head_row=HEAD)
        _write_head(book, sheet, version, area_name)
        if checkpoint is not None:
            _write_checkpoint(book, sheet, checkpoint)
        _write_rows(viewer, book, sheet, list(rows), version, sees)
        _write_provenance(book, version, area_name, sees, exported)


def _write_head(book: Book, sheet: Worksheet, version: ListVersion, area_name: str) -> None:
    head = version.head
    act = (
        f"{official_acts.label(head.act)} ngày {head.act.signed_on:%d/%m/%Y}, {head.act.issuer}"
        if head.act
        else NO_ACT
    )
    sheet.write_string(0, 0, f"Danh sách hộ được hỗ trợ nhà ở năm {head.year} · {area_name}", book.title)
    about = f"Phiên bản {head.version}, lập lúc {minute(head.made_at)} · {act} · SHA-256 {head.sha256}"
    sheet.write_string(1, 0, f"{about} · mẫu của dự án", book.label)


def _write_checkpoint(book: Book, sheet: Worksheet, checkpoint: Checkpoint) -> None:
    """The line that `nhavung verify --checkpoint` takes, and the same as QR beside the table."""
    import segno

    told = str(Root(checkpoint.size, bytes.fromhex(checkpoint.root_sha256)))
    sheet.write_string(2, 0, f"Mã kiểm chứng nhật ký: {told}", book.label)
    drawn = io.BytesIO()
    segno.make(told, error="m", micro=False).save(drawn, kind="png", scale=4, border=2)
    sheet.insert_image(HEAD, len(COLUMNS), "ma-kiem-chung.png", {"image_data": drawn, "description": told})


def _write_rows(
    viewer: Viewer, book: Book, sheet: Worksheet, rows: list[ShownRow], version: ListVersion, sees: Sight
) -> None:
    line = HEAD
    for line, shown in enumerate(rows, HEAD + 1):
        row = shown.row
        values = (
            shown.number,
            row.household_id,
            shown.head_name,
            row.area_code,
            shown.place,
            programme_title(viewer, row.programme) if row.programme else "",
            word(f"works_kind.{row.works_kind}") if row.works_kind else "",
            row.amount_vnd if sees.amounts else None,
            date.fromisoformat(row.approved_on) if row.approved_on else None,
            official_acts.label(shown.act) if shown.act else NO_ACT,
        )
        for column, value in enumerate(values):
            book.write(sheet, line, column, value)
    sheet.write_string(line + 1, 2, f"Tổng cộng {len(rows)} hộ", book.total)
    if sees.amounts and rows:
        total = f"=SUM(H{HEAD + 2}:H{line + 1})"
        sheet.write_formula(line + 1, 7, total, book.total, version.head.amount_vnd)


def _write_provenance(book: Book, version: ListVersion, area_name: str, sees: Sight, exported: str) -> None:
    """Which version this is and what was left out, so that a copy can be checked years later."""
    sheet, head = book.sheet("Nguồn"), version.head
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
        sheet.write_string(line, 0, label, book.label)
        sheet.write_string(line, 1, value, book.text)
    sheet.hide()
