"""Headless Chromium: where it is, how it is started. The one for the run is the fixture `chromium`."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser

ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)


def chromium_path() -> str:
    """The Chromium named by NHAVUNG_TEST_CHROMIUM, or the system's; skips without one."""
    path = (
        os.environ.get("NHAVUNG_TEST_CHROMIUM")
        or shutil.which("chromium")
        or shutil.which("chromium-browser")
    )
    if not path:
        pytest.skip("no Chromium: install it, or name it in NHAVUNG_TEST_CHROMIUM")
    return path


@contextmanager
def running_chromium() -> Iterator[Browser]:
    """A started Chromium, closed at the end. One a process: Playwright's loop cannot be started twice."""
    playwright = pytest.importorskip("playwright.sync_api", reason="no playwright: install the dev extra")
    with playwright.sync_playwright() as running:
        browser = running.chromium.launch(executable_path=chromium_path(), args=list(ARGUMENTS))
        yield browser
        browser.close()
