"""The few blocks every paper is made of. A paper says what stands where; `pdf` and `word_file` draw it.

A text None (or empty) is a blank: dots to write on in a line, an empty cell in a table.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class StateHeading:
    """Quốc hiệu and tiêu ngữ; with an issuer they stand right, issuer and number left, place and date below.

    The last line of `issuer` is the body that issues the paper.
    """

    issuer: tuple[str, ...] = ()
    number: str = ""
    dated: str = ""


@dataclass(frozen=True, slots=True)
class Title:
    """What the paper is, in capitals (BIÊN BẢN), what about, in bold below it, and further lines."""

    text: str
    subject: str = ""
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Heading:
    """The name of a part; it stays with what follows."""

    text: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Running text; `align` is left (justified) or center; `keep`: on one page with what follows."""

    text: str
    strong: bool = False
    italic: bool = False
    align: str = "left"
    keep: bool = False


@dataclass(frozen=True, slots=True)
class Field:
    """A label and its value, or dots over `lines` lines. `width` is its share of the line it stands in."""

    label: str
    value: str | None = None
    lines: int = 1
    width: float = 1.0


@dataclass(frozen=True, slots=True)
class Fields:
    """Fields side by side on one line."""

    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Item:
    """One line of a list, with a smaller note behind it (a citation)."""

    text: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Items:
    """A list: numbered, or with dashes."""

    items: tuple[Item, ...]
    numbered: bool = False


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its share of the width, and left, center or right."""

    title: str
    width: float = 1.0
    align: str = "left"


@dataclass(frozen=True, slots=True)
class Table:
    """Lines and columns; the head is repeated on every page, `total` is the last line."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[str | None, ...], ...]
    total: tuple[str | None, ...] = ()


@dataclass(frozen=True, slots=True)
class Option:
    """A box to tick."""

    label: str
    ticked: bool = False


@dataclass(frozen=True, slots=True)
class Choices:
    """A label and boxes to tick behind it; `note` is a hint in small letters."""

    label: str
    options: tuple[Option, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Signature:
    """Who signs: role and position in capitals, how, room for the hand, and the name where it is known."""

    role: str
    name: str | None = None
    note: str = "(Ký, ghi rõ họ tên)"
    position: str = ""


@dataclass(frozen=True, slots=True)
class Signatures:
    """Signatures side by side, kept on one page; `dated` (place and date) stands above the last one."""

    people: tuple[Signature, ...]
    dated: str = ""


@dataclass(frozen=True, slots=True)
class Qr:
    """An address as a square to scan, with a sentence and the address in letters beside it."""

    url: str
    caption: str


@dataclass(frozen=True, slots=True)
class Note:
    """Small letters: what the reader should know about the paper, or about what comes next; kept with it."""

    text: str


@dataclass(frozen=True, slots=True)
class PageBreak:
    """What follows starts on a new page."""


Block = (
    StateHeading
    | Title
    | Heading
    | Paragraph
    | Fields
    | Items
    | Table
    | Choices
    | Signatures
    | Qr
    | Note
    | PageBreak
)


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper ready to be written; its pages are numbered from 1, `mark` stands at the top of each."""

    title: str
    mark: str
    blocks: tuple[Block, ...]
    landscape: bool = False
