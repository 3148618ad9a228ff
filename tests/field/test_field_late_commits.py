"""Whatever commits in whatever order, a phone that asks for what is new ends up with what there is."""

from __future__ import annotations

from contextlib import closing
from typing import Any

import pytest
from acting import household
from fielding import as_phone
from hypothesis import given, settings
from hypothesis import strategies as st
from makers import NOON
from sending import PLACES, point
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from api.web.extensions import db
from survey.registry.models import Household
from survey.standing.actions import refresh

ASSIGNMENT = "/api/v1/field/assignment"
HOMES = 4


@pytest.fixture
def side_by_side(world) -> None:
    """Only where several write at once can one commit later than another that began after it."""
    if db.engine.dialect.name == "sqlite":
        pytest.skip("SQLite has one writer: its transactions end in the order in which they write")


@pytest.fixture
def homes(side_by_side, sign_in) -> list[str]:
    """Surveyed households of two villages of one commune."""
    lan = sign_in("lan")
    places: list[dict[str, Any]] = [{}, {"area_code": "V2", "point": point(*PLACES["V2"])}]
    return [household(lan, **places[number % 2]) for number in range(HOMES)]


@pytest.fixture
def phone(world) -> Any:
    """The phone of the officer of these households' commune."""
    return as_phone(world, "lan")


class Copy:
    """What a phone holds, brought up to date as the app does it."""

    def __init__(self, phone: Any) -> None:
        self.phone = phone
        self.cursor: str | None = None
        self.held: dict[str, Any] = {}

    def fetch(self) -> None:
        """Ask for what is new since the last time."""
        told = self.phone.get(ASSIGNMENT, query_string={"since": self.cursor} if self.cursor else {}).json
        self.cursor = told["cursor"]
        self.held = {} if told["full"] else self.held
        self.held |= {one["id"]: one for one in told["households"]}
        for gone in told["removed"]:
            self.held.pop(gone, None)


class Writer:
    """A transaction of its own that changes one household now and ends when it is told to."""

    def __init__(self, household_id: str, area_code: str, accuracy_m: float) -> None:
        self.session = Session(db.engine)
        home = self.session.get_one(Household, household_id)
        home.area_code, home.accuracy_m = area_code, accuracy_m
        self.session.flush()

    def end(self) -> None:
        """As `transaction.write` ends one."""
        refresh(self.session, lambda: NOON)
        self.session.commit()
        self.session.close()


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("write"), st.integers(0, HOMES - 1), st.sampled_from(["V1", "V2", "V3"])),
        st.tuples(st.just("end"), st.integers(0, HOMES - 1)),
        st.tuples(st.just("fetch")),
    ),
    max_size=25,
)


@given(steps=STEPS)
@settings(max_examples=40)
def test_a_phone_misses_nothing_whatever_commits_late(phone, homes, steps):
    mine, whole = Copy(phone), Copy(phone)
    mine.fetch()
    writers: dict[int, Writer] = {}
    for number, (what, *told) in enumerate([*steps, *(("end", one) for one in range(HOMES)), ("fetch",)]):
        if what == "write" and told[0] not in writers:
            writers[told[0]] = Writer(homes[told[0]], told[1], float(number))
        elif what == "end" and told[0] in writers:
            writers.pop(told[0]).end()
        elif what == "fetch":
            mine.fetch()
            whole.cursor = None
            whole.fetch()
            assert mine.held == whole.held


def test_nobody_numbers_a_change_of_a_commune_while_another_has_not_committed_theirs(homes):
    first, second = Writer(homes[0], "V1", 3.0), Writer(homes[1], "V2", 4.0)
    refresh(first.session, lambda: NOON)
    with closing(second.session):
        second.session.execute(text("SET LOCAL lock_timeout = '300ms'"))
        with pytest.raises(OperationalError, match="lock timeout"):
            refresh(second.session, lambda: NOON)
    first.end()


def test_a_phone_asks_again_for_little(homes, phone):
    copy = Copy(phone)
    copy.fetch()
    Writer(homes[2], "V1", 9.0).end()
    told = phone.get(ASSIGNMENT, query_string={"since": copy.cursor}).json
    assert (told["full"], [one["id"] for one in told["households"]]) == (False, [homes[2]])
