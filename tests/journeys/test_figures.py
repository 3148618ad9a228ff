"""Every number of households that a page shows bears its measure's name and opens as many households."""

from __future__ import annotations

import re
from html import unescape
from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from acting import AGREE, NEW_HOUSE, household, send_act, take
from makers import FIRST_DAY
from recount import recount
from sending import point

from api.web.extensions import db
from survey.standing import measures

PEOPLE = ("lan", "mai", "son", "hoa", "binh", "admin")
PAGES = (
    "/",
    "/areas/06",
    "/areas/01900",
    "/areas/V1",
    "/work",
    "/work?area=V1",
    "/work/obstacles",
    "/approvals",
)
PAGES += ("/approvals/approve", "/budget", "/budget/01900", "/households", "/work/list?state=approved")
LISTS = ("/households", "/work/list", "/approvals/approve")
"""Pages whose tables tell of one household a row."""
FIGURE = {"value", "count", "num", "chip", "note", "define", "r"}
"""Classes of elements that show figures."""
OF_ONE = {"chip", "num", "r"}
"""Classes that within a row tell of that household alone."""
OTHERS = {"money", "records", "written objections", "listed", "lists", "paid by a source"}
"""What figures count that are not households as they stand (`data-counts`)."""
NOT_COUNTED = re.compile(r"trang|số \d|\d{2}/\d{2}/\d{4}|%")
RECOUNTED = {
    *("households", "entitled", "not_registered", "needs_information", "not_entitled", "cases", "deciding"),
    *("not_started", "under_way", "done", "closed", "without_case", "declined", "objections"),
    *("papers_unsigned", "without_point"),
}


class Figures(HTMLParser):
    """The numbers of a page that stand where figures do: (number, measure, what else it counts, address)."""

    def __init__(self, *, is_list: bool) -> None:
        super().__init__()
        self.is_list = is_list
        self.open: list[dict[str, Any]] = []
        self.found: list[tuple[int, str | None, str | None, str | None]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what stands around the words that follow."""
        if tag not in ("br", "input", "img", "link", "meta", "rect", "hr"):
            self.open.append({"tag": tag, **dict(attrs)})

    def handle_endtag(self, tag: str) -> None:
        """The element and what was left open within it end."""
        while self.open and self.open.pop()["tag"] != tag:
            pass

    def handle_data(self, data: str) -> None:
        """A number where figures stand."""
        around = {name for one in self.open for name in (one.get("class") or "").split()}
        in_row = self.is_list and any(one["tag"] == "td" for one in self.open)
        if not around & (FIGURE - OF_ONE if in_row else FIGURE):
            return
        measure, counts, href = (self._nearest(name) for name in ("data-measure", "data-counts", "href"))
        for digits in re.findall(
            r"(?<![\d/.,])\d{1,3}(?:\.\d{3})*(?![\d/,])|(?<![\d/.,])\d+(?![\d/,.])", data
        ):
            self.found.append((int(digits.replace(".", "")), measure, counts, href))

    def _nearest(self, name: str) -> str | None:
        return next((one[name] for one in reversed(self.open) if one.get(name)), None)


def figures(client, address: str) -> list[tuple[int, str | None, str | None, str | None]]:
    """The figures of a page."""
    answer = client.get(address, follow_redirects=True)
    if answer.status_code in (403, 404):
        return []
    assert answer.status_code == 200, address
    read = Figures(is_list=address.startswith(LISTS))
    read.feed(answer.text)
    return read.found


def listed(client, href: str) -> int:
    """How many the list says it has that a figure opens."""
    page = client.get(unescape(href))
    assert page.status_code == 200, href
    return int(re.search(r"<small>([\d.]+) (?:hộ|vướng mắc)", page.text)[1].replace(".", ""))


@pytest.fixture
def province(sign_in) -> dict[str, str]:
    """Households of two communes in every phase, one without a point, one that lacks an answer."""
    mai, son, lan, duy = (sign_in(name) for name in ("mai", "son", "lan", "duy"))
    names = ("plain", "registered", "reviewed", "approved", "building", "finished", "away", "repair")
    houses = {
        name: household(mai, head_name=f"Hộ {name}", point=point(105.62 + 0.001 * number, 22.42))
        for number, name in enumerate(names)
    }
    take(mai, houses["registered"], "registration")
    for name in ("reviewed", "approved", "building", "finished"):
        take(mai, houses[name], *AGREE[:-1])
    for name in ("approved", "building", "finished"):
        take(son, houses[name], AGREE[-1])
    take(lan, houses["building"], *NEW_HOUSE[:2])
    take(lan, houses["finished"], *NEW_HOUSE[:5])
    declined = {"done_on": "2025-05-10", "year": 2025, "reason": "away"}
    send_act(mai, "non_registration", household=houses["away"], **declined)
    for due in ("2025-05-12", "2025-06-30"):
        hindered = {"kind": "land_forest", "lead": "forest_office", "due": due}
        send_act(mai, "obstacle", household=houses["approved"], done_on="2025-05-09", **hindered)
    household(duy, head_name="Vi Thị Xa", area_code="V3", point=point(105.54, 22.42))
    return houses


@pytest.mark.parametrize("username", PEOPLE)
def test_every_number_bears_its_measure_and_opens_as_many(sign_in, province, username) -> None:
    client, seen = sign_in(username), set()
    for address in PAGES:
        for number, measure, counts, href in figures(client, address):
            told = (address, number, measure, counts, href)
            assert measure or counts, f"a number without its measure's name: {told}"
            assert counts in {None, *OTHERS}, told
            if measure is None:
                continue
            assert measure in measures.measures(), told
            assert href, f"a figure that opens nothing: {told}"
            seen.add(measure)
    assert {"households", "cases"} & seen or username == "admin"


@pytest.mark.parametrize("username", PEOPLE)
def test_every_figure_is_what_its_list_holds(sign_in, province, username) -> None:
    client = sign_in(username)
    for address in PAGES:
        for number, measure, _, href in figures(client, address):
            if measure is None or not href.startswith(("/households", "/work/")):
                continue
            assert measure in measures.measures()
            if is_of_the_list(measure, href):
                assert listed(client, href) == number, (address, measure, href)


def is_of_the_list(measure: str, href: str) -> bool:
    """Whether the address opens what the number counts; a number within the words of a card does not."""
    asked = parse_qs(urlsplit(unescape(href)).query)
    if measure in ("entitled_new", "entitled_repair"):
        return "works_kind" in asked
    if measure == "obstacles_overdue":
        return "overdue" in asked
    return measure != "not_registered" or asked.get("outcome") == [measure]


def test_figures_are_what_a_recount_says(sign_in, province) -> None:
    counted = recount(db.session(), FIRST_DAY)
    for number, measure, _, href in figures(sign_in("son"), "/areas/06"):
        asked = parse_qs(urlsplit(unescape(href or "")).query)
        if measure in RECOUNTED and asked.get("area") == ["06"] and "programme" not in asked:
            assert number == counted[measure], (measure, href)


def test_two_measures_never_have_one_phrase() -> None:
    for lang in ("vi", "en"):
        phrases = [getattr(one, lang) for one in measures.measures().values()]
        assert len(phrases) == len(set(phrases))


@pytest.mark.parametrize("username", ["mai", "son"])
def test_one_number_has_one_phrase_on_every_page(sign_in, province, username) -> None:
    client, phrases = sign_in(username), {}
    for address in ("/", "/work"):
        page = client.get(address).text
        told = re.findall(
            r'class="count[^"]*" data-measure="([^"]+)">[\d.]+</span>\s*<span><b>([^<]+)<', page
        )
        for measure, phrase in told:
            assert phrases.setdefault(measure, phrase) == phrase == measures.measures()[measure].vi
    assert "finished" in phrases
