"""Signing in, out, and everything that must not open the door."""

from __future__ import annotations

from datetime import timedelta

import pytest
from makers import NOON
from sqlalchemy import select

from api.app import create_app
from api.web import auth, transaction
from api.web.extensions import db, limiter
from survey.access.actions import record_attempt
from survey.access.models import AuditEntry, User

PASSWORD = "một câu dễ nhớ"


def post_sign_in(client, token, username="nga", password=PASSWORD, **more):
    """Send the sign-in form."""
    return client.post(
        "/sign-in", data={"username": username, "password": password, "csrf_token": token, **more}
    )


def test_the_right_password_opens_the_page_that_was_asked_for(make_account, client, csrf_token):
    make_account("nga", "admin", "06")
    asked = client.get("/accounts?sort=-name")
    assert asked.location == "/sign-in?next=/accounts?sort%3D-name"
    answer = post_sign_in(client, csrf_token(client), next="/accounts?sort=-name")
    assert answer.location == "/accounts?sort=-name"
    assert client.get(answer.location).status_code == 200


def test_capitals_in_the_username_do_not_matter(make_account, client, csrf_token):
    make_account("nga", "admin", "06")
    assert post_sign_in(client, csrf_token(client), username=" NGA ").status_code == 302


@pytest.mark.parametrize(("username", "password"), [("nga", "sai"), ("khongco", PASSWORD), ("", "")])
def test_a_wrong_name_and_a_wrong_password_get_one_answer(
    make_account, client, csrf_token, username, password
):
    make_account("nga", "admin", "06")
    answer = post_sign_in(client, csrf_token(client), username=username, password=password)
    assert answer.status_code == 401
    assert "6002" in answer.text
    assert client.get("/accounts").status_code == 302


def test_after_five_wrong_passwords_the_right_one_has_to_wait(make_account, client, csrf_token):
    make_account("nga", "admin", "06")
    token = csrf_token(client)
    for _ in range(5):
        post_sign_in(client, token, password="sai")
    assert post_sign_in(client, token).status_code == 401


def test_when_the_wait_is_over_the_right_password_opens_again(make_account, client, csrf_token):
    user_id = make_account("nga", "admin", "06")
    with transaction.write() as session:
        user = session.get_one(User, user_id)
        user.failed_attempts, user.locked_until = 5, NOON - timedelta(days=1)
    assert post_sign_in(client, csrf_token(client)).status_code == 302


def test_each_further_wrong_password_doubles_the_wait_up_to_a_quarter_of_an_hour(make_account, session):
    user_id = make_account("nga", "admin", "06")
    waits = []
    for _ in range(12):
        with transaction.write() as writing:
            record_attempt(writing, user_id, False, NOON)
            until = writing.get_one(User, user_id).locked_until
            waits.append((until - NOON).total_seconds() if until else 0)
    assert waits == [0, 0, 0, 0, 30, 60, 120, 240, 480, 900, 900, 900]


def test_a_form_without_its_token_is_refused(make_account, client):
    make_account("nga", "admin", "06")
    answer = post_sign_in(client, "")
    assert answer.status_code == 400
    assert "6006" in answer.text
    assert client.get("/accounts").status_code == 302


@pytest.mark.parametrize(
    "target",
    [
        "https://xau.example/",
        "//xau.example",
        "/\\xau.example",
        "javascript:alert(1)",
        "/\t/x",
        "x",
        "",
        None,
    ],
)
def test_nobody_is_sent_to_another_site_after_signing_in(target):
    assert auth.safe_next(target) == "/"


def test_a_page_of_our_own_is_a_fair_place_to_go_on():
    assert auth.safe_next("/households?outcome=entitled&page=2") == "/households?outcome=entitled&page=2"


def test_a_foreign_next_in_the_form_leads_home(make_account, client, csrf_token):
    make_account("nga", "admin", "06")
    assert post_sign_in(client, csrf_token(client), next="//xau.example").location == "/"


def test_a_shut_account_cannot_sign_in_and_an_open_session_ends(make_account, enter):
    user_id = make_account("nga", "committee", "06")
    client = enter("nga")
    assert client.get("/devices").status_code == 200
    with transaction.write() as session:
        session.get_one(User, user_id).is_active = False
    assert client.get("/devices").status_code == 302
    answer = client.post("/sign-in", data={"username": "nga", "password": PASSWORD})
    assert answer.status_code == 401


def test_an_account_of_the_demonstration_is_refused_elsewhere(make_account, client, csrf_token):
    make_account("nga", "admin", "06", is_demo=True)
    assert post_sign_in(client, csrf_token(client)).status_code == 401


def test_after_signing_out_the_old_pages_are_closed(make_account, enter):
    make_account("nga", "admin", "06")
    client = enter("nga")
    client.post("/sign-out")
    assert client.get("/accounts").location.startswith("/sign-in")


def test_the_interface_answers_a_stranger_with_a_numbered_problem(world, client):
    answer = client.get("/api/v1/areas/06/children")
    assert answer.status_code == 401
    assert answer.json["problem"] == 6001


def test_the_session_cookie_is_out_of_reach_of_scripts_and_other_sites(make_account, client, csrf_token):
    make_account("nga", "admin", "06")
    cookie = post_sign_in(client, csrf_token(client)).headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def test_a_sign_in_is_in_the_audit_log(make_account, enter, session):
    user_id = make_account("nga", "admin", "06")
    enter("nga")
    actions = session.scalars(select(AuditEntry.action).where(AuditEntry.actor_id == user_id)).all()
    assert actions == ["signed_in"]


def test_the_language_a_person_chose_is_there_again_next_time(make_account, enter):
    make_account("nga", "admin", "06")
    client = enter("nga")
    client.post("/language", data={"language": "en", "next": "/accounts"})
    client.post("/sign-out")
    assert 'lang="en"' in enter("nga").get("/accounts").text


@pytest.fixture
def slowed_client(world):
    """A client of the application as it is served, with tries from one address counted."""
    served = create_app(
        world.config["SETTINGS"], TESTING=True, WTF_CSRF_ENABLED=False, RATELIMIT_ENABLED=True
    )
    yield served.test_client()
    limiter.reset()
    limiter.enabled = False
    with served.app_context():
        db.engine.dispose()


def test_many_tries_from_one_address_are_slowed(slowed_client):
    codes = [post_sign_in(slowed_client, "", username=f"x{n}").status_code for n in range(32)]
    assert codes == [401] * 30 + [429] * 2
