"""The same facts and law give the same result in any order of arrival and after any delay."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from acting import step
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from makers import envelope, new_id
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.web.extensions import db
from survey import law
from survey.access.models import User
from survey.assessment import queries as assessment
from survey.cases import queries as cases
from survey.intake.actions import receive
from survey.intake.envelope import read
from survey.intake.rows import IntakeContext

BOOK = law.load_book()
END = date(2025, 8, 31)
DELAYS = st.integers(0, 400)
NEAR = st.integers(-40, 40).map(lambda days: END + timedelta(days=days))
STATUSES = [
    {"kind": "poverty_status", "value": "near_poor", "year": 2025, "valid_until": "2027-12-31"},
    {"kind": "merit_status", "value": "not_recognised", "year": 2025},
]

Record = dict[str, Any]
Arrivals = Sequence[tuple[date, str, Record]]


@pytest.fixture
def senders(world) -> dict[str, int]:
    """Who records: the commune's staff, the committee that approves."""
    found = db.session.scalars(select(User).where(User.username.in_(("mai", "son"))))
    return {one.username: one.id for one in found}


def records(surveyed: date, approved: date | None, started: date | None) -> list[tuple[date, str, Record]]:
    """A household's survey and acts, each with its day and its sender."""
    house = new_id()
    answers = {"visited_on": surveyed.isoformat(), "status_records": STATUSES}
    found = [(surveyed, "mai", envelope(answers, id=house))]
    if approved is None:
        return found
    body = "district" if approved < date(2025, 7, 1) else "commune"
    posted_until = (approved - timedelta(days=1)).isoformat()
    found += [
        (surveyed, "mai", step(house, "registration", done_on=surveyed.isoformat())),
        (surveyed, "mai", step(house, "meeting", done_on=surveyed.isoformat())),
        (surveyed, "mai", step(house, "posting", done_on=surveyed.isoformat(), until=posted_until)),
        (approved, "mai", step(house, "review", done_on=approved.isoformat())),
        (approved, "son", step(house, "approval", done_on=approved.isoformat(), body=body)),
    ]
    if started is not None:
        found.append((started, "mai", step(house, "start", done_on=started.isoformat())))
    return found


def outcome_of(session: Session, arrivals: Arrivals, senders: dict[str, int]) -> Any:
    """What is stored once all has arrived in this order, each on its day; nothing is kept."""
    session.rollback()
    house = next(record["id"] for _, _, record in arrivals if record["kind"] == "survey")
    for day, sender, record in arrivals:
        moment = datetime(day.year, day.month, day.day, 5, tzinfo=UTC)
        sent = record | {"captured_at": moment.isoformat()}
        receive(session, read(sent), IntakeContext(senders[sender], None, day, moment, BOOK))
    row = assessment.current(session, house)
    case = cases.case_of(session, house)
    found = row.result, case and (case.state, case.approved_on, case.programme, case.amount_vnd)
    session.rollback()
    return found


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(NEAR, st.none() | st.integers(4, 90), st.none() | st.integers(0, 90), st.data())
def test_any_order_and_any_delay_give_the_same_assessment_and_the_same_approval(
    world, senders, surveyed, until_approval, until_start, data
):
    approved = None if until_approval is None else surveyed + timedelta(days=until_approval)
    started = None if approved is None or until_start is None else approved + timedelta(days=until_start)
    in_order = records(surveyed, approved, started)
    last = max(day for day, _, _ in in_order)
    late = [(last + timedelta(days=data.draw(DELAYS)), *rest) for _, *rest in in_order]
    shuffled = sorted(data.draw(st.permutations(late)), key=lambda one: one[0])
    session = db.session()
    assert outcome_of(session, shuffled, senders) == outcome_of(session, in_order, senders)


@pytest.mark.parametrize("waits", [0, 1, 2, 400])
def test_every_act_that_waited_for_the_survey_is_taken(world, senders, waits):
    in_order = records(END - timedelta(days=10), END - timedelta(days=2), END + timedelta(days=5))
    last = max(day for day, _, _ in in_order)
    backwards = [(last + timedelta(days=waits), *rest) for _, *rest in reversed(in_order)]
    found = outcome_of(db.session(), backwards, senders)
    assert found == outcome_of(db.session(), in_order, senders)
    assert found[1] == ("started", END - timedelta(days=2), "XNT-2024", 60_000_000)
    assert found[0]["lapses_on"] is None
