"""How households stand and stood: equal to a plain recount at every step, now and when asked again later."""

from __future__ import annotations

import re
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import product

import pytest
from acting import AGREE, NEW_HOUSE, act, household, send_act, step, take
from click.testing import CliRunner
from counting import statements
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from makers import FIRST_DAY, NOON, envelope, new_id
from recount import recount
from sending import ENVELOPES
from sqlalchemy import func, select, true, update

from api.cli.context import operator
from api.cli.standing import command
from api.web import clock, transaction
from api.web.extensions import db
from api.web.intake_context import intake_context
from survey.access import rights
from survey.assessment.models import AssessmentRow
from survey.intake import actions
from survey.intake.envelope import read
from survey.registry.models import Household
from survey.standing import history, measures, queries
from survey.standing.actions import differing, fix_moment, refresh
from survey.standing.models import StandingLine, StandingObstacle
from survey.standing.rollups import rollup, tally, waiting
from survey.touched import forget

EXAMPLES = hypothesis_settings(max_examples=8)
DAYS = (FIRST_DAY, FIRST_DAY + timedelta(days=40), date(2026, 3, 1))
HOUSES = tuple(f"00000000-0000-4000-8000-00000000000{number}" for number in (1, 2, 3))
MEASURED = (
    *("households", "entitled", "not_registered", "needs_information", "not_entitled", "lapsed"),
    *("not_assessed", "cases", "deciding", "not_started", "under_way", "done", "closed", "without_case"),
    *("declined", "objections", "recovery_due", "papers_unsigned", "households_hindered", "without_point"),
)
MORE = ("obstacle", "obstacle_end", "objection", "withdrawal", "non_registration", "revocation", "payment")
STEP = st.one_of(
    st.tuples(st.just("survey"), st.sampled_from(HOUSES), st.sampled_from(["V1", "V3"]), st.booleans()),
    st.tuples(st.just("way"), st.sampled_from(HOUSES), st.integers(1, 6), st.booleans()),
    st.tuples(st.sampled_from(MORE), st.sampled_from(HOUSES), st.integers(1, 15), st.booleans()),
)


@pytest.fixture
def mai(world, sign_in):
    """A commune's clerk."""
    return sign_in("mai")


@pytest.fixture
def lan(world, sign_in):
    """A field officer."""
    return sign_in("lan")


def figures(on: date, at: datetime | None = None) -> Counter[str]:
    """The measures, of everything and by village, as pages ask for them."""
    found: Counter[str] = Counter()
    told = measures.by_area(db.session(), MEASURED, true(), on=on, at=at)
    for village, numbers in told.items():
        for name, number in numbers.items():
            found[name] += number
            found[f"{name}@{village}"] += number
    return +found


class Telling:
    """One history told to the server, a moment after another, with what a recount said at each."""

    def __init__(self) -> None:
        self.now = NOON - timedelta(days=40)
        self.done: dict[str, int] = {}
        self.obstacles: dict[str, str] = {}
        self.acts: list[tuple[str, str]] = []
        self.said: list[tuple[datetime, Counter[str]]] = []

    def tell(self, kind: str, house: str, number: int | str, again: bool) -> None:
        """One step of a random history."""
        if kind == "survey":
            self.survey(house, str(number), again=again)
        elif kind == "way":
            self.way(house, int(number))
        else:
            self.more(kind, house, int(number))

    def send(self, raw: dict) -> str:
        """Through the door itself; what stands is written at the end, as at every commit."""
        session = db.session()
        self.now += timedelta(hours=5)
        context = replace(intake_context(operator()), sender_id=None, now=self.now)
        state = actions.receive(session, read(raw), context).state
        refresh(session, lambda: self.now)
        self.said.append((self.now, recount(session, FIRST_DAY)))
        return state

    def survey(self, house: str, area: str, *, again: bool) -> None:
        """The first visit, or another one of the same household."""
        is_known = house in self.done
        self.done.setdefault(house, 0)
        answers = {"area_code": area, **({"household": house, "registered": again} if is_known else {})}
        made = envelope(answers, id=new_id() if is_known else house, captured_at="2025-05-01T08:00:00+07:00")
        self.send(made)

    def way(self, house: str, steps: int) -> None:
        """So many steps on the way of its case."""
        way = (*AGREE, *NEW_HOUSE)
        for name in way[self.done.get(house, 0) :][:steps]:
            made = step(house, name)
            if self.send(made) == "stored":
                self.done[house] = self.done.get(house, 0) + 1
                self.acts.append((house, made["id"]))

    def more(self, kind: str, house: str, day: int) -> None:
        """Something beside the way."""
        told: dict = {"household": house, "done_on": f"2025-05-{day:02d}"}
        if kind == "obstacle":
            told |= {"kind": "weather", "lead": "commune", "due": "2025-05-10"}
        elif kind == "obstacle_end":
            told |= {"obstacle": self.obstacles.get(house, new_id()), "result": "cleared"}
        elif kind == "objection":
            told |= {"about": "amount", "content": "Mức thấp"}
        elif kind == "withdrawal":
            told |= {"reason": "moved"}
        elif kind == "non_registration":
            told |= {"reason": "away", "year": 2025}
        elif kind == "payment":
            told |= {"tranche": 1, "amount_vnd": 1_000_000}
        elif kind == "revocation":
            if not self.acts:
                return
            told = {"act": self.acts.pop()[1], "reason": "mistake", "done_on": f"2025-05-{day:02d}"}
        made = act(kind, **told)
        if self.send(made) == "stored" and kind == "obstacle":
            self.obstacles[house] = made["id"]


def begin() -> Telling:
    """A savepoint in which a history is told."""
    db.session.rollback()
    forget(db.session())
    db.session.begin_nested()
    return Telling()


@EXAMPLES
@given(st.lists(STEP, min_size=1, max_size=10))
def test_every_past_moment_of_a_random_history_answers_as_a_recount_did_then(world, wanted):
    told = begin()
    told.survey(HOUSES[0], "V1", again=False)
    for kind, house, number, again in wanted:
        told.tell(kind, house, number, again)
        assert figures(FIRST_DAY) == +told.said[-1][1]
    for at, said in told.said:
        assert figures(FIRST_DAY, at) == +said
    ids = list(db.session.scalars(select(Household.id)))
    assert list(differing(db.session(), ids, FIRST_DAY)) == []
    db.session.rollback()


@EXAMPLES
@given(st.lists(STEP, min_size=1, max_size=8))
def test_lines_made_anew_from_the_records_answer_the_same(world, wanted):
    told = begin()
    told.survey(HOUSES[0], "V1", again=False)
    for kind, house, number, again in wanted:
        # Where a household lay before only its lines tell.
        told.tell(kind, house, "V1" if kind == "survey" else number, again)
    ids = list(db.session.scalars(select(Household.id)))
    history.rebuild(db.session(), ids, FIRST_DAY)
    assert list(differing(db.session(), ids, FIRST_DAY)) == []
    for at, said in told.said:
        assert figures(FIRST_DAY, at) == +said
    db.session.rollback()


def test_a_line_is_closed_and_never_rewritten(world, mai, lan):
    house = household(lan)
    take(mai, house, "registration")
    lines = db.session.scalars(
        select(StandingLine).where(StandingLine.household_id == house).order_by(StandingLine.id)
    ).all()
    assert [(line.case_state, line.cause) for line in lines] == [("none", "survey"), ("registered", "act")]
    assert lines[0].to_at == lines[1].from_at
    assert lines[1].to_at is None


def test_what_changes_nothing_writes_no_line(world, mai, lan):
    house = household(lan)
    before = db.session.scalar(select(func.count()).select_from(StandingLine))
    send_act(mai, "objection", household=new_id(), done_on="2025-05-10", about="amount", content="Mức thấp")
    assert db.session.scalar(select(func.count()).select_from(StandingLine)) == before
    assert house


@EXAMPLES
@given(st.lists(STEP, min_size=1, max_size=6))
def test_figures_kept_in_the_process_are_those_of_the_database(world, wanted):
    told = begin()
    told.survey(HOUSES[0], "V1", again=False)
    for kind, house, number, again in wanted:
        told.tell(kind, house, number, again)
        for area, on in product(("06", "01900"), DAYS):
            kept = rollup(db.session(), area, on)
            inside = rights.within(StandingLine.area_code, db.session(), frozenset({area}), on)
            counted = measures.totals(db.session(), MEASURED, inside, on=on)
            assert {code: kept.total.measures[code] for code in MEASURED} == counted
            assert waiting(kept) == queries.waiting(db.session(), inside)
            hindered = rights.within(StandingObstacle.area_code, db.session(), frozenset({area}), on)
            late = measures.condition("obstacles_overdue", on)
            assert kept.obstacles.total() == queries.count_obstacles(db.session(), hindered)
            overdue = tally(kept.obstacles, chosen=lambda one: one.is_overdue(on))  # noqa: B023
            assert overdue.total() == queries.count_obstacles(db.session(), hindered, late)
    db.session.rollback()


def test_a_new_day_asks_only_whether_something_has_changed(world, lan):
    household(lan)
    rollup(db.session(), "06", FIRST_DAY)
    with statements() as asked:
        for later in DAYS:
            rollup(db.session(), "06", later)
    assert len(asked) <= 2 * len(DAYS), asked


def test_what_the_day_decides_of_households_is_when_their_programme_lapses():
    of_households = [one for one in measures.measures().values() if one.of == "households"]
    assert {name for one in of_households for name in one.dated} == {"lapses_on"}


def test_an_obstacle_whose_day_is_corrected_stands_from_that_day(world, mai, lan):
    house = household(lan)
    take(mai, house, *AGREE[:1])
    made = act("obstacle", household=house, done_on="2025-05-10", kind="weather", lead="commune")
    for day in ("2025-05-10", "2025-05-09"):
        payload = made["payload"] | {"done_on": day}
        answer = mai.post(ENVELOPES, json=made | {"payload": payload, "base_version": int(day[-1] == "9")})
        assert answer.json["state"] == "stored", answer.json
    db.session.rollback()
    found = db.session.scalars(select(StandingObstacle).where(StandingObstacle.to_at.is_(None))).all()
    assert [one.since for one in found] == [date(2025, 5, 9)]


def test_an_act_of_many_is_offered_to_be_taken_back_to_those_of_its_place_only(world, mai, lan, sign_in):
    receipt = take(mai, household(lan), "registration")[0]
    address = f"/work/list?state=registered&done={receipt['id']}"
    assert f"/cases/acts/{receipt['id']}" in mai.get(address).text
    assert receipt["id"] not in sign_in("duy").get(address).text.replace(f"done={receipt['id']}", "")


def test_the_cause_of_a_line_is_its_own_record_however_many_come_together(world, lan):
    made = [envelope({"head_name": f"Nông Văn {number}"}) for number in range(3)]
    assert lan.post(f"{ENVELOPES}/batch", json=made).status_code in (200, 207)
    lines = db.session.scalars(select(StandingLine)).all()
    assert {(line.household_id, line.cause, line.cause_id) for line in lines} == {
        (one["id"], "survey", one["id"]) for one in made
    }


def test_two_moments_compared_list_the_households_that_moved(world, mai, lan):
    house, other = household(lan), household(lan)
    with transaction.write() as session:
        before = session.scalar(select(func.max(StandingLine.from_at)))
    take(mai, house, "registration")
    counted = measures.condition("deciding", FIRST_DAY)
    now = db.session.scalar(select(func.max(StandingLine.from_at)))
    first, last = (before, counted), (now, counted)
    assert queries.entered(db.session(), true(), first, last) == [house]
    assert queries.entered(db.session(), true(), last, first) == []
    assert other not in queries.entered(db.session(), true(), first, last)


def test_the_figures_of_a_day_are_told_at_the_command_line(world, mai, lan, monkeypatch):
    take(mai, household(lan), "registration")
    monkeypatch.setenv("NHAVUNG_DATABASE_URL", world.config["SQLALCHEMY_DATABASE_URI"])
    monkeypatch.setattr("api.cli.standing.app_context", lambda: world.app_context())
    run = CliRunner()
    assert "registered" in run.invoke(command, ["figures", "--list", "registered"]).output
    said = run.invoke(command, ["figures", "Nam Mẫu", "--since", "2025-05-01"]).output
    assert re.search(r"households +1 .*\(\+1 −0\)", said)
    assert re.search(r"households +0 ", run.invoke(command, ["figures", "--at", "2025-05-01"]).output)
    assert "đúng như hồ sơ" in run.invoke(command, ["check"]).output
    assert "1 hộ" in run.invoke(command, ["rebuild", "--yes"]).output
    assert run.invoke(command, ["figures", "--list", "nothing"]).exit_code == 2


def test_a_moment_read_twice_under_four_writers_is_the_same(world, sign_in):
    clients = [sign_in("lan") for _ in range(4)]

    def write(client):
        for _ in range(5):
            household(client)

    def moment():
        with world.app_context():
            with transaction.write() as session:
                at = fix_moment(session, clock.now())
            first = figures(FIRST_DAY, at)
            db.session.rollback()
            return at, first

    with ThreadPoolExecutor(4) as pool:
        writing = [pool.submit(write, client) for client in clients]
        told = [moment() for _ in range(4)]
        for one in writing:
            one.result()
    for at, first in told:
        assert figures(FIRST_DAY, at) == first


def test_rows_changed_in_bulk_without_naming_anybody_are_refused(world, lan):
    household(lan)
    with pytest.raises(RuntimeError, match="not named"), transaction.write() as session:
        session.execute(update(AssessmentRow).values(is_current=False))  # is read from the order of the rows


def test_a_check_tells_households_that_stand_otherwise_than_their_records(world, lan):
    house = household(lan)
    session = db.session()
    session.execute(update(StandingLine).where(StandingLine.household_id == house).values(outcome="lost"))
    assert list(differing(session, [house], FIRST_DAY)) == [house]
    session.rollback()


def test_every_measure_has_words_and_its_parts_are_measures():
    known = measures.measures()
    for measure in known.values():
        assert measure.vi
        assert measure.en
        assert set(measure.parts) <= set(known)


def test_parts_add_up_to_their_whole(world, mai, lan):
    for _ in range(3):
        take(mai, household(lan), "registration", "meeting")
    household(lan, area_m2=None)
    wholes = [code for code, measure in measures.measures().items() if measure.parts]
    codes = sorted({*wholes, *(part for code in wholes for part in measures.measures()[code].parts)})
    found = measures.totals(db.session(), codes, true(), on=FIRST_DAY)
    for code in wholes:
        assert found[code] == sum(found[part] for part in measures.measures()[code].parts), code
