"""A server lost and restored from an older backup: phones hear of it and offer what they still hold."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from cut_line import CutLine
from fielding import rows_of
from handset import MAKE_RECORDS, camera_photo, switched_on
from page_server import fill_people, serve_app

from api.cli import cli

pytestmark = pytest.mark.browser

KEY = "a key for tests only"
MAKE_ONE = """async (m, name, photo) => {
  const answers = {visit: "interviewed", area_code: "V1", head_name: name};
  const draft = m.drafts.begin(m.me.me.forms.household, answers);
  const file = new File([Uint8Array.from(photo)], "photo.jpg", {type: "image/jpeg"});
  const made = await m.photos.prepare(file, "front");
  draft.photos = [made.photo];
  await m.store.write([made.row]);
  Object.assign(draft, {payload: answers, captured_at: "2025-05-15T07:00:00+07:00"});
  return m.queue.finish(draft, {title: name, household_id: null, village: "", changes: []});
}"""
PHOTOS = "async m => m.store.count(m.me.me.officer.id, 'photo')"
SENT_LONG_AGO = """async (m, days) => {
  const at = Date.now() - days * 86400000;
  for (const one of await m.queue.records()) await m.queue.update(one, {sent_at: at});
  await m.queue.letGo();
}"""


def nhavung(folder: Path, *arguments: str) -> None:
    """Run a command on the data in a folder."""
    settings = {"NHAVUNG_DATA_FOLDER": str(folder), "NHAVUNG_SECRET_KEY": KEY, "NHAVUNG_DATABASE_URL": None}
    settings["NHAVUNG_PINNED_DATE"] = "2025-05-15"
    done = CliRunner(env=settings).invoke(cli, arguments, catch_exceptions=False)
    assert done.exit_code == 0, done.output


@pytest.fixture
def line() -> Iterator[CutLine]:
    """The line on which one server takes the place of another."""
    made = CutLine(0)
    yield made
    made.close()


def port_of(site: Any) -> int:
    """Where a site is served."""
    return int(site.url.rpartition(":")[2])


def keep_apart(folder: Path, aside: Path) -> None:
    """The server's keys in a place of their own, as an operator without recovery keys keeps them."""
    aside.mkdir()
    (aside / "secret.key").write_text(KEY)
    (aside / "queue.key").write_bytes((folder / "queue.key").read_bytes())


def test_phones_offer_again_what_a_restored_server_has_lost(
    chromium: Any, line: CutLine, tmp_path: Path
) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    with serve_app(old, fill_people) as site:
        line.server_port = port_of(site)
        with switched_on(chromium.browser_type, tmp_path / "phone", line.url) as phone:
            phone.sign_in()
            phone.call(MAKE_RECORDS, 3, "Trước sao lưu")
            phone.call("async m => m.sync.sendAll({isAsked: true})")
            phone.wait_for_states(sent=3)
            nhavung(old, "backup", str(tmp_path / "backups"), "--without-keys")
            phone.call(MAKE_RECORDS, 3, "Sau sao lưu")
            phone.call(MAKE_ONE, "Sau sao lưu có ảnh", list(camera_photo(5, 400)))
            phone.call("async m => m.sync.sendAll({isAsked: true})")
            phone.wait_for_states(sent=7)
            assert phone.call(PHOTOS) == 1
            keep_apart(old, tmp_path / "keys")
            line.is_down = True
            nhavung(new, "restore", str(tmp_path / "backups"), "--keys", str(tmp_path / "keys"))
            assert len(rows_of(new, "SELECT id FROM received_envelopes")) == 3
            with serve_app(new, lambda _app: {}) as restored:
                line.server_port, line.is_down = port_of(restored), False
                phone.call(MAKE_RECORDS, 1, "Sau khôi phục")
                phone.call("async m => m.sync.sendAll({isAsked: true})")
                phone.wait_for_states(sent=8)
                found = rows_of(new, "SELECT envelope_id, version, content_sha256 FROM received_envelopes")
                held = {(one["id"], one["version"], one["content_sha256"]) for one in phone.records()}
                assert set(found) == held
                assert len(found) == 8
                stored = rows_of(new, "SELECT stored_sha256 FROM photos")
                assert len(stored) == 1
                assert stored[0][0]
                before = len(restored.answers)
                phone.call("async m => m.sync.sendAll({isAsked: true})")
                assert len(restored.answers) == before, "nothing is offered twice"


def test_photos_stay_for_thirty_days_after_their_receipt(
    chromium: Any, line: CutLine, tmp_path: Path
) -> None:
    with serve_app(tmp_path / "server", fill_people) as site:
        line.server_port = port_of(site)
        with switched_on(chromium.browser_type, tmp_path / "phone", line.url) as phone:
            phone.sign_in()
            phone.call(MAKE_ONE, "Có ảnh", list(camera_photo(6, 400)))
            phone.call("async m => m.sync.sendAll({isAsked: true})")
            phone.wait_for_states(sent=1)
            phone.call(SENT_LONG_AGO, 29)
            assert phone.call(PHOTOS) == 1
            phone.call(SENT_LONG_AGO, 31)
            assert phone.call(PHOTOS) == 0
            assert [one["state"] for one in phone.records()] == ["sent"]
