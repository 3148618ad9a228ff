"""What an answer of the server says, as a person reads it."""

from __future__ import annotations

import pypdfium2


def text_of(answer) -> str:
    """The words of a PDF answer, line ends as spaces."""
    assert answer.status_code == 200, answer.text
    document = pypdfium2.PdfDocument(answer.data)
    pages = [page.get_textpage().get_text_bounded() for page in document]
    document.close()
    return " ".join(" ".join(pages).split())
