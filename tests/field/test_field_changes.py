"""What changes while a phone is away: a new version of the app, facts or a law the phone did not know."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from handset import Handset, forward, switched_on, tile
from makers import payload
from page_server import Site, fill_people, serve_app

from api.field import pages

pytestmark = pytest.mark.browser

FINISHED = """async (m, answers) => {
  const draft = m.drafts.begin(m.me.me.forms.household, answers, {at: {page: "@end"}});
  await m.drafts.save(draft);
  return draft.id;
}"""
"""A filled survey, left on its last page."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the server keeps its data."""
    return tmp_path_factory.mktemp("field-changes")


@pytest.fixture(scope="module")
def site(folder: Path) -> Iterator[Site]:
    """The application with its people and no household."""
    with serve_app(folder, fill_people) as served:
        yield served


@pytest.fixture
def phone(chromium: Any, site: Site, tmp_path: Path) -> Iterator[Handset]:
    """A new phone of Lan's."""
    with switched_on(chromium.browser_type, tmp_path / "phone", site.url) as made:
        made.sign_in("lan")
        yield made


# --- a new version of the app


def version_of(phone: Handset) -> str:
    """The version of the app that the phone starts from."""
    names = phone.page.evaluate("() => caches.keys()")
    return str(names[0])


def find_the_update(phone: Handset) -> None:
    """Look as the browser does by itself with a signal; a look that is under way already finds nothing."""
    for _ in range(30):
        phone.page.evaluate("async () => (await navigator.serviceWorker.getRegistration('/field/')).update()")
        phone.page.wait_for_timeout(500)
        if phone.page.locator("#update").count():
            return
    raise AssertionError("the new version is not offered")


def test_a_new_version_is_offered_and_what_is_being_filled_in_is_kept(phone, monkeypatch) -> None:
    before = version_of(phone)
    phone.go("#/act/household")
    tile(phone, "visit", "Đã phỏng vấn")
    forward(phone, "Chủ hộ")
    phone.page.fill("#q-head_name", "Nông Thị Dở")
    monkeypatch.setitem(pages.OLDEST, "chrome", "94")
    find_the_update(phone)
    assert phone.page.input_value("#q-head_name") == "Nông Thị Dở"
    phone.page.locator("#update .btn").click()
    phone.page.wait_for_selector("#pin")
    phone.unlock()
    assert phone.page.inner_text("h1") == "Chủ hộ"
    assert phone.page.input_value("#q-head_name") == "Nông Thị Dở"
    assert version_of(phone) != before
    assert "Cốc Cốc 94" in phone.page.text_content("#too-old")


def test_a_new_version_that_nobody_asked_for_waits(phone, monkeypatch) -> None:
    waiting = "async () => (await navigator.serviceWorker.getRegistration('/field/')).waiting?.state"
    before = version_of(phone)
    monkeypatch.setitem(pages.OLDEST, "chrome", "95")
    find_the_update(phone)
    phone.go("#/households")
    phone.page.wait_for_selector("#find")
    assert phone.page.evaluate(waiting) == "installed"
    assert version_of(phone) == before
    assert phone.page.locator("#update").is_visible()


# --- another result at the server


def survey_here(phone: Handset) -> str:
    """Finish a survey without a signal; its key. The phone has shown its result."""
    phone.offline()
    draft_id = phone.call(FINISHED, payload())
    phone.go(f"#/form/{draft_id}")
    phone.page.wait_for_selector(".result")
    phone.press("Hoàn tất và lưu")
    phone.page.wait_for_function("() => location.hash.startsWith('#/record/')")
    return phone.page.url.rpartition("/")[2]


def sent_and_fetched(phone: Handset, key: str) -> str:
    """Send it, fetch what the server says of it, and read the record's screen."""
    phone.offline(False)
    phone.wait_for_states(sent=1)
    phone.call("async m => m.sync.syncNow()")
    phone.go("#/home")
    phone.go(f"#/record/{key}")
    phone.page.wait_for_selector("text=/Máy chủ (ra|đối chiếu ra)/")
    return phone.page.inner_text("#main")


def test_the_same_result_at_the_server_is_said(phone) -> None:
    assert "Máy chủ đối chiếu ra cùng kết quả" in sent_and_fetched(phone, survey_here(phone))


def test_another_result_at_the_server_stands_beside_the_phone_s_with_the_reason(phone, folder) -> None:
    key = survey_here(phone)
    with closing(sqlite3.connect(folder / "nhavung.sqlite")) as connection, connection:
        connection.execute("DELETE FROM area_facts")
        connection.execute("UPDATE areas_revision SET mark = 'without facts'")
    text = sent_and_fetched(phone, key)
    assert "Máy chủ ra kết quả khác" in text
    assert "Máy chủ biết thêm điều máy này chưa có" in text
