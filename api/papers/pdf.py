"""Papers as one PDF, by typst. The file is the same on every computer: fonts embedded, no date, no author."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

from api.papers.blocks import Paper, Qr
from api.papers.wording import printable

TEMPLATE = Path(__file__).with_name("paper.typ")
LONGEST_WORD = 20
"""Longer words may break anywhere; no Vietnamese word comes near it."""


def pdf(papers: Sequence[Paper]) -> bytes:
    """One PDF of all papers in their order, each beginning a page. Raises ValueError where there is none.

    A sign no embedded font has (an emoji) is drawn as an empty box.
    """
    import typst

    if not papers:
        raise ValueError("a file of no papers")
    data = json.dumps([_plain(paper) for paper in papers], ensure_ascii=False)
    files = {"main.typ": TEMPLATE.read_bytes(), "papers.json": data.encode()}
    # Its types leave out that files may come by name.
    return bytes(typst.compile(files, ignore_system_fonts=True))  # type: ignore[call-overload]


def _plain(value: Any) -> Any:
    """Blocks as JSON for the template: each object with the name of its class, each text printable."""
    if isinstance(value, Qr):
        caption = _breakable(printable(value.caption))
        return {"kind": "Qr", "url": printable(value.url), "caption": caption, "svg": _svg(value.url)}
    if is_dataclass(value):
        members = {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
        return {"kind": type(value).__name__, **members}
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    return _breakable(printable(value)) if isinstance(value, str) else value


def _breakable(text: str) -> str:
    """Lets a word that is longer than any column break: it would run over the edge of its cell."""
    return " ".join("\u200b".join(word) if len(word) > LONGEST_WORD else word for word in text.split(" "))


def _svg(url: str) -> str:
    import segno

    drawn = io.BytesIO()
    segno.make(url, error="m", micro=False).save(drawn, kind="svg", border=2)
    return drawn.getvalue().decode()
