"""The list a village or commune posts (niêm yết công khai): only the columns given, and how to object."""

from __future__ import annotations

from api.papers.blocks import Block, Column, Paper, Paragraph, Qr, Signatures, StateHeading, Table, Title
from api.papers.data import PostingData
from api.papers.parts import chair, mark
from api.papers.wording import count, dated, day_words, issuer

WIDE = 7
"""With more columns than this the sheet lies on its side."""


def posting_list(data: PostingData) -> Paper:
    """The sheet to hang out; a long list runs over several pages with the head of the table on each."""
    columns = tuple(Column(column.title, column.width, column.align) for column in data.columns)
    rows = tuple(tuple(_text(value) for value in row) for row in data.rows)
    posted = f"Niêm yết từ {day_words(data.posted_from)} đến hết {day_words(data.posted_until)}"
    blocks: tuple[Block, ...] = (
        StateHeading(
            issuer(data.place.commune),
            number=f"Số: {data.number or '……/……'}",
            dated=dated(data.place.commune, data.signed_on),
        ),
        Title(data.title, lines=tuple(line for line in (data.place.line, data.basis) if line)),
        Paragraph(f"{posted}, tại {data.where or '……………………………………'}.", align="center", italic=True),
        Table(
            (Column("TT", 0.55, "center"), *columns), tuple((str(n), *row) for n, row in enumerate(rows, 1))
        ),
        Paragraph(f"Danh sách có {count(len(rows))} hộ.", keep=not data.objection_url),
        *_objections(data),
        Signatures((chair(data.signer),)),
    )
    return Paper(data.title, mark(""), blocks, landscape=len(columns) > WIDE)


def _text(value: str | int | None) -> str | None:
    return count(value) if isinstance(value, int) else value


def _objections(data: PostingData) -> list[Block]:
    until = f" đến hết {day_words(data.objection_until)}"
    address = data.objection_address or "……………………………………………"
    found: list[Block] = [
        Paragraph(
            f"Phản ánh, kiến nghị về danh sách này xin gửi đến {address},{until}. "
            "Phản ánh bằng lời hoặc bằng giấy đều được tiếp nhận."
        )
    ]
    if data.objection_url:
        found.append(Qr(data.objection_url, "Quét mã để gửi phản ánh, kiến nghị"))
    return found
