"""Minutes that a stage of the works is done (Appendix III, Circular 01/2022/TT-BXD).

Read of the official form: date, "tại công trình xây dựng nhà ở", address, the first three members of the
commission. All that follows them is the project's own layout.
"""

from __future__ import annotations

from api.papers.blocks import Block, Choices, Field, Fields, Heading, Option, Paper, StateHeading, Title
from api.papers.data import StageData
from api.papers.parts import commission, commission_signatures, copies, mark, site, works_kind_choice
from api.papers.wording import OURS, day

SOURCE = "Phụ lục III, Thông tư 01/2022/TT-BXD"
NAME = "Biên bản"
SUBJECT = "Xác nhận hoàn thành theo giai đoạn xây mới hoặc sửa chữa nhà ở"


def stage_minutes(data: StageData) -> Paper:
    """For every signature of the commission; what nobody recorded is left to be filled in by hand."""
    household = data.household
    verdicts = (
        Option("xác nhận hoàn thành giai đoạn", data.accepted is True),
        Option("chưa xác nhận", data.accepted is False),
    )
    blocks: tuple[Block, ...] = (
        StateHeading(),
        Title(NAME, SUBJECT),
        *site(household, data.done_on),
        *commission(data.commission, household),
        Heading(f"II. Nội dung xác nhận ({OURS})"),
        Fields((Field("Chương trình", household.programme),)),
        works_kind_choice(household.works_kind),
        Fields((Field("Ngày khởi công", day(data.started_on)), Field("Giai đoạn", data.stage, width=1.6))),
        Fields((Field("Khối lượng, chất lượng công việc đã thực hiện", data.work_done, lines=2),)),
        Choices("Kết luận của Ban nghiệm thu", verdicts),
        Fields((Field("Ý kiến khác", data.remarks, lines=2),)),
        copies(data.copies, "01 bản giao chủ hộ, 01 bản gửi Ủy ban nhân dân cấp xã làm căn cứ thanh toán"),
        commission_signatures(data.commission, household),
    )
    return Paper(f"{NAME}: {SUBJECT}", mark(SOURCE), blocks)
