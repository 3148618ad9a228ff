"""Hostile text in every field of a map does nothing in a browser under our policy, first and cached visit."""

from __future__ import annotations

from pathlib import Path

import pytest
from map_makers import HOSTILE, hostile_view, make_view
from map_server import serve

from maps import page, single_file
from maps.village import area_map

pytestmark = pytest.mark.browser
VENDOR = single_file.STATIC / "vendor" / "leaflet" / "leaflet.js"
if not VENDOR.is_file():
    pytest.skip("third-party scripts are not built: pip install -e .", allow_module_level=True)


def open_every_house(tab) -> None:
    for number in range(tab.locator("button.nv-number").count()):
        tab.locator("button.nv-number").nth(number).click()


def test_hostile_text_does_nothing_on_the_first_and_on_the_cached_visit(watch):
    with serve(page.parts(area_map(hostile_view()))) as served:
        for _ in range(2):
            watch.page.goto(served.url)
            open_every_house(watch.page)
    assert served.statuses == [200, 304]
    assert watch.faults == []
    assert watch.foreign() == []


@pytest.mark.parametrize("number", range(len(HOSTILE)))
def test_a_hostile_name_is_read_letter_by_letter(browser_page, number: int):
    with serve(page.parts(area_map(hostile_view()))) as served:
        browser_page.goto(served.url)
        browser_page.locator("button.nv-number").nth(number).click()
        heading = browser_page.locator(".nv-popup h3 span").evaluate("element => element.textContent")
    assert heading == HOSTILE[number]


def test_no_element_is_made_from_hostile_text(browser_page):
    with serve(page.parts(area_map(hostile_view()))) as served:
        browser_page.goto(served.url)
        open_every_house(browser_page)
        made = browser_page.evaluate("document.querySelectorAll('img, svg[onload], [onerror]').length")
        assert made == 0
        assert browser_page.locator("script").count() == 6


def test_a_map_asks_its_own_server_only(watch):
    with serve(page.parts(area_map(make_view()))) as served:
        watch.page.goto(served.url, wait_until="networkidle")
    assert len(watch.requests) >= 6
    assert watch.foreign() == []


@pytest.mark.parametrize("view", [make_view(), hostile_view()], ids=["plain", "hostile"])
def test_the_single_file_opens_without_a_network_in_one_request(context, watch, tmp_path: Path, view):
    single_file.write(view, tmp_path / "map.html")
    context.set_offline(True)
    watch.page.goto((tmp_path / "map.html").as_uri())
    open_every_house(watch.page)
    assert watch.page.locator(".leaflet-container canvas").count() == 1
    assert [url for url in watch.requests if not url.startswith("data:")] == [
        (tmp_path / "map.html").as_uri()
    ]
    assert watch.faults == []
