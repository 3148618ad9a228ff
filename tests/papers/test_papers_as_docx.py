"""The DOCX: the same words as the PDF, readable by LibreOffice too, without a trace of a machine."""

from __future__ import annotations

import io
import shutil
import subprocess
import zipfile
from pathlib import Path

import docx as python_docx
import pytest
from paper_makers import FULL, commitment, meeting, posting, stage
from paper_reading import pages, words

from api.papers.blocks import PageBreak, Paper, Paragraph
from api.papers.kinds import KINDS
from api.papers.layouts.commitments import commitments
from api.papers.layouts.meeting_minutes import meeting_minutes
from api.papers.layouts.posting_list import posting_list
from api.papers.layouts.stage_minutes import stage_minutes
from api.papers.word_file import docx


@pytest.mark.parametrize("code", KINDS)
def test_every_paper_says_what_it_is_and_that_its_layout_is_ours(code: str) -> None:
    found = words(docx([KINDS[code].make(FULL[code])]))
    assert "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM" in found
    assert "mẫu của dự án" in found.lower()


def test_the_votes_of_a_meeting_stand_in_its_table() -> None:
    document = python_docx.Document(io.BytesIO(docx([meeting_minutes(meeting(5))])))
    rows = [[cell.text for cell in row.cells] for row in document.tables[0].rows]
    assert rows[1] == ["1", "Hoàng Thị Mỵ", "hộ nghèo", "xây mới", "41", "2", "Đạt"]
    assert rows[5][-1] == "Không đạt"


def test_the_head_of_a_table_is_repeated_by_the_word_processor() -> None:
    document = python_docx.Document(io.BytesIO(docx([posting_list(posting(60))])))
    listed = next(table for table in document.tables if len(table.rows) > 60)
    assert "w:tblHeader" in listed.rows[0]._tr.xml


def test_a_table_of_many_columns_lies_on_its_side() -> None:
    section = python_docx.Document(io.BytesIO(docx([commitments(commitment())]))).sections[0]
    assert section.page_width > section.page_height


def test_each_paper_is_a_section_whose_pages_begin_again() -> None:
    made = docx([stage_minutes(stage(0)), stage_minutes(stage(1))])
    sections = python_docx.Document(io.BytesIO(made)).sections
    assert len(sections) == 2
    assert all('w:pgNumType w:start="1"' in section._sectPr.xml for section in sections)


def test_nothing_tells_who_or_which_machine_made_the_file() -> None:
    properties = python_docx.Document(io.BytesIO(docx([stage_minutes(stage())]))).core_properties
    assert (properties.author, properties.last_modified_by, properties.comments) == ("", "", "")
    assert properties.created == properties.modified


def test_the_same_papers_make_the_same_bytes() -> None:
    made = [docx([posting_list(posting()), stage_minutes(stage())]) for _ in range(2)]
    assert made[0] == made[1]
    with zipfile.ZipFile(io.BytesIO(made[0])) as parts:
        assert {part.date_time[0] for part in parts.infolist()} == {2025}


def test_the_square_to_scan_is_a_picture() -> None:
    with zipfile.ZipFile(io.BytesIO(docx([posting_list(posting())]))) as parts:
        assert any(name.startswith("word/media/") for name in parts.namelist())


def test_a_page_break_stands_where_it_was_asked_for() -> None:
    paper = Paper("Hai trang", "", (Paragraph("một"), PageBreak(), Paragraph("hai")))
    document = python_docx.Document(io.BytesIO(docx([paper])))
    assert 'w:type="page"' in document.element.body.xml


def test_a_file_of_no_papers_is_refused() -> None:
    with pytest.raises(ValueError, match="no papers"):
        docx([])


def test_libreoffice_opens_every_paper(tmp_path: Path) -> None:
    soffice = shutil.which("soffice") or shutil.which("libreoffice")
    if soffice is None:
        pytest.skip("LibreOffice (soffice) is not installed")
    source = tmp_path / "papers.docx"
    source.write_bytes(docx([kind.make(FULL[code]) for code, kind in KINDS.items()]))
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    command = [soffice, profile, "--headless", "--convert-to", "pdf", "--outdir", str(tmp_path), str(source)]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    found = pages((tmp_path / "papers.pdf").read_bytes())
    assert sum(page.endswith("trang 1") for page in found) == len(KINDS)  # each paper begins a page
    assert any("60.000.000" in page for page in found)
