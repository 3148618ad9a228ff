"""Every route stands behind a declared guard, and the guard means what it says."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from werkzeug.routing import UUIDConverter

from api.web import auth

PUBLIC = {"static", "session", "api-docs", "public_postings", "field", "field_sign_in", "receipt"}
"""A receipt is checked by whoever holds it, without us: its page is a static file."""
SOME_ID = "0b1c2d3e-0000-4000-8000-000000000000"
EXAMPLES = {"envelope_id": SOME_ID, "household_id": SOME_ID, "sha256": "0" * 64}


def test_every_route_has_a_guard(app):
    without = {rule.rule for rule in app.url_map.iter_rules() if auth.guard_of(app, rule.endpoint) is None}
    assert without == set()


def test_only_signing_in_and_descriptions_are_public(app):
    assert {name for name, guard in auth.guards(app).items() if guard.public} == PUBLIC


def _example(rule, name: str) -> str:
    """Something that a route may be asked for."""
    return SOME_ID if isinstance(rule._converters[name], UUIDConverter) else EXAMPLES.get(name, "1")


def test_a_stranger_gets_into_no_route_that_is_not_public(world, client: FlaskClient):
    for rule in world.url_map.iter_rules():
        if auth.guard_of(world, rule.endpoint).public or "GET" not in rule.methods:
            continue
        values = {name: _example(rule, name) for name in rule.arguments}
        with world.test_request_context():
            path = world.url_for(rule.endpoint, **values)
        answer = client.get(path)
        assert answer.status_code == 401 or "/sign-in" in (answer.location or ""), path


def test_a_blueprint_nobody_declared_lets_nobody_in(sign_in, world, monkeypatch):
    client = sign_in("admin")
    monkeypatch.delitem(auth.guards(world), "devices")
    answer = client.get("/devices")
    assert answer.status_code == 403
    assert "6005" in answer.text


def test_a_guard_for_an_action_nobody_defined_is_refused_at_the_start(app):
    with pytest.raises(ValueError, match=r"everything\.do"):
        auth.guard(app, "somewhere", "everything.do")


def test_no_page_of_ours_carries_inline_script_or_style(sign_in):
    client = sign_in("admin")
    for path in ("/accounts", "/accounts/new", "/accounts/list", "/accounts/1", "/devices", "/password"):
        page = client.get(path).text
        assert "style=" not in page, path
        assert "<style" not in page, path
        assert " onclick" not in page, path


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_pages_stand_in_both_languages(sign_in, language):
    client = sign_in("admin")
    client.post("/language", data={"language": language, "next": "/"})
    title = {"vi": "Tài khoản", "en": "Accounts"}[language]
    assert f"<h1>{title}</h1>" in client.get("/accounts").text


def test_no_argument_of_the_address_can_change_where_the_links_of_a_page_lead(sign_in):
    address = "/accounts?_scheme=javascript&_external=1&endpoint=x&search=lan"
    page = sign_in("admin").get(address)
    assert page.status_code == 200
    assert 'href="javascript' not in page.text
    assert 'href="/accounts?' in page.text
