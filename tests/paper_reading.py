"""Reads finished papers back: the text and pages of a PDF, the text of a DOCX with its heads and feet."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any


def pages(made: bytes) -> list[str]:
    """The text of each page, words parted by single spaces, without the marks where a long word may break."""
    import pypdfium2

    document = pypdfium2.PdfDocument(made)
    try:
        texts = [page.get_textpage().get_text_range() for page in document]
    finally:
        document.close()
    return [" ".join(text.replace("\u200b", "").split()) for text in texts]


def pictures_in(made: bytes) -> int:
    """How many shapes and images are drawn on the first page."""
    import pypdfium2

    document = pypdfium2.PdfDocument(made)
    try:
        return sum(1 for one in document[0].get_objects(max_depth=4) if one.type != 1)
    finally:
        document.close()


def words(made: bytes) -> str:
    """All text of a DOCX: paragraphs, cells in their order, heads and feet."""
    import docx

    document = docx.Document(io.BytesIO(made))
    found = [*_texts(document)]
    for section in document.sections:
        found += [*_texts(section.header), *_texts(section.footer)]
    return " ".join(" ".join(found).split())


def _texts(container: Any) -> Iterator[str]:
    for part in container.iter_inner_content():
        if hasattr(part, "rows"):
            for row in part.rows:
                for cell in row.cells:
                    yield from _texts(cell)
        else:
            yield part.text
