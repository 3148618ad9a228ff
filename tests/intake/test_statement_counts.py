"""How often a record asks the database: a bound each, on both engines, that does not depend on the machine.

Counted is what stands between the beginning of the write transaction and its commit.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from acting import AGREE, NEW_HOUSE, step
from fielding import as_phone
from flask.testing import FlaskClient
from makers import envelope, jpeg
from sending import BEFORE, ENVELOPES
from sqlalchemy import event

from api.web.extensions import db

NEW_SURVEY, PHOTOS, REPEAT_VISIT = 17, 2, 26
"""Of each of these, as of an act, two are the trail's: what the transaction wrote, and after its commit what
its receipt promises. One more keeps the words of a head's name.
"""
ACT, JUDGED_ACT, ACT_ON_MANY = 22, 39, 62
"""An approval asks who recorded and reviewed too, once for all of its households."""
MANY = 30
DEMARCATION = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE")


@pytest.fixture
def asked(world) -> Iterator[list[str]]:
    """The statements of the last write transaction."""
    found: list[str] = []

    def begin(connection: Any) -> None:
        if connection.get_execution_options().get("begin") == "IMMEDIATE":
            found.clear()

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if not statement.startswith(DEMARCATION):
            found.append(statement)

    event.listen(db.engine, "begin", begin)
    event.listen(db.engine, "before_cursor_execute", note)
    yield found
    event.remove(db.engine, "begin", begin)
    event.remove(db.engine, "before_cursor_execute", note)


@pytest.fixture
def phone(world) -> FlaskClient:
    """The phone of an officer whose records the server has seen: areas, law and patterns are known."""
    client = as_phone(world, "lan")
    for head_name in ("Triệu Văn Nhất", "Triệu Văn Nhì"):  # what the first makes the second finds made
        stored(client, survey(head_name))
    return client


def survey(head_name: str, **fields: Any) -> dict[str, Any]:
    """An interview of a household of its own, its head with a national id."""
    answers = {"head_name": head_name, "national_id": "006170001234", **fields.pop("answers", {})}
    return envelope(answers, captured_at=BEFORE, **fields)


def stored(client: FlaskClient, sent: dict[str, Any]) -> str:
    """Send a record that must be stored; the household."""
    answer = client.post(ENVELOPES, json=sent)
    assert answer.status_code == 201, answer.text
    assert answer.json["state"] == "stored", answer.json["faults"]
    return answer.json["household_id"]


def photos(*colours: str) -> list[dict[str, Any]]:
    """Photos that nobody has announced before."""
    return [{"sha256": jpeg(colour)[1], "slot": "other"} for colour in colours]


def about(houses: list[str], name: str) -> dict[str, Any]:
    """One act about many households."""
    made = step(houses[0], name)
    row = made["payload"]["households"][0]
    made["payload"]["households"] = [{**row, "household": house} for house in houses]
    return made


def test_a_new_household_asks_a_handful_of_times(phone, asked):
    stored(phone, survey("Nông Văn Mới"))
    assert len(asked) <= NEW_SURVEY, asked


@pytest.mark.parametrize("colours", [("red",), ("red", "blue", "white", "black", "yellow", "green")])
def test_photos_are_announced_at_once_however_many(phone, asked, colours):
    stored(phone, survey("Nông Văn Ảnh", photos=photos(*colours)))
    assert len(asked) <= NEW_SURVEY + PHOTOS, asked


def test_a_repeated_visit_asks_what_was_known(phone, asked):
    house = stored(phone, survey("Nông Văn Lại"))
    stored(phone, survey("Nông Văn Lại", answers={"household": house}))
    assert len(asked) <= REPEAT_VISIT, asked


def test_a_batch_asks_no_more_of_each_record_than_one_alone(phone, asked):
    several = [survey(f"Nông Văn {number}") for number in range(20)]
    assert phone.post(f"{ENVELOPES}/batch", json=several).status_code == 200
    assert len(asked) <= NEW_SURVEY * len(several), asked


@pytest.mark.parametrize("many", [1, MANY])
def test_what_is_agreed_asks_as_often_for_thirty_households_as_for_one(sign_in, phone, asked, many):
    houses = [stored(phone, survey(f"Nông Văn {number}")) for number in range(many)]
    people = {"approval": sign_in("son")}
    for name in AGREE:
        stored(people.get(name, sign_in("mai")), about(houses, name))
        most = JUDGED_ACT if name == "approval" else ACT
        assert len(asked) <= min(most, ACT_ON_MANY), (name, asked)


def test_building_asks_a_handful_of_times(sign_in, phone, asked):
    house = stored(phone, survey("Nông Văn Xây"))
    for name in AGREE:
        stored(sign_in("son") if name == "approval" else sign_in("mai"), step(house, name))
    for name in NEW_HOUSE:
        stored(phone, step(house, name))
        assert len(asked) <= (JUDGED_ACT if name == "start" else ACT), (name, asked)
