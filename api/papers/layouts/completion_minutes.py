"""Minutes that a house is finished and put in use (Appendix IV, Circular 01/2022/TT-BXD).

Only the title of the official form was read; address and commission follow Appendix III, the rest is the
project's own layout.
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
    StateHeading,
    Title,
)
from api.papers.data import CompletionData
from api.papers.parts import commission, commission_signatures, copies, mark, site, works_kind_choice
from api.papers.wording import OURS, day, day_words, decimal, vnd

SOURCE = "Phụ lục IV, Thông tư 01/2022/TT-BXD"
NAME = "Biên bản"
SUBJECT = "Xác nhận hoàn thành xây mới hoặc sửa chữa nhà ở, đưa vào sử dụng"


def completion_minutes(data: CompletionData) -> Paper:
    """The minutes of one finished house, with the household's confirmation that it was handed over."""
    household = data.household
    blocks: tuple[Block, ...] = (
        StateHeading(),
        Title(NAME, SUBJECT),
        *site(household, data.done_on),
        *commission(data.commission, household),
        *_house(data),
        Paragraph(
            "Chủ hộ xác nhận đã nhận bàn giao ngôi nhà và đưa vào sử dụng từ "
            f"{day_words(data.handed_over_on)}."
        ),
        copies(data.copies, "01 bản giao chủ hộ, 01 bản gửi Ủy ban nhân dân cấp xã làm căn cứ thanh toán"),
        commission_signatures(data.commission, household),
    )
    return Paper(f"{NAME}: {SUBJECT}", mark(SOURCE), blocks)


def _house(data: CompletionData) -> tuple[Block, ...]:
    household = data.household
    area = f"{decimal(data.area_m2)} m²" if data.area_m2 is not None else None
    verdicts = (
        Option("hoàn thành, đưa vào sử dụng", data.accepted is True),
        Option("chưa xác nhận", data.accepted is False),
    )
    days = (Field("Ngày khởi công", day(data.started_on)), Field("Ngày hoàn thành", day(data.finished_on)))
    return (
        Heading(f"II. Nội dung xác nhận ({OURS})"),
        Fields((Field("Chương trình", household.programme),)),
        works_kind_choice(household.works_kind),
        Fields(days),
        Fields((Field("Diện tích sử dụng", area), Field("Mức hỗ trợ", vnd(household.amount_vnd)))),
        Fields((Field("Nền, móng", data.foundation),)),
        Fields((Field("Khung, tường", data.frame_and_wall),)),
        Fields((Field("Mái", data.roof),)),
        Choices("Kết luận của Ban nghiệm thu", verdicts),
        Fields((Field("Ý kiến khác", data.remarks),)),
    )
