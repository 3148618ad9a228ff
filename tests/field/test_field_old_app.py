"""A phone with the app of an earlier release goes on working, and loses nothing when the new one comes."""

from __future__ import annotations

import mimetypes
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from fielding import rows_of
from flask import Flask
from handset import Handset, camera_photo, fill_survey, finish, photograph, switched_on
from page_server import Site, fill_small_world, serve_app

pytestmark = pytest.mark.browser

ARCHIVE = Path(__file__).with_name("stored") / "app_ee82c0d.zip"
"""The app as it was built before the law told its key dates and components apart."""
MODULES = {name: name for name in ("queue", "drafts", "sync", "me", "store", "vault", "photos")}
FORGET_WORKERS = """async () => {
  const all = await navigator.serviceWorker.getRegistrations();
  await Promise.all(all.map(one => one.unregister()));
}"""


class OldApp:
    """Serves the files of the old app in place of the new one's, until the server gets the new release."""

    def __init__(self, inner: Callable[..., Iterable[bytes]]) -> None:
        with ZipFile(ARCHIVE) as archive:
            self.files = {f"/{name}": archive.read(name) for name in archive.namelist()}
        self.files["/field/"] = self.files.pop("/field/index.html")
        self.inner = inner
        self.is_on = True

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        if not self.is_on or path not in self.files:
            return self.inner(environ, start_response)
        kind = mimetypes.guess_type(path)[0] or "text/html; charset=utf-8"
        body = self.files[path]
        start_response("200 OK", [("Content-Type", kind), ("Content-Length", str(len(body)))])
        return [body]


@pytest.fixture
def site(tmp_path: Path) -> Iterator[tuple[Site, OldApp]]:
    """The server of today, which hands out the old app."""
    made: list[OldApp] = []

    def fill(app: Flask) -> dict[str, str]:
        filled = fill_small_world(app)
        made.append(OldApp(app.wsgi_app))
        app.wsgi_app = made[0]
        return filled

    with serve_app(tmp_path / "site", fill) as served:
        yield served, made[0]


@pytest.fixture
def phone(chromium: Any, site: tuple[Site, OldApp], tmp_path: Path) -> Iterator[Handset]:
    """A phone that was given the old app."""
    with switched_on(chromium.browser_type, tmp_path / "phone", site[0].url) as made:
        made.modules = MODULES
        yield made


def test_the_old_app_assesses_sends_and_hands_over_to_the_new_one(
    phone: Handset, site: tuple[Site, OldApp], tmp_path: Path
) -> None:
    phone.sign_in()
    assert phone.call("async m => m.me.me.law.law.programmes.every(one => one.prices.new.amount)")
    fill_survey(phone, "Lường Thị Máy Cũ")
    photograph(phone, camera_photo())
    finish(phone)
    phone.wait_for_states(sent=1)
    (record,) = phone.records()
    ((outcome,),) = rows_of(
        tmp_path / "site",
        "SELECT a.outcome FROM assessments a JOIN surveys s ON s.id = a.survey_id WHERE s.envelope_id = ?",
        record["id"],
    )
    assert (record["receipt"]["state"], record["assessment"]["outcome"]) == ("stored", outcome)

    phone.offline()
    fill_survey(phone, "Lường Thị Máy Mới")
    finish(phone)
    phone.wait_for_states(ready=1)
    phone.offline(False)
    site[1].is_on = False
    phone.page.evaluate(FORGET_WORKERS)
    del phone.modules
    phone.kill()
    phone.open()
    phone.unlock()
    phone.wait_for_states(sent=2)
    assert phone.call("async m => m.me.me.law.law.shape") == 3
    assert [one["receipt"]["state"] for one in phone.records()] == ["stored", "stored"]
