"""A new password while fifty records wait on a phone: all of them arrive, none twice, none lost."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from cut_line import Cut, CutLine
from fielding import rows_of
from handset import MAKE_RECORDS, PIN, Handset, desk_of, switched_on
from makers import password_of
from page_server import fill_small_world, serve_app

NEW_PASSWORD = "bốn con trâu trắng"
NEW_PIN = "608317"

pytestmark = pytest.mark.browser


@pytest.fixture
def line(tmp_path: Path) -> Iterator[CutLine]:
    """A server with a line to it that can be cut."""
    with serve_app(tmp_path / "site", fill_small_world) as site:
        made = CutLine(int(site.url.rpartition(":")[2]))
        yield made
        made.close()


@pytest.fixture
def phone(chromium: Any, line: CutLine, tmp_path: Path) -> Iterator[Handset]:
    """Lan's phone."""
    with switched_on(chromium.browser_type, tmp_path / "phone", line.url) as made:
        made.sign_in("lan")
        yield made


# --- at the office


def reset_password(chromium: Any, url: str, full_name: str) -> str:
    """The administrator gives somebody a new password; what the slip says."""
    with desk_of(chromium, url, "admin") as page:
        page.goto(f"{url}/accounts")
        page.click(f"a:has-text('{full_name}')")
        page.click("summary:text-is('Cấp lại mật khẩu')")
        page.click("button:text-is('Đúng, cấp lại ngay')")
        return str(page.inner_text(".slip .secret"))


def choose_password(chromium: Any, url: str, slip: str) -> None:
    """Lan chooses a password of her own on the website."""
    with desk_of(chromium, url, "lan", slip) as page:
        page.fill("[name=current]", slip)
        page.fill("[name=new]", NEW_PASSWORD)
        page.fill("[name=again]", NEW_PASSWORD)
        page.click("button:text-is('Đặt mật khẩu')")
        page.wait_for_url(lambda address: "/password" not in address)


# --- on the phone


def let_fifty_wait(phone: Handset, line: CutLine) -> None:
    """Fifty records; of twenty the answer got lost: the server has them, and the phone does not know."""
    phone.offline()
    phone.call(MAKE_RECORDS, 20, "Hộ gửi dở")
    line.plan = lambda method, path: Cut(None) if method == "POST" and "/envelopes" in path else None
    phone.offline(False)
    phone.page.wait_for_function("() => document.body.innerText.includes('Chưa tới được máy chủ')")
    phone.offline()
    line.plan = lambda _method, _path: None
    phone.call(MAKE_RECORDS, 30, "Hộ chưa gửi")
    assert line.breaks
    phone.wait_for_states(ready=50)


def come_back(phone: Handset) -> None:
    """Go from the warning on the first screen to signing in."""
    phone.go("#/home")
    phone.press("Đăng nhập lại")
    phone.page.wait_for_selector("h1:text-is('Cài đặt')")
    phone.press("Đăng nhập lại")


def with_the_known_pin(phone: Handset) -> None:
    """Open the work left here with the PIN."""
    phone.page.wait_for_selector("h1:text-is('Mã PIN của máy này')")
    phone.page.fill("#pin", PIN)
    phone.press("Mở")


def with_a_new_pin(phone: Handset) -> None:
    """The PIN is forgotten too."""
    phone.press("Quên PIN, đặt PIN mới")
    phone.page.wait_for_selector("#pin-again")
    phone.page.fill("#pin", NEW_PIN)
    phone.page.fill("#pin-again", NEW_PIN)
    phone.press("Dùng PIN này")


@pytest.mark.parametrize("open_again", [with_the_known_pin, with_a_new_pin])
def test_fifty_records_survive_a_new_password(
    chromium: Any, line: CutLine, phone: Handset, tmp_path: Path, open_again: Callable[[Handset], None]
) -> None:
    let_fifty_wait(phone, line)
    slip = reset_password(chromium, line.url, "Hoàng Thị Lan")
    phone.offline(False)
    come_back(phone)
    phone.give_password("lan", slip)
    phone.page.wait_for_selector("text=Mật khẩu đang dùng là mật khẩu tạm")
    choose_password(chromium, line.url, slip)
    phone.give_password("lan", NEW_PASSWORD)
    open_again(phone)
    phone.press("Để sau")
    phone.wait_for_states(sent=50)
    assert_all_are_there_once(phone, tmp_path / "site")


def assert_all_are_there_once(phone: Handset, folder: Path) -> None:
    """The server's rows from this phone are the phone's records, each in one version and of one household."""
    mine = {one["id"]: one["content_sha256"] for one in phone.records()}
    from_phone = "FROM received_envelopes WHERE captured_at IS NOT NULL AND device_id IS NOT NULL"
    rows = rows_of(folder, f"SELECT envelope_id, content_sha256, state {from_phone}")
    assert len(rows) == len(mine) == 50
    assert {row[0]: row[1] for row in rows} == mine
    assert {row[2] for row in rows} == {"stored"}
    kept = rows_of(
        folder, f"SELECT count(*) FROM surveys WHERE envelope_id IN (SELECT envelope_id {from_phone})"
    )
    assert kept == [(50,)]


def test_a_lost_pin_and_a_new_password_open_nothing_to_the_old_ones(
    chromium: Any, line: CutLine, phone: Handset
) -> None:
    phone.offline()
    phone.call(MAKE_RECORDS, 2, "Hộ khóa")
    slip = reset_password(chromium, line.url, "Hoàng Thị Lan")
    choose_password(chromium, line.url, slip)
    phone.offline(False)
    come_back(phone)
    for refused in (password_of("lan"), slip):
        phone.give_password("lan", refused)
        phone.page.wait_for_selector("[role=alert] .problem.bad")
        assert phone.page.inner_text("h1") == "Nhà Vững"
    phone.give_password("lan", NEW_PASSWORD)
    with_a_new_pin(phone)
    phone.press("Để sau")
    phone.wait_for_states(sent=2)
    phone.kill()
    phone.open()
    phone.page.fill("#pin", PIN)
    phone.page.wait_for_selector("text=PIN không đúng")
    phone.unlock(NEW_PIN)
    assert len(phone.records()) == 2
