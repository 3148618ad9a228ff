"""Nothing lost, nothing doubled: the app killed around a photo, the line cut at each step of an upload."""

from __future__ import annotations

import os
import random
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from cut_line import Cut, CutLine
from handset import Handset, camera_photo, photograph, switched_on
from page_server import fill_small_world, serve_app

IS_PROOF = os.environ.get("HYPOTHESIS_PROFILE") == "prove"
RUNS = 64
KINDS = ("before", "choosing", "during", "after", "finishing")

# what is cut -> (method, part of the path, where)
CUTS: dict[str, tuple[str, str, Cut]] = {
    "before the text": ("POST", "/envelopes", Cut(0.0)),
    "within the text": ("POST", "/envelopes", Cut(0.5)),
    "text stored, answer lost": ("POST", "/envelopes", Cut(None)),
    "between text and photo": ("PUT", "/photos/", Cut(0.0)),
    "within the photo": ("PUT", "/photos/", Cut(0.6)),
    "photo stored, answer lost": ("PUT", "/photos/", Cut(None)),
    "asking for the receipt": ("GET", "/versions/", Cut(0.0)),
    "receipt lost": ("GET", "/versions/", Cut(None)),
}

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the server keeps its data."""
    return tmp_path_factory.mktemp("field-kills")


@pytest.fixture(scope="module")
def line(folder: Path) -> Iterator[CutLine]:
    """A server with a line to it that can be cut."""
    with serve_app(folder, fill_small_world) as site:
        made = CutLine(int(site.url.rpartition(":")[2]))
        yield made
        made.close()


@pytest.fixture(scope="module")
def phone(chromium: Any, line: CutLine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Handset]:
    """One phone for all runs, signed in."""
    with switched_on(chromium.browser_type, tmp_path_factory.mktemp("phone"), line.url) as made:
        made.sign_in()
        yield made


def rows(folder: Path, statement: str, *values: Any) -> list[tuple[Any, ...]]:
    """Rows of the server's database."""
    with closing(sqlite3.connect(folder / "nhavung.sqlite")) as connection:
        return connection.execute(statement, values).fetchall()


MAKE_ONE = """async (m, name, photo) => {
  const form = m.me.me.forms.household;
  const answers = {visit: "interviewed", area_code: "V1", head_name: name};
  const draft = m.drafts.begin(form, answers);
  const file = new File([Uint8Array.from(photo)], "photo.jpg", {type: "image/jpeg"});
  const made = await m.photos.prepare(file, "front");
  draft.photos = [made.photo];
  await m.store.write([made.row]);
  Object.assign(draft, {payload: answers, captured_at: "2025-05-15T07:00:00+07:00"});
  return m.queue.finish(draft, {title: name, household_id: null, village: "", changes: []});
}"""


def agree(phone: Handset, folder: Path, key: str) -> None:
    """The phone's record and the server's rows say the same, once."""
    (record,) = [one for one in phone.records() if one["key"] == key]
    assert record["state"] == "sent"
    assert record["receipt"]["missing_photos"] == []
    found = rows(
        folder, "SELECT version, content_sha256 FROM received_envelopes WHERE envelope_id = ?", record["id"]
    )
    assert found == [(1, record["content_sha256"])]
    assert len(rows(folder, "SELECT 1 FROM surveys WHERE envelope_id = ?", record["id"])) == 1
    for photo in record["photos"]:
        stored = rows(folder, "SELECT stored_sha256 FROM photos WHERE received_sha256 = ?", photo["sha256"])
        assert len(stored) == 1
        assert stored[0][0]


@pytest.mark.parametrize("step", list(CUTS))
def test_a_line_cut_while_sending_loses_and_doubles_nothing(
    phone: Handset, line: CutLine, folder: Path, step: str
) -> None:
    method, part, cut = CUTS[step]
    for run in range(RUNS // len(CUTS) if IS_PROOF else 1):
        chance = random.Random(f"{step} {run}")
        times = chance.randint(1, 3)
        if cut.after_share and run:
            cut = Cut(chance.random())
        line.breaks.clear()
        line.plan = lambda got, path, cut=cut, times=times: (
            cut if got == method and part in path and len(line.breaks) < times else None
        )
        photo = list(camera_photo(hash(step) % 1000 + run, 400))
        key = phone.call(MAKE_ONE, f"Hộ {step} {run}", photo)
        for _ in range(times):
            phone.call("async m => m.sync.sendAll({isAsked: true})")
        assert line.breaks, step
        kept = {one["key"]: one["state"] for one in phone.records()}
        assert kept[key] in ("ready", "photos", "sending", "sent")
        if chance.random() < 0.5:
            phone.revive()
        line.plan = lambda _method, _path: None
        phone.call("async m => m.sync.sendAll({isAsked: true})")
        wait_until_sent(phone, key)
        agree(phone, folder, key)


def wait_until_sent(phone: Handset, key: str) -> None:
    """Send until this record has its receipt."""
    for _ in range(20):
        if any(one["key"] == key and one["state"] == "sent" for one in phone.records()):
            return
        phone.call("async m => m.sync.sendAll({isAsked: true})")
        phone.page.wait_for_timeout(200)
    raise AssertionError([(one["state"], one.get("reason")) for one in phone.records() if one["key"] == key])


@pytest.mark.parametrize("kind", KINDS)
def test_an_app_killed_around_a_photo_keeps_the_survey_and_every_kept_photo(
    phone: Handset, folder: Path, kind: str
) -> None:
    for run in range(RUNS // len(KINDS) + 1 if IS_PROOF else 1):
        chance = random.Random(f"{kind} {run}")
        name = f"Killed {kind} {run}"
        draft_id = phone.call(
            """async (m, name) => {
              const answers = {visit: "interviewed", area_code: "V1", head_name: name};
              const more = {at: {page: "@photos"}};
              const draft = m.drafts.begin(m.me.me.forms.household, answers, more);
              await m.drafts.save(draft);
              return draft.id;
            }""",
            name,
        )
        phone.go(f"#/form/{draft_id}")
        phone.page.wait_for_selector(f"header:has-text('{name}')")
        phone.page.wait_for_selector(".slots")
        sure = kill_around(phone, kind, chance)
        phone.revive()
        if kind == "finishing":
            phone.call("async m => m.drafts.settled()")
        else:
            assert name in phone.page.inner_text("header")
        key = settle(phone, draft_id, sure)
        wait_until_sent(phone, key)
        agree(phone, folder, key)


def kill_around(phone: Handset, kind: str, chance: random.Random) -> int:
    """Come to the moment of the kill; how many photos must be there afterwards."""
    slot = '[data-q="photo.front"] > .btn'
    content = camera_photo(chance.randint(1, 10**6), 700)
    if kind == "before":
        return 0
    if kind == "choosing":
        with phone.page.expect_file_chooser():
            phone.page.locator(slot).click()
        return 0
    if kind == "during":
        with phone.page.expect_file_chooser() as chooser:
            phone.page.locator(slot).click()
        chooser.value.set_files({"name": "photo.jpg", "mimeType": "image/jpeg", "buffer": content})
        phone.page.wait_for_timeout(chance.randint(0, 250))
        return 0
    photograph(phone, content)
    if kind == "finishing":
        while phone.page.inner_text("h1") != "Xem lại và lưu":
            phone.press("Tiếp")
        phone.page.locator(".btn:text-is('Hoàn tất và lưu')").click(no_wait_after=True)
        phone.page.wait_for_timeout(chance.randint(0, 120))
    return 1


def settle(phone: Handset, draft_id: str, sure: int) -> str:
    """The survey is a draft or a record, never both, with every kept photo; a draft is finished now."""
    found = phone.call(
        """async (m, id) => {
          const draft = await m.drafts.load(id);
          const [record] = (await m.queue.records()).filter(one => one.id === id);
          const photos = (draft ?? record).photos;
          const whole = await Promise.all(photos.map(photo => m.queue.photoOf(photo.sha256)));
          return {draft: Boolean(draft), record: record?.key ?? null, photos: photos.length,
                  state: record?.state, whole: whole.filter(Boolean).length};
        }""",
        draft_id,
    )
    assert found["draft"] != bool(found["record"])
    assert found["photos"] >= sure
    if found["state"] != "sent":
        assert found["whole"] == found["photos"] or found["state"] == "photos"
    if found["record"]:
        return str(found["record"])
    return str(
        phone.call(
            """async (m, id) => {
              const draft = await m.drafts.load(id);
              Object.assign(draft, {payload: draft.answers, captured_at: "2025-05-15T07:00:00+07:00"});
              return m.queue.finish(draft, {title: draft.answers.head_name, household_id: null, village: "",
                                            changes: []});
            }""",
            draft_id,
        )
    )
