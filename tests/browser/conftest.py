"""Headless Chromium for browser tests: one for the run, a fresh context a test, a watch on what pages do.

Pages are served by the real application on a free port, with its own small database.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from flask import Flask
from makers import FIRST_DAY, make_world, password_of
from sending import send_village
from werkzeug.serving import WSGIRequestHandler, make_server

from api import transaction
from api.app import create_app
from api.config import from_environment
from api.database import upgrade
from api.extensions import db

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from playwright.sync_api import Browser, BrowserContext, Page

ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
OURS = {"127.0.0.1", "localhost", ""}


@dataclass
class Watch:
    """A page, every address it asked for, and every fault: errors, console lines, dialogs."""

    page: Page
    requests: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def foreign(self) -> list[str]:
        """The addresses asked of any other host than the test's own."""
        return [url for url in self.requests if (urlsplit(url).hostname or "") not in OURS]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One Chromium for the run: the one named by NHAVUNG_TEST_CHROMIUM, or the system's."""
    playwright = pytest.importorskip("playwright.sync_api", reason="no playwright: install the dev extra")
    path = (
        os.environ.get("NHAVUNG_TEST_CHROMIUM")
        or shutil.which("chromium")
        or shutil.which("chromium-browser")
    )
    if not path:
        pytest.skip("no Chromium: install it, or name it in NHAVUNG_TEST_CHROMIUM")
    with playwright.sync_playwright() as running:
        browser = running.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        yield browser
        browser.close()


@pytest.fixture
def context(chromium: Browser) -> Iterator[BrowserContext]:
    """A context of the test's own, 1280 by 900 px."""
    made = chromium.new_context(viewport={"width": 1280, "height": 900})
    made.set_default_timeout(10_000)
    yield made
    made.close()


@pytest.fixture
def watch(context: BrowserContext) -> Watch:
    """A new page that writes down what it asks for and what goes wrong."""
    seen = Watch(context.new_page())
    page = seen.page
    page.on("request", lambda request: seen.requests.append(request.url))
    page.on("pageerror", lambda error: seen.faults.append(f"error: {error}"))
    page.on(
        "console", lambda line: seen.faults.append(line.text) if line.type in ("error", "warning") else None
    )
    page.on("dialog", lambda dialog: (seen.faults.append(f"dialog: {dialog.message}"), dialog.dismiss()))
    return seen


@pytest.fixture
def browser_page(watch: Watch) -> Iterator[Page]:
    """A page that fails its test afterwards if it met a fault or asked another host for anything."""
    yield watch.page
    assert watch.faults == []
    assert watch.foreign() == []


# --- the real application


@dataclass(frozen=True)
class Site:
    """The application as it is served, and the households put into it by what they show."""

    url: str
    filled: object


class QuietHandler(WSGIRequestHandler):
    """No lines in the test's output; connections stay open as on a real server."""

    protocol_version = "HTTP/1.1"

    def log(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def serve_app(folder: Path, fill: Callable[[Flask], object]) -> Iterator[Site]:
    """Serve a new application on SQLite below `folder`, filled by `fill` (which needs no form tokens)."""
    settings = {"NHAVUNG_DATA_FOLDER": str(folder), "NHAVUNG_SECRET_KEY": "a key for tests only"}
    settings |= {"NHAVUNG_PINNED_DATE": FIRST_DAY.isoformat()}
    app = create_app(from_environment(settings), RATELIMIT_ENABLED=False, WTF_CSRF_ENABLED=False)
    upgrade(app)
    filled = fill(app)
    app.config["WTF_CSRF_ENABLED"] = True
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=QuietHandler)
    server.block_on_close = False  # a browser keeps its connections open
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield Site(f"http://127.0.0.1:{server.server_port}", filled)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
        with app.app_context():
            db.engine.dispose()


def client_of(app: Flask, username: str) -> FlaskClient:
    """An HTTP client of a named person, for putting things in."""
    client = app.test_client()
    form = {"username": username, "password": password_of(username)}
    assert client.post("/sign-in", data=form).status_code == 302
    return client


def fill_small_world(app: Flask) -> dict[str, dict[str, object]]:
    """The small province, a village of households, and one record in the inbox."""
    with app.app_context(), transaction.write() as session:
        make_world(session)
    return send_village(client_of(app, "lan"))


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The application with a village of households; tests read it, they do not change it."""
    with serve_app(tmp_path_factory.mktemp("site"), fill_small_world) as served:
        yield served


@pytest.fixture
def enter(site: Site) -> Callable[..., None]:
    """Sign somebody in by the sign-in page: `enter(page, "mai")`."""

    def as_person(page: Page, username: str, url: str | None = None) -> None:
        page.goto(f"{url or site.url}/sign-in")
        page.fill("#f-username", username)
        page.fill("#f-password", password_of(username))
        page.press("#f-password", "Enter")
        page.wait_for_selector(".menu")

    return as_person
