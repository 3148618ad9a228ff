"""The field app on a phone: installed once, working without a signal, losing nothing."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from fielding import bearer
from handset import (
    MAKE_RECORDS,
    PIN,
    Handset,
    camera_photo,
    fill_survey,
    finish,
    forward,
    photograph,
    switched_on,
    tile,
    turn_to,
)
from makers import payload
from page_server import Site, fill_small_world, serve_app

import api

STATIC = Path(api.__file__).parent / "static"
OTHER_PIN = "830264"

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the server keeps its data."""
    return tmp_path_factory.mktemp("field-site")


@pytest.fixture(scope="module")
def site(folder: Path) -> Iterator[Site]:
    """The application with a village of households."""
    with serve_app(folder, fill_small_world) as served:
        yield served


@pytest.fixture
def phone(chromium: Any, site: Site, folder: Path, tmp_path: Path) -> Iterator[Handset]:
    """A new phone, switched on, nobody signed in yet; afterwards it is handed back."""
    with switched_on(chromium.browser_type, tmp_path / "phone", site.url) as made:
        yield made
    with closing(sqlite3.connect(folder / "nhavung.sqlite")) as connection, connection:
        connection.execute("UPDATE devices SET revoked_at = created_at")


@pytest.fixture
def stored(folder: Path) -> Callable[..., list[tuple[Any, ...]]]:
    """Read rows of the server's database."""

    def read(statement: str, *values: Any) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(folder / "nhavung.sqlite")) as connection:
            return connection.execute(statement, values).fetchall()

    return read


# --- the shell


def test_after_one_visit_the_app_starts_without_a_signal(phone: Handset) -> None:
    phone.sign_in()
    phone.offline()
    phone.reopen()
    assert phone.page.inner_text("h1") == "Việc cần làm"
    assert phone.page.locator(".task").count() > 5


def test_the_worker_keeps_no_answer_of_the_interface(phone: Handset) -> None:
    phone.sign_in()
    kept = phone.page.evaluate(
        """async () => {
          const names = await caches.keys();
          const all = await Promise.all(names.map(async name => (await caches.open(name)).keys()));
          return all.flat().map(request => new URL(request.url).pathname);
        }"""
    )
    assert "/field/" in kept
    assert not [path for path in kept if path.startswith("/api/")]


def test_no_module_writes_html_from_text() -> None:
    found = [
        path.name
        for path in (STATIC / "field").rglob("*.js")
        if re.search(
            r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(", path.read_text("utf-8")
        )
    ]
    assert found == []


# --- a survey without a signal


def test_a_survey_made_offline_survives_a_restart_and_arrives(
    phone: Handset, stored: Callable[..., list[tuple[Any, ...]]]
) -> None:
    phone.sign_in()
    phone.offline()
    fill_survey(phone, "Lường Thị Offline")
    photograph(phone, camera_photo())
    phone.reboot_offline()
    assert phone.page.inner_text("h1") == "Ảnh và chữ ký"
    assert phone.page.locator(".thumbs figure").count() == 1
    key = finish(phone)
    assert [one["state"] for one in phone.records()] == ["ready"]
    phone.offline(False)
    phone.wait_for_states(sent=1)
    (record,) = phone.records()
    assert key == f"{record['id']}.1"
    ((sha256, state),) = stored(
        "SELECT content_sha256, state FROM received_envelopes WHERE envelope_id = ?", record["id"]
    )
    assert (sha256, state) == (record["content_sha256"], "stored")
    assert record["receipt"]["missing_photos"] == []
    ((arrived,),) = stored(
        "SELECT count(*) FROM photos WHERE received_sha256 = ? AND stored_sha256 IS NOT NULL",
        record["photos"][0]["sha256"],
    )
    assert arrived == 1
    assert phone.call("async m => (await m.store.count(m.me.me.officer.id, 'photo'))") == 1


def test_the_app_comes_back_to_the_question_somebody_was_at(phone: Handset) -> None:
    phone.sign_in()
    phone.go("#/act/household")
    tile(phone, "visit", "Đã phỏng vấn")
    forward(phone, "Chủ hộ")
    phone.page.fill("#q-head_name", "Nông Thị Dở")
    phone.page.focus("#q-phone")
    phone.wait_for_call("async m => (await m.drafts.all())[0]?.at?.question === 'phone'")
    phone.reopen()
    assert phone.page.inner_text("h1") == "Chủ hộ"
    assert phone.page.input_value("#q-head_name") == "Nông Thị Dở"
    assert phone.page.evaluate("() => document.activeElement.id") == "q-phone"


def test_the_result_is_advice_and_hides_amounts_from_officers(phone: Handset) -> None:
    phone.sign_in()
    draft_id = phone.call(
        """async (m, answers) => {
          const draft = m.drafts.begin(m.me.me.forms.household, answers, {at: {page: "@end"}});
          await m.drafts.save(draft);
          return draft.id;
        }""",
        payload(),
    )
    phone.go(f"#/form/{draft_id}")
    phone.page.wait_for_selector(".result")
    text = phone.page.inner_text(".result")
    assert "Kết quả đối chiếu tiêu chí" in text
    assert "chưa phải quyết định hỗ trợ" in text
    assert "Nhà tạm, nhà dột nát" in text
    assert "đồng" not in text


def test_the_result_is_asked_about_the_place_on_the_day_of_the_approval(phone: Handset) -> None:
    phone.sign_in()
    places = phone.call(
        """async m => {
          const { judge } = await import("/static/field/form/verdict.js");
          const house = [...m.me.me.households.values()].find(one => one.village_code);
          const answers = { area_code: house.village_code, household: house.id };
          const asked = () => judge(m.me.me.forms.household, answers, "x").assessment;
          const now = asked().area_codes;
          house.entry = { path: ["V1", "01999", "09"], area_facts: { poor_district: true } };
          return [now, asked().area_codes, asked().facts.poor_district];
        }"""
    )
    assert places == [["V1", "01900", "06"], ["V1", "01999", "09"], True]


def test_what_can_hardly_be_true_is_asked_again_and_saved_all_the_same(phone: Handset) -> None:
    phone.sign_in()
    draft_id = phone.call(
        """async (m, answers) => {
          const draft = m.drafts.begin(m.me.me.forms.household, answers, {at: {page: "@end"}});
          await m.drafts.save(draft);
          return draft.id;
        }""",
        payload(head_birth_year=2031, members=[{"name": "Triệu Thị Cụ", "birth_year": 1890}]),
    )
    phone.go(f"#/form/{draft_id}")
    asked = phone.page.locator(".problem.warn", has_text="Hỏi lại")
    asked.wait_for()
    assert "năm sinh sau ngày khảo sát" in asked.inner_text()
    assert phone.page.get_by_role("button", name="Hoàn tất và lưu").is_enabled()
    asked.get_by_role("button", name="trên 120 tuổi (1)").click()
    phone.page.wait_for_selector("[data-q='members[0].birth_year']")


# --- many records


def test_of_300_records_one_that_cannot_be_read_stays_and_299_arrive(phone: Handset) -> None:
    phone.sign_in()
    phone.offline()
    phone.call(MAKE_RECORDS, 300, "Hộ thứ")
    phone.call(
        """async m => {
          const rows = await m.store.rows(m.me.me.officer.id, "record");
          const bad = rows[150];
          await m.store.write([{...bad, text: {...bad.text, data: bad.text.data.slice(0, 40)}}]);
        }"""
    )
    phone.offline(False)
    phone.wait_for_states(sent=299, broken=1)
    phone.go("#/queue")
    phone.page.locator(".task:has-text('Không đọc được')").click()
    phone.page.wait_for_selector("text=Nó không chặn bản ghi khác")


def test_a_record_the_server_cannot_read_stays_with_its_reason(phone: Handset) -> None:
    phone.sign_in()
    phone.offline()
    phone.call(MAKE_RECORDS, 3, "Hộ số")
    phone.call(
        """async m => {
          const [, one] = await m.queue.records();
          const text = "{\\"id\\": 7}";
          await m.queue.update(one, {content_sha256: await m.vault.sha256(text)});
          const row = await m.store.row(m.me.me.officer.id, "record", one.key);
          await m.store.write([{...row, text: await m.vault.seal(text)}]);
        }"""
    )
    phone.offline(False)
    phone.wait_for_states(sent=2, refused=1)
    (refused,) = [one for one in phone.records() if one["state"] == "refused"]
    assert refused["reason"]["number"] == 4101


# --- corrections


def test_a_sent_record_is_corrected_as_its_next_version(
    phone: Handset, stored: Callable[..., list[tuple[Any, ...]]]
) -> None:
    phone.sign_in()
    fill_survey(phone, "Triệu Thị Sửa")
    finish(phone)
    phone.wait_for_states(sent=1)
    phone.press("Sửa thành phiên bản mới")
    turn_to(phone, "Chủ hộ")
    phone.page.fill("#q-head_name", "Triệu Thị Sửa Rồi")
    finish(phone)
    phone.wait_for_states(sent=2)
    rows = stored(
        "SELECT version, state FROM received_envelopes WHERE envelope_id = ? ORDER BY version",
        phone.records()[0]["id"],
    )
    assert rows == [(1, "stored"), (2, "stored")]


def test_a_conflict_says_who_changed_what_and_goes_on_from_their_version(phone: Handset, site: Site) -> None:
    phone.sign_in()
    phone.offline()
    phone.call(MAKE_RECORDS, 1, "Hộ tranh")
    other = phone.call(
        """async m => {
          const [one] = await m.queue.records();
          const envelope = JSON.parse(await m.queue.textOf(one));
          envelope.payload.people = 9;
          return [JSON.stringify(envelope), m.me.me.account.token];
        }"""
    )
    answer = phone.context.request.post(
        f"{site.url}/api/v1/envelopes",
        data=other[0],
        headers={"Authorization": f"Bearer {other[1]}", "Content-Type": "application/json"},
    )
    assert answer.status == 201
    phone.offline(False)
    phone.wait_for_states(conflict=1)
    (record,) = phone.records()
    phone.go(f"#/record/{record['key']}")
    phone.page.wait_for_selector("text=Hoàng Thị Lan")
    assert "Số khẩu trong hộ" in phone.page.inner_text("#main")
    phone.press("Sửa tiếp trên bản mới nhất")
    phone.page.wait_for_selector("h1:text-is('Xem lại và lưu')")
    finish(phone)
    phone.wait_for_states(sent=1)
    assert phone.records()[0]["version"] == 2


# --- acts


def test_a_meeting_with_votes_is_recorded_offline_and_arrives(phone: Handset, site: Site) -> None:
    phone.sign_in()
    household = site.filled["new"]
    phone.offline()
    phone.go(f"#/act/registration/{household}")
    phone.page.wait_for_selector("[data-q='households']")
    phone.page.fill("#q-year", "2025")
    phone.page.locator("[data-q='households'] summary").first.click()
    phone.page.locator("[data-q='households[0].works_kind'] label.tile").first.click()
    finish(phone)
    phone.go("#/act/meeting/V1")
    phone.page.wait_for_selector("#q-present")
    phone.page.fill("#q-present", "25")
    phone.press("Thêm dòng")
    phone.page.locator("[data-q='households[0].household'] .btn").click()
    phone.page.fill("#pick", "dang van sinh")
    phone.page.locator(".option").click()
    for column, votes in (("votes_for", "24"), ("votes_against", "1")):
        phone.page.fill(f"[data-q='households[0].{column}'] input", votes)
    phone.reopen()
    assert phone.page.input_value("[data-q='households[0].votes_against'] input") == "1"
    finish(phone)
    phone.offline(False)
    phone.wait_for_states(sent=2)
    assert {one["form"]: one["receipt"]["state"] for one in phone.records()} == {
        "registration": "stored",
        "meeting": "stored",
    }


# --- the PIN, shared phones


def test_wrong_pins_are_counted_slowed_and_lose_nothing(phone: Handset) -> None:
    phone.sign_in()
    phone.offline()
    phone.call(MAKE_RECORDS, 2, "Hộ khóa")
    phone.kill()
    phone.open()
    for number in (1, 2, 3):
        phone.page.wait_for_selector("#pin")
        phone.page.fill("#pin", "111112")
        phone.page.wait_for_selector(f"text=PIN không đúng (lần {number})")
    phone.page.wait_for_selector("text=Thử sai nhiều lần")
    phone.page.fill("#pin", PIN)
    assert phone.page.locator(".btn:text-is('Mở khóa')").is_disabled()
    assert phone.page.locator("#pin").count() == 1
    phone.context.clock.fast_forward(20_000)
    phone.page.wait_for_selector(".btn:text-is('Mở khóa'):enabled")
    phone.page.fill("#pin", "")
    phone.unlock()
    assert len(phone.records()) == 2


def test_a_forgotten_pin_is_replaced_after_signing_in_and_everything_is_there(phone: Handset) -> None:
    phone.sign_in()
    phone.call(MAKE_RECORDS, 2, "Hộ quên")
    phone.kill()
    phone.open()
    phone.give_password("lan")
    phone.page.wait_for_selector("text=Quên PIN, đặt PIN mới")
    phone.press("Quên PIN, đặt PIN mới")
    phone.page.wait_for_selector("#pin-again")
    phone.page.fill("#pin", OTHER_PIN)
    phone.page.fill("#pin-again", OTHER_PIN)
    phone.press("Dùng PIN này")
    phone.page.wait_for_selector("h1:text-is('Tải danh sách được giao')")
    phone.press("Để sau")
    assert len(phone.records()) == 2
    phone.reopen(OTHER_PIN)
    assert len(phone.records()) == 2


def test_two_officers_share_a_phone_and_cannot_read_each_other(phone: Handset) -> None:
    phone.sign_in("lan")
    phone.offline()
    phone.call(MAKE_RECORDS, 3, "Bí mật của Lan")
    phone.go("#/settings")
    phone.press("Khóa ngay")
    phone.page.wait_for_selector("#pin")
    phone.offline(False)
    phone.sign_in("duy", OTHER_PIN)
    assert phone.records() == []
    seen = phone.call(
        """async m => {
          const db = await m.store.database();
          const rows = (await db.getAll("rows")).filter(row => row.officer !== m.me.me.officer.id);
          const open = await Promise.all(rows.map(row => m.vault.openBytes(row).then(() => 1, () => 0)));
          const text = rows.map(row => new TextDecoder("latin1").decode(row.data)).join("");
          return [rows.length > 3, open.includes(1), text.includes("Lan")];
        }"""
    )
    assert seen == [True, False, False]
    phone.go("#/settings")
    phone.press("Khóa ngay")
    phone.page.wait_for_selector("text=3 bản ghi chưa gửi")


def test_a_revoked_phone_keeps_everything_until_its_officer_signs_in_again(
    phone: Handset, folder: Path
) -> None:
    phone.sign_in()
    with closing(sqlite3.connect(folder / "nhavung.sqlite")) as connection, connection:
        connection.execute("UPDATE devices SET revoked_at = created_at")
    phone.call(MAKE_RECORDS, 2, "Hộ thu hồi")
    phone.call("async m => m.sync.sendAll({isAsked: true})")
    assert [one["state"] for one in phone.records()] == ["ready", "ready"]
    phone.go("#/settings")
    phone.press("Đăng nhập lại")
    phone.give_password("lan")
    phone.page.wait_for_selector("text=Mã PIN của máy này")
    phone.page.fill("#pin", PIN)
    phone.press("Mở")
    phone.press("Để sau")
    phone.wait_for_states(sent=2)


def test_signing_out_ends_the_token_at_the_server(phone: Handset) -> None:
    phone.sign_in()
    token = phone.call("async m => m.me.me.account.token")
    phone.go("#/settings")
    phone.press("Đăng xuất")
    phone.page.locator("dialog .btn.main").click()
    phone.page.wait_for_selector("#password")
    ask = f"{phone.url}/api/v1/field/law"
    for _ in range(50):
        if phone.context.request.get(ask, headers=bearer(token)).status == 401:
            return
        phone.page.wait_for_timeout(100)
    raise AssertionError("the token still holds")


def test_without_a_signal_nobody_is_signed_out_but_locked(phone: Handset) -> None:
    phone.sign_in()
    phone.offline()
    phone.call(MAKE_RECORDS, 1, "Hộ trong thung lũng")
    phone.go("#/settings")
    phone.press("Đăng xuất")
    assert "chỉ vào lại được khi có mạng" in phone.page.inner_text("dialog")
    phone.page.locator("dialog .btn.main").click()
    phone.page.wait_for_selector("#pin")
    phone.unlock()
    assert [one["state"] for one in phone.records()] == ["ready"]


def test_signing_out_keeps_what_is_not_sent(phone: Handset) -> None:
    phone.sign_in()
    phone.context.route("**/envelopes/batch", lambda route: route.abort())
    phone.call(MAKE_RECORDS, 2, "Hộ ở lại")
    phone.go("#/settings")
    phone.press("Đăng xuất")
    phone.page.locator("dialog .btn.main").click()
    phone.page.wait_for_selector("#password")
    phone.context.unroute("**/envelopes/batch")
    phone.give_password("lan")
    phone.page.wait_for_selector("#pin")
    phone.page.fill("#pin", PIN)
    phone.press("Mở")
    phone.press("Để sau")
    phone.wait_for_states(sent=2)


# --- a file to hand over


def test_the_saved_file_is_read_by_the_server_and_by_nobody_else(phone: Handset, folder: Path) -> None:
    from conftest import settings

    from api.app import create_app
    from api.cli.context import operator
    from api.field import queue_files

    phone.sign_in()
    phone.offline()
    phone.call(MAKE_RECORDS, 4, "Hộ trong tệp")
    phone.go("#/home")
    with phone.page.expect_download() as saved:
        phone.press("Lưu ra tệp")
    content = Path(saved.value.path()).read_bytes()
    assert "Hộ trong tệp" not in content.decode()
    assert len(json.loads(content)["records"]) == 4
    app = create_app(settings(folder, f"sqlite:///{folder / 'nhavung.sqlite'}"))
    with app.app_context():
        report = queue_files.receive(operator(), queue_files.read(operator(), content))
    assert report.count("record")["refused"] == 0
    phone.offline(False)
    phone.wait_for_states(sent=4)
