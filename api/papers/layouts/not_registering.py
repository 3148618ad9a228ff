"""A household's statement of not registering for a year, behind the list of those eligible who do not."""

from __future__ import annotations

from api.papers.blocks import (
    Block,
    Field,
    Fields,
    Heading,
    Paper,
    Paragraph,
    Signature,
    Signatures,
    StateHeading,
    Title,
)
from api.papers.data import NotRegisteringData
from api.papers.parts import address, mark
from api.papers.wording import committee, count, dated, day, year_words

NAME = "Bản xác nhận"


def not_registering(data: NotRegisteringData) -> Paper:
    """The statement: who, why not this year, that later rights remain; below, who asks again and when."""
    household = data.household
    year = year_words(data.year)
    subject = f"Không đăng ký hỗ trợ nhà ở {year}"
    birth = Field("Năm sinh", str(household.birth_year) if household.birth_year else None)
    status = Field("Diện hộ", household.status, width=1.6)
    blocks: tuple[Block, ...] = (
        StateHeading(),
        Title(NAME, subject),
        Paragraph(f"Kính gửi: {committee(household.place.commune)}", strong=True, align="center"),
        Fields((Field("Tôi là chủ hộ: Ông (bà)", household.head_name, width=1.8), birth)),
        Fields((status, Field("Số nhân khẩu", count(household.people)))),
        *address(household.place),
        Paragraph(
            "Tôi đã được giải thích về chính sách hỗ trợ xóa nhà tạm, nhà dột nát và kết quả đối chiếu tiêu "
            f"chí đối với hộ gia đình. Gia đình tôi tự nguyện không đăng ký hỗ trợ trong {year}."
        ),
        Fields((Field("Lý do", data.reason, lines=3),)),
        Paragraph(
            "Tôi hiểu rằng bản xác nhận này chỉ áp dụng cho năm nêu trên. Gia đình vẫn có quyền đề nghị hỗ "
            "trợ về sau theo chính sách tại thời điểm đề nghị."
        ),
        _signatures(data),
        Heading("Phần dành cho người theo dõi"),
        Fields(
            (
                Field("Họ và tên", data.follow_up_name, width=1.6),
                Field("Hỏi lại ngày", day(data.follow_up_on)),
            )
        ),
    )
    return Paper(f"{NAME}: {subject}", mark(""), blocks)


def _signatures(data: NotRegisteringData) -> Signatures:
    people = (
        Signature("Cán bộ cấp xã"),
        Signature("Đại diện thôn"),
        Signature("Chủ hộ", data.household.head_name, "(Ký hoặc điểm chỉ, ghi rõ họ tên)"),
    )
    return Signatures(people, dated(data.household.place.commune, data.stated_on))
