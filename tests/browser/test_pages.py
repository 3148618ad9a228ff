"""The pages in Chromium as served: everything has a name, nothing overflows, the keyboard is enough."""

from __future__ import annotations

import pytest

from maps import single_file

pytestmark = pytest.mark.browser
if not (single_file.STATIC / "vendor" / "leaflet" / "leaflet.js").is_file():
    pytest.skip("third-party scripts are not built: pip install -e .", allow_module_level=True)

PAGES = {
    # name: who opens it, its address; {…} is a household or record of the small site
    "sign-in": (None, "/sign-in"),
    "home-commune": ("mai", "/"),
    "home-committee": ("son", "/"),
    "home-officer": ("lan", "/"),
    "area-empty": ("son", "/areas/V3"),
    "households": ("mai", "/households"),
    "households-none": ("mai", "/households?q=zzz"),
    "household": ("mai", "/households/{photo}"),
    "household-missing": ("mai", "/households/{missing}"),
    "household-nobody": ("mai", "/households/{nobody}"),
    "map": ("mai", "/areas/V1/map"),
    "map-empty": ("son", "/areas/V3/map"),
    "gis": ("mai", "/areas/01900/export"),
    "budget": ("hoa", "/areas/06/budget"),
    "inbox": ("mai", "/inbox"),
    "inbox-record": ("mai", "/inbox/{record}"),
    "law": ("mai", "/law"),
    "accounts": ("admin", "/accounts"),
    "account-new": ("admin", "/accounts/new"),
    "devices": ("lan", "/devices"),
    "password": ("lan", "/password"),
    "problem": ("mai", "/nowhere"),
}
WIDTHS = (320, 390, 768, 1280)
UNNAMED = """() => [...document.querySelectorAll('input:not([type=hidden]), select, textarea')]
  .filter(field => !field.hidden && !field.labels?.length && !field.getAttribute('aria-label'))
  .map(field => field.outerHTML)"""
SILENT = """() => [...document.querySelectorAll('a, button, summary, img, [role=img]')]
  .filter(part => !(part.innerText || part.textContent || part.title || '').trim()
    && !part.getAttribute('aria-label') && !part.getAttribute('alt') && !part.closest('[aria-hidden]'))
  .map(part => part.outerHTML.slice(0, 200))"""
DOUBLED = """() => [...document.querySelectorAll('[id]')].map(part => part.id)
  .filter((id, place, all) => all.indexOf(id) !== place)"""


@pytest.fixture(scope="module")
def people(site, enter, watch_of):
    """A watched page of each person, signed in once."""
    watches = {username: watch_of() for username in dict.fromkeys(who for who, _ in PAGES.values())}
    for username, watch in watches.items():
        if username:
            enter(watch.page, site.url, username)
    return watches


@pytest.fixture
def opened(site, people):
    """Open a page of the list by its name at a width: `opened("map", 390)` gives its watch."""

    def at(name: str, width: int = 1280):
        username, address = PAGES[name]
        watch = people[username]
        watch.faults.clear()
        watch.requests.clear()
        watch.page.set_viewport_size({"width": width, "height": 844 if width < 900 else 900})
        watch.page.goto(site.url + address.format(**site.filled))
        return watch

    return at


def overflow_px(page) -> int:
    """How much wider a page is than its window."""
    return page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")


@pytest.mark.parametrize("name", PAGES)
def test_every_part_of_a_page_has_a_name_and_the_page_one_heading(opened, name) -> None:
    page = opened(name).page
    assert page.get_attribute("html", "lang") == "vi"
    assert page.locator("h1").count() == 1
    assert page.locator("main").count() == 1
    assert page.evaluate(UNNAMED) == []
    assert page.evaluate(SILENT) == []
    assert page.evaluate(DOUBLED) == []


@pytest.mark.parametrize("name", [name for name in PAGES if name != "problem"])
def test_a_page_asks_nobody_else_and_reports_no_fault(opened, name) -> None:
    watch = opened(name)
    watch.page.wait_for_load_state("networkidle")
    assert watch.faults == []
    assert watch.foreign() == []


@pytest.mark.parametrize("name", PAGES)
def test_no_page_is_wider_than_its_window_not_even_in_letters_twice_as_large(opened, name) -> None:
    page = opened(name, WIDTHS[0]).page
    found = {}
    for size in ("100%", "200%"):
        page.evaluate("size => { document.documentElement.style.fontSize = size; }", size)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 844})
            found[size, width] = overflow_px(page)
    assert {at: wider for at, wider in found.items() if wider > 0} == {}


def test_signing_in_takes_the_keyboard_alone(site, watch) -> None:
    page = watch.page
    page.goto(site.url + "/households")
    for key in ("Tab", "Tab"):
        page.keyboard.press(key)
        if page.evaluate("document.activeElement.id") == "f-username":
            break
    page.keyboard.type("mai")
    page.keyboard.press("Tab")
    page.keyboard.type("mật khẩu mai")
    page.keyboard.press("Enter")
    page.wait_for_selector("h1:has-text('Danh sách hộ')")
    assert watch.faults == []


def test_the_menu_opens_and_closes_by_keyboard(opened) -> None:
    page = opened("home-commune", 390).page
    summary = page.locator("details.menu.on-narrow > summary")
    summary.focus()
    page.keyboard.press("Enter")
    assert page.locator("details.menu.on-narrow nav a").first.is_visible()
    page.keyboard.press("Escape")
    assert not page.locator("details.menu.on-narrow nav a").first.is_visible()


def test_a_focused_control_is_seen_to_be(opened) -> None:
    page = opened("households").page
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    ring = "getComputedStyle(document.activeElement).outlineStyle"
    assert page.evaluate(ring) != "none"


def test_a_household_number_on_the_map_leads_to_its_page(opened, site) -> None:
    page = opened("map").page
    page.locator("button.nv-number").first.click()
    # By keyboard: while the map still pans to show the popup, a click may miss the moving link.
    page.locator(".nv-popup .nv-links a").first.press("Enter")
    page.wait_for_url("**/households/*")
    assert page.locator("h1").inner_text() == "Ma Thị Ảnh"


def test_buttons_and_fields_are_large_enough_for_a_thumb(opened) -> None:
    small = """() => [...document.querySelectorAll('.btn, input:not([type=hidden]), select, summary')]
      .filter(part => part.checkVisibility() && part.type !== 'checkbox')
      .filter(part => part.getBoundingClientRect().height < 40).map(part => part.outerHTML.slice(0, 120))"""
    for name in ("sign-in", "households", "inbox-record", "household", "law", "map"):
        assert opened(name, 390).page.evaluate(small) == [], name
