"""Makers of the data of papers: a made-up village in Bac Kan, full or with a few values changed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time
from typing import Any

from api.papers.data import (
    BlankFormData,
    CommissionMember,
    CommitmentData,
    CommitmentRow,
    CompletionData,
    DisasterRequestData,
    HouseholdData,
    MeetingData,
    MeetingRow,
    NoticeData,
    NotRegisteringData,
    Person,
    Place,
    PostingColumn,
    PostingData,
    ReasonLine,
    StageData,
)

PLACE = Place("Thôn 2", "Xã Bộc Bố", "Huyện Pác Nặm", "Tỉnh Bắc Kạn")
NEW_PLACE = Place("Thôn 2", "Xã Bằng Thành", None, "Tỉnh Thái Nguyên")
PROGRAMME = "Xóa nhà tạm, nhà dột nát (hộ nghèo, hộ cận nghèo khác)"
NAMES = ("Hoàng Thị Mỵ", "Triệu Văn Tỷ", "Nông Thị Lưu", "Bàn Văn Quẩy", "Lý Thị Hương", "Đặng Văn Sình")
HOUSEHOLD = HouseholdData(
    head_name="Hoàng Thị Mỵ",
    birth_year=1968,
    national_id="006168000123",
    ethnic_group="Tày",
    people=4,
    place=PLACE,
    status="hộ nghèo",
    programme=PROGRAMME,
    works_kind="new",
    amount_vnd=60_000_000,
)
COMMISSION = (
    CommissionMember("Đại diện Ủy ban nhân dân cấp xã", "Ma Văn Thắng", "Phó Chủ tịch"),
    CommissionMember("Đại diện Mặt trận Tổ quốc cấp xã", "Cà Thị Duyên", "Chủ tịch"),
    CommissionMember("Đại diện thôn", "Triệu Văn Tỷ", "Trưởng thôn"),
)


def household(number: int = 0, **changes: Any) -> HouseholdData:
    """A household of the village with its own name."""
    return replace(HOUSEHOLD, **{"head_name": NAMES[number % len(NAMES)], **changes})


def meeting(households: int = 6, /, **changes: Any) -> MeetingData:
    """A meeting that voted on so many households; every fifth did not pass."""
    voted = tuple(
        MeetingRow(
            NAMES[number % len(NAMES)],
            "hộ cận nghèo" if number % 3 else "hộ nghèo",
            "repair" if number % 2 else "new",
            18 if number % 5 == 4 else 41,
            25 if number % 5 == 4 else 2,
            number % 5 != 4,
        )
        for number in range(households)
    )
    full = MeetingData(
        place=PLACE,
        year=2025,
        held_on=date(2025, 2, 12),
        from_time=time(8, 0),
        until_time=time(10, 30),
        venue="Nhà văn hóa Thôn 2",
        chair=Person("Triệu Văn Tỷ", "Trưởng thôn"),
        commune_representative=Person("Ma Văn Thắng", "Phó Chủ tịch UBND xã"),
        secretary=Person("Nông Thị Lưu", "Chi hội trưởng phụ nữ"),
        others=(Person("Lường Văn Đoàn", "Bí thư chi bộ"), Person("Bế Thị Ẳng", "Chi hội trưởng nông dân")),
        households=52,
        present=43,
        rule="Hộ được đề nghị khi có trên 50% số người dự họp đồng ý (quy định do Ban Chỉ đạo thông báo).",
        ballot="show_of_hands",
        rows=voted,
        copies=3,
    )
    return replace(full, **changes)


def stage(number: int = 0, **changes: Any) -> StageData:
    """Minutes of a finished foundation."""
    full = StageData(
        household=household(number),
        done_on=date(2025, 4, 3),
        commission=COMMISSION,
        started_on=date(2025, 3, 10),
        stage="xong nền, móng",
        work_done="Đã đổ giằng móng bê tông cốt thép, tôn nền 45 cm, lát gạch xong phần nền chính.",
        accepted=True,
        copies=3,
    )
    return replace(full, **changes)


def completion(**changes: Any) -> CompletionData:
    """Minutes of a finished house."""
    full = CompletionData(
        household=household(),
        done_on=date(2025, 6, 20),
        commission=COMMISSION,
        started_on=date(2025, 3, 10),
        finished_on=date(2025, 6, 18),
        area_m2=42.5,
        foundation="bê tông, lát gạch",
        frame_and_wall="cột bê tông cốt thép, tường xây gạch",
        roof="tôn trên xà gồ thép",
        accepted=True,
        handed_over_on=date(2025, 6, 20),
        copies=3,
    )
    return replace(full, **changes)


def posting(households: int = 8, /, **changes: Any) -> PostingData:
    """A list posted in the village."""
    full = PostingData(
        title="Danh sách hộ được đề nghị hỗ trợ nhà ở năm 2025",
        columns=(
            PostingColumn("Họ và tên chủ hộ", 2.4),
            PostingColumn("Thôn", 1.0),
            PostingColumn("Diện hộ", 1.4),
            PostingColumn("Hình thức", 1.0, "center"),
            PostingColumn("Mức hỗ trợ (đồng)", 1.5, "right"),
        ),
        rows=tuple(
            (NAMES[number % len(NAMES)], "Thôn 2", "hộ nghèo", "xây mới", 60_000_000)
            for number in range(households)
        ),
        place=PLACE,
        number="12/DS-UBND",
        signed_on=date(2025, 2, 14),
        posted_from=date(2025, 2, 15),
        posted_until=date(2025, 2, 25),
        where="Nhà văn hóa Thôn 2 và trụ sở Ủy ban nhân dân xã",
        objection_address="Ủy ban nhân dân xã Bộc Bố (bộ phận một cửa)",
        objection_until=date(2025, 2, 25),
        objection_url="https://nhavung.example.vn/posting/7Q2M-44KD/objection",
        signer=Person("Ma Văn Thắng", "Chủ tịch"),
    )
    return replace(full, **changes)


def commitment(households: int = 6, /, **changes: Any) -> CommitmentData:
    """Commitments of so many households."""
    lines = tuple(
        CommitmentRow(
            NAMES[number % len(NAMES)],
            "Thôn 2",
            "hộ nghèo",
            "repair" if number % 2 else "new",
            30_000_000 if number % 2 else 60_000_000,
            15_000_000,
            date(2025, 3, 10),
            ("6", "12", "4.500", "380", "70"),
        )
        for number in range(households)
    )
    signer = Person("Ma Văn Thắng", "Chủ tịch")
    full = CommitmentData(PLACE, 2025, date(2025, 2, 20), lines, signer=signer, made_by="Nông Thị Lưu")
    return replace(full, **changes)


def not_registering_data(**changes: Any) -> NotRegisteringData:
    """A household that does not want to build this year."""
    full = NotRegisteringData(
        household=household(),
        year=2025,
        reason="Gia đình chưa chuẩn bị được vốn đối ứng và lao động, xin làm nhà vào năm sau.",
        stated_on=date(2025, 2, 14),
        follow_up_name="Ma Văn Thắng",
        follow_up_on=date(2025, 10, 1),
    )
    return replace(full, **changes)


def disaster(**changes: Any) -> DisasterRequestData:
    """A household whose house was lost in a flood."""
    full = DisasterRequestData(
        household=household(status="hộ cận nghèo"),
        event="lũ quét",
        happened_on=date(2025, 8, 3),
        damage="collapsed",
        situation="Nhà gỗ 5 gian bị cuốn trôi toàn bộ, gia đình đang ở nhờ nhà người thân trong thôn.",
        asked_on=date(2025, 8, 6),
    )
    return replace(full, **changes)


def notice(**changes: Any) -> NoticeData:
    """A notice with reasons, and one thing missing."""
    full = NoticeData(
        household=household(),
        house_class="nhà tạm, nhà dột nát",
        outcome="đủ điều kiện",
        provisional=True,
        surveyed_on=date(2025, 2, 1),
        assessed_on=date(2025, 2, 3),
        law_release="3f9a1c77",
        reasons=(
            ReasonLine(
                "Hai trong ba kết cấu (nền móng, khung tường, mái) không bền chắc.", "Quyết định 55/QĐ-BXD"
            ),
            ReasonLine("Hộ có trong danh sách hộ nghèo năm 2025.", "Quyết định 407/QĐ-UBND tỉnh Bắc Kạn"),
            ReasonLine("Đất ở không có tranh chấp.", "Quyết định 55/QĐ-BXD"),
        ),
        missing=("Ngày khởi công",),
        signed_on=date(2025, 2, 5),
        contact="Ủy ban nhân dân xã Bộc Bố",
        signer=Person("Ma Văn Thắng", "Chủ tịch"),
    )
    return replace(full, **changes)


FULL: dict[str, Any] = {
    "meeting_minutes": meeting(),
    "commitments": commitment(),
    "posting_list": posting(),
    "stage_minutes": stage(),
    "completion_minutes": completion(),
    "not_registering": not_registering_data(),
    "disaster_request": disaster(),
    "household_notice": notice(),
    "blank_form": BlankFormData(PLACE),
}
"""Data of every kind of paper, by its code."""
