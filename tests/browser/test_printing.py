"""Lists on paper: a long table begins where it is, on the first sheet; heads come again, rows stay whole."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pypdfium2
import pytest
from flask import Flask
from page_server import Site, client_of, fill_people, serve_app
from sending import send

pytestmark = pytest.mark.browser
HOUSEHOLDS = 50
"""As many as one page of a list shows."""
LISTS = {
    # address: who prints it, the head of its table, what stands in its first row
    "/households": ("mai", "Chủ hộ", "Triệu Văn Dài"),
    "/work/list?state=none": ("mai", "Chủ hộ", "Triệu Văn Dài"),
    "/areas/01900/budget": ("mai", "Địa bàn", "Thôn 1"),
    "/areas/01900": ("mai", "Địa bàn", "Thôn 1"),
    "/areas/06": ("son", "Địa bàn", "Nam Mẫu"),
    "/accounts": ("admin", "Họ và tên", "Bàn Văn Sơn"),
    "/trail": ("admin", "Tài khoản", "15/05/2025"),
    "/status": ("admin", "Mục", "Sao lưu"),
    "/inbox": ("mai", "Thôn 1, Nam Mẫu", "rất rộng"),
}
PAPER_PX = 703
"""The width that A4 leaves between its margins, in pixels of CSS."""
OVERFLOWING = """() => [...document.querySelectorAll('table')]
  .filter(table => table.scrollWidth > table.parentElement.clientWidth + 1)
  .map(table => `${table.scrollWidth} > ${table.parentElement.clientWidth}`)"""


def fill(app: Flask) -> dict[str, str]:
    """A commune with a page full of households."""
    fill_people(app)
    mai = client_of(app, "mai")
    for number in range(HOUSEHOLDS):
        send(mai, {"head_name": f"Triệu Văn Dài {number:02d}", "area_code": "V1" if number % 2 else "V2"})
    send(mai, {"area_m2": "rất rộng", "people": -3, "head_name": "Chu Văn Sai"})
    return {}


@pytest.fixture(scope="module")
def full_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The application with that commune."""
    with serve_app(tmp_path_factory.mktemp("printing"), fill) as served:
        yield served


@pytest.fixture(scope="module")
def printed(full_site, enter, watch_of) -> Callable[[str], list[str]]:
    """Prints a list as the person who works with it: the text of each sheet."""
    pages = {}

    def sheets(address: str) -> list[str]:
        who = LISTS[address][0]
        if who not in pages:
            pages[who] = watch_of().page
            enter(pages[who], full_site.url, who)
        pages[who].goto(full_site.url + address)
        document = pypdfium2.PdfDocument(pages[who].pdf(format="A4"))
        texts = [_letters(page.get_textpage().get_text_bounded()) for page in document]
        document.close()
        pages[who].emulate_media(media="print")
        pages[who].set_viewport_size({"width": PAPER_PX, "height": 1000})
        assert pages[who].evaluate(OVERFLOWING) == []
        pages[who].emulate_media(media="null")
        return texts

    return sheets


def _letters(text: str) -> str:
    """Without the spaces, which a reader of PDF only guesses from gaps."""
    return "".join(text.split())


@pytest.mark.parametrize("address", LISTS)
def test_the_first_sheet_has_rows(printed, address) -> None:
    _, head, row = LISTS[address]
    first, *_ = printed(address)
    assert _letters(head) in first
    assert _letters(row) in first


@pytest.mark.parametrize("address", ["/households", "/work/list?state=none", "/trail"])
def test_heads_come_again_on_each_sheet_of_a_long_table(printed, address) -> None:
    sheets = [sheet for sheet in printed(address) if _letters(LISTS[address][2]) in sheet]
    assert len(sheets) > 1
    assert all(_letters(LISTS[address][1]) in sheet for sheet in sheets)


def test_a_page_of_households_takes_three_sheets_with_whole_rows(printed) -> None:
    sheets = printed("/households")
    assert len(sheets) <= 3
    names = [len(re.findall(r"TriệuVănDài\d\d", sheet)) for sheet in sheets]
    days = [len(re.findall(r"14/05/2025", sheet)) for sheet in sheets]
    assert names == days
    assert sum(names) == HOUSEHOLDS
