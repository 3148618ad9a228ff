"""What the app notes beside the answers arrives in its own place: fixes of photos, reasons, late changes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from fielding import rows_of
from handset import HERE, Handset, camera_photo, fill_survey, finish, forward, photograph, switched_on, tile
from makers import NOON
from page_server import Site, fill_people, serve_app

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the server keeps its data."""
    return tmp_path_factory.mktemp("field-notes")


@pytest.fixture(scope="module")
def site(folder: Path) -> Iterator[Site]:
    """The application with its people and no household."""
    with serve_app(folder, fill_people) as served:
        yield served


@pytest.fixture
def phone(chromium: Any, site: Site, tmp_path: Path) -> Iterator[Handset]:
    """A new phone of Lan's, without a signal."""
    with switched_on(chromium.browser_type, tmp_path / "phone", site.url) as made:
        made.sign_in("lan")
        made.offline()
        yield made


def flags_of(phone: Handset, folder: Path, key: str) -> dict[str, Any]:
    """Send what waits; the flags of that survey by their code."""
    phone.offline(False)
    phone.wait_for_states(sent=1)
    ((flags,),) = rows_of(folder, "SELECT flags FROM surveys WHERE envelope_id = ?", key.split(".")[0])
    return {flag["code"]: flag for flag in json.loads(flags)}


def test_where_and_when_a_photo_was_taken_arrives_with_it(phone: Handset, folder: Path) -> None:
    fill_survey(phone, "Ma Thị Ảnh")
    photograph(phone, camera_photo())
    key = finish(phone)
    assert "photo_elsewhere" not in flags_of(phone, folder, key)
    statement = "SELECT lon, lat, taken_at FROM survey_photos WHERE envelope_id = ?"
    assert rows_of(folder, statement, key.split(".")[0]) == [(105.62, 22.42, "2025-05-15T08:00:00")]


def test_a_photo_of_another_place_is_flagged_on_receipt(phone: Handset, folder: Path) -> None:
    phone.context.set_geolocation(HERE | {"latitude": 22.44})
    fill_survey(phone, "Ma Thị Xa")
    photograph(phone, camera_photo(2))
    found = flags_of(phone, folder, finish(phone))["photo_elsewhere"]
    assert found["distance_m"] == pytest.approx(2215, abs=5)


def test_a_fix_above_50_m_asks_for_its_reason_and_the_reason_arrives(phone: Handset, folder: Path) -> None:
    phone.context.set_geolocation(HERE | {"accuracy": 80})
    fill_survey(phone, "Ma Thị Yếu")
    forward(phone, "Xem lại và lưu")
    assert phone.page.locator(".btn.main:text-is('Hoàn tất và lưu')").is_disabled()
    phone.page.locator("button:has-text('Sai số vị trí trên 50 m')").click()
    phone.page.fill("#q-point-why", "Dưới tán rừng, mưa to")
    phone.reopen()
    assert phone.page.input_value("#q-point-why") == "Dưới tán rừng, mưa to"
    flag = flags_of(phone, folder, finish(phone))["poor_accuracy"]
    assert (flag["accuracy_m"], flag["reason"]) == (80, "Dưới tán rừng, mưa to")


def test_what_was_changed_after_the_result_arrives_in_its_order(phone: Handset, folder: Path) -> None:
    fill_survey(phone, "Ma Thị Đổi")
    forward(phone, "Xem lại và lưu")
    phone.settle()
    for title, question, text in (("Nhà ở", "roof_material", "Ngói"), ("Đất ở", "land_disputed", "Có")):
        while phone.page.inner_text("h1") != "Nhà ở":
            phone.press("Trước")
        forward(phone, title)
        tile(phone, question, text)
        forward(phone, "Xem lại và lưu")
    key = finish(phone)
    assert "Sửa sau khi xem kết quả" in phone.page.inner_text("#main")
    flag = flags_of(phone, folder, key)["changed_after_result"]
    assert [one["question"] for one in flag["changes"]] == ["roof_material", "land_disputed"]


def test_a_phone_records_on_the_day_that_the_server_pins(phone: Handset, folder: Path) -> None:
    years_later = datetime.now(NOON.tzinfo) + timedelta(days=560)
    phone.context.clock.set_system_time(years_later)
    assert phone.call("async m => (await import('/static/field/ui/words.js')).today()") == "2025-05-15"
    fill_survey(phone, "Ma Thị Ghim")
    key = finish(phone)
    assert "captured_in_future" not in flags_of(phone, folder, key)
