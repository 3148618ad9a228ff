"""The notice to a household: its assessment in plain words, with the documents it rests on. No decision."""

from __future__ import annotations

from api.papers.blocks import (
    Block,
    Field,
    Fields,
    Heading,
    Item,
    Items,
    Note,
    Paper,
    Paragraph,
    Signature,
    Signatures,
    StateHeading,
    Title,
)
from api.papers.data import NoticeData
from api.papers.parts import chair, mark
from api.papers.wording import dated, day, issuer, vnd, works_kind

NAME = "Thông báo"
SUBJECT = "Kết quả đối chiếu tiêu chí hỗ trợ nhà ở"
NOT_A_DECISION = "Kết quả đối chiếu tiêu chí, chưa phải quyết định hỗ trợ"


def household_notice(data: NoticeData) -> Paper:
    """What was found, why, what is missing, and where to say that something is wrong."""
    household = data.household
    blocks: tuple[Block, ...] = (
        StateHeading(
            issuer(household.place.commune),
            number=f"Số: {data.number or '……/TB-UBND'}",
            dated=dated(household.place.commune, data.signed_on),
        ),
        Title(NAME, SUBJECT, (f"({NOT_A_DECISION})",)),
        Fields((Field("Kính gửi: Hộ ông (bà)", household.head_name),)),
        Fields((Field("Địa chỉ", household.place.line),)),
        *_result(data),
        *_reasons(data),
        *_missing(data),
        *_close(data),
    )
    return Paper(f"{NAME}: {SUBJECT}", mark(""), blocks)


def _result(data: NoticeData) -> list[Block]:
    household = data.household
    provisional = " (tạm tính)" if data.provisional else ""
    outcome = f"{data.outcome}{provisional}" if data.outcome else None
    opening = (
        f"Căn cứ thông tin khảo sát tại hộ ngày {day(data.surveyed_on) or '…/…/……'}, kết quả đối chiếu "
        f"tiêu chí ngày {day(data.assessed_on) or '…/…/……'} như sau:"
    )
    found: list[Block] = [
        Paragraph(opening),
        Fields((Field("Tình trạng nhà ở", data.house_class),)),
        Fields((Field("Kết quả", outcome),)),
    ]
    if household.programme:
        found.append(Fields((Field("Chương trình", household.programme),)))
    if works_kind(household.works_kind):
        found.append(Fields((Field("Hình thức hỗ trợ", works_kind(household.works_kind)),)))
    if household.amount_vnd is not None:
        found.append(Fields((Field("Mức hỗ trợ dự kiến", vnd(household.amount_vnd)),)))
        if data.parts:
            found.append(Items(tuple(Item(part.text, part.citation) for part in data.parts)))
    return found


def _reasons(data: NoticeData) -> tuple[Block, ...]:
    if not data.reasons:
        return ()
    items = tuple(Item(reason.text, reason.citation) for reason in data.reasons)
    return Heading("Lý do"), Items(items, numbered=True)


def _missing(data: NoticeData) -> tuple[Block, ...]:
    if not data.missing:
        return ()
    return (
        Heading("Thông tin còn thiếu"),
        Paragraph("Đề nghị gia đình cung cấp cho cán bộ cấp xã hoặc trưởng thôn các thông tin sau:"),
        Items(tuple(Item(text) for text in data.missing)),
    )


def _close(data: NoticeData) -> list[Block]:
    contact = data.contact or "Ủy ban nhân dân cấp xã"
    found: list[Block] = [
        Paragraph(f"{NOT_A_DECISION}.", strong=True),
        Paragraph(
            "Việc hỗ trợ do cấp có thẩm quyền quyết định sau khi họp bình xét và niêm yết công khai. "
            f"Nếu thông tin trên chưa đúng hoặc chưa đủ, gia đình phản ánh, kiến nghị với {contact}."
        ),
    ]
    if data.unverified:
        found.append(Note(f"Có giá trị chưa kiểm chứng: {'; '.join(data.unverified)}."))
    if data.law_release:
        found.append(Note(f"Bản quy định dùng để đối chiếu: {data.law_release}."))
    received = Signature("Người nhận thông báo", None, "(Ký, ghi rõ họ tên, ngày nhận)")
    found.append(Signatures((received, chair(data.signer))))
    return found
