"""A week in the valley: what an officer does without a signal, and what the server knows of it afterwards."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from acting import household, take
from fielding import bearer, rows_of
from flask import Flask
from handset import Handset, camera_photo, fill_survey, finish, forward, photograph, switched_on, tile
from page_server import Site, client_of, fill_people, serve_app

from api.web import photo_files

# what an act is done about -> the steps its household has taken before the officer leaves
BEFORE: dict[str, tuple[str, ...]] = {
    "meeting": ("registration",),
    "posting": ("registration", "meeting"),
    "stage": ("registration", "meeting", "posting", "review"),
}
AFTER = {"meeting": "endorsed", "posting": "posted", "stage": "foundation"}

pytestmark = pytest.mark.browser


def fill_week(app: Flask) -> dict[str, str]:
    """The small province with a household waiting for each act; their ids by the act."""
    fill_people(app)
    mai, found = client_of(app, "mai"), {}
    for kind, steps in BEFORE.items():
        found[kind] = household(mai, head_name=f"Nông Thị {kind}")
        take(mai, found[kind], *steps)
    take(client_of(app, "son"), found["stage"], "approval")
    take(mai, found["stage"], "start")
    return found


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the server keeps its data."""
    return tmp_path_factory.mktemp("field-week")


@pytest.fixture(scope="module")
def site(folder: Path) -> Iterator[Site]:
    """The application with the three households."""
    with serve_app(folder, fill_week) as served:
        yield served


@pytest.fixture
def phone(chromium: Any, site: Site, tmp_path: Path) -> Iterator[Handset]:
    """A new phone."""
    with switched_on(chromium.browser_type, tmp_path / "phone", site.url) as made:
        yield made


# --- the week


def survey_a_house(phone: Handset, head_name: str, seed: int) -> str:
    """A survey with two photos; the app is killed between them."""
    fill_survey(phone, head_name)
    photograph(phone, camera_photo(seed))
    phone.reopen()
    photograph(phone, camera_photo(seed + 1), "roof")
    return finish(phone)


def confirm_the_foundation(phone: Handset, house: str) -> str:
    """A stage of building with its photo; the phone is switched off before it is taken."""
    phone.go(f"#/act/stage/{house}")
    tile(phone, "stage", "Nền móng")
    phone.reboot_offline()
    forward(phone, "Ảnh và chữ ký")
    photograph(phone, camera_photo(21))
    return finish(phone)


def hold_the_meeting(phone: Handset) -> str:
    """A meeting that votes on whoever waits for it; the app is killed between the votes."""
    phone.go("#/act/meeting/V1")
    phone.page.fill("#q-present", "25")
    phone.press("Thêm các hộ đang chờ việc này")
    phone.page.locator("[data-q='households'] summary").click()
    phone.page.fill("[data-q='households[0].votes_for'] input", "24")
    phone.reopen()
    phone.page.fill("[data-q='households[0].votes_against'] input", "1")
    return finish(phone)


def post_the_list(phone: Handset) -> str:
    """A public posting of whoever waits for it."""
    phone.go("#/act/posting/V1")
    phone.page.fill("#q-until", "2025-05-18")
    phone.press("Thêm các hộ đang chờ việc này")
    phone.reopen()
    return finish(phone)


def find_nobody(phone: Handset) -> str:
    """A visit that met nobody, with a photo of the closed door."""
    phone.go("#/act/household")
    tile(phone, "visit", "Không có ai ở nhà")
    forward(phone)
    phone.press("Chọn thôn")
    phone.page.fill("#pick", "thon 1")
    phone.page.locator(".option").first.click()
    forward(phone, "Ảnh và chữ ký")
    photograph(phone, camera_photo(31))
    return finish(phone)


def test_a_week_without_a_signal_arrives_whole(
    phone: Handset, site: Site, folder: Path, tmp_path: Path
) -> None:
    phone.sign_in()
    phone.offline()
    surveys = [survey_a_house(phone, "Lường Thị Một", 1), survey_a_house(phone, "Lường Thị Hai", 11)]
    acts = [
        confirm_the_foundation(phone, site.filled["stage"]),
        hold_the_meeting(phone),
        post_the_list(phone),
    ]
    visit = find_nobody(phone)
    taken = photos_on(phone)
    assert len(taken) == 6
    phone.reboot_offline()
    phone.offline(False)
    phone.wait_for_states(sent=6)
    sent = {one["key"]: one for one in phone.records()}
    assert set(sent) == {*surveys, *acts, visit}
    for record in sent.values():
        assert_receipt_agrees(phone, site, folder, record)
    assert_photos_are_whole(folder, tmp_path, taken)
    assert_assessments_agree(phone, folder, [sent[key] for key in surveys])
    assert_cases_agree(phone, site, folder)
    assert rows_of(folder, "SELECT visit FROM surveys WHERE envelope_id = ?", sent[visit]["id"]) == [
        ("nobody_home",)
    ]


# --- the phone and the server say the same


def photos_on(phone: Handset) -> dict[str, bytes]:
    """Every photo on the phone, opened, by the hash it was given."""
    found = phone.call(
        """async m => {
          const rows = await m.store.rows(m.me.me.officer.id, "photo");
          const open = async row => [row.id, m.vault.toBase64(await m.queue.photoOf(row.id))];
          return Promise.all(rows.map(open));
        }"""
    )
    return {sha256: base64.b64decode(content) for sha256, content in found}


def assert_receipt_agrees(phone: Handset, site: Site, folder: Path, record: dict[str, Any]) -> None:
    """One row, stored, with the phone's content; and the server gives the phone's receipt again."""
    found = rows_of(
        folder,
        "SELECT version, content_sha256, kind, state FROM received_envelopes WHERE envelope_id = ?",
        record["id"],
    )
    assert found == [(1, record["content_sha256"], record["kind"], "stored")]
    again = phone.context.request.get(
        f"{site.url}/api/v1/envelopes/{record['id']}/versions/1",
        headers=bearer(phone.call("async m => m.me.me.account.token")),
    )
    assert again.json() == record["receipt"]
    assert record["receipt"]["photos"] == [photo["sha256"] for photo in record["photos"]]
    assert record["receipt"]["missing_photos"] == []


def assert_photos_are_whole(folder: Path, aside: Path, taken: dict[str, bytes]) -> None:
    """Each photo is kept, and is what the server makes of exactly the phone's bytes."""
    kept = dict(rows_of(folder, "SELECT received_sha256, stored_sha256 FROM photos"))
    assert set(kept) == set(taken)
    for sha256, content in taken.items():
        assert hashlib.sha256(content).hexdigest() == sha256
        assert photo_files.store(aside, content, sha256).sha256 == kept[sha256]
        assert (
            hashlib.sha256(photo_files.path_of(folder, kept[sha256]).read_bytes()).hexdigest() == kept[sha256]
        )


def assert_assessments_agree(phone: Handset, folder: Path, surveys: list[dict[str, Any]]) -> None:
    """The server found of each house what the phone had shown, and the phone says so once it has fetched."""
    names = ("outcome", "house_class", "programme", "works_kind")
    for record in surveys:
        found = rows_of(
            folder,
            f"SELECT {', '.join(names)} FROM assessments WHERE household_id = ? AND is_current",
            record["receipt"]["household_id"],
        )
        assert found == [tuple(record["assessment"][name] for name in names)]
    phone.call("async m => m.sync.syncNow()")
    phone.go(f"#/record/{surveys[0]['key']}")
    phone.page.wait_for_selector("text=Máy chủ đối chiếu ra cùng kết quả")


def assert_cases_agree(phone: Handset, site: Site, folder: Path) -> None:
    """Each act has led its household on, at the server and in the phone's list."""
    told = dict(rows_of(folder, "SELECT household_id, state FROM cases"))
    known = phone.call("async (m, ids) => ids.map(id => m.me.me.households.get(id).case.state)", [*told])
    assert {kind: told[site.filled[kind]] for kind in AFTER} == AFTER
    assert known == [*told.values()]
