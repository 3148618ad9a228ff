"""Commitments of households and their need for materials (Appendix II, Circular 01/2022/TT-BXD).

Only the title of the official form was read; every column is the project's own layout.
"""

from __future__ import annotations

from api.papers.blocks import (
    Block,
    Column,
    Paper,
    Paragraph,
    Signature,
    Signatures,
    StateHeading,
    Table,
    Title,
)
from api.papers.data import CommitmentData, CommitmentRow
from api.papers.parts import chair, mark
from api.papers.wording import count, dated, day, issuer, works_kind, year_words

SOURCE = "Phụ lục II, Thông tư 01/2022/TT-BXD"
NAME = "Bảng tổng hợp"
SUBJECT = "Cam kết thực hiện xây dựng mới hoặc sửa chữa nhà ở và nhu cầu hỗ trợ cung ứng vật liệu xây dựng"
BLANK_ROWS = 10


def commitments(data: CommitmentData) -> Paper:
    """One table over all households, lying paper; each head of household signs on its own line."""
    rows = data.rows or (CommitmentRow(),) * BLANK_ROWS
    scope = (year_words(data.year).capitalize(), data.place.line)
    blocks: tuple[Block, ...] = (
        StateHeading(issuer(data.place.commune), dated=dated(data.place.commune, data.signed_on)),
        Title(NAME, SUBJECT, (" – ".join(part for part in scope if part),)),
        Paragraph(
            "Các hộ có tên dưới đây cam kết tự tổ chức xây mới hoặc sửa chữa nhà ở bảo đảm chất lượng, "
            "sử dụng tiền hỗ trợ đúng mục đích và hoàn thành trong năm đăng ký."
        ),
        Table(_columns(data), tuple(_row(data, *row) for row in enumerate(rows, 1)), _total(data)),
        Paragraph(f"Tổng số: {count(len(data.rows)) if data.rows else '…………'} hộ.", keep=True),
        Signatures((Signature("Người lập bảng", data.made_by), chair(data.signer))),
    )
    return Paper(f"{NAME}: {SUBJECT}", mark(SOURCE), blocks, landscape=True)


def _columns(data: CommitmentData) -> tuple[Column, ...]:
    return (
        Column("TT", 0.6, "center"),
        Column("Họ và tên chủ hộ", 2.0),
        Column("Thôn", 1.1),
        Column("Diện hộ", 1.2),
        Column("Hình thức", 1.0, "center"),
        Column("Mức hỗ trợ (đồng)", 1.3, "right"),
        Column("Vốn của hộ (đồng)", 1.3, "right"),
        Column("Dự kiến khởi công", 1.2, "center"),
        *(Column(material, 0.8, "right") for material in data.materials),
        Column("Chủ hộ ký cam kết", 1.4, "center"),
    )


def _row(data: CommitmentData, number: int, row: CommitmentRow) -> tuple[str | None, ...]:
    materials = (*row.materials, *(None,) * len(data.materials))[: len(data.materials)]
    texts = (row.head_name, row.village, row.status, works_kind(row.works_kind))
    return (
        str(number),
        *texts,
        count(row.amount_vnd),
        count(row.own_amount_vnd),
        day(row.start_on),
        *materials,
        None,
    )


def _total(data: CommitmentData) -> tuple[str | None, ...]:
    """Sums of money, each only where every household's is known."""
    support = [row.amount_vnd for row in data.rows]
    own = [row.own_amount_vnd for row in data.rows]
    return (
        None,
        "Cộng",
        None,
        None,
        None,
        _sum(support),
        _sum(own),
        None,
        *(None,) * len(data.materials),
        None,
    )


def _sum(amounts: list[int | None]) -> str | None:
    known = [amount for amount in amounts if amount is not None]
    return count(sum(known)) if known and len(known) == len(amounts) else None
