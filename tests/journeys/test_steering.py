"""Where it is stuck: obstacles and progress by area, each number the list it opens; the way to try."""

from __future__ import annotations

import html
import json
import re
from pathlib import Path

import pytest
from acting import household, send_act, take
from makers import password_of
from sending import ENVELOPES, PLACES, point

from api.web.extensions import db
from survey.assessment import queries as assessment
from survey.cases import queries as cases

README = Path(__file__).resolve().parents[2] / "README.md"
UNIT_ROW = re.compile(
    r'<li><a(?: href="([^"]+)")?><span class="count"[^>]*>([\d.]+)</span><span>([^<]+)'
    r'(?:<span class="chip bad"><span[^>]*>([\d.]+)</span> quá hạn)?'
)
VILLAGE_ROW = re.compile(r'<td class="r[^"]*" data-label="[^"]+"><a href="([^"]+)"[^>]*>([\d.]+)</a>')
PHASES = ("not_started", "under_way", "done")


def listed(client, address):
    """How many a list says it holds."""
    page = client.get(address)
    assert page.status_code == 200, address
    return int(re.search(r"<small>([\d.]+) (?:hộ|vướng mắc)", page.text)[1].replace(".", ""))


def units(client, address="/work/obstacles"):
    """(address, open, name, overdue) of the rows of the card by area."""
    page = client.get(address).text
    card = page.partition("<h2>Theo địa bàn</h2>")[2].partition("</section>")[0]
    rows = UNIT_ROW.findall(html.unescape(card))
    return [(href, int(count), name.strip(), int(late or 0)) for href, count, name, late in rows]


def hidden(page):
    """The hidden fields of a page's entry form, as a browser sends them back."""
    return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page))


def state_of(house):
    """Where the household's case stands."""
    db.session.rollback()
    return cases.case_of(db.session(), house).state


@pytest.fixture
def stuck(sign_in):
    """Houses approved, begun and handed over in two communes; obstacles due, overdue and without a day."""
    mai, duy, son, ky = (sign_in(name) for name in ("mai", "duy", "son", "ky"))
    where = {"a": (mai, "V1"), "b": (mai, "V1"), "c": (mai, "V2"), "d": (mai, "01900"), "e": (duy, "V3")}
    houses = {}
    for number, (name, (client, code)) in enumerate(where.items()):
        lon, lat = PLACES.get(code, PLACES["V1"])
        place = point(lon + 0.001 * number, lat)
        houses[name] = household(client, head_name=f"Hộ {name}", area_code=code, point=place)
        take(client, houses[name], "registration")
        village = code if code.startswith("V") else "V1"
        take(client, houses[name], "meeting", "posting", area_code=village)
        take(son, houses[name], "review")
        take(ky, houses[name], "approval")
    take(mai, houses["b"], "start")
    for name, due in (("a", "2025-05-12"), ("c", "2025-05-10"), ("d", "2025-05-14"), ("e", None)):
        said = {"kind": "land_forest" if name == "c" else "labour", "lead": "village"}
        said |= {"due": due} if due else {}
        send_act(where[name][0], "obstacle", household=houses[name], done_on="2025-05-09", **said)
    second = {"kind": "away_or_ill", "lead": "household", "due": "2025-05-30"}
    send_act(mai, "obstacle", household=houses["a"], done_on="2025-05-10", **second)
    return houses


# --- obstacles by area


@pytest.mark.parametrize("username", ["lan", "mai", "son", "duy", "hoa"])
def test_obstacles_by_area_equal_the_list_that_each_row_opens(sign_in, stuck, username) -> None:
    client = sign_in(username)
    for query in ("", "kind=labour", "lead=village", "overdue=yes", "area=01900"):
        address = f"/work/obstacles?{query}"
        if username == "duy" and "area" in query:
            assert client.get(address).status_code == 404
            continue
        rows = units(client, address)
        assert sum(count for _, count, _, _ in rows) == listed(client, address), query
        for href, count, name, late in rows:
            if href:
                assert query.startswith("area") or query in href
                assert (listed(client, href), listed(client, f"{href}&overdue=yes")) == (count, late), name


def test_the_committee_sees_where_it_is_stuck_most_overdue_first(sign_in, stuck) -> None:
    son = sign_in("son")
    assert [row[1:] for row in units(son)] == [(4, "Nam Mẫu", 3), (1, "Xuân Lạc", 0)]
    inside = [row[1:] for row in units(son, "/work/obstacles?area=01900")]
    assert inside == [(2, "Thôn 1", 1), (1, "Thôn 2", 1), (1, "chưa rõ đơn vị bên dưới", 1)]
    assert units(son, "/work/obstacles?area=V1") == []
    assert [row[1:] for row in units(son, "/work/obstacles?kind=land_forest")] == [(1, "Nam Mẫu", 1)]


def test_a_clerk_sees_the_villages_of_the_commune(sign_in, stuck) -> None:
    assert [name for _, _, name, _ in units(sign_in("duy"))] == ["Thôn 1"]


def test_many_areas_open_beneath_the_first(sign_in, stuck, monkeypatch) -> None:
    monkeypatch.setattr("api.cases.obstacle_pages.FIRST_UNITS", 1)
    page = sign_in("son").get("/work/obstacles").text
    assert "Các địa bàn còn lại (1)" in page
    assert len(units(sign_in("son"))) == 2


# --- progress of the units of an area


def numbers(client, code):
    """(address, number) of what the table of units opens, by the unit's row."""
    page = html.unescape(client.get(f"/areas/{code}").text)
    table = page.partition("Địa bàn trực thuộc")[2].partition("</table>")[0]
    return [(href, int(count.replace(".", ""))) for href, count in VILLAGE_ROW.findall(table)]


@pytest.mark.parametrize(("username", "code"), [("son", "06"), ("son", "01900"), ("mai", "01900")])
def test_progress_of_each_unit_equals_the_lists_it_opens(sign_in, stuck, username, code) -> None:
    client = sign_in(username)
    found = numbers(client, code)
    assert len(found) == 2 * 8
    assert [(href, listed(client, href)) for href, _ in found] == found


def test_the_units_say_how_far_they_have_come(sign_in, stuck) -> None:
    found = dict(numbers(sign_in("son"), "06"))
    by_phase = [found[f"/work/list?phase={phase}&area=01900"] for phase in PHASES]
    assert by_phase == [3, 1, 0]
    assert found["/work/obstacles?overdue=yes&area=01900"] == 3
    assert found["/work/list?phase=not_started&area=01901"] == 1


def test_the_first_home_shows_the_next_step_and_no_rows_of_zeros(sign_in) -> None:
    admin, son = sign_in("admin").get("/").text, sign_in("son").get("/areas/06").text
    assert "Việc tiếp theo: tạo tài khoản" in admin
    assert "Việc tiếp theo" not in son
    for page in (admin, son):
        assert "<table" not in page
        assert 'href="/areas/01900"' in page
    household(sign_in("mai"))
    assert "Việc tiếp theo" not in sign_in("admin").get("/").text


def test_without_cases_the_units_have_no_columns_of_progress(sign_in) -> None:
    household(sign_in("mai"))
    page = sign_in("son").get("/areas/06").text
    assert "Địa bàn trực thuộc" in page
    assert "/work/list?phase" not in page


# --- the way to try in the demonstration


def test_who_had_not_registered_comes_to_the_approval_by_pages_alone(sign_in) -> None:
    mai, son = sign_in("mai"), sign_in("son")
    houses = [household(mai, registered=False, head_name=f"Hộ {number}") for number in (1, 2)]
    for house in houses:
        said = {"year": 2025, "reason": "away"}
        send_act(mai, "non_registration", household=house, done_on="2025-03-04", **said)
    _for_the_chosen(mai, "/work/list?state=not_registered", "registration", houses, "2025-05-05", year=2025)
    fields = hidden(mai.get("/work/meeting?area=V1").text) | {"answer.done_on": "2025-05-07"}
    votes = {f"answer.households.{row}.votes_for": "25" for row in (0, 1)}
    votes |= {f"answer.households.{row}.votes_against": "0" for row in (0, 1)}
    fields |= votes | {"answer.present": "25", "answer.households_total": "30"}
    assert mai.post("/work/meeting?area=V1", data=fields).status_code == 302
    fields = hidden(mai.get("/work/posting?area=V1").text) | {"answer.done_on": "2025-05-08"}
    fields |= {"answer.until": "2025-05-12", "chosen": houses}
    assert mai.post("/work/posting?area=V1", data=fields).status_code == 302
    _for_the_chosen(mai, "/work/list?state=posted", "review", houses, "2025-05-14")
    assert {state_of(house) for house in houses} == {"reviewed"}
    _approve(son, houses)
    assert {state_of(house) for house in houses} == {"approved"}


def _for_the_chosen(client, address, kind, houses, on, **said) -> None:
    """Press an act's button for households of a list."""
    page = client.get(address).text
    assert f'name="act" value="{kind}"' in page
    fields = hidden(page) | {"act": kind, "household": houses, "done_on": on}
    fields |= {f"works_kind.{house}": "new" for house in houses} if kind == "registration" else {}
    fields |= {f"{kind}.{name}": str(value) for name, value in said.items()}
    assert client.post(address, data=fields).status_code == 302


def _approve(client, houses) -> None:
    """Approve households on the page Approval, as its form does."""
    page = client.get("/approvals/approve").text
    assert all(f'value="{house}"' in page for house in houses)
    fields = hidden(page) | {"household": houses, "done_on": "2025-05-15"}
    fields |= {"password": password_of(client.username), "official_act": "later"}
    fields["decision_due"] = "2025-06-15"
    answer = client.post("/approvals/approve", data=fields, content_type="multipart/form-data")
    assert answer.status_code == 302, answer.text


def test_the_household_of_the_readmes_example_waits_to_be_registered(sign_in) -> None:
    sent = re.search(r"curl -X POST [^']+'({.*?})'", README.read_text("utf-8"), re.DOTALL)
    envelope = json.loads(sent[1])
    assert envelope["payload"]["area_code"].startswith("01909-")
    envelope["payload"]["area_code"] = "V1"
    lan, mai = sign_in("lan"), sign_in("mai")
    answer = lan.post(ENVELOPES, json=envelope)
    assert (answer.status_code, answer.json["state"], answer.json["faults"]) == (201, "stored", [])
    assert assessment.current(db.session(), answer.json["household_id"]).outcome == "entitled"
    assert listed(mai, "/work/list?state=none") == 1
    assert envelope["payload"]["head_name"] in mai.get("/work/list?state=none").text
