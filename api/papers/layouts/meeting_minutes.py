"""Minutes of the village meeting (Appendix I, Circular 01/2022/TT-BXD).

Read of the official form: place, time, venue, chair, representative of the commune's committee for the
poverty review. All that follows them is the project's own layout and says so.
"""

from __future__ import annotations

from api.papers.blocks import (
    Block,
    Choices,
    Column,
    Field,
    Fields,
    Heading,
    Note,
    Option,
    Paper,
    Paragraph,
    Signature,
    Signatures,
    StateHeading,
    Table,
    Title,
)
from api.papers.data import MeetingData, MeetingRow, Person
from api.papers.parts import address, copies, mark, person
from api.papers.wording import OURS, count, count_words, day_words, time_words, works_kind, year_words

SOURCE = "Phụ lục I, Thông tư 01/2022/TT-BXD"
NAME = "Biên bản"
SUBJECT = "Họp bình xét đối tượng được hỗ trợ xây mới hoặc sửa chữa nhà ở"
BLANK_ROWS = 8
COLUMNS = (
    Column("TT", 0.65, "center"),
    Column("Họ và tên chủ hộ", 2.6),
    Column("Diện hộ", 1.6),
    Column("Hình thức hỗ trợ", 1.2, "center"),
    Column("Số phiếu đồng ý", 1.0, "right"),
    Column("Số phiếu không đồng ý", 1.1, "right"),
    Column("Kết quả", 1.3, "center"),
)


def meeting_minutes(data: MeetingData) -> Paper:
    """The minutes of one meeting: who took part, the vote on each household, what was agreed."""
    blocks: tuple[Block, ...] = (
        StateHeading(),
        Title(NAME, SUBJECT),
        *address(data.place),
        Paragraph(f"Cuộc họp vào hồi {time_words(data.from_time)}, {day_words(data.held_on)}."),
        Fields((Field("Địa điểm", data.venue),)),
        *_participants(data),
        *_votes(data),
        *_conclusion(data),
    )
    return Paper(f"{NAME}: {SUBJECT}", mark(SOURCE), blocks)


def _participants(data: MeetingData) -> list[Block]:
    body = "2. Đại diện Ban Chỉ đạo rà soát hộ nghèo, hộ cận nghèo cấp xã:"
    found: list[Block] = [Heading("I. Thành phần tham gia")]
    found += person("1. Chủ trì:", data.chair)
    found += person(body, data.commune_representative)
    found.append(
        Note(f"Từ đây là {OURS}: phần còn lại của Phụ lục I chưa được đối chiếu với bản chính thức.")
    )
    found += person("3. Thư ký:", data.secretary)
    found.append(Paragraph("4. Đại diện chi bộ, các đoàn thể và những người khác:"))
    for other in data.others or (Person(), Person()):
        name = Field("Ông (bà)", other.name, width=1.3)
        found.append(Fields((name, Field("Chức vụ", other.position))))
    households = Field("5. Số hộ trong thôn", count(data.households))
    found.append(Fields((households, Field("Số hộ có đại diện dự họp", count(data.present)))))
    return found


def _votes(data: MeetingData) -> tuple[Block, ...]:
    subject = (
        "Cuộc họp xem xét hoàn cảnh, tình trạng nhà ở và biểu quyết đối với từng hộ đề nghị "
        f"hỗ trợ xây mới hoặc sửa chữa nhà ở {year_words(data.year)}."
    )
    hands, secret = data.ballot == "show_of_hands", data.ballot == "secret"
    ballot = (Option("giơ tay", hands), Option("bỏ phiếu kín", secret))
    rows = data.rows or (MeetingRow(),) * BLANK_ROWS
    return (
        Heading("II. Nội dung và kết quả bình xét"),
        Paragraph(f"{subject} {data.rule or ''}"),
        Choices("Hình thức biểu quyết", ballot),
        Table(COLUMNS, tuple(_row(number, row) for number, row in enumerate(rows, 1))),
        Fields((Field("Ý kiến khác tại cuộc họp", data.opinions, lines=3),)),
    )


def _row(number: int, row: MeetingRow) -> tuple[str | None, ...]:
    results = {True: "Đạt", False: "Không đạt", None: None}
    votes = (count(row.votes_for), count(row.votes_against))
    return (str(number), row.head_name, row.status, works_kind(row.works_kind), *votes, results[row.passed])


def _conclusion(data: MeetingData) -> tuple[Block, ...]:
    # Numbers are printed only where every household is decided; otherwise they are left to the pen.
    decided = bool(data.rows) and all(row.passed is not None for row in data.rows)
    passed = [row.works_kind for row in data.rows if row.passed]
    known = decided and all(kind in ("new", "repair") for kind in passed)
    total = count_words(len(passed) if decided else None)
    new, repair = (count_words(passed.count(kind) if known else None) for kind in ("new", "repair"))
    agreed = (
        f"Cuộc họp thống nhất đề nghị hỗ trợ {total} hộ, trong đó xây mới {new} hộ, sửa chữa {repair} hộ, "
        "theo kết quả nêu tại mục II."
    )
    signatures = (
        Signature("Thư ký", data.secretary.name),
        Signature("Đại diện Ban Chỉ đạo cấp xã", data.commune_representative.name),
        Signature("Chủ trì", data.chair.name),
    )
    return (
        Heading("III. Kết luận"),
        Paragraph(agreed),
        Paragraph(f"Cuộc họp kết thúc vào hồi {time_words(data.until_time)} cùng ngày."),
        copies(data.copies, "01 bản lưu tại thôn, 01 bản gửi Ủy ban nhân dân cấp xã"),
        Signatures(signatures),
    )
