"""Postings on the web: off unless turned on, with little on them, gone in time, open to objections."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from acting import household, step, take
from makers import FIRST_DAY
from sending import ENVELOPES
from sqlalchemy import select

from api.app import create_app
from api.web.extensions import db, limiter
from survey.access.models import AuditEntry
from survey.approval.models import NoticePage, PublicObjection
from survey.cases.queries import case_of

NATIONAL_ID = "006170001234"
OBJECTION = {"text": "Hộ này đã có nhà xây", "name": "", "contact": ""}


@pytest.fixture
def turned_on(world, monkeypatch):
    """The province turned postings on the web on."""
    monkeypatch.setitem(world.config, "SETTINGS", replace(world.config["SETTINGS"], public_postings=True))


def posted(client, *names: str, until: str = "2025-05-20", **answers) -> tuple[list[str], str]:
    """Households on one posting that is open on the pinned day; their ids and the posting's."""
    houses = [household(client, head_name=name, **answers) for name in names]
    for house in houses:
        take(client, house, "registration", "meeting")
    rows = [{"household": house} for house in houses]
    act = step(houses[0], "posting", households=rows, until=until)
    assert client.post(ENVELOPES, json=act).json["state"] == "stored"
    return houses, act["id"]


def publish(client, act_id: str) -> str:
    """Publish a posting on its page; the public address."""
    assert client.post(f"/approvals/postings/{act_id}/publish").status_code == 302
    return re.search(r'href="http://localhost(/p/[^"]+)"', client.get(f"/approvals/postings/{act_id}").text)[
        1
    ]


@pytest.fixture
def page(sign_in, turned_on):
    """A published posting of two households: (address, posting's id, household ids)."""
    mai = sign_in("mai")
    houses, act_id = posted(mai, "Đặng Văn Sình", "Hoàng Thị Ước", national_id=NATIONAL_ID)
    return publish(mai, act_id), act_id, houses


def test_the_page_is_off_by_default_whatever_happens(sign_in, client) -> None:
    mai = sign_in("mai")
    _, act_id = posted(mai, "Đặng Văn Sình")
    answer = mai.post(f"/approvals/postings/{act_id}/publish")
    assert (answer.status_code, "5448" in answer.text) == (403, True)
    assert db.session.scalar(select(NoticePage)) is None
    assert client.get("/p/anything").status_code == 404


def test_a_page_that_was_open_is_gone_once_the_province_turns_them_off(
    page, world, monkeypatch, client
) -> None:
    assert client.get(page[0]).status_code == 200
    monkeypatch.setitem(world.config, "SETTINGS", replace(world.config["SETTINGS"], public_postings=False))
    assert client.get(page[0]).status_code == 404
    assert client.post(page[0], data=OBJECTION).status_code == 404


def test_everybody_with_the_address_sees_the_allowed_columns_and_nothing_else(page, client) -> None:
    answer = client.get(page[0])
    assert answer.status_code == 200
    assert "Đặng Văn Sình" in answer.text
    assert "Thôn 1" in answer.text
    assert "20/05/2025" in answer.text
    assert "xóa nhà tạm, nhà dột nát" in answer.text
    for hidden in (NATIONAL_ID, "001234", "105.6", "22.4", "60.000.000", "1970", *page[2], page[1]):
        assert hidden not in answer.text, hidden


def test_search_engines_are_kept_out_also_where_nothing_is(page, client) -> None:
    for address in (page[0], "/p/nothing"):
        answer = client.get(address)
        assert "noindex" in answer.headers["X-Robots-Tag"]
        assert '<meta name="robots" content="noindex' in answer.text


def test_where_nothing_is_any_more_a_calm_page_says_where_the_list_hangs(client, turned_on) -> None:
    answer = client.get("/p/nothing")
    assert answer.status_code == 404
    assert "trụ sở Ủy ban nhân dân xã" in answer.text
    assert 'class="problem"' not in answer.text


def test_the_address_cannot_be_guessed(page) -> None:
    token = page[0].removeprefix("/p/")
    assert len(token) == 32
    assert page[1] not in token


@pytest.mark.parametrize(("day", "status"), [(20, 200), (21, 404)])
def test_the_page_is_gone_after_its_last_day(page, world, client, monkeypatch, day, status) -> None:
    pinned = replace(world.config["SETTINGS"], pinned_date=FIRST_DAY.replace(day=day))
    monkeypatch.setitem(world.config, "SETTINGS", pinned)
    answer = client.get(page[0])
    assert answer.status_code == status
    assert ("Sình" in answer.text) is (status == 200)


def test_a_withdrawn_page_is_gone_at_once_and_the_trail_names_who(page, sign_in, client) -> None:
    mai = sign_in("mai")
    assert mai.post(f"/approvals/postings/{page[1]}/withdraw").status_code == 302
    answer = client.get(page[0])
    assert (answer.status_code, "5445" in answer.text) == (404, True)
    of_pages = select(AuditEntry).where(AuditEntry.action.startswith("posting."))
    entries = list(db.session.scalars(of_pages.order_by(AuditEntry.id)))
    assert [entry.action for entry in entries] == ["posting.publish", "posting.withdraw"]
    assert all(entry.actor_id and entry.area_code == "V1" for entry in entries)


def test_a_revoked_posting_has_no_page(page, sign_in, client) -> None:
    from acting import send_act

    revoked = send_act(sign_in("mai"), "revocation", act=page[1], done_on="2025-05-15", remarks="Ghi nhầm")
    assert revoked["state"] == "stored"
    assert client.get(page[0]).status_code == 404


def test_a_posting_has_one_page_and_none_after_its_time(sign_in, turned_on) -> None:
    mai = sign_in("mai")
    _, act_id = posted(mai, "Đặng Văn Sình")
    publish(mai, act_id)
    assert "5441" in mai.post(f"/approvals/postings/{act_id}/publish").text
    _, old = posted(mai, "Hoàng Thị Ước", until="2025-05-06")
    assert "5442" in mai.post(f"/approvals/postings/{old}/publish").text


@pytest.mark.parametrize("username", ["lan", "son", "hoa", "binh"])
def test_only_the_commune_publishes_and_withdraws(page, sign_in, client, username) -> None:
    person = sign_in(username)
    for what in ("publish", "withdraw"):
        assert person.post(f"/approvals/postings/{page[1]}/{what}").status_code == 403
    assert client.get(page[0]).status_code == 200


def test_a_posting_of_another_commune_is_not_there(page, sign_in) -> None:
    duy = sign_in("duy")
    assert duy.get(f"/approvals/postings/{page[1]}").status_code == 404
    assert page[1] not in duy.get("/approvals/postings").text


# --- objections


def test_an_objection_waits_for_the_commune_and_needs_no_name(page, sign_in, client) -> None:
    answer = client.post(page[0], data=OBJECTION)
    assert "Đã nhận phản ánh" in answer.text
    shown = sign_in("mai").get(f"/approvals/postings/{page[1]}").text
    assert "Hộ này đã có nhà xây" in shown
    assert "không ghi tên" in shown


def test_what_a_stranger_typed_is_text_and_is_sealed(page, sign_in, client) -> None:
    hostile = "<img src=x onerror=alert(1)>{{ 7*7 }}"
    client.post(page[0], data={"text": hostile, "name": hostile, "contact": hostile})
    shown = sign_in("mai").get(f"/approvals/postings/{page[1]}").text
    assert "<img src=x" not in shown
    assert "&lt;img src=x" in shown
    raw = db.session.connection().exec_driver_sql("SELECT text, name FROM public_objections").one()
    assert all(b"alert" not in bytes(value) for value in raw)


def test_an_objection_is_not_shown_to_who_has_no_business_with_it(page, sign_in, client) -> None:
    client.post(page[0], data=OBJECTION)
    assert "Hộ này đã có nhà xây" not in sign_in("lan").get(f"/approvals/postings/{page[1]}").text
    assert "Hộ này đã có nhà xây" not in client.get(page[0]).text


@pytest.mark.parametrize("text", ["", "   ", "x" * 2001])
def test_an_empty_or_endless_objection_is_told(page, client, text) -> None:
    answer = client.post(page[0], data={"text": text})
    assert (answer.status_code, "5446" in answer.text) == (400, True)
    assert db.session.scalar(select(PublicObjection)) is None


def test_who_fills_the_field_nobody_sees_is_thanked_and_not_kept(page, client) -> None:
    assert "Đã nhận phản ánh" in client.post(page[0], data={**OBJECTION, "website": "http://x"}).text
    assert db.session.scalar(select(PublicObjection)) is None


def test_a_form_that_is_not_ours_is_refused(page, world) -> None:
    world.config["WTF_CSRF_ENABLED"] = True
    answer = world.test_client().post(page[0], data=OBJECTION)
    assert (answer.status_code, "6006" in answer.text) == (400, True)


@pytest.fixture
def counted_stranger(page, world):
    """A stranger at the application as it is served, with what one address sends counted."""
    settings = world.config["SETTINGS"]
    served = create_app(settings, TESTING=True, WTF_CSRF_ENABLED=False, RATELIMIT_ENABLED=True)
    yield served.test_client()
    limiter.reset()
    limiter.enabled = False
    with served.app_context():
        db.engine.dispose()


def test_one_address_sends_so_many_an_hour(page, counted_stranger) -> None:
    statuses = [counted_stranger.post(page[0], data={"text": ""}).status_code for _ in range(21)]
    assert statuses == [400] * 20 + [429]


def test_an_objection_becomes_an_act_of_a_household(page, sign_in, client) -> None:
    client.post(page[0], data={**OBJECTION, "name": "Nông Văn Đài"})
    mai = sign_in("mai")
    written = db.session.scalar(select(PublicObjection.id))
    form = {"household": page[2][0], "about": "eligibility", "content": "Đã có nhà xây"}
    assert mai.post(f"/approvals/postings/objections/{written}/act", data=form).status_code == 302
    assert case_of(db.session(), page[2][0]).objections == 1
    again = mai.post(f"/approvals/postings/objections/{written}/act", data=form)
    assert "5444" in again.text
    assert case_of(db.session(), page[2][0]).objections == 1


def test_an_objection_that_cannot_be_recorded_stays_waiting(page, sign_in, client) -> None:
    client.post(page[0], data=OBJECTION)
    written = db.session.scalar(select(PublicObjection.id))
    answer = sign_in("mai").post(f"/approvals/postings/objections/{written}/act", data={"household": "x"})
    assert (answer.status_code, "5420" in answer.text) == (400, True)
    assert db.session.get(PublicObjection, written).settled_at is None


def test_a_day_of_an_objection_that_nobody_can_read_does_not_become_today(page, sign_in, client) -> None:
    client.post(page[0], data=OBJECTION)
    written = db.session.scalar(select(PublicObjection.id))
    form = {"household": page[2][0], "about": "eligibility", "content": "Đã có nhà xây", "done_on": "5/2025"}
    answer = sign_in("mai").post(f"/approvals/postings/objections/{written}/act", data=form)
    assert (answer.status_code, "cần ngày dạng 15/05/2025" in answer.text) == (400, True)
    assert db.session.get(PublicObjection, written).settled_at is None


def test_an_objection_is_settled_with_a_reason(page, sign_in, client) -> None:
    client.post(page[0], data=OBJECTION)
    mai = sign_in("mai")
    written = db.session.scalar(select(PublicObjection.id))
    address = f"/approvals/postings/objections/{written}/settle"
    assert mai.post(address, data={"reason": " "}).status_code == 400
    assert mai.post(address, data={"reason": "Không nêu hộ nào"}).status_code == 302
    assert "Không nêu hộ nào" in mai.get(f"/approvals/postings/{page[1]}").text


@pytest.mark.parametrize("username", ["lan", "son", "binh"])
def test_only_the_commune_deals_with_objections(page, sign_in, client, username) -> None:
    client.post(page[0], data=OBJECTION)
    written = db.session.scalar(select(PublicObjection.id))
    for what in ("act", "settle"):
        answer = sign_in(username).post(
            f"/approvals/postings/objections/{written}/{what}", data={"reason": "x"}
        )
        assert answer.status_code == 403
