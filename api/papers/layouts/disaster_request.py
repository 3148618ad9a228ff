"""A request for housing help after a disaster or fire (Form 06, Decree 20/2021/NĐ-CP).

Only the title and the addressee of the official form were read; the fields are the project's own layout.
This is the one paper that prints a national id, where the caller gives it.
"""

from __future__ import annotations

from api.papers.blocks import (
    Block,
    Choices,
    Field,
    Fields,
    Heading,
    Option,
    Paper,
    Paragraph,
    Signature,
    Signatures,
    StateHeading,
    Title,
)
from api.papers.data import DisasterRequestData, Person
from api.papers.parts import address, chair, mark, works_kind_choice
from api.papers.wording import committee, count, dated, day
from survey.words import word

SOURCE = "Mẫu số 06, Nghị định 20/2021/NĐ-CP"
NAME = "Tờ khai"
SUBJECT = "Đề nghị hỗ trợ về nhà ở"
DAMAGES = ("collapsed", "forced_relocation", "badly_damaged")


def disaster_request(data: DisasterRequestData) -> Paper:
    """The request of one household to the chair of the commune people's committee."""
    blocks: tuple[Block, ...] = (
        StateHeading(),
        Title(NAME, SUBJECT),
        Paragraph(
            f"Kính gửi: Chủ tịch {committee(data.household.place.commune)}", strong=True, align="center"
        ),
        *_household(data),
        *_damage(data),
        Paragraph("Tôi cam đoan lời khai trên đúng sự thật và chịu trách nhiệm về lời khai này.", keep=True),
        Signatures(
            (
                Signature("Xác nhận của thôn"),
                Signature("Người khai", data.household.head_name, "(Ký hoặc điểm chỉ, ghi rõ họ tên)"),
            ),
            dated(data.household.place.commune, data.asked_on),
        ),
        Heading("Ý kiến của Ủy ban nhân dân cấp xã"),
        Fields((Field("", None, lines=2),)),
        Signatures((chair(Person()),)),
    )
    return Paper(f"{NAME}: {SUBJECT}", mark(SOURCE), blocks)


def _household(data: DisasterRequestData) -> tuple[Block, ...]:
    household = data.household
    birth = Field("Năm sinh", str(household.birth_year) if household.birth_year else None)
    number = Field("Số định danh cá nhân", household.national_id, width=1.6)
    people = Field("Số nhân khẩu", count(household.people))
    return (
        Heading("I. Hộ gia đình"),
        Fields((Field("Họ và tên chủ hộ", household.head_name, width=1.6), birth)),
        Fields((number, Field("Dân tộc", household.ethnic_group))),
        *address(household.place),
        Fields((people, Field("Diện hộ", household.status), Field("Điện thoại", data.phone))),
    )


def _damage(data: DisasterRequestData) -> tuple[Block, ...]:
    options = tuple(Option(word(f"disaster_damage.{one}"), one == data.damage) for one in DAMAGES)
    event = Field("Thiên tai, hỏa hoạn", data.event, width=1.6)
    return (
        Heading("II. Thiệt hại về nhà ở và đề nghị"),
        Fields((event, Field("Xảy ra ngày", day(data.happened_on)))),
        Choices("Mức độ", options),
        Fields((Field("Tình trạng nhà ở, nơi ở tạm hiện nay", data.situation, lines=3),)),
        works_kind_choice(data.household.works_kind, "Đề nghị hỗ trợ"),
    )
