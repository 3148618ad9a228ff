"""What stands on the papers: the data given and nothing else; what is unknown is left to the pen."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from paper_makers import (
    FULL,
    NEW_PLACE,
    commitment,
    completion,
    disaster,
    household,
    meeting,
    not_registering_data,
    notice,
    posting,
    stage,
)
from paper_reading import pages

from api.papers.data import CommitmentRow, MeetingData, Place, PostingColumn, StageData
from api.papers.kinds import KINDS
from api.papers.pdf import pdf
from survey.questionnaire.describe import describe
from survey.questionnaire.loader import load_form


def text_of(code: str, data: Any) -> str:
    """The words of a paper, as printed."""
    return " ".join(pages(pdf([KINDS[code].make(data)])))


@pytest.mark.parametrize("code", [code for code in KINDS if code not in ("posting_list", "blank_form")])
def test_a_paper_of_which_nothing_is_known_is_a_form_to_fill_by_hand(code: str) -> None:
    found = text_of(code, KINDS[code].data())
    assert "None" not in found
    assert ". . . . ." in found or "……" in found


def test_a_place_without_districts_has_no_district_line() -> None:
    for code, data in (
        ("meeting_minutes", meeting(place=NEW_PLACE)),
        ("stage_minutes", stage(household=household(place=NEW_PLACE))),
        ("completion_minutes", completion(household=household(place=NEW_PLACE))),
        ("not_registering", not_registering_data(household=household(place=NEW_PLACE))),
        ("disaster_request", disaster(household=household(place=NEW_PLACE))),
    ):
        found = text_of(code, data)
        assert "Huyện" not in found, code
        assert "Tỉnh (thành phố): Tỉnh Thái Nguyên" in found, code


def test_a_place_with_a_district_names_it() -> None:
    assert "Huyện (quận, thị xã): Huyện Pác Nặm" in text_of("stage_minutes", stage())


def test_meeting_minutes_count_what_was_agreed() -> None:
    found = text_of("meeting_minutes", meeting(10))
    assert "Cuộc họp vào hồi 08 giờ 00 phút, ngày 12 tháng 02 năm 2025." in found
    assert "đề nghị hỗ trợ 8 hộ, trong đó xây mới 4 hộ, sửa chữa 4 hộ" in found


def test_a_meeting_with_an_undecided_household_leaves_the_count_to_the_pen() -> None:
    rows = meeting(3).rows
    found = text_of("meeting_minutes", meeting(rows=(*rows, replace(rows[0], passed=None))))
    assert "đề nghị hỗ trợ ………… hộ" in found


def test_an_empty_meeting_has_empty_lines_and_no_result() -> None:
    found = text_of("meeting_minutes", MeetingData())
    assert "8" in found
    assert "Đạt" not in found


def test_stage_minutes_name_the_usual_bodies_where_no_commission_is_given() -> None:
    found = text_of("stage_minutes", StageData())
    assert "2. Đại diện Mặt trận Tổ quốc cấp xã:" in found
    assert "4. Chủ hộ: Ông (bà):" in found


def test_only_the_disaster_request_prints_a_national_id() -> None:
    printed = {code for code, data in FULL.items() if "006168000123" in text_of(code, data)}
    assert printed == {"disaster_request"}


def test_a_posted_list_holds_the_columns_given_and_no_others() -> None:
    columns = (PostingColumn("Họ và tên chủ hộ", 2), PostingColumn("Mức hỗ trợ (đồng)", 1, "right"))
    found = text_of("posting_list", posting(columns=columns, rows=(("Lý Thị Hương", 60_000_000),)))
    assert "1 Lý Thị Hương 60.000.000" in found
    assert "Diện hộ" not in found


def test_a_posted_list_says_from_when_until_when_and_how_to_object() -> None:
    found = text_of("posting_list", posting())
    assert "Niêm yết từ ngày 15 tháng 02 năm 2025 đến hết ngày 25 tháng 02 năm 2025" in found
    assert "Phản ánh, kiến nghị về danh sách này xin gửi đến" in found


def test_commitments_add_up_money_only_when_all_of_it_is_known() -> None:
    assert "Cộng 270.000.000 90.000.000" in text_of("commitments", commitment(6))
    rows = (*commitment(2).rows, CommitmentRow("Lý Thị Hương"))
    assert "90.000.000" not in text_of("commitments", commitment(rows=rows))


def test_a_notice_gives_reasons_with_their_documents_and_is_no_decision() -> None:
    found = text_of("household_notice", notice())
    assert "(Quyết định 407/QĐ-UBND tỉnh Bắc Kạn)" in found
    assert "Kết quả đối chiếu tiêu chí, chưa phải quyết định hỗ trợ" in found
    assert "60.000.000 đồng" in found


def test_a_notice_without_an_amount_speaks_of_none() -> None:
    found = text_of("household_notice", notice(household=household(amount_vnd=None)))
    assert "Mức hỗ trợ" not in found
    assert "đồng" not in found.replace("hội đồng", "")


def test_a_statement_of_not_registering_keeps_later_rights() -> None:
    found = text_of("not_registering", not_registering_data(follow_up_on=date(2025, 10, 1)))
    assert "Gia đình vẫn có quyền đề nghị hỗ trợ về sau" in found
    assert "Hỏi lại ngày: 01/10/2025" in found


def test_the_blank_form_asks_every_question_of_the_questionnaire() -> None:
    found = text_of("blank_form", FULL["blank_form"])
    for number, question in enumerate(describe(load_form(), "vi"), 1):
        assert f"{number}. {question.label}" in found, question.code


def test_a_form_ready_for_a_village_names_the_village() -> None:
    found = text_of("blank_form", replace(FULL["blank_form"], place=Place("Thôn 7", "Xã Bằng Thành")))
    assert "Thôn 7" in found


def test_every_kind_has_a_title_in_both_languages() -> None:
    for kind in KINDS.values():
        assert kind.per in ("household", "village")
        assert kind.title("vi") != kind.title("en")
