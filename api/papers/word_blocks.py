"""Each block of a paper as paragraphs and tables of a DOCX: one function a block."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from typing import Any

from api.papers.blocks import (
    Block,
    Choices,
    Column,
    Field,
    Fields,
    Heading,
    Items,
    Note,
    PageBreak,
    Paragraph,
    Qr,
    Signature,
    Signatures,
    StateHeading,
    Table,
    Title,
)
from api.papers.word_text import add_dots, add_grid, add_tab, row_cells, shares, write
from api.papers.wording import printable

NATION = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"
MOTTO = "Độc lập - Tự do - Hạnh phúc"
LETTER_MM = 2.15
"""About the width of a letter at 13 points."""
FIELD_GAP_MM = 3
ROOM_MM = 8
"""Height of a line of a table in which something is to be written by hand."""


def draw(document: Any, block: Block, width_mm: float) -> None:
    """Writes one block at the end of the document."""
    _DRAWN_BY[type(block)](document, block, width_mm)


def _gap(document: Any) -> None:
    """A little air; it also keeps two tables from growing together."""
    from docx.shared import Pt

    document.add_paragraph().paragraph_format.line_spacing = Pt(6)


def _align(paragraph: Any, name: str) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH

    paragraph.alignment = getattr(WD_ALIGN_PARAGRAPH, name.upper())


def _state_heading(document: Any, block: StateHeading, width_mm: float) -> None:
    if not block.issuer:
        for text, size in ((NATION, 12), (MOTTO, 13)):
            _nation_line(document.add_paragraph(), text, size)
        _gap(document)
        return
    widths = shares([5, 8], width_mm)
    table = add_grid(document, widths, 3)
    for row, (left, right) in enumerate(((block.issuer[0], NATION), (" ".join(block.issuer[1:]), MOTTO))):
        issuer, nation = row_cells(table, row, widths)
        write(issuer, left, size=12, bold=row == 1)
        issuer.runs[0].underline = row == 1 or None
        _align(issuer, "center")
        _nation_line(nation, right, 12 + row)
    for paragraph, text in zip(row_cells(table, 2, widths), (block.number, block.dated), strict=True):
        write(paragraph, text, italic=text == block.dated)
        _align(paragraph, "center")
    _gap(document)


def _nation_line(paragraph: Any, text: str, size: float) -> None:
    write(paragraph, text, size=size, bold=True)
    paragraph.runs[0].underline = text == MOTTO or None
    _align(paragraph, "center")


def _title(document: Any, block: Title, width_mm: float) -> None:
    paragraph = document.add_paragraph()
    write(paragraph, block.text.upper(), size=14, bold=True)
    _align(paragraph, "center")
    if block.subject:
        below = document.add_paragraph()
        write(below, block.subject, bold=True)
        _align(below, "center")
    for line in block.lines:
        below = document.add_paragraph()
        write(below, line, size=12)
        _align(below, "center")
    _gap(document)


def _heading(document: Any, block: Heading, width_mm: float) -> None:
    paragraph = document.add_paragraph()
    paragraph.paragraph_format.keep_with_next = True
    write(paragraph, block.text, bold=True)


def _paragraph(document: Any, block: Paragraph, width_mm: float) -> None:
    paragraph = document.add_paragraph()
    paragraph.paragraph_format.keep_with_next = block.keep
    write(paragraph, block.text, bold=block.strong, italic=block.italic)
    _align(paragraph, "center" if block.align == "center" else "justify")


def _fields(document: Any, block: Fields, width_mm: float) -> None:
    """Side by side by tab stops; a value too long for its share puts every field on a line of its own."""
    widths = shares([field.width for field in block.fields], width_mm)
    texts = [f"{field.label}: {field.value or ''}" for field in block.fields]
    if any(len(text) * LETTER_MM > width for text, width in zip(texts, widths, strict=True)):
        for field in block.fields:
            _field(document.add_paragraph(), field, width_mm)
        return
    paragraph, start = document.add_paragraph(), 0.0
    for field, width in zip(block.fields, widths, strict=True):
        if start:
            add_tab(paragraph, start)
        start += width
        _field(paragraph, field, start - (FIELD_GAP_MM if start < width_mm - 1 else 0))


def _field(paragraph: Any, field: Field, until_mm: float) -> None:
    """A label and its value, or dots up to so far from the left edge."""
    if field.label:
        write(paragraph, f"{field.label}: ")
    if field.value and printable(field.value):
        write(paragraph, field.value)
    else:
        add_dots(paragraph, until_mm, field.lines)


def _items(document: Any, block: Items, width_mm: float) -> None:
    from docx.shared import Mm

    for number, item in enumerate(block.items, 1):
        paragraph = document.add_paragraph()
        paragraph.paragraph_format.left_indent = Mm(7)
        paragraph.paragraph_format.first_line_indent = Mm(-5)
        write(paragraph, f"{number}. {item.text}" if block.numbered else f"– {item.text}")
        if item.note:
            write(paragraph, f" ({item.note})", size=11, italic=True)


def _table(document: Any, block: Table, width_mm: float) -> None:
    from docx.oxml import OxmlElement
    from docx.shared import Mm

    widths = shares([column.width for column in block.columns], width_mm)
    lines = (*block.rows, block.total) if block.total else block.rows
    table = add_grid(document, widths, 1 + len(lines), ruled=True)
    size = 10 if len(block.columns) > 9 else 11.5
    for paragraph, column in zip(row_cells(table, 0, widths), block.columns, strict=True):
        write(paragraph, column.title, size=size, bold=True)
        _align(paragraph, "center")
    table.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
    for number, texts in enumerate(lines, 1):
        is_total = number > len(block.rows)
        if not is_total and not all(texts):
            table.rows[number].height = Mm(ROOM_MM)
        _row(row_cells(table, number, widths), texts, block.columns, size=size, bold=is_total)
    _gap(document)


def _row(
    cells: list[Any], texts: tuple[str | None, ...], columns: tuple[Column, ...], *, size: float, bold: bool
) -> None:
    for paragraph, text, column in zip(cells, texts, columns, strict=True):
        write(paragraph, text or "", size=size, bold=bold)
        _align(paragraph, column.align)


def _choices(document: Any, block: Choices, width_mm: float) -> None:
    paragraph = document.add_paragraph()
    write(paragraph, f"{block.label}: ")
    for option in block.options:
        write(paragraph, f"{'☒' if option.ticked else '☐'} {option.label}")
        paragraph.add_run("    ")
    if block.note:
        write(paragraph, block.note, size=10.5, italic=True)


def _signatures(document: Any, block: Signatures, width_mm: float) -> None:
    people = block.people if len(block.people) > 1 else (Signature("", None, ""), *block.people)
    wide = min(len(people), 4)
    if block.dated:
        widths = shares([1, 2], width_mm)
        dated = row_cells(add_grid(document, widths), 0, widths)[1]
        write(dated, block.dated, italic=True)
        dated.paragraph_format.keep_with_next = True
        _align(dated, "center")
    for first in range(0, len(people), wide):
        _signature_rows(document, people[first : first + wide], [width_mm / wide] * wide)
    _gap(document)


def _signature_rows(document: Any, people: tuple[Signature, ...], widths: list[float]) -> None:
    """Roles, how to sign, room for the hand and names as lines of one grid, so that names stand level."""
    from docx.shared import Mm

    table = add_grid(document, widths, 4)
    table.rows[2].height = Mm(16)
    for one, *paragraphs in zip(people, *(row_cells(table, row, widths) for row in range(4)), strict=False):
        write(paragraphs[0], one.role.upper(), size=12, bold=True)
        if one.position:
            paragraphs[0].add_run().add_break()
            write(paragraphs[0], one.position.upper(), size=12, bold=True)
        write(paragraphs[1], one.note, size=11, italic=True)
        write(paragraphs[3], one.name or "", bold=True)
        for paragraph in paragraphs:
            paragraph.paragraph_format.keep_with_next = True
            _align(paragraph, "center")


def _qr(document: Any, block: Qr, width_mm: float) -> None:
    import segno
    from docx.shared import Mm

    drawn = io.BytesIO()
    segno.make(block.url, error="m", micro=False).save(drawn, kind="png", scale=8, border=2)
    widths = [34.0, width_mm - 34]
    picture, beside = row_cells(add_grid(document, widths), 0, widths)
    picture.add_run().add_picture(drawn, width=Mm(26))
    write(beside, block.caption)
    beside.add_run().add_break()
    write(beside, block.url, size=10.5)


def _note(document: Any, block: Note, width_mm: float) -> None:
    paragraph = document.add_paragraph()
    paragraph.paragraph_format.keep_with_next = True
    write(paragraph, block.text, size=10.5, italic=True)


def _page_break(document: Any, block: PageBreak, width_mm: float) -> None:
    document.add_page_break()


_DRAWN_BY: Mapping[type, Callable[[Any, Any, float], None]] = {
    StateHeading: _state_heading,
    Title: _title,
    Heading: _heading,
    Paragraph: _paragraph,
    Fields: _fields,
    Items: _items,
    Table: _table,
    Choices: _choices,
    Signatures: _signatures,
    Qr: _qr,
    Note: _note,
    PageBreak: _page_break,
}
