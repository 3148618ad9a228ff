"""Before a record is saved it can be read and judged; what was pressed is answered in words."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from handset import MAKE_RECORDS, Handset, fill_survey, forward, switched_on
from page_server import Site, fill_small_world, serve_app

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The application with a village of households."""
    with serve_app(tmp_path_factory.mktemp("field-review"), fill_small_world) as served:
        yield served


@pytest.fixture
def phone(chromium: Any, site: Site, tmp_path: Path) -> Iterator[Handset]:
    """A new phone of Lan's, without a signal."""
    with switched_on(chromium.browser_type, tmp_path / "phone", site.url) as made:
        made.sign_in("lan")
        made.offline()
        yield made


def test_a_meeting_with_more_votes_than_voters_is_not_saved(phone: Handset) -> None:
    phone.go("#/act/meeting/V1")
    phone.page.fill("#q-present", "10")
    phone.press("Thêm dòng")
    phone.press("Chọn hộ")
    phone.page.locator(".option:has-text('Đặng Văn Sình')").click()
    phone.page.fill("[data-q='households[0].votes_for'] input", "24")
    forward(phone, "Xem lại và lưu")
    done = phone.page.locator(".btn.main:text-is('Hoàn tất và lưu')")
    assert done.is_disabled()
    phone.page.locator("button:has-text('24 phiếu, chỉ có 10 người biểu quyết')").click()
    phone.page.fill("[data-q='households[0].votes_for'] input", "9")
    forward(phone, "Xem lại và lưu")
    assert done.is_enabled()
    told = phone.page.inner_text("dl.facts")
    assert "Thôn 1, Nam Mẫu" in told
    assert "Đặng Văn Sình · Đồng ý: 9" in told


def test_the_answers_of_a_survey_can_be_read_before_it_is_saved(phone: Handset) -> None:
    fill_survey(phone, "Lường Thị Đọc")
    forward(phone, "Xem lại và lưu")
    phone.page.locator("summary:has-text('Đã ghi')").click()
    told = phone.page.inner_text("details[open] dl.facts")
    for text in ("Lường Thị Đọc", "36,5 m²", "± 6 m", "Tre, nứa, vầu"):
        assert text.lower() in told.lower(), text
    phone.page.locator("details[open] dl.facts button:has-text('Diện tích nhà ở')").click()
    assert phone.page.inner_text("h1") == "Nhà ở"


def test_sending_without_a_signal_and_saving_to_a_file_are_answered(phone: Handset) -> None:
    phone.call(MAKE_RECORDS, 3, "Hộ chờ")
    phone.go("#/home")
    phone.press("Gửi ngay")
    assert "Chưa có mạng" in phone.page.inner_text("#said")
    with phone.page.expect_download():
        phone.press("Lưu ra tệp")
    phone.page.wait_for_selector("#said:has-text('Đã lưu tệp với 3 bản ghi')")
    phone.offline(False)
    phone.wait_for_states(sent=3)


def test_an_approximate_boundary_alarms_nobody(phone: Handset) -> None:
    phone.call("async m => m.me.me.villages.forEach(one => (one.boundary_is_approximate = true))")
    fill_survey(phone)
    while phone.page.inner_text("h1") != "Địa điểm":
        phone.press("Trước")
    point = phone.page.locator("[data-q='point']")
    point.get_by_text("chỉ gần đúng").wait_for()
    assert "Ngoài ranh" not in point.inner_text()
