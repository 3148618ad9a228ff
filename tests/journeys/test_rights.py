"""Rights over HTTP: a role opens the pages of its rights, in its own area, and no more on them."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from itertools import product

import pytest
from makers import FIRST_DAY, MORE_PEOPLE, NOON, PEOPLE, SIGNERS, envelope
from sending import point, send, send_photo
from sqlalchemy import select

from api.web import transaction
from api.web.extensions import db
from survey.access.actions import grant_post
from survey.access.models import AuditEntry, User
from survey.access.rights import RIGHTS
from survey.access.rows import Actor, NewAppointment

PAGES = {
    # address in the person's own area: the right it takes (None: being signed in)
    "/": None,
    "/households": "household.read",
    "/areas/{area}": "household.read",
    "/areas/{area}/map": "map.read",
    "/areas/{area}/map.html": "map.read",
    "/areas/{area}/export": "household.read",
    "/areas/{area}/export/households.gpkg": "household.read",
    "/areas/{area}/export/villages.geojson": "household.read",
    "/areas/{area}/budget": "budget.read",
    "/areas/{area}/budget.xlsx": "budget.read",
    "/api/v1/areas/{area}/budget": "budget.read",
    "/api/v1/areas/{area}/children": "household.read",
    "/inbox": "inbox.read",
    "/law": "law.read",
    "/accounts": "accounts.manage",
    "/accounts/new": "accounts.manage",
    "/accounts/list": "accounts.manage",
    "/devices": None,
    "/password": None,
}
XUAN_LAC = ("V3", "01901")
NATIONAL_ID = "006170001234"


@pytest.fixture
def two_communes(sign_in) -> dict[str, str]:
    """A household in each commune by "here" and "there", and the address of the "photo" of the one there."""
    here = send(sign_in("lan"), {"head_name": "Đặng Văn Sình", "national_id": NATIONAL_ID})
    duy = sign_in("duy")
    place = point(105.54, 22.42)
    there, _ = send_photo(duy, head_name="Vi Thị Xuân Lạc", area_code="V3", point=place)
    page = duy.get(f"/households/{there['household_id']}").text
    photo = re.search(r'<img src="([^"]+)"', page)[1]
    return {"here": here["household_id"], "there": there["household_id"], "photo": photo}


@pytest.mark.parametrize("username", [*PEOPLE, "ky"])
def test_each_role_opens_the_pages_of_its_rights_and_no_other(sign_in, username) -> None:
    _, role, area = {**PEOPLE, **MORE_PEOPLE}[username]
    roles = {role, "signer"} if username in SIGNERS else {role}
    client = sign_in(username)
    for page, action in PAGES.items():
        with client.get(page.format(area=area)) as answer:
            allowed = action is None or bool(roles & RIGHTS[action])
            assert answer.status_code == (200 if allowed else 403), f"{username} {page}"
            if not allowed:
                assert "6005" in answer.text


@pytest.mark.parametrize("username", ["lan", "mai"])
def test_pages_of_another_commune_are_not_there(sign_in, two_communes, username) -> None:
    client = sign_in(username)
    for page, area in product((page for page in PAGES if "{area}" in page), XUAN_LAC):
        answer = client.get(page.format(area=area))
        assert answer.status_code in (403, 404), f"{username} {page}"
        assert "Vi Thị Xuân Lạc" not in answer.text


@pytest.mark.parametrize("username", ["lan", "mai"])
def test_the_household_of_another_commune_is_nowhere(sign_in, two_communes, username) -> None:
    client = sign_in(username)
    assert client.get(f"/households/{two_communes['there']}").status_code == 404
    assert client.get(two_communes["photo"]).status_code == 404
    own_photo_address = two_communes["photo"].replace(two_communes["there"], two_communes["here"])
    assert client.get(own_photo_address).status_code == 404
    for page in ("/", "/households", "/households?q=xuan+lac", "/areas/01900/map", "/areas/01900/map.html"):
        text = client.get(page).text
        assert two_communes["there"] not in text, page
        assert "Xuân Lạc" not in re.sub(r"<script.*?</script>", "", text, flags=re.DOTALL) or "map" in page
    assert "Vi Th" not in client.get("/areas/01900/map").text


def test_the_list_refuses_the_area_of_another_commune(sign_in, two_communes) -> None:
    assert sign_in("mai").get("/households?area=V3").status_code == 404


def test_the_province_sees_both_communes(sign_in, two_communes) -> None:
    page = sign_in("son").get("/households").text
    assert two_communes["here"] in page
    assert two_communes["there"] in page


def test_the_budget_of_a_commune_holds_its_own_households_only(sign_in, two_communes) -> None:
    own = sign_in("mai").get("/api/v1/areas/01900/budget").json
    whole = sign_in("hoa").get("/api/v1/areas/06/budget").json
    assert (own["households"], own["amount_vnd"]) == (1, 60_000_000)
    assert (whole["households"], whole["amount_vnd"]) == (2, 120_000_000)
    assert {line["area_code"] for line in own["lines"]} == {"V1"}


def test_amounts_are_seen_by_the_roles_that_may_and_nobody_else(sign_in, two_communes) -> None:
    pages = ["/", "/households", f"/households/{two_communes['here']}"]
    pages += ["/areas/01900/map", "/areas/01900/map.html", "/areas/V1"]
    for username, (_, role, _) in PEOPLE.items():
        client = sign_in(username)
        text = "".join(client.get(page).text for page in pages)
        shown = re.search(r"60[.,]?000[.,]?000|0,\d\d tỷ", text) is not None
        assert shown is (role in RIGHTS["amount.read"]), username


def test_officers_see_amounts_where_the_operator_says_so(sign_in, world, monkeypatch) -> None:
    household = send(sign_in("lan"))["household_id"]
    settings = world.config["SETTINGS"]
    monkeypatch.setitem(world.config, "SETTINGS", replace(settings, officers_see_amounts=True))
    page = sign_in("lan").get(f"/households/{household}").text
    assert "60.000.000 đồng" in page


def test_an_amount_seen_in_one_area_is_not_seen_in_another(sign_in, two_communes) -> None:
    duy = db.session.scalar(select(User.id).where(User.username == "duy"))
    with transaction.write() as writing:
        grant_post(writing, Actor(None, FIRST_DAY, NOON), duy, NewAppointment("finance", "01900", FIRST_DAY))
    client = sign_in("duy")
    page = client.get("/households").text
    assert two_communes["here"] in page
    assert two_communes["there"] in page
    assert "60.000.000" not in page
    assert "60.000.000" in client.get("/areas/01900/budget").text


# --- names and national ids


def test_a_national_id_is_masked_on_every_page_for_everybody(sign_in, two_communes) -> None:
    household = f"/households/{two_communes['here']}"
    others = ("/households", "/areas/V1/map", "/areas/V1/map.html", "/api/v1/areas/01900/budget")
    for username in ("lan", "mai", "son", "hoa", "admin", "binh"):
        client = sign_in(username)
        assert "••••234" in client.get(household).text, username
        for page in (household, *others):
            assert NATIONAL_ID not in client.get(page).text, f"{username} {page}"


@pytest.mark.parametrize("username", ["mai", "binh"])
def test_reading_a_full_national_id_is_logged_and_kept_by_no_cache(sign_in, two_communes, username) -> None:
    household = two_communes["here"]
    answer = sign_in(username).post(f"/households/{household}/national-id")
    assert NATIONAL_ID in answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    entry = db.session.scalar(select(AuditEntry).where(AuditEntry.action == "national_id.read"))
    assert (entry.subject_kind, entry.subject_id, entry.area_code) == ("household", household, "V1")
    assert NATIONAL_ID not in str(entry.details)


def test_who_may_not_read_a_full_national_id_is_refused_and_leaves_no_entry(sign_in, two_communes) -> None:
    for username in ("lan", "son", "hoa", "admin"):
        answer = sign_in(username).post(f"/households/{two_communes['here']}/national-id")
        assert answer.status_code == 403, username
        assert NATIONAL_ID not in answer.text, username
    assert db.session.scalar(select(AuditEntry).where(AuditEntry.action == "national_id.read")) is None


def test_a_national_id_is_not_read_by_asking_for_the_page(sign_in, two_communes) -> None:
    assert sign_in("mai").get(f"/households/{two_communes['here']}/national-id").status_code == 405


def test_a_national_id_of_another_commune_is_not_there(sign_in, two_communes) -> None:
    answer = sign_in("mai").post(f"/households/{two_communes['there']}/national-id")
    assert answer.status_code == 404


def test_without_the_right_to_names_no_page_or_map_holds_one(sign_in, two_communes, monkeypatch) -> None:
    monkeypatch.setitem(RIGHTS, "person.read", frozenset({"auditor"}))
    client = sign_in("mai")
    household = two_communes["here"]
    for page in ("/households", f"/households/{household}", "/areas/V1/map", "/areas/V1/map.html"):
        text = client.get(page).text
        assert "Đặng Văn Sình" not in text, page
        assert json.dumps("Đặng Văn Sình")[1:-1] not in text, page
    assert household in client.get("/households?q=nguyen").text


def test_a_conflict_names_the_questions_and_never_the_answers(sign_in) -> None:
    lan, mai = sign_in("lan"), sign_in("mai")
    receipt = send(lan, {"national_id": NATIONAL_ID})
    other = envelope({"national_id": "006170009999"}, id=receipt["id"])
    answer = mai.post("/api/v1/envelopes", json=other)
    assert answer.status_code == 409
    assert "national_id" in answer.json["details"]["changed"]
    assert NATIONAL_ID not in answer.text
