"""What the tests of access share: people made on the spot."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from makers import FIRST_DAY, NOON

from api.web import transaction
from survey.access.actions import create_account
from survey.access.passwords import hashed
from survey.access.rows import Actor, NewAccount, NewAppointment

OPERATOR = Actor(None, FIRST_DAY, NOON)
PASSWORD = "một câu dễ nhớ"
PASSWORD_HASH = hashed(PASSWORD)


@pytest.fixture
def make_account(world: Flask) -> Callable[..., int]:
    """Make an account: `make_account("nga", "admin", "01900")` gives its id; its password is `PASSWORD`."""

    def make(username: str, role: str, area: str, **more: Any) -> int:
        post = NewAppointment(
            role, area, more.pop("valid_from", date(2024, 1, 1)), more.pop("valid_to", None)
        )
        new = NewAccount(username, more.pop("full_name", f"Nguyễn Thị {username.title()}"), post)
        options = {"must_change_password": False, **more}
        with transaction.write() as session:
            return create_account(session, OPERATOR, new, PASSWORD_HASH, **options).id

    return make


@pytest.fixture
def enter(world: Flask) -> Callable[[str], FlaskClient]:
    """Sign in somebody made by `make_account`; forms need no CSRF token here."""
    world.config["WTF_CSRF_ENABLED"] = False

    def as_person(username: str) -> FlaskClient:
        client = world.test_client()
        answer = client.post("/sign-in", data={"username": username, "password": PASSWORD})
        assert answer.status_code == 302, answer.text
        return client

    return as_person


@pytest.fixture
def csrf_token() -> Callable[[FlaskClient], str]:
    """The CSRF token of the page at `path`."""

    def token(client: FlaskClient, path: str = "/sign-in") -> str:
        found = re.search(r'name="csrf_token" value="([^"]+)"', client.get(path).text)
        assert found is not None
        return found.group(1)

    return token
