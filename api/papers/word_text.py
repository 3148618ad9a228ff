"""The smallest steps of a DOCX: a run of text, dots to write on, a number Word counts, a grid."""

from __future__ import annotations

from typing import Any

from api.papers.wording import printable

FONT = "Times New Roman"


def write(
    paragraph: Any, text: str, *, size: float | None = None, bold: bool = False, italic: bool = False
) -> None:
    """Adds a run of printable text; spaces at its ends are kept."""
    from docx.shared import Pt

    clean = printable(text)
    before = " " if text[:1] == " " else ""
    after = " " if text[-1:] == " " and clean else ""
    run = paragraph.add_run(f"{before}{clean}{after}")
    run.bold, run.italic = bold or None, italic or None
    if size:
        run.font.size = Pt(size)


def add_dots(paragraph: Any, width_mm: float, lines: int = 1) -> None:
    """Dots to write on, up to `width_mm` from the paragraph's left edge, on so many lines."""
    from docx.enum.text import WD_TAB_ALIGNMENT, WD_TAB_LEADER
    from docx.shared import Mm

    paragraph.paragraph_format.tab_stops.add_tab_stop(
        Mm(width_mm), WD_TAB_ALIGNMENT.RIGHT, WD_TAB_LEADER.DOTS
    )
    run = paragraph.add_run()
    for line in range(lines):
        if line:
            run.add_break()
        run.add_tab()


def add_tab(paragraph: Any, start_mm: float) -> None:
    """What follows begins so far from the paragraph's left edge."""
    from docx.shared import Mm

    paragraph.paragraph_format.tab_stops.add_tab_stop(Mm(start_mm))
    paragraph.add_run().add_tab()


def add_field(paragraph: Any, instruction: str) -> None:
    """A number that the word processor counts (PAGE, NUMPAGES)."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    run = paragraph.add_run()
    for kind in ("begin", None, "separate", "shown", "end"):
        if kind == "shown":
            run.add_text("1")
            continue
        part = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            part.set(qn("w:fldCharType"), kind)
        else:
            part.text = f" {instruction} "
        run._r.append(part)


def add_grid(document: Any, widths_mm: list[float], rows: int = 1, *, ruled: bool = False) -> Any:
    """A table of fixed widths; without lines unless `ruled`."""
    from docx.shared import Mm

    table = document.add_table(rows=rows, cols=len(widths_mm))
    table.autofit = False
    if ruled:
        table.style = "Table Grid"
    for column, width in zip(table.columns, widths_mm, strict=True):
        column.width = Mm(width)
    return table


def row_cells(table: Any, row: int, widths_mm: list[float]) -> list[Any]:
    """The first paragraphs of a row's cells; each cell is given its width, which Word and others obey."""
    from docx.shared import Mm

    paragraphs = []
    for cell, width in zip(table.rows[row].cells, widths_mm, strict=True):
        cell.width = Mm(width)
        paragraphs.append(cell.paragraphs[0])
    return paragraphs


def shares(widths: list[float], total_mm: float) -> list[float]:
    """Relative widths as millimetres that fill the line."""
    return [width * total_mm / sum(widths) for width in widths]
