"""Papers as one DOCX, by python-docx, from the same blocks as the PDF, to be edited before printing.

Pages are numbered from 1 in each paper. The total stands beside it only where the file holds one paper: Word
counts the pages of a file, and its count of a section is not understood by other programs.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from api.papers.blocks import Paper
from api.papers.word_blocks import draw
from api.papers.word_text import FONT, add_field, write

A4_MM = (210, 297)
UPRIGHT_MM = {"top": 20, "bottom": 20, "left": 30, "right": 18}
LYING_MM = {"top": 20, "bottom": 16, "left": 20, "right": 15}
FIXED = datetime(2025, 1, 1, tzinfo=UTC)
"""Stands where a file format asks for a moment: a paper carries its own date, in words."""


def docx(papers: Sequence[Paper]) -> bytes:
    """One DOCX of all papers in their order, each a section. Raises ValueError where there is none."""
    import docx as python_docx

    if not papers:
        raise ValueError("a file of no papers")
    document = python_docx.Document()
    _set_properties(document, papers[0].title)
    _set_styles(document)
    for number, paper in enumerate(papers):
        section = document.add_section() if number else document.sections[0]
        _set_page(section, paper, is_only=len(papers) == 1)
        margins_mm = LYING_MM if paper.landscape else UPRIGHT_MM
        width_mm = A4_MM[paper.landscape] - margins_mm["left"] - margins_mm["right"]
        for block in paper.blocks:
            draw(document, block, width_mm)
    stream = io.BytesIO()
    document.save(stream)
    return _without_moments(stream)


def _set_properties(document: Any, title: str) -> None:
    properties = document.core_properties
    properties.title = title[:255]
    properties.author = properties.last_modified_by = properties.comments = ""
    properties.created = properties.modified = FIXED
    properties.language = "vi-VN"


def _set_styles(document: Any) -> None:
    from docx.oxml.ns import qn
    from docx.shared import Pt

    style = document.styles["Normal"]
    style.font.name, style.font.size = FONT, Pt(13)
    style.element.rPr.rFonts.set(qn("w:eastAsia"), FONT)
    document.styles["Footer"].font.size = Pt(10)
    style.paragraph_format.space_before = style.paragraph_format.space_after = Pt(1.5)


def _set_page(section: Any, paper: Paper, *, is_only: bool) -> None:
    """Size, margins, the mark above and the page number below; numbers begin again with each paper."""
    from docx.enum.section import WD_ORIENT
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn
    from docx.shared import Mm

    sides = A4_MM[::-1] if paper.landscape else A4_MM
    section.orientation = WD_ORIENT.LANDSCAPE if paper.landscape else WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = (Mm(side) for side in sides)
    for edge, millimetres in (LYING_MM if paper.landscape else UPRIGHT_MM).items():
        setattr(section, f"{edge}_margin", Mm(millimetres))
    section.header.is_linked_to_previous = section.footer.is_linked_to_previous = False
    head, foot = section.header.paragraphs[0], section.footer.paragraphs[0]
    head.alignment, foot.alignment = WD_ALIGN_PARAGRAPH.RIGHT, WD_ALIGN_PARAGRAPH.CENTER
    write(head, paper.mark, size=9.5, italic=True)
    write(foot, "trang ")
    add_field(foot, "PAGE")
    if is_only:
        write(foot, "/")
        add_field(foot, "NUMPAGES")
    numbering = OxmlElement("w:pgNumType")
    numbering.set(qn("w:start"), "1")
    section._sectPr.append(numbering)


def _without_moments(stream: io.BytesIO) -> bytes:
    """The same file with a fixed date on each part: the same papers always make the same bytes."""
    made = io.BytesIO()
    with zipfile.ZipFile(stream) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.infolist():
            fixed = zipfile.ZipInfo(part.filename, FIXED.timetuple()[:6])
            new.writestr(fixed, old.read(part), zipfile.ZIP_DEFLATED)
    return made.getvalue()
