"""The page of approvals in a browser: the button says what it will do, a new act opens its fields."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from acting import AGREE, household, take
from flask import Flask
from page_server import Site, client_of, fill_people, serve_app

if TYPE_CHECKING:
    from playwright.sync_api import Page


def fill_reviewed(app: Flask) -> dict[str, str]:
    """Two reviewed households that wait for approval."""
    fill_people(app)
    mai = client_of(app, "mai")
    for name in ("Đặng Văn Sình", "Lý Thị Hương"):
        house = household(mai, head_name=name)
        take(mai, house, *AGREE[:-1], captured_at="2025-05-08T07:00:00+07:00")
    return {}


@pytest.fixture
def reviewed_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The application with what `fill_reviewed` put in."""
    with serve_app(tmp_path_factory.mktemp("approving"), fill_reviewed) as served:
        yield served


def test_the_button_says_how_many_how_much_and_by_which_act(reviewed_site, browser_page: Page, enter) -> None:
    page = browser_page
    enter(page, reviewed_site.url, "son")
    page.goto(f"{reviewed_site.url}/approvals/approve")
    button, fold = page.locator("button[data-verb]"), page.locator("details[data-new-act]")
    assert button.inner_text() == "Phê duyệt các hộ đã chọn"
    page.locator('input[name="household"]').nth(0).check()
    assert button.inner_text() == "Phê duyệt 1 hộ, 60 triệu đồng"
    page.click("text=Chọn cả trang")
    page.get_by_text("Phê duyệt 2 hộ, 120 triệu đồng", exact=True).wait_for()
    assert fold.get_attribute("open") is None
    page.select_option("#f-official_act", "new")
    assert fold.get_attribute("open") is not None
    page.fill("#f-act_name", "407/QĐ-UBND")
    assert button.inner_text() == "Phê duyệt 2 hộ, 120 triệu đồng, theo 407/QĐ-UBND"
