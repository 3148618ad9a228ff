"""Pieces that several papers share: the address, the acceptance commission, the works kind to tick."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from api.papers.blocks import Block, Choices, Field, Fields, Heading, Option, Paragraph, Signature, Signatures
from api.papers.data import CommissionMember, HouseholdData, Person, Place
from api.papers.wording import OURS, count_words, day_words
from survey.words import word

COMMISSION = (
    CommissionMember("Đại diện Ủy ban nhân dân cấp xã"),
    CommissionMember("Đại diện Mặt trận Tổ quốc cấp xã"),
    CommissionMember("Đại diện thôn"),
)
"""Bodies that Appendix III of Circular 01/2022/TT-BXD names, as far as it was read."""


def mark(source: str) -> str:
    """What stands at the top of each page: the official form it follows, and that the layout is ours."""
    if not source:
        return OURS.capitalize()
    return f"{source} – {OURS}, chưa đối chiếu đủ với bản chính thức"


def address(place: Place) -> tuple[Block, ...]:
    """Village, commune, district (where there is one) and province as labelled lines."""
    village = Field("Thôn (bản, tổ dân phố)", place.village)
    commune = Field("Xã (phường, thị trấn)", place.commune)
    province = Field("Tỉnh (thành phố)", place.province)
    if place.district is None:
        return Fields((village,)), Fields((commune, province))
    district = Field("Huyện (quận, thị xã)", place.district)
    return Fields((village, commune)), Fields((district, province))


def person(label: str, who: Person) -> tuple[Block, ...]:
    """A numbered role, and below it name and position."""
    name = Field("Ông (bà)", who.name, width=1.3)
    return Paragraph(label), Fields((name, Field("Chức vụ", who.position)))


def commission(members: Sequence[CommissionMember], household: HouseholdData) -> list[Block]:
    """Who was there to accept the works, the head of household last."""
    found: list[Block] = [Heading("I. Thành phần Ban nghiệm thu")]
    given = tuple(members) or COMMISSION
    for number, one in enumerate(given, 1):
        found += person(f"{number}. {one.body}:", Person(one.name, one.position))
    found.append(Fields((Field(f"{len(given) + 1}. Chủ hộ: Ông (bà)", household.head_name),)))
    return found


def commission_signatures(members: Sequence[CommissionMember], household: HouseholdData) -> Signatures:
    """One signature for each body, and the head of household's."""
    bodies = [Signature(one.body, one.name) for one in tuple(members) or COMMISSION]
    return Signatures((*bodies, Signature("Chủ hộ", household.head_name)))


def works_kind_choice(code: str | None, label: str = "Hình thức hỗ trợ") -> Choices:
    """New building or repair, ticked where known."""
    options = (Option(word(f"works_kind.{kind}"), kind == code) for kind in ("new", "repair"))
    return Choices(label, tuple(options))


def site(household: HouseholdData, done_on: date | None) -> tuple[Block, ...]:
    """When and where the commission met: at the house of the household."""
    opening = f"Hôm nay, {day_words(done_on)}, tại công trình xây dựng nhà ở:"
    owner = Fields((Field("Chủ hộ: Ông (bà)", household.head_name),))
    return Paragraph(opening), owner, *address(household.place)


def copies(number: int | None, beside: str) -> Paragraph:
    """The last sentence of minutes; `beside` says who keeps them."""
    made = f"{number:02}" if number is not None and number < 10 else count_words(number)
    return Paragraph(
        "Biên bản được đọc cho những người có mặt cùng nghe, thống nhất nội dung và ký tên; "
        f"lập thành {made} bản có giá trị như nhau, {beside}.",
        keep=True,
    )


def chair(who: Person) -> Signature:
    """Signs for the commune people's committee, with the seal: the chair unless a position is given."""
    return Signature("TM. Ủy ban nhân dân", who.name, "(Ký tên, đóng dấu)", who.position or "Chủ tịch")
