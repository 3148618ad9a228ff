"""The work lists by HTTP: counts equal their lists, acts for many, meetings, postings, obstacles."""

from __future__ import annotations

import io
import re

import pytest
from acting import AGREE, act, household, send_act, take
from openpyxl import load_workbook
from sending import ENVELOPES, point

from api.web.extensions import db
from survey.cases import queries as cases

HOSTILE = "<img src=x onerror=alert(1)>"


def state_of(house):
    """Where the household's case stands."""
    db.session.rollback()
    found = cases.case_of(db.session(), house)
    return found.state if found else None


def listed(client, address):
    """How many a list says it holds."""
    page = client.get(address)
    assert page.status_code == 200, address
    return int(re.search(r"<small>([\d.]+) (?:hộ|vướng mắc)", page.text)[1].replace(".", ""))


def counts(page):
    """(address, count) of every count on a page that opens a list of cases or obstacles."""
    found = re.findall(r'href="(/work/[^"]+)">\s*<span class="count[^"]*"[^>]*>([\d.]+)<', page)
    chips = re.findall(r'class="chip" href="(/work/[^"]+)"[^>]*>([\d.]+)<', page)
    links = re.findall(
        r'href="(/work/list[^"]+)"><span class="dot[^>]*></span>[^<]*<b class="num"[^>]*>([\d.]+)<', page
    )
    return [(href.replace("&amp;", "&"), int(count)) for href, count in [*found, *chips, *links]]


def hidden(page):
    """The hidden fields of a page's entry form, as a browser sends them back."""
    return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page))


def xlsx(client, address):
    """The rows of a workbook under their heading."""
    with client.get(address) as answer:
        assert answer.status_code == 200, address
        sheet = load_workbook(io.BytesIO(answer.data)).active
    rows = [list(row) for row in sheet.iter_rows(values_only=True)]
    head = next(number for number, row in enumerate(rows) if row[0] == "Chủ hộ")
    return rows[head + 1 :]


@pytest.fixture
def mai(sign_in):
    """The clerk of Nam Mẫu."""
    return sign_in("mai")


@pytest.fixture
def village(sign_in, mai):
    """Households of Nam Mẫu in every kind of state, by name, and one of the other commune."""
    lon, lat = 105.62, 22.42
    names = ("none", "registered", "endorsed", "posted", "reviewed", "approved", "started", "away")
    houses = {
        name: household(mai, head_name=f"Hộ {name}", point=point(lon + 0.001 * number, lat))
        for number, name in enumerate(names)
    }
    for number, name in enumerate(("registered", "endorsed", "posted", "reviewed"), 1):
        take(mai, houses[name], *AGREE[:number])
    for name in ("approved", "started"):
        take(mai, houses[name], *AGREE[:-1])
        take(sign_in("son"), houses[name], "approval")
    take(sign_in("lan"), houses["started"], "start")
    send_act(
        mai,
        "non_registration",
        household=houses["away"],
        done_on="2025-05-10",
        year=2025,
        reason="away",
        follow_up_by="Trưởng thôn Thơm",
        follow_up_on="2025-05-14",
    )
    blocked = {"kind": "land_forest", "lead": "forest_office", "due": "2025-05-12"}
    send_act(mai, "obstacle", household=houses["approved"], done_on="2025-05-09", **blocked)
    send_act(
        mai, "objection", household=houses["posted"], done_on="2025-05-05", about="amount", content="Thấp"
    )
    other = household(sign_in("duy"), head_name="Vi Thị Xa", area_code="V3", point=point(105.54, 22.42))
    return houses | {"other": other}


@pytest.mark.parametrize("username", ["lan", "mai", "son", "hoa", "binh", "admin"])
def test_every_count_equals_the_list_it_opens(sign_in, village, username) -> None:
    client = sign_in(username)
    for address in ("/work", "/work?area=V1", "/", "/areas/01900"):
        found = counts(client.get(address).text)
        assert found, address
        assert [(href, listed(client, href)) for href, _ in found] == found, address


def test_the_states_are_those_of_the_village(mai, village) -> None:
    found = dict(counts(mai.get("/work").text))
    for state in ("registered", "endorsed", "posted", "reviewed", "approved", "started", "not_registered"):
        assert found[f"/work/list?state={state}"] == 1, state
    assert found["/work/list?phase=deciding"] == 4
    assert found["/work/list?state=none"] == 1


def test_each_role_is_told_what_waits_for_it(sign_in, village) -> None:
    def waits(username):
        return {href for href, _ in counts(sign_in(username).get("/").text)}

    assert "/work/list?state=posted" in waits("mai")
    assert "/work/list?state=reviewed" not in waits("mai")
    assert "/work/list?state=reviewed" in waits("son")
    assert "/work/list?state=registered" in waits("lan")
    assert "/work/list?scan=missing" in waits("lan")
    assert "/work/list?objection=yes" in waits("mai")
    assert "/work/obstacles?overdue=yes" in waits("mai")
    assert not {href for href in waits("binh") if "state=" in href}


def test_filters_narrow_a_list_together(mai, village) -> None:
    assert listed(mai, "/work/list") == 7
    assert listed(mai, "/work/list?works_kind=new&area=V1") == 6
    assert listed(mai, "/work/list?works_kind=repair") == 0
    assert listed(mai, "/work/list?obstacle=any") == listed(mai, "/work/list?obstacle=land_forest") == 1
    assert listed(mai, "/work/list?obstacle=labour") == 0
    assert listed(mai, "/work/list?objection=yes&state=posted") == 1
    assert listed(mai, "/work/list?year=2025") == 7
    assert listed(mai, "/work/list?year=soon") == listed(mai, "/work/list?state=unheard_of") == 0
    assert listed(mai, "/work/list?q=ho+started") == 1
    assert listed(mai, "/work/list?area=V2") == 0


def test_a_list_is_sorted_and_comes_in_pages_that_hold_everybody_once(mai, village, monkeypatch) -> None:
    monkeypatch.setattr("api.cases.worklist_pages.PAGE_SIZE", 3)
    pages = [mai.get(f"/work/list?page={number}&sort=since").text for number in (1, 2, 3)]
    names = [re.findall(r'<td class="name"><a[^>]+>([^<]+)<', page) for page in pages]
    assert [len(found) for found in names] == [3, 3, 1]
    assert names[0][0] == "Hộ registered"
    assert len({name for found in names for name in found}) == 7
    newest = mai.get("/work/list?sort=-since").text
    assert re.search(r'<td class="name"><a[^>]+>([^<]+)<', newest)[1] == "Hộ away"


def test_a_commune_sees_its_own_households_only(sign_in, village) -> None:
    take(sign_in("son"), village["reviewed"], "approval")
    duy = sign_in("duy")
    assert listed(duy, "/work/list?state=none") == 1
    assert listed(duy, "/work/list") == listed(duy, "/work/obstacles") == 0
    assert duy.get("/work/list?area=V1").status_code == 404
    assert duy.get("/work?area=01900").status_code == 404


# --- acts for many


def bulk(client, state, kind, houses, **more):
    """Choose households of a list and press an act's button."""
    page = client.get(f"/work/list?state={state}").text
    fields = hidden(page) | {"act": kind, "household": houses, "done_on": "2025-05-15", **more}
    return client.post(f"/work/list?state={state}", data=fields)


@pytest.fixture
def posted(mai):
    """Three households whose list is posted."""
    houses = [household(mai) for _ in range(3)]
    for house in houses:
        take(mai, house, *AGREE[:3])
    return houses


def test_a_commune_reviews_many_in_one_act(mai, posted) -> None:
    answer = bulk(mai, "posted", "review", posted)
    assert answer.status_code == 302
    assert "3 hộ" in mai.get(answer.location).text
    assert {state_of(house) for house in posted} == {"reviewed"}
    assert len({cases.events(db.session(), house)[0].envelope_id for house in posted}) == 1


def test_many_are_returned_with_a_comment_and_come_back(mai, posted) -> None:
    words = {"return.reason": "papers_missing", "return.remarks": f"Thiếu sổ đỏ {HOSTILE}"}
    assert bulk(mai, "posted", "return", posted[:2], **words).status_code == 302
    page = mai.get("/work/list?state=returned").text
    assert "Thiếu sổ đỏ &lt;img" in page
    assert HOSTILE not in page
    assert bulk(mai, "returned", "resubmission", posted[:2]).status_code == 302
    assert {state_of(house) for house in posted} == {"posted"}


def test_many_are_rejected_only_with_a_reason_in_words(mai, posted) -> None:
    missing = bulk(mai, "posted", "rejection", posted, **{"rejection.reason": "house_sound"})
    assert missing.status_code == 400
    assert missing.text.count(" checked") >= 3
    words = {"rejection.reason": "house_sound", "rejection.remarks": "Nhà còn tốt"}
    assert bulk(mai, "posted", "rejection", posted, **words).status_code == 302
    assert {state_of(house) for house in posted} == {"rejected"}


def test_households_without_a_case_are_registered_together_each_with_its_works_kind(mai) -> None:
    new, repair = household(mai), household(mai, works_kind="repair")
    page = mai.get("/work/list?state=none").text
    assert re.search(rf'name="works_kind.{repair}".*?value="repair" selected', page, re.S)
    kinds = {f"works_kind.{new}": "new", f"works_kind.{repair}": "repair", "registration.year": "2025"}
    assert bulk(mai, "none", "registration", [new, repair], **kinds).status_code == 302
    kinds = [cases.case_of(db.session(), house).works_kind for house in (new, repair)]
    assert kinds == ["new", "repair"]
    assert listed(mai, "/work/list?state=none") == 0


def test_who_cannot_take_an_act_is_told_apart_and_the_rest_stays_chosen(mai, posted) -> None:
    outsider = household(mai)
    take(mai, outsider, "registration")
    answer = bulk(mai, "posted", "review", [*posted, outsider])
    assert answer.status_code == 400
    assert "5462" in answer.text
    assert {state_of(house) for house in posted} == {"posted"}
    assert len(re.findall(r'name="household"[^>]* checked', answer.text)) == 3
    assert bulk(mai, "posted", "review", posted).status_code == 302


def test_nobody_chosen_is_told(mai, posted) -> None:
    assert "5413" in bulk(mai, "posted", "review", []).text


def test_an_act_for_many_pressed_twice_is_recorded_once(mai, posted) -> None:
    fields = hidden(mai.get("/work/list?state=posted").text)
    fields |= {"act": "review", "household": posted, "done_on": "2025-05-15"}
    answers = [mai.post("/work/list?state=posted", data=fields).status_code for _ in range(2)]
    assert answers == [302, 302]
    assert len(cases.events(db.session(), posted[0])) == 4


@pytest.mark.parametrize("username", ["binh", "hoa", "admin"])
def test_who_only_reads_has_no_buttons_and_is_refused(sign_in, village, username) -> None:
    client = sign_in(username)
    page = client.get("/work/list?state=posted").text
    assert "Hộ posted" in page
    assert 'name="act"' not in page
    assert bulk(client, "posted", "review", [village["posted"]]).status_code == 403
    for address in ("/work/meeting", "/work/posting"):
        assert client.get(address).status_code == client.post(address, data={}).status_code == 403


# --- a meeting, a posting


@pytest.fixture
def registered(mai):
    """Three registered households of one village."""
    houses = [household(mai, head_name=f"Hộ {number}") for number in (1, 2, 3)]
    for house in houses:
        take(mai, house, "registration")
    return houses


def test_a_meeting_of_a_village_is_entered_at_once(mai, registered) -> None:
    opened = mai.get("/work/meeting")
    assert opened.location == "/work/meeting?area=V1"
    fields = hidden(mai.get(opened.location).text)
    fields |= {"answer.done_on": "2025-05-12", "answer.present": "25", "answer.chair_name": "Hoàng Văn Chủ"}
    votes = {"0": ("25", "0"), "1": ("10", "15")}
    for row, (in_favour, against) in votes.items():
        fields[f"answer.households.{row}.votes_for"] = in_favour
        fields[f"answer.households.{row}.votes_against"] = against
    answer = mai.post("/work/meeting?area=V1", data=fields)
    assert answer.status_code == 302
    assert [state_of(house) for house in registered] == ["endorsed", "not_endorsed", "registered"]
    page = mai.get(answer.location).text
    assert "2 hộ" in page
    assert "10 đồng ý, 15 không đồng ý" in page
    again = mai.get("/work/meeting?area=V1").text
    assert 'value="Hoàng Văn Chủ"' in again


def test_everybody_agreed_is_one_button_without_scripts_too(mai, registered) -> None:
    fields = hidden(mai.get("/work/meeting?area=V1").text) | {"answer.present": "25", "fill": "all"}
    page = mai.post("/work/meeting?area=V1", data=fields).text
    assert len(re.findall(r'votes_for"[^>]*value="25"', page)) == 3
    assert {state_of(house) for house in registered} == {"registered"}


def test_more_votes_than_people_are_told_and_nothing_is_lost(mai, registered) -> None:
    fields = hidden(mai.get("/work/meeting?area=V1").text)
    fields |= {"answer.done_on": "2025-05-12", "answer.present": "5", "answer.households.2.votes_for": "9"}
    answer = mai.post("/work/meeting?area=V1", data=fields)
    assert answer.status_code == 400
    assert "9 nhiều hơn số người có mặt 5" in answer.text
    assert re.search(r'households.2.votes_for"[^>]*value="9"', answer.text)


def test_a_wrong_vote_is_marked_in_its_row(mai, registered) -> None:
    fields = hidden(mai.get("/work/meeting?area=V1").text)
    fields |= {"answer.done_on": "2025-05-12", "answer.present": "5", "answer.households.1.votes_for": "năm"}
    page = mai.post("/work/meeting?area=V1", data=fields).text
    assert re.search(r'name="answer.households.1.votes_for"[^>]*aria-invalid', page)


def test_a_posting_of_a_village_is_entered_at_once(mai, registered) -> None:
    for house in registered:
        take(mai, house, "meeting")
    fields = hidden(mai.get("/work/posting?area=V1").text)
    assert re.search(r'name="answer.until"[^>]*value="2025-05-17"', mai.get("/work/posting?area=V1").text)
    fields |= {"answer.done_on": "2025-05-10", "answer.until": "2025-05-14", "chosen": registered[:2]}
    assert mai.post("/work/posting?area=V1", data=fields).status_code == 302
    assert [state_of(house) for house in registered] == ["posted", "posted", "endorsed"]


def test_an_act_of_many_is_taken_back_for_all(mai, posted) -> None:
    answer = bulk(mai, "posted", "review", posted)
    act_id = answer.location.partition("done=")[2].partition("&")[0]
    page = mai.get(f"/cases/acts/{act_id}").text
    form = re.search(r'<form method="post" action="(/cases/[^"]+/revocation/new)">(.*?)</form>', page, re.S)
    fields = hidden(form[2]) | {"answer.remarks": "Ghi nhầm thôn"}
    assert mai.post(form[1], data=fields).status_code == 302
    assert {state_of(house) for house in posted} == {"posted"}
    assert mai.get(f"/cases/acts/{act_id}").status_code == 404


# --- obstacles and workbooks


def test_obstacles_are_counted_by_kind_and_by_who_clears_them(mai, village) -> None:
    second = {"kind": "labour", "lead": "village"}
    send_act(mai, "obstacle", household=village["approved"], done_on="2025-05-10", **second)
    page = mai.get("/work/obstacles").text
    found = dict(counts(page))
    assert found["/work/obstacles?kind=land_forest"] == found["/work/obstacles?lead=village"] == 1
    assert [(href, listed(mai, href)) for href in found] == list(found.items())
    assert listed(mai, "/work/obstacles?overdue=yes") == 1
    assert listed(mai, "/work/obstacles") == 2


def test_a_cleared_obstacle_leaves_the_list_and_comes_back_when_that_is_revoked(mai, village) -> None:
    obstacle = cases.progress_of(db.session(), village["approved"]).obstacles[0].act_id
    end = act(
        "obstacle_end",
        household=village["approved"],
        obstacle=obstacle,
        done_on="2025-05-13",
        result="solved",
    )
    assert mai.post(ENVELOPES, json=end).json["state"] == "stored"
    assert listed(mai, "/work/obstacles") == listed(mai, "/work/list?obstacle=any") == 0
    send_act(mai, "revocation", act=end["id"], done_on="2025-05-15", remarks="Nhầm")
    assert listed(mai, "/work/obstacles") == listed(mai, "/work/list?obstacle=any") == 1


def test_obstacles_go_into_a_workbook_with_names_by_right(mai, village) -> None:
    rows = xlsx(mai, "/work/obstacles.xlsx?overdue=yes")
    assert [row[0] for row in rows] == ["Hộ approved"]
    assert rows[0][3:5] == ["đất rừng", "cơ quan kiểm lâm"]
    assert rows[0][7] == "quá hạn"


def test_who_does_not_register_is_listed_with_reason_and_follow_up(mai, village) -> None:
    page = mai.get("/work/list?state=not_registered").text
    assert "đi làm ăn xa" in page
    assert "Trưởng thôn Thơm" in page
    assert "đến hạn" in page
    (row,) = xlsx(mai, "/work/not-registered.xlsx")
    assert row[0] == "Hộ away"
    assert row[3] == "đi làm ăn xa"
    assert row[5] == "Trưởng thôn Thơm"
    assert (row[4].day, row[6].day) == (10, 14)


def test_signed_papers_that_are_missing_are_listed_until_they_come(sign_in, mai, village) -> None:
    assert listed(mai, "/work/list?scan=missing&state=registered") == 0
    assert listed(mai, "/work/list?scan=missing&state=endorsed") == 1
    event = cases.events(db.session(), village["endorsed"])[0]
    from makers import jpeg

    scan = {"photo.papers": (io.BytesIO(jpeg("white")[0]), "biên bản.jpg")}
    mai.post(f"/cases/acts/{event.envelope_id}/scan", data=scan)
    assert listed(mai, "/work/list?scan=missing&state=endorsed") == 0


def test_lists_hold_their_own_against_hostile_arguments(mai, village) -> None:
    names = ("state", "phase", "area", "q", "year", "programme", "obstacle", "sort", "page", "done", "kind")
    for path in ("/work", "/work/list", "/work/obstacles", "/work/meeting", "/work/posting"):
        for name in names:
            for text in ("' OR 1=1 --", "\x00", "9" * 30, "ế" * 300, "<script>", "²"):
                answer = mai.get(path, query_string={name: text})
                assert answer.status_code in (200, 302, 400, 404), f"{path}?{name}={text!r}"
