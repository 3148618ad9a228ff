"""The printed sheet of one recovery key (tờ khóa khôi phục): typed or scanned, it opens a backup."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from api.backups.recovery_keys import PREFIX, printed_rows

TEMPLATE = Path(__file__).with_name("sheet.typ")


@dataclass(frozen=True, slots=True)
class Sheet:
    """One key and who keeps its sheet; `number` of two."""

    key: str
    recipient: str
    holder: str
    number: int
    printed_on: date


def pdf(sheet: Sheet) -> bytes:
    """The sheet on one page."""
    import segno
    import typst

    drawn = io.BytesIO()
    segno.make(sheet.key, error="q", micro=False).save(drawn, kind="svg", border=2)
    told = {
        "prefix": PREFIX,
        "rows": [{"signs": signs, "check": check} for signs, check in printed_rows(sheet.key)],
        "qr": drawn.getvalue().decode(),
        "holder": sheet.holder,
        "number": str(sheet.number),
        "printed_on": f"{sheet.printed_on:%d/%m/%Y}",
        "recipient": sheet.recipient,
    }
    files = {"main.typ": TEMPLATE.read_bytes(), "sheet.json": json.dumps(told, ensure_ascii=False).encode()}
    # Its types leave out that files may come by name.
    return bytes(typst.compile(files, ignore_system_fonts=True))  # type: ignore[call-overload]


def text(sheet: Sheet) -> str:
    """The same for a printer that takes plain text."""
    rows = "\n".join(f"  {number}  {row}  [{check}]" for number, (row, check) in _numbered(sheet.key))
    return (
        f"NHÀ VỮNG · KHÓA KHÔI PHỤC {sheet.number}/2 · {sheet.holder} · {sheet.printed_on:%d/%m/%Y}\n\n"
        f"  {PREFIX}\n{rows}\n\n  {sheet.recipient}\n"
    )


def _numbered(key: str) -> list[tuple[int, tuple[str, str]]]:
    return list(enumerate(printed_rows(key), 1))
