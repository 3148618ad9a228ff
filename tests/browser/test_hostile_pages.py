"""Hostile text typed by anybody, on every page that shows it: read letter by letter, and nothing more."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from makers import FIRST_DAY, NOON, PEOPLE, make_world
from page_server import Site, client_of, serve_app
from sending import point, send
from shapely.geometry import box
from sqlalchemy import select

from api.web import transaction
from api.web.extensions import db
from maps import single_file
from survey.access.actions import rename
from survey.access.models import User
from survey.access.rows import Actor
from survey.areas.actions import put_areas
from survey.areas.rows import AreaInput
from survey.intake.models import ReceivedEnvelope

pytestmark = pytest.mark.browser
if not (single_file.STATIC / "vendor" / "leaflet" / "leaflet.js").is_file():
    pytest.skip("third-party scripts are not built: pip install -e .", allow_module_level=True)

HOSTILE = (
    "${alert(1)}",
    "<img src=x onerror=alert(1)>",
    "</script><script>alert(1)</script>",
    "`-alert(1)-`",
    "a\u2028alert(1)//",
    "'\"><svg onload=alert(1)>",
)
NAMES = tuple(text.replace("\u2028", " ") for text in HOSTILE)
"""The same as names of areas and people: any space is one plain space there."""
WEST, SOUTH = 105.601, 22.401
STEP = 0.005
VILLAGES = [f"H{place}" for place in range(len(HOSTILE))]


def fill(app: Flask) -> dict[str, str]:
    """A village with each hostile name, a household with the text in every field, one record that waits."""
    with app.app_context(), transaction.write() as session:
        make_world(session)
        put_areas(
            session, [_village(code, text) for code, text in zip(VILLAGES, HOSTILE, strict=True)], FIRST_DAY
        )
        for username, text in zip(PEOPLE, HOSTILE, strict=False):
            user_id = session.scalar(select(User.id).where(User.username == username))
            rename(session, Actor(None, FIRST_DAY, NOON), user_id, text)
    lan = client_of(app, "lan")
    sent = [send(lan, _answers(code, text)) for code, text in zip(VILLAGES, HOSTILE, strict=True)]
    for text in HOSTILE:
        send(lan, {"head_name": text, "area_m2": text})
    with app.app_context():
        waiting = db.session.scalars(select(ReceivedEnvelope.id).where(ReceivedEnvelope.state == "waiting"))
        records = {f"record{place}": str(row_id) for place, row_id in enumerate(waiting)}
    return records | {code: receipt["household_id"] for code, receipt in zip(VILLAGES, sent, strict=True)}


def _corner(code: str) -> tuple[float, float]:
    return WEST + STEP * VILLAGES.index(code), SOUTH


def _village(code: str, name: str) -> AreaInput:
    lon, lat = _corner(code)
    boundary = box(lon, lat, lon + STEP, lat + STEP)
    return AreaInput(
        code=code, level="village", name=name, parent_code="01900", boundary=boundary, source=name
    )


def _answers(code: str, text: str) -> dict[str, object]:
    """The text wherever a person can type one."""
    lon, lat = _corner(code)
    status = {"kind": "poverty_status", "value": "poor", "year": 2025}
    return {
        "area_code": code,
        "point": point(lon + STEP / 2, lat + STEP / 2),
        "head_name": text,
        "place_text": text,
        "note": text,
        "ethnic_group": text,
        "members": [{"name": text}],
        "status_records": [status | {"deciding_body": text, "decision_number": text}],
    }


@pytest.fixture(scope="module")
def hostile_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The application with hostile text everywhere."""
    with serve_app(tmp_path_factory.mktemp("hostile"), fill) as served:
        yield served


@pytest.fixture(scope="module")
def people(hostile_site, enter, watch_of) -> dict:
    """A watched page of the commune's staff, one of the administrator."""
    watches = {username: watch_of() for username in ("mai", "admin")}
    for username, watch in watches.items():
        enter(watch.page, hostile_site.url, username)
    return watches


PAGES = {
    # address: who opens it
    "/": "mai",
    "/areas/01900": "mai",
    "/households": "mai",
    **{f"/households/{{{code}}}": "mai" for code in VILLAGES},
    **{f"/inbox/{{record{place}}}": "mai" for place in range(len(HOSTILE))},
    "/inbox": "mai",
    "/areas/01900/map": "mai",
    "/areas/H2/map": "mai",
    "/areas/01900/budget": "mai",
    "/law?area=H2": "mai",
    "/households?q=%3C/script%3E%3Cscript%3Ealert(1)%3C/script%3E": "mai",
    "/accounts": "admin",
    "/accounts?search=%3Cimg%20src=x%20onerror=alert(1)%3E": "admin",
    "/accounts/new": "admin",
}


def open_everything(page) -> None:
    """Open every fold and every house of the map's list."""
    page.evaluate("document.querySelectorAll('details').forEach(part => { part.open = true; })")
    for number in range(page.locator("button.nv-number").count()):
        page.locator("button.nv-number").nth(number).click()


@pytest.mark.parametrize("address", PAGES)
def test_hostile_text_does_nothing_on_the_first_and_on_the_cached_visit(
    people, hostile_site, address
) -> None:
    watch = people[PAGES[address]]
    watch.faults.clear()
    watch.requests.clear()
    for _ in range(2):
        watch.page.goto(hostile_site.url + address.format(**hostile_site.filled))
        open_everything(watch.page)
    assert watch.faults == []
    assert watch.foreign() == []
    made = "document.querySelectorAll('[onerror], [onload], img[src=\"x\"]').length"
    assert watch.page.evaluate(made) == 0


def shown(page) -> str:
    """Every text of a page, and what stands in its fields."""
    return page.evaluate(
        "document.body.textContent + [...document.querySelectorAll('input')].map(i => i.value).join('|')"
    )


@pytest.mark.parametrize("address", ["/households", "/inbox", "/areas/01900", "/areas/01900/map"])
def test_hostile_text_is_read_letter_by_letter(people, hostile_site, address) -> None:
    page = people["mai"].page
    page.goto(hostile_site.url + address)
    text = shown(page)
    assert [one for one in (NAMES if address.startswith("/areas") else HOSTILE) if one not in text] == []


@pytest.mark.parametrize("place", range(len(HOSTILE)))
def test_a_hostile_household_is_read_letter_by_letter(people, hostile_site, place) -> None:
    page = people["mai"].page
    page.goto(f"{hostile_site.url}/households/{hostile_site.filled[VILLAGES[place]]}")
    assert page.locator("h1").evaluate("part => part.textContent") == HOSTILE[place]
    assert shown(page).count(HOSTILE[place]) >= 6


@pytest.mark.parametrize("place", range(len(HOSTILE)))
def test_a_hostile_name_stands_in_its_popup_as_it_was_typed(people, hostile_site, place) -> None:
    page = people["mai"].page
    page.goto(f"{hostile_site.url}/areas/{VILLAGES[place]}/map")
    page.locator("button.nv-number").first.click()
    assert page.locator(".nv-popup h3 span").evaluate("part => part.textContent") == HOSTILE[place]


def test_names_of_accounts_are_read_letter_by_letter(people, hostile_site) -> None:
    page = people["admin"].page
    page.goto(f"{hostile_site.url}/accounts")
    text = shown(page)
    assert [name for name in NAMES if name not in text] == []


def test_the_map_file_with_hostile_text_does_nothing_without_a_network(
    people, hostile_site, context, watch, tmp_path: Path
) -> None:
    answer = people["mai"].page.request.get(f"{hostile_site.url}/areas/01900/map.html")
    file = tmp_path / "map.html"
    file.write_bytes(answer.body())
    context.set_offline(True)
    watch.page.goto(file.as_uri())
    open_everything(watch.page)
    assert watch.faults == []
    assert [url for url in watch.requests if not url.startswith("data:")] == [file.as_uri()]
    assert [one for one in HOSTILE if one not in shown(watch.page)] == []


def test_a_cached_page_comes_back_without_its_body_and_still_runs(people, hostile_site) -> None:
    page = people["mai"].page
    page.goto(f"{hostile_site.url}/areas/H5/map")
    page.goto(f"{hostile_site.url}/areas/H5/map")
    assert [status for path, status in hostile_site.answers if path == "/areas/H5/map"][-1] == 304
    assert page.locator(".leaflet-container canvas").count() == 1
