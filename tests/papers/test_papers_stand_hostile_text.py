"""Whatever a person types stands on the paper as typed, or is left out; it never becomes markup."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from paper_makers import household, meeting, notice, posting, stage
from paper_reading import pages, words

from api.papers.blocks import Paper
from api.papers.data import MeetingRow, ReasonLine
from api.papers.layouts.household_notice import household_notice
from api.papers.layouts.meeting_minutes import meeting_minutes
from api.papers.layouts.posting_list import posting_list
from api.papers.layouts.stage_minutes import stage_minutes
from api.papers.pdf import pdf
from api.papers.word_file import docx
from api.papers.wording import printable

HOSTILE = (
    '#panic("x") $a_b$ *đậm* _nghiêng_ \\ @ref <nhãn> `mã` //ghi chú',
    '<script>alert("1")</script> & ]]> <!-- --> {{ 7*7 }} {% raw %}',
    '=HYPERLINK("http://x")',
    "Nguyễn " * 28,
    "A" * 200,
    "W" * 59 + " Ươ" * 20,
)


def papers_about(name: str) -> list[Paper]:
    """Papers with the name in fields, tables, lists, signatures and lines of a title."""
    rows = (MeetingRow(name, name, "new", 1, 0, True),)
    return [
        stage_minutes(stage(household=household(head_name=name), stage=name, work_done=name, remarks=name)),
        meeting_minutes(meeting(rows=rows, opinions=name, venue=name)),
        posting_list(posting(rows=((name, name, name, name, name),), where=name, objection_address=name)),
        household_notice(notice(reasons=(ReasonLine(name, name),), missing=(name,), contact=name)),
    ]


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_is_printed_letter_by_letter(name: str) -> None:
    papers = papers_about(name)
    in_pdf = " ".join(pages(pdf(papers))).replace(" ", "")
    assert name.replace(" ", "") in in_pdf
    assert " ".join(name.split()) in words(docx(papers))


def test_a_name_longer_than_its_column_stays_within_it() -> None:
    """Text that runs over an edge overlaps its neighbour: the number behind it would no longer be read."""
    listed = posting(rows=(("A" * 200, "B" * 200, "hộ nghèo", "xây mới", 60_000_000),))
    found = pages(pdf([posting_list(listed)]))[0]
    assert "60.000.000" in found
    assert found.replace(" ", "").count("A" * 12) > 1


def test_a_table_of_very_long_cells_runs_on_over_pages() -> None:
    cells = ("W" * 200, "W" * 200, "W" * 200, "W" * 200, "cuối")
    found = pages(pdf([posting_list(posting(rows=(cells,) * 6))]))
    assert len(found) > 2
    assert " ".join(found).count("cuối") == 6


def test_signs_that_turn_the_direction_of_writing_are_left_out() -> None:
    assert printable("Mỵ\u202e 000.000.06\u2066") == "Mỵ 000.000.06"


def test_decomposed_letters_are_composed() -> None:
    assert printable("Nguye\u0302\u0303n") == "Nguyễn"


def test_an_empty_looking_name_is_a_blank_to_fill() -> None:
    about = stage(household=replace(household(), head_name="\u0000 \n\u202e"))
    assert "Chủ hộ: Ông (bà): . . . ." in pages(pdf([stage_minutes(about)]))[0]


def test_an_emoji_keeps_its_place_in_the_docx() -> None:
    assert "Mỵ 😀 Hoàng" in words(docx(papers_about("Mỵ 😀 Hoàng")))


@settings(max_examples=15)
@given(st.text(max_size=200))
def test_no_text_at_all_can_stop_a_paper(name: str) -> None:
    papers = papers_about(name)
    assert pdf(papers).startswith(b"%PDF")
    assert printable(name) in words(docx(papers))
