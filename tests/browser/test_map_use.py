"""Using a map: list and map select each other, by mouse and by keyboard, on a desk and on a phone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from map_makers import SOUTH, WEST, make_house, make_view
from map_server import serve

from maps import page, single_file
from maps.rows import AreaView
from maps.village import area_map

pytestmark = pytest.mark.browser
if not (single_file.STATIC / "vendor" / "leaflet" / "leaflet.js").is_file():
    pytest.skip("third-party scripts are not built: pip install -e .", allow_module_level=True)

TITLE = ".nv-popup h3"


@contextmanager
def opened(tab, view: AreaView, anchor: str = "", lang: str = "vi") -> Iterator[None]:
    with serve(page.parts(area_map(view, lang))) as served:
        tab.goto(served.url + anchor)
        tab.wait_for_selector(".nv-list table")
        yield


def click_dot(tab, lon: float, lat: float) -> None:
    """A click where a position lies on the screen, reckoned from the frame the map shows."""
    at = tab.evaluate("([lon, lat]) => nhavung.book.map.latLngToContainerPoint([lat, lon])", [lon, lat])
    tab.locator(".nv-map").click(position=at)


def test_a_row_opens_its_house_on_the_map(browser_page):
    with opened(browser_page, make_view(5)):
        browser_page.locator("button.nv-number").nth(2).click()
        assert browser_page.locator(TITLE).inner_text().split() == ["3", "Hoàng", "Thị", "3"]
        assert browser_page.locator("tr[aria-current] .nv-number").inner_text() == "3"


def test_a_dot_opens_its_house_and_marks_its_row(browser_page):
    house = make_house(4)
    with opened(browser_page, make_view(5)):
        click_dot(browser_page, house.lon, house.lat)
        assert "Hoàng Thị 4" in browser_page.locator(TITLE).inner_text()
        assert browser_page.locator("tr[aria-current] .nv-number").inner_text() == "4"


def test_houses_at_one_point_open_as_a_list(browser_page):
    at = {"lon": WEST + 0.01, "lat": SOUTH + 0.01}
    with opened(browser_page, make_view([make_house(1, **at), make_house(2, **at), make_house(3)])):
        click_dot(browser_page, at["lon"], at["lat"])
        assert browser_page.locator(".nv-several button").all_inner_texts() == [
            "1 · Hoàng Thị 1",
            "2 · Hoàng Thị 2",
        ]
        browser_page.locator(".nv-several button").nth(1).click()
        assert "Hoàng Thị 2" in browser_page.locator(TITLE).inner_text()


def test_houses_side_by_side_can_each_be_clicked(browser_page):
    near = [make_house(n, lon=WEST + 0.01 + n * 0.00002, lat=SOUTH + 0.01) for n in range(1, 8)]
    with opened(browser_page, make_view(near)):
        places = browser_page.evaluate(
            "nhavung.book.groups.map(group => [group.dot._point.x, group.dot._point.y])"
        )
    for i, (x, y) in enumerate(places):
        assert all(abs(x - u) + abs(y - v) >= 25 for u, v in places[:i])


def test_a_house_outside_the_frame_is_reached_from_the_list(browser_page):
    with opened(browser_page, make_view([make_house(1), make_house(2, lon=85.3, lat=27.7)])):
        browser_page.locator("button.nv-number").nth(1).click()
        middle = browser_page.evaluate("nhavung.book.map.getBounds().contains([27.7, 85.3])")
        assert middle
        assert "Hoàng Thị 2" in browser_page.locator(TITLE).inner_text()
        assert "ngoài khung" in browser_page.locator(".nv-who small").nth(1).inner_text()


def test_a_house_without_a_point_is_listed_last_with_the_reason(browser_page):
    with opened(browser_page, make_view([make_house(1, lon=None), make_house(2)])):
        rows = browser_page.locator(".nv-list tbody tr").all_inner_texts()
        assert "chưa có vị trí" in rows[-1]
        assert browser_page.locator(".nv-undrawn button").count() == 0


def test_the_list_works_by_keyboard_alone(browser_page):
    with opened(browser_page, make_view(3)):
        browser_page.locator("button.nv-number").nth(1).focus()
        browser_page.keyboard.press("Enter")
        assert browser_page.evaluate("document.activeElement.closest('.nv-popup') !== null")
        browser_page.keyboard.press("Escape")
        assert browser_page.locator(TITLE).count() == 0
        assert browser_page.evaluate("document.activeElement.textContent") == "2"


def test_an_address_can_name_a_house(browser_page):
    with opened(browser_page, make_view(5), anchor="#household-5"):
        assert "Hoàng Thị 5" in browser_page.locator(TITLE).inner_text()


def test_what_a_viewer_may_not_see_is_not_in_the_popup(browser_page):
    with opened(browser_page, make_view([make_house(1, head_name=None, amount_vnd=None)])):
        browser_page.locator("button.nv-number").click()
        shown = browser_page.locator(".nv-popup").inner_text()
        assert "(không hiển thị tên)" in shown
        assert "Mức hỗ trợ" not in shown


def test_a_popup_says_what_is_known_of_the_house(browser_page):
    with opened(browser_page, make_view([make_house(1, flags=("gần ranh giới thôn",))])):
        browser_page.locator("button.nv-number").click()
        shown = browser_page.locator(".nv-popup").inner_text()
        assert browser_page.locator(".nv-links a").first.get_attribute("href") == "/households/household-1"
    for part in (
        "60.000.000 đồng",
        "sai số ±8 m",
        "đủ điều kiện, xây mới",
        "gần ranh giới thôn",
        "10/05/2025",
    ):
        assert part in shown


def test_a_search_without_marks_finds_a_name(browser_page):
    houses = [
        make_house(n, head_name=name) for n, name in enumerate(["Đặng Văn Sình", "Lý Thị Hương"] * 10, 1)
    ]
    with opened(browser_page, make_view(houses)):
        browser_page.locator(".nv-search").fill("dang sinh")
        assert browser_page.locator(".nv-found").inner_text() == "10 trong 20 nhà"


def test_a_thousand_rows_are_added_in_steps(browser_page):
    with opened(browser_page, make_view(1000)):
        assert browser_page.locator(".nv-list tbody tr").count() == 300
        browser_page.locator(".nv-more").click()
        assert browser_page.locator(".nv-list tbody tr").count() == 600


def test_an_empty_list_says_so(browser_page):
    with opened(browser_page, make_view([]), lang="en"):
        assert "No house in this list yet" in browser_page.locator(".nv-list").inner_text()


@pytest.mark.parametrize(("width", "height"), [(390, 844), (320, 640), (1280, 900)])
def test_the_page_never_scrolls_sideways_and_targets_are_large(browser_page, width: int, height: int):
    browser_page.set_viewport_size({"width": width, "height": height})
    with opened(
        browser_page, make_view([make_house(1, head_name="Nguyễn Thị Thúy Phượng Hằng " * 3), make_house(2)])
    ):
        browser_page.locator("button.nv-number").first.click()
        assert browser_page.evaluate("document.documentElement.scrollWidth") <= width
        box = browser_page.locator("button.nv-number").first.bounding_box()
        assert min(box["width"], box["height"]) >= 44


@pytest.mark.parametrize("width", [390, 1280])
def test_no_house_and_no_name_lies_under_a_control(browser_page, width: int):
    browser_page.set_viewport_size({"width": width, "height": 844})
    with opened(browser_page, make_view(5)):
        dots = browser_page.evaluate(
            "nhavung.book.groups.map(g => nhavung.book.map.latLngToContainerPoint(g.latlng))"
        )
        frame = browser_page.locator(".nv-map").bounding_box()
        boxes = [one.bounding_box() for one in browser_page.locator(".nv-map .leaflet-control").all()]
    for dot in dots:
        x, y = dot["x"] + frame["x"], dot["y"] + frame["y"]
        for box in boxes:
            assert not (
                box["x"] <= x <= box["x"] + box["width"] and box["y"] <= y <= box["y"] + box["height"]
            )
