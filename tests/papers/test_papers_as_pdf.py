"""The PDF: pages, their numbers, heads of tables, the same bytes every time."""

from __future__ import annotations

from dataclasses import replace

import pytest
from paper_makers import FULL, meeting, posting, stage
from paper_reading import pages, pictures_in

from api.papers.blocks import PageBreak, Paper, Paragraph
from api.papers.kinds import KINDS
from api.papers.layouts.meeting_minutes import meeting_minutes
from api.papers.layouts.posting_list import posting_list
from api.papers.layouts.stage_minutes import stage_minutes
from api.papers.pdf import pdf

ONE_PAGE = ("stage_minutes", "completion_minutes", "posting_list", "not_registering", "household_notice")


@pytest.mark.parametrize("code", KINDS)
def test_every_paper_says_what_it_is_and_that_its_layout_is_ours(code: str) -> None:
    paper = KINDS[code].make(FULL[code])
    found = pages(pdf([paper]))
    assert "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM Độc lập - Tự do - Hạnh phúc" in found[0].replace(
        "XÃ BỘC BỐ ", ""
    )
    assert all("mẫu của dự án" in page.lower() for page in found)


@pytest.mark.parametrize("code", ONE_PAGE)
def test_a_paper_to_be_signed_at_the_house_fits_on_one_page(code: str) -> None:
    assert len(pages(pdf([KINDS[code].make(FULL[code])]))) == 1


def test_pages_are_counted_within_each_paper() -> None:
    found = pages(pdf([meeting_minutes(meeting(40)), stage_minutes(stage())]))
    feet = [f"trang {number}/{len(found) - 1}" for number in range(1, len(found))] + ["trang 1/1"]
    assert [foot in page for foot, page in zip(feet, found, strict=True)] == [True] * len(found)


def test_a_long_table_repeats_its_head_on_every_page() -> None:
    found = pages(pdf([posting_list(posting(120))]))
    assert len(found) > 2
    assert all("Họ và tên chủ hộ" in page for page in found[:-1])
    assert "Danh sách có 120 hộ." in found[-1]


def test_the_minutes_of_150_households_are_one_file_of_150_pages() -> None:
    found = pages(pdf([stage_minutes(stage(number)) for number in range(150)]))
    assert len(found) == 150
    assert all("trang 1/1" in page for page in found)


def test_a_meeting_about_150_households_keeps_them_all() -> None:
    found = " ".join(pages(pdf([meeting_minutes(meeting(150))])))
    assert "150 Đặng Văn Sình" in found
    assert "đề nghị hỗ trợ 120 hộ" in found


def test_the_same_papers_make_the_same_bytes() -> None:
    papers = [posting_list(posting()), stage_minutes(stage())]
    assert pdf(papers) == pdf(papers)


def test_an_address_for_objections_becomes_a_square_to_scan() -> None:
    with_address, without = posting(), replace(posting(), objection_url=None)
    assert with_address.objection_url in pages(pdf([posting_list(with_address)]))[0]
    assert pictures_in(pdf([posting_list(with_address)])) > pictures_in(pdf([posting_list(without)]))


def test_a_page_break_begins_a_page() -> None:
    paper = Paper("Hai trang", "", (Paragraph("một"), PageBreak(), Paragraph("hai")))
    assert pages(pdf([paper])) == ["một trang 1/2", "hai trang 2/2"]


def test_a_file_of_no_papers_is_refused() -> None:
    with pytest.raises(ValueError, match="no papers"):
        pdf([])
