"""Browser tests: a fresh context of Chromium a test, and a watch on what pages do.

Pages are served by the real application on a free port, with its own small database.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from makers import password_of
from page_server import Site, fill_small_world, serve_app

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

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


@pytest.fixture
def context(chromium: Browser) -> Iterator[BrowserContext]:
    """A context of the test's own, 1280 by 900 px."""
    made = chromium.new_context(viewport={"width": 1280, "height": 900})
    made.set_default_timeout(30_000)
    yield made
    made.close()


def watched(page: Page) -> Watch:
    """Write down what a page asks for and what goes wrong with it."""
    seen = Watch(page)
    page.on("request", lambda request: seen.requests.append(request.url))
    page.on("pageerror", lambda error: seen.faults.append(f"error: {error}"))
    page.on(
        "console", lambda line: seen.faults.append(line.text) if line.type in ("error", "warning") else None
    )
    page.on("dialog", lambda dialog: (seen.faults.append(f"dialog: {dialog.message}"), dialog.dismiss()))
    return seen


@pytest.fixture
def watch(context: BrowserContext) -> Watch:
    """A new page that writes down what it asks for and what goes wrong."""
    return watched(context.new_page())


@pytest.fixture(scope="module")
def watch_of(chromium: Browser) -> Iterator[Callable[[], Watch]]:
    """Makes watched pages that last for a file, each in a context of its own."""
    contexts = []

    def make() -> Watch:
        contexts.append(chromium.new_context(viewport={"width": 1280, "height": 900}))
        contexts[-1].set_default_timeout(30_000)
        return watched(contexts[-1].new_page())

    yield make
    for context in contexts:
        context.close()


@pytest.fixture
def browser_page(watch: Watch) -> Iterator[Page]:
    """A page that fails its test afterwards if it met a fault or asked another host for anything."""
    yield watch.page
    assert watch.faults == []
    assert watch.foreign() == []


# --- the real application


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The application with a village of households; tests read it, they do not change it."""
    with serve_app(tmp_path_factory.mktemp("site"), fill_small_world) as served:
        yield served


@pytest.fixture(scope="session")
def enter() -> Callable[[Page, str, str], None]:
    """Sign somebody in by the sign-in page: `enter(page, site.url, "mai")`."""

    def as_person(page: Page, url: str, username: str) -> None:
        page.goto(f"{url}/sign-in")
        page.fill("#f-username", username)
        page.fill("#f-password", password_of(username))
        page.press("#f-password", "Enter")
        page.wait_for_selector(".menu", state="attached")

    return as_person
