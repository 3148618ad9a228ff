"""Random acts by random people on a real database: what no sequence may break, any order of arrival."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date

import pytest
from acting import AGREE, NEW_HOUSE, REPAIR, act, step
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from makers import FIRST_DAY, NOON, PEOPLE, envelope
from sqlalchemy import func, select

from api.cli.context import operator
from api.web.extensions import db
from api.web.intake_context import intake_context
from survey.access.models import User
from survey.access.rights import may
from survey.cases import machine, queries
from survey.cases.models import Act, Case, Step
from survey.intake import actions
from survey.intake.envelope import read
from survey.intake.models import ReceivedEnvelope
from survey.registry.models import Household

EXAMPLES = hypothesis_settings(max_examples=12)
HOUSES = tuple(f"00000000-0000-4000-8000-00000000000{number}" for number in (1, 2))
PLACES = {HOUSES[0]: "V1", HOUSES[1]: "V3"}
SENDERS = sorted(set(PEOPLE) - {"admin"})
CHANGES = (
    *AGREE,
    *NEW_HOUSE,
    "repair_30_percent",
    "withdrawal",
    "return",
    "rejection",
    "resubmission",
    "non_registration",
    "head_change",
    "objection",
    "payment",
    "obstacle",
)
OTHERS = {
    "withdrawal": {"reason": "moved"},
    "return": {"reason": "papers_missing", "remarks": "Thiếu giấy"},
    "rejection": {"reason": "house_sound", "remarks": "Nhà còn tốt"},
    "resubmission": {},
    "non_registration": {"reason": "away", "year": 2025},
    "head_change": {"reason": "died", "head_name": "Lý Thị Mới"},
    "objection": {"about": "amount", "content": "Mức thấp"},
    "payment": {"tranche": 1, "amount_vnd": 42_000_000},
    "obstacle": {"kind": "weather", "lead": "commune"},
}
LISTS = ("return", "rejection", "resubmission")


def envelope_of(house: str, name: str, day: int, number: int, works_kind: str) -> dict:
    """One random act about a house; ids repeat now and then, so that something is sent twice."""
    if name in OTHERS:
        about = {"households": [{"household": house}]} if name in LISTS else {"household": house}
        made = act(name, done_on=f"2025-05-{day:02d}", **about, **OTHERS[name])
    else:
        made = step(house, name, works_kind, done_on=f"2025-05-{day:02d}")
        if name in ("meeting", "posting"):
            made["payload"]["area_code"] = PLACES[house]
        if name == "posting":
            made["payload"]["until"] = f"2025-05-{min(day + 2, 28):02d}"
    made["id"] = f"10000000-0000-4000-8000-{number:012d}"
    return made


ACTS = st.tuples(
    st.sampled_from(HOUSES),
    st.sampled_from(CHANGES),
    st.integers(1, 15),
    st.sampled_from(SENDERS),
    st.sampled_from(["new", "repair"]),
)


def send(sender: str | None, raw: dict) -> str:
    """Through the door itself, as this person; what became of it."""
    session = db.session()
    user_id = session.scalar(select(User.id).where(User.username == sender)) if sender else None
    return actions.receive(session, read(raw), replace(intake_context(operator()), sender_id=user_id)).state


def begin() -> None:
    """A savepoint with two surveyed houses in it, one in each commune."""
    db.session.rollback()
    db.session.begin_nested()
    for house, area in PLACES.items():
        send(None, envelope({"area_code": area}, id=house, captured_at="2025-05-01T08:00:00+07:00"))


def check_everything() -> None:
    """What must hold of every case, however it came about."""
    session = db.session()
    for house in HOUSES:
        cases = list(session.scalars(select(Case).where(Case.household_id == house)))
        assert sum(case.is_active for case in cases) <= 1
        assert sum(case.is_newest for case in cases) <= 1 or not cases
        for history in queries.histories(session, [house]).get(house, ()):
            progress = history.progress
            assert history.case.state == (progress.state if progress else machine.CANCELLED)
            assert history.case.is_active == (progress is not None and machine.is_active(progress.state))
    for done in session.scalars(select(Act)):
        right = machine.acts()[done.kind].right
        assert may(session, done.actor_id, right, done.area_code, FIRST_DAY) or done.kind == "approval"
        for row in done.details.get("households", ()) if done.kind == "meeting" else ():
            assert row["votes_for"] + row.get("votes_against", 0) <= done.details["present"]


def trail() -> set:
    """Every act and step as it stands; nothing of it may ever change or go."""
    session = db.session()
    acts = {("act", row.id, row.version, row.kind, row.done_on) for row in session.scalars(select(Act))}
    steps = session.scalars(select(Step))
    return acts | {("step", row.id, row.act_id, row.kind, row.outcome, row.to_state) for row in steps}


@EXAMPLES
@given(st.integers(0, len(AGREE + NEW_HOUSE)), st.lists(ACTS, max_size=25))
def test_no_sequence_of_acts_breaks_a_case_its_history_or_a_right(world, ahead, wanted):
    begin()
    for name in (*AGREE, *NEW_HOUSE)[:ahead]:
        assert send("son" if name == "approval" else "mai", step(HOUSES[0], name)) == "stored"
    for number, (house, name, day, sender, works_kind) in enumerate(wanted):
        before = trail()
        raw = envelope_of(house, name, day, number, works_kind)
        assert send(sender, raw) in ("stored", "waiting")
        assert send(sender, raw) in ("stored", "waiting")
        assert before <= trail()
        check_everything()
    db.session.rollback()


@EXAMPLES
@given(st.randoms(use_true_random=False), st.sampled_from(["new", "repair"]))
def test_the_same_acts_in_any_order_and_twice_end_in_the_same_state(world, chance: random.Random, works_kind):
    begin()
    way = (*AGREE, *(NEW_HOUSE if works_kind == "new" else REPAIR))
    sent = [(step(HOUSES[0], name, works_kind), "son" if name == "approval" else "mai") for name in way]
    arriving = sent + chance.sample(sent, 4)
    chance.shuffle(arriving)
    for raw, sender in arriving:
        send(sender, raw)
    case = queries.case_of(db.session(), HOUSES[0])
    waiting = select(func.count()).where(ReceivedEnvelope.state == "waiting")
    assert (case.state, db.session.scalar(waiting)) == ("handed_over", 0)
    assert db.session.scalar(select(func.count()).select_from(Step)) == len(way)
    db.session.rollback()


def test_acts_that_arrive_before_their_survey_wait_and_then_run(world):
    begin()
    house = "00000000-0000-4000-8000-000000000009"
    for name in ("registration", "meeting"):
        assert send("mai", step(house, name)) == "waiting"
    send("lan", envelope({}, id=house, captured_at="2025-05-01T08:00:00+07:00"))
    assert queries.case_of(db.session(), house).state == "endorsed"
    db.session.rollback()


@pytest.mark.parametrize("first", ["withdrawal", "start"])
def test_two_acts_that_exclude_each_other_leave_one_waiting(world, first):
    begin()
    for name in AGREE:
        send("son" if name == "approval" else "mai", step(HOUSES[0], name))
    pair = {
        "withdrawal": envelope_of(HOUSES[0], "withdrawal", 10, 91, "new"),
        "start": envelope_of(HOUSES[0], "start", 10, 92, "new"),
    }
    for name in (first, *(set(pair) - {first})):
        send("mai", pair[name])
    assert queries.case_of(db.session(), HOUSES[0]).state == "withdrawn"
    db.session.rollback()


def test_a_case_is_opened_for_a_household_of_the_registry_only(world):
    begin()
    assert db.session.get(Household, HOUSES[0]) is not None
    assert send("mai", step("00000000-0000-4000-8000-0000000000ff", "registration")) == "waiting"
    assert queries.case_of(db.session(), "00000000-0000-4000-8000-0000000000ff") is None
    assert (FIRST_DAY, NOON.date()) == (date(2025, 5, 15), date(2025, 5, 15))
    db.session.rollback()
