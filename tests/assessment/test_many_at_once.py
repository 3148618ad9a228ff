"""Many households judged at a time come out as each alone; what comes out as it is stored stays as it is."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from acting import AGREE, act, household, step, take
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from makers import NOON, envelope
from sending import ENVELOPES
from sqlalchemy import event, func, select, update
from sqlalchemy.orm import Session

from api.cli import cli
from api.cli.context import operator
from api.web.extensions import db
from api.web.intake_context import intake_context
from survey import law
from survey.access.models import User
from survey.areas.actions import put_areas, set_fact, succeed
from survey.areas.rows import AreaInput, Pair
from survey.assessment import actions, queries
from survey.assessment.bulk import Judge
from survey.assessment.judging import counting, judge
from survey.assessment.models import AssessmentRow
from survey.cases import queries as cases
from survey.cases.models import Step
from survey.intake.actions import receive
from survey.intake.envelope import read
from survey.registry.actions import keep_status
from survey.registry.models import Household
from survey.registry.rows import NewStatus

BOOK = law.load_book()
HOUSES = tuple(f"00000000-0000-4000-8000-00000000000{number}" for number in (1, 2, 3))
SECOND = tuple(f"00000000-0000-4000-8000-0000000000{number}1" for number in (1, 2, 3))
DAYS = st.integers(0, 14).map(lambda days: date(2025, 5, 1) + timedelta(days=days))
ANSWERS = st.fixed_dictionaries(
    {"visited_on": DAYS.map(date.isoformat), "area_code": st.sampled_from(["V1", "V2", "V3"])},
    optional={
        "people": st.integers(1, 8),
        "area_m2": st.sampled_from([12.0, 36.0, 80.0]),
        "roof_material": st.sampled_from(["leaf", "tile", None]),
        "works_kind": st.sampled_from(["new", "repair", None]),
        "visit": st.sampled_from(["nobody_home", "interviewed"]),
        "status_records": st.sampled_from(
            [
                [{"kind": "poverty_status", "value": value, "year": year}]
                for value in ("poor", "near_poor", "none")
                for year in (2024, 2025)
            ]
        ),
    },
)
INTERVIEW = st.tuples(
    st.just("interview"), st.sampled_from((*HOUSES, *SECOND)), st.sampled_from(HOUSES), ANSWERS
)
STATUS = st.tuples(
    st.just("status"), st.sampled_from(HOUSES), st.sampled_from(["poor", "near_poor", "none"]), DAYS
)
ACT = st.tuples(st.just("act"), st.sampled_from(HOUSES), st.sampled_from([*AGREE, "start"]), DAYS)
REVOKED = st.tuples(st.just("revoked"), st.sampled_from(HOUSES), st.none(), st.none())
FORGOTTEN = st.tuples(st.just("forgotten"), st.sampled_from(HOUSES), st.booleans(), st.none())
HISTORY = st.lists(INTERVIEW | STATUS | ACT | REVOKED | FORGOTTEN, max_size=14)


def send(raw: dict[str, Any], sender: str = "mai") -> None:
    session = db.session()
    user_id = session.scalar(select(User.id).where(User.username == sender))
    receive(session, read(raw), replace(intake_context(operator()), sender_id=user_id))


def interviewed(record: str, house: str, answers: dict[str, Any], versions: dict[str, int]) -> None:
    """An interview, or a correction of one: perhaps it was of another household."""
    version = versions.get(record, 0)
    about = {} if record == house else {"household": house}
    made = envelope(answers | about, id=record, base_version=version)
    if answers.get("visit") == "nobody_home":
        made["payload"] = {"visit": "nobody_home", "area_code": answers["area_code"], **about}
    made["captured_at"] = f"2025-05-15T{8 + version:02d}:00:00+07:00"
    send(made)
    versions[record] = version + 1


def forgotten(house: str, *, is_all: bool) -> None:
    """The approval names the assessment it rested on and no interview, as older ones do; or neither."""
    approval = cases.approval_of(db.session(), house)
    if approval is not None:
        left_out = {"survey_id", "assessment_id"} if is_all else {"survey_id"}
        approval.values = {name: value for name, value in approval.values.items() if name not in left_out}
        db.session.flush()


def revoked(house: str) -> None:
    approval = cases.newest_of(db.session(), house, "approval")
    if approval is not None:
        send(act("revocation", act=approval, done_on="2025-05-15", remarks="Nhầm"), "son")


def happen(history: Any) -> None:
    versions: dict[str, int] = {}
    for kind, house, what, told in history:
        if kind == "interview":
            interviewed(house, what, told, versions)
        elif kind == "act":
            made = step(house, what, done_on=told.isoformat())
            send(made, "son" if what == "approval" else "mai")
        elif kind == "revoked":
            revoked(house)
        elif kind == "forgotten":
            forgotten(house, is_all=what)
        elif db.session.get(Household, house):
            status = NewStatus("poverty_status", what, told, date(2025, 12, 31), "x", "1")
            keep_status(db.session(), house, status, source="list:x", recorded_at=NOON)


def alone(session: Session, house: str) -> list[tuple[bool, int, law.Assessment]]:
    """What the way of one household says."""
    found, acts = counting(session, house), cases.act_facts(session, house)
    surveys = [(True, found.beside), (False, found.basis)]
    return [(beside, one.id, judge(session, one, BOOK, acts)) for beside, one in surveys if one]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(range(len(AGREE) + 1)), HISTORY, st.booleans())
def test_many_at_once_are_judged_as_each_alone_whatever_happened(world, ahead, history, is_poor):
    db.session.rollback()
    session = db.session()
    set_fact(session, "01900", "poor_district", is_poor, date(2025, 5, 7), source="x")
    before = [("interview", HOUSES[0], HOUSES[0], {"visited_on": "2025-05-01", "area_code": "V1"})]
    before += [("act", HOUSES[0], name, date(2025, 5, 2 + day)) for day, name in enumerate(AGREE[:ahead])]
    happen([*before, *history])
    houses = list(session.scalars(select(Household.id).order_by(Household.id)))
    together = Judge(BOOK).anew(session, houses)
    for house, one in zip(houses, together, strict=True):
        told = [(each.is_beside, each.survey.id, each.assessment) for each in one.judged]
        assert told == alone(session, house)
    session.rollback()


# --- what is written


def assess(world, monkeypatch, *arguments: str) -> str:
    monkeypatch.setattr("api.cli.context.create_app", lambda: world)
    done = CliRunner().invoke(cli, ("assess", *arguments), catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


@pytest.fixture
def run(world, monkeypatch) -> Callable[..., str]:
    """Run `nhavung assess …` on the database of the test; what it says."""
    return lambda *arguments: assess(world, monkeypatch, *arguments)


def statements(work: Callable[[], Any]) -> list[str]:
    """What a piece of work says to the database."""
    found: list[str] = []

    def note(connection, cursor, statement, *_):
        found.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    work()
    event.remove(db.engine, "before_cursor_execute", note)
    return found


def rows() -> list[tuple[Any, ...]]:
    db.session.rollback()
    wanted = select(AssessmentRow.id, AssessmentRow.is_current, AssessmentRow.is_beside)
    return [tuple(row) for row in db.session.execute(wanted.order_by(AssessmentRow.id))]


def put_otherwise(house: str, **values: Any) -> None:
    """What is stored of a household is made to differ from what the law says."""
    of_house = update(AssessmentRow).where(AssessmentRow.household_id == house)
    db.session.connection().execute(of_house.values(**values))  # past the program: it writes row by row
    db.session.commit()


def approved(sign_in) -> str:
    house = household(sign_in("mai"), visited_on="2025-05-01")
    take(sign_in("mai"), house, *AGREE[:-1])
    take(sign_in("son"), house, "approval")
    return house


def test_a_second_run_writes_nothing(sign_in, run):
    house = approved(sign_in)
    household(sign_in("mai"), household=house, visited_on="2025-05-14")
    household(sign_in("mai"), visited_on="2025-05-02", works_kind=None)
    before = rows()
    said: list[str] = []
    told = statements(lambda: said.append(run()))
    assert "2 hộ giữ nguyên kết quả đã lưu" in said[0]
    assert rows() == before
    assert {statement.split()[0] for statement in told} - {"BEGIN", "PRAGMA"} == {"SELECT"}
    assert "BEGIN IMMEDIATE" not in told


def test_the_statements_of_a_run_do_not_grow_with_the_households(sign_in, run):
    clerk = sign_in("mai")
    household(clerk, visited_on="2025-05-02")
    few = len(statements(run))
    for _ in range(4):
        household(clerk, visited_on="2025-05-02")
    assert len(statements(run)) == few


def test_only_the_household_that_comes_out_otherwise_is_written(sign_in, run):
    clerk = sign_in("mai")
    house, other = household(clerk), household(clerk)
    set_fact(db.session(), "V1", "disaster_prone", True, date(2025, 1, 1), source="x")
    db.session.commit()
    run()
    count = len(rows())
    row = queries.current(db.session(), house)
    put_otherwise(house, outcome="not_entitled", result=row.result | {"outcome": "not_entitled"})
    said = run()
    assert "1 hộ đổi kết quả, 1 hộ giữ nguyên" in said
    assert len(rows()) == count + 1
    assert queries.current(db.session(), house).outcome == "entitled"
    assert len(queries.history(db.session(), other)) == 2


def test_a_run_that_was_broken_off_goes_on_where_it_ended(sign_in, run, monkeypatch):
    clerk = sign_in("mai")
    houses = [household(clerk) for _ in range(5)]
    set_fact(db.session(), "V1", "disaster_prone", True, date(2025, 1, 1), source="x")
    db.session.commit()
    monkeypatch.setattr(actions, "AT_A_TIME", 2)
    kept, written = actions._keep, []

    def cut_off(session, made, *rest):
        written.append(made)
        if len(written) == 2:
            raise KeyboardInterrupt
        kept(session, made, *rest)

    monkeypatch.setattr(actions, "_keep", cut_off)
    with pytest.raises((KeyboardInterrupt, AssertionError)):
        run()
    monkeypatch.setattr(actions, "_keep", kept)
    assert "2 hộ giữ nguyên" in run()
    told = db.session.scalar(select(func.count()).select_from(AssessmentRow))
    assert told == 2 * len(houses)


def test_keys_in_another_order_say_the_same(sign_in, run):
    house = household(sign_in("mai"))
    row = queries.current(db.session(), house)
    turned = dict(reversed(list(row.result.items()))) | {"facts": dict(sorted(row.result["facts"].items()))}
    put_otherwise(house, result=json.loads(json.dumps(turned)))
    assert "1 hộ giữ nguyên" in run()


def test_an_assessment_of_an_engine_that_said_less_is_made_anew(sign_in, run):
    house = household(sign_in("mai"))
    row = queries.current(db.session(), house)
    put_otherwise(house, engine_version="2", result=row.result | {"engine_version": "2"})
    said = run()
    assert "0 hộ đổi kết quả, 0 hộ giữ nguyên" in said
    assert queries.current(db.session(), house).engine_version == law.ENGINE_VERSION


def release(folder, text: str | None = None) -> None:
    """Put a law into force that replaces one file of the shipped one, or says nothing new of it."""
    if text is not None:
        (folder / "values").mkdir(exist_ok=True)
        (folder / "values" / "own.toml").write_text(text, "utf-8")
    actions.store_release(db.session(), law.load_book(folder), None, NOON)
    db.session.commit()


XNT_NEW = """
[xnt.new]
unit = "VND/house"
key_date = "started_on"
vi = "Hỗ trợ xây mới, hộ nghèo và cận nghèo khác"
en = "New house, other poor and near-poor"
dated = [{{from = 2024-04-13, value = 60_000_000, source = "{source}", at = "{at}", verified = true}}]
"""
ELSEWHERE = """
[own.level]
unit = "VND/house"
key_date = "started_on"
vi = "Mức riêng"
en = "A level of its own"
dated = [{from = 2024-04-13, value = 80_000_000, source = "523/TB-VPCP", verified = true}]
"""


def test_a_release_that_changes_nothing_for_a_household_leaves_its_assessment_as_it_is(
    sign_in, run, tmp_path
):
    house = household(sign_in("mai"))
    first = queries.current(db.session(), house).release_sha256
    release(tmp_path, ELSEWHERE)
    assert "1 hộ giữ nguyên" in run()
    row = queries.current(db.session(), house)
    assert row.release_sha256 == first != queries.in_force(db.session()).release
    assert queries.replay(db.session(), row) == law.Assessment.from_dict(row.result)


def test_a_release_that_names_another_source_is_told_to_whoever_reads_the_household(sign_in, run, tmp_path):
    house = household(sign_in("mai"))
    release(tmp_path, XNT_NEW.format(source="539/QĐ-TTg", at="3"))
    said = run()
    assert "0 hộ đổi kết quả, 0 hộ giữ nguyên" in said
    row = queries.current(db.session(), house)
    assert row.release_sha256 == queries.in_force(db.session()).release
    assert "1 hộ giữ nguyên" in run()


def test_an_assessment_whose_interview_left_no_longer_counts(sign_in, run):
    clerk = sign_in("mai")
    house, other = household(clerk, visited_on="2025-05-01"), household(clerk, visited_on="2025-05-03")
    moved = envelope({"visited_on": "2025-05-01", "household": other}, id=house, base_version=1)
    assert clerk.post(ENVELOPES, json=moved).json["state"] == "stored"
    put_otherwise(house, is_current=True)
    assert "đối chiếu lại 1 trên 2 hộ" in run()
    assert queries.current(db.session(), house) is None
    assert len(queries.history(db.session(), house)) == 1


def test_a_place_is_asked_as_it_was_on_each_day(session):
    from survey.areas.places import Places, facts_on, path_on

    old, new = date(2020, 1, 1), date(2025, 7, 1)
    put_areas(session, [AreaInput("06", "province", "Bắc Kạn")], old)
    put_areas(
        session, [AreaInput("A", "commune", "Xã A", "06"), AreaInput("B", "commune", "Xã B", "06")], old
    )
    put_areas(session, [AreaInput("19", "province", "Thái Nguyên")], new)
    put_areas(session, [AreaInput("N", "commune", "Xã N", "19")], new)
    succeed(session, [Pair("A", "N"), Pair("B", "N"), Pair("06", "19")], new, "NQ 1683")
    set_fact(session, "A", "poor_district", True, date(2024, 3, 1), source="x", until=date(2024, 12, 31))
    set_fact(session, "06", "minority_area", True, old, source="x")
    set_fact(session, "19", "minority_area", False, date(2025, 9, 1), source="x")
    places = Places(session)
    days = [date(2019, 5, 1), date(2024, 2, 29), date(2024, 3, 1), date(2024, 12, 31), date(2025, 1, 1)]
    days += [date(2025, 6, 30), new, date(2025, 8, 31), date(2025, 9, 1), date(2026, 1, 1)]
    for _ in range(2):
        for code in ("A", "B", "N", "19", "nowhere"):
            for day in days:
                assert places.of(code, day) == (path_on(session, code, day), facts_on(session, code, day))


def test_older_approvals_are_among_the_histories(sign_in):
    house = approved(sign_in)
    forgotten(house, is_all=False)
    values = db.session.scalar(select(Step.values).where(Step.kind == "approval"))
    assert "survey_id" not in values
    assert values["assessment_id"]
    (one,) = Judge(BOOK).anew(db.session(), [house])
    assert [(each.is_beside, each.survey.id, each.assessment) for each in one.judged] == alone(
        db.session(), house
    )
