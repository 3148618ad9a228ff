"""Records that come back: returned with a comment, mended by somebody else, corrected, in conflict."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from fielding import rows_of
from handset import (
    MAKE_RECORDS,
    Handset,
    camera_photo,
    desk_of,
    fill_survey,
    finish,
    photograph,
    switched_on,
    turn_to,
)
from page_server import Site, fill_people, serve_app

COMMENT = "Đo lại diện tích: ghi bằng số, không ghi chữ."
FAULTY = {"area_m2": "rất rộng", "house_tenure": "own"}

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the server keeps its data."""
    return tmp_path_factory.mktemp("field-returned")


@pytest.fixture(scope="module")
def site(folder: Path) -> Iterator[Site]:
    """The application; every test leaves the inbox empty."""
    with serve_app(folder, fill_people) as served:
        yield served


@pytest.fixture
def phone(chromium: Any, site: Site, tmp_path: Path) -> Iterator[Handset]:
    """A new phone of Lan's."""
    with switched_on(chromium.browser_type, tmp_path / "phone", site.url) as made:
        made.sign_in("lan")
        yield made


# --- what both sides do


def send_a_faulty_record(phone: Handset) -> dict[str, Any]:
    """A survey whose area nobody can read: received, and waiting at the commune."""
    phone.call(MAKE_RECORDS, 1, "Chu Thị Trả", FAULTY)
    phone.call("async m => m.sync.sendAll({isAsked: true})")
    phone.wait_for_states(sent=1)
    (record,) = phone.records()
    assert record["receipt"]["state"] == "waiting"
    return record


@contextmanager
def inbox_of_mai(chromium: Any, site: Site) -> Iterator[Any]:
    """The page on which Mai of the commune looks at the one record that waits."""
    with desk_of(chromium, site.url, "mai") as page:
        page.goto(f"{site.url}/inbox")
        page.click("a[href^='/inbox/']:has-text('Lan'), tr:has-text('Lan') a[href^='/inbox/']")
        page.wait_for_selector("text=Vì sao chờ")
        yield page


def mend_at_the_commune(chromium: Any, site: Site, **answers: str) -> None:
    """Mai corrects answers herself."""
    with inbox_of_mai(chromium, site) as page:
        page.click("summary:text-is('Các câu trả lời khác')")
        for code, value in answers.items():
            page.fill(f"[name='answer.{code}']", value)
        page.click("button:text-is('Lưu và xử lý lại')")
        page.wait_for_url("**/households/**")


def versions(folder: Path, record: dict[str, Any]) -> list[tuple[Any, ...]]:
    """Version, state and sender's name of all that the server has of a record."""
    return rows_of(
        folder,
        "SELECT version, state, username FROM received_envelopes JOIN users ON users.id = sender_id"
        " WHERE envelope_id = ? ORDER BY version",
        record["id"],
    )


# --- returned


def test_a_returned_record_shows_its_comment_and_its_fault_and_is_mended(
    chromium: Any, phone: Handset, site: Site, folder: Path
) -> None:
    record = send_a_faulty_record(phone)
    with inbox_of_mai(chromium, site) as page:
        page.click("summary:text-is('Cất bản ghi này')")
        page.fill("[name=reason]", COMMENT)
        page.click("button:text-is('Cất')")
    phone.call("async m => m.sync.syncNow()")
    phone.go("#/home")
    phone.page.locator("section:has(h2:text-is('Cần sửa')) .task:has-text('Trả lại')").click()
    phone.page.wait_for_selector("text=Trả lại với ý kiến")
    assert phone.page.inner_text(".typed") == COMMENT
    assert "Diện tích nhà ở" in phone.page.inner_text("#main")
    phone.press("Sửa")
    phone.page.wait_for_selector("h1:text-is('Nhà ở')")
    assert COMMENT in phone.page.inner_text(".problem")
    assert phone.page.evaluate("() => document.activeElement.id") == "q-area_m2"
    phone.page.fill("#q-area_m2", "36,5")
    finish(phone)
    phone.wait_for_states(sent=1, returned=1)
    phone.call("async m => m.sync.syncNow()")
    phone.wait_for_states(sent=2)
    assert versions(folder, record) == [(1, "waiting", "lan"), (2, "stored", "lan")]


def test_a_record_mended_by_somebody_else_shows_who_and_what_was_and_is(
    chromium: Any, phone: Handset, site: Site
) -> None:
    send_a_faulty_record(phone)
    mend_at_the_commune(chromium, site, area_m2="36", people="5")
    phone.call("async m => m.sync.syncNow()")
    phone.wait_for_states(returned=1)
    phone.go(f"#/record/{phone.records()[0]['key']}")
    phone.page.wait_for_selector("text=Triệu Thị Mai đã sửa bản ghi này")
    rows = [row.inner_text().split("\t") for row in phone.page.locator("tbody tr").all()]
    assert rows == [["Diện tích nhà ở", "rất rộng", "36"], ["Số khẩu trong hộ", "3", "5"]]


def test_who_goes_on_after_somebody_else_s_mending_begins_with_what_they_put_right(
    chromium: Any, phone: Handset, site: Site, folder: Path
) -> None:
    record = send_a_faulty_record(phone)
    mend_at_the_commune(chromium, site, area_m2="36", people="5")
    phone.call("async m => m.sync.syncNow()")
    phone.wait_for_states(returned=1)
    phone.go(f"#/record/{record['key']}")
    phone.press("Sửa")
    turn_to(phone, "Chủ hộ")
    phone.page.fill("#q-phone", "0912345678")
    finish(phone)
    phone.wait_for_states(sent=1, returned=1)
    phone.call("async m => m.sync.syncNow()")
    phone.wait_for_states(sent=2)
    assert versions(folder, record) == [(1, "waiting", "lan"), (2, "stored", "mai"), (3, "stored", "lan")]
    kept = "SELECT answers ->> '$.area_m2', answers ->> '$.people' FROM surveys WHERE envelope_id = ?"
    assert rows_of(folder, f"{kept} AND version = 3", record["id"]) == [(36, 5)]


# --- corrected


def test_a_correction_made_without_a_signal_keeps_the_photo_that_has_left_the_phone(
    phone: Handset, folder: Path
) -> None:
    fill_survey(phone, "Triệu Thị Ảnh")
    photograph(phone, camera_photo(1))
    finish(phone)
    phone.wait_for_states(sent=1)
    phone.offline()
    phone.press("Sửa thành phiên bản mới")
    turn_to(phone, "Ảnh và chữ ký")
    photograph(phone, camera_photo(2), "roof")
    phone.reopen()
    finish(phone)
    phone.offline(False)
    phone.wait_for_states(sent=2)
    second, first = phone.records()
    assert [photo["slot"] for photo in second["photos"]] == ["front", "roof"]
    assert second["photos"][0]["sha256"] == first["photos"][0]["sha256"]
    assert second["receipt"]["missing_photos"] == []
    assert versions(folder, first) == [(1, "stored", "lan"), (2, "stored", "lan")]
    held = "SELECT version, count(*) FROM survey_photos WHERE envelope_id = ? GROUP BY version"
    assert rows_of(folder, held, first["id"]) == [(1, 1), (2, 2)]


def test_what_has_not_left_the_phone_is_mended_without_a_new_version(phone: Handset, folder: Path) -> None:
    phone.offline()
    phone.call(MAKE_RECORDS, 1, "Hộ chưa gửi")
    (record,) = phone.records()
    phone.go(f"#/record/{record['key']}")
    phone.press("Sửa")
    turn_to(phone, "Người trong hộ")
    phone.page.fill("#q-people", "7")
    finish(phone)
    phone.offline(False)
    phone.wait_for_states(sent=1)
    (sent,) = phone.records()
    assert (sent["id"], sent["version"]) == (record["id"], 1)
    assert versions(folder, record) == [(1, "stored", "lan")]


# --- in conflict


def test_two_who_mend_one_record_are_told_of_each_other_and_both_versions_stay(
    chromium: Any, phone: Handset, site: Site, folder: Path
) -> None:
    record = send_a_faulty_record(phone)
    phone.offline()
    phone.go(f"#/record/{record['key']}")
    phone.press("Sửa thành phiên bản mới")
    turn_to(phone, "Nhà ở")
    phone.page.fill("#q-area_m2", "41")
    finish(phone)
    mend_at_the_commune(chromium, site, area_m2="36", people="5")
    phone.offline(False)
    phone.wait_for_states(conflict=1)
    told = phone.page.inner_text(".problem:has-text('Người khác đã sửa bản ghi này trước')")
    assert "Triệu Thị Mai" in told
    assert "Diện tích nhà ở, Số khẩu trong hộ" in told
    phone.reopen()
    phone.page.locator(".task:has-text('Người khác đã sửa')").click()
    phone.press("Sửa tiếp trên bản mới nhất")
    phone.page.wait_for_selector("h1:text-is('Xem lại và lưu')")
    finish(phone)
    phone.wait_for_states(sent=2)
    mine = [(1, "waiting", "lan"), (2, "stored", "mai"), (3, "stored", "lan")]
    assert versions(folder, record) == mine
    areas = "SELECT version, answers ->> '$.area_m2' FROM surveys WHERE envelope_id = ? ORDER BY version"
    assert rows_of(folder, areas, record["id"]) == [(2, 36), (3, 41)]
