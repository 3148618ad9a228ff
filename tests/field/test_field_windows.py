"""One phone, several windows and officers: none of them writes over the work of another."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from handset import MAKE_RECORDS, PIN, Handset, forward, switched_on, tile
from page_server import Site, fill_people, serve_app

pytestmark = pytest.mark.browser

OTHER_PIN = "830264"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The application with its people and no household."""
    with serve_app(tmp_path_factory.mktemp("field-windows"), fill_people) as served:
        yield served


@pytest.fixture
def phone(chromium: Any, site: Site, tmp_path: Path) -> Iterator[Handset]:
    """A new phone, nobody signed in yet."""
    with switched_on(chromium.browser_type, tmp_path / "phone", site.url) as made:
        yield made


def test_a_pin_left_open_in_another_window_takes_nobody_s_key_away(phone: Handset) -> None:
    phone.give_password("lan")
    phone.page.wait_for_selector("#pin-again")
    left_open, phone.page = phone.page, phone.context.new_page()
    phone.open()
    phone.sign_in()
    phone.offline()
    phone.call(MAKE_RECORDS, 3, "Hộ")
    phone.offline(False)
    left_open.fill("#pin", OTHER_PIN)
    left_open.fill("#pin-again", OTHER_PIN)
    left_open.locator(".btn:text-is('Dùng PIN này')").click()
    left_open.wait_for_selector("h1:text-is('Mã PIN của máy này')")
    phone.reopen(PIN)
    assert {one["state"] for one in phone.records()} <= {"ready", "sending", "sent"}
    phone.wait_for_states(sent=3)


def test_who_locks_one_window_locks_them_all(phone: Handset) -> None:
    phone.sign_in()
    other = phone.context.new_page()
    other.goto(f"{phone.url}/field/")
    other.wait_for_selector("#pin")
    other.fill("#pin", PIN)
    other.wait_for_selector("h1:text-is('Việc cần làm')")
    phone.go("#/settings")
    phone.press("Khóa ngay")
    other.wait_for_selector("#pin")
    assert "Hoàng Thị Lan" in other.inner_text("#main")


def test_a_draft_is_never_written_as_somebody_else_s(phone: Handset) -> None:
    phone.sign_in()
    said = phone.call(
        """async m => {
          const draft = m.drafts.begin(m.me.me.forms.household, {head_name: "Bí mật của Lan"});
          await m.drafts.save(draft);
          m.vault.lock();
          return m.drafts.row(draft).then(() => "written", error => error.message);
        }"""
    )
    assert said == "the draft of another officer"


def test_a_pin_that_anybody_would_try_first_is_not_taken(phone: Handset) -> None:
    phone.give_password("lan")
    phone.page.wait_for_selector("#pin-again")
    for field in ("#pin", "#pin-again"):
        phone.page.fill(field, "123456")
    phone.press("Dùng PIN này")
    phone.page.wait_for_selector(".problem.bad")
    taken = phone.call("m => ['123456', '987654', '111111', '135790'].map(m.vault.isPin)")
    assert taken == [False, False, False, True]


# --- the database closed or not opened

UPGRADE = """succeeds => new Promise(resolve => {
  const request = indexedDB.open("nhavung-field", 2);
  request.onupgradeneeded = () => {
    request.result.createObjectStore("new");
    if (!succeeds) request.transaction.abort();
  };
  request.onsuccess = () => resolve(request.result.version);
  request.onerror = () => resolve(1);
})"""
"""Another window upgrades the database, or tries to and leaves it as it was; the version there is now."""

FAILING = """times => {
  const open = IDBFactory.prototype.open;
  IDBFactory.prototype.open = function (...given) {
    if (times-- <= 0) return open.apply(this, given);
    const request = open.call(this, "failing", 1);
    request.addEventListener("upgradeneeded", event => {
      event.stopImmediatePropagation();
      request.transaction.abort();
    });
    return request;
  };
}"""
"""The next openings of the database fail, as on a phone whose disk is busy; afterwards all is well."""


@pytest.mark.parametrize("succeeds", [True, False])
def test_what_is_typed_after_another_window_closed_the_database_is_kept(
    phone: Handset, succeeds: bool
) -> None:
    phone.sign_in()
    phone.go("#/act/household")
    tile(phone, "visit", "Đã phỏng vấn")
    forward(phone, "Chủ hộ")
    phone.page.fill("#q-head_name", "Nông Thị Trước")
    other = phone.context.new_page()
    other.goto(f"{phone.url}/field/")
    other.wait_for_selector("#pin")
    assert other.evaluate(UPGRADE, succeeds) == (2 if succeeds else 1)
    phone.page.fill("#q-head_name", "Nông Thị Sau")
    phone.settle()
    assert phone.page.locator("#not-saved").count() == 0
    other.close()
    phone.reopen()
    assert phone.page.input_value("#q-head_name") == "Nông Thị Sau"


def test_an_app_whose_database_did_not_open_at_first_works_without_a_reload(phone: Handset) -> None:
    phone.context.add_init_script(f"({FAILING})(1)")
    phone.open()
    phone.sign_in()
    assert phone.faults == []


def test_a_database_that_stays_shut_is_told_and_opened_by_the_next_try(phone: Handset) -> None:
    phone.context.add_init_script(f"({FAILING})(2)")
    phone.open()
    phone.page.wait_for_selector("h1:text-is('Màn hình này gặp lỗi')")
    phone.press("Về Việc cần làm")
    phone.page.wait_for_selector("#password")
    assert len(phone.faults) == 1
    phone.faults.clear()
