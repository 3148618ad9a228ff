"""Importing for real: through the intake, in chunks, safe to run again at any point."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from makers import NOON, make_areas
from sqlalchemy import func, select

from api.cli.context import operator
from api.imports.households import Plan, apply, foretold, plan
from api.imports.mapping import load_mapping
from api.web import transaction
from api.web.extensions import db
from api.web.intake_context import intake_context
from survey.intake.actions import foresee, receive
from survey.problems import Problem
from survey.registry.models import Household, Survey

MAPPINGS = Path(__file__).parents[1] / "mappings"
MAPPING = """
source = "list-2025"
id = ["STT"]
captured_at = {default = "2025-05-15T08:00:00+07:00"}
constants = {visit = "interviewed", area_code = "V1"}
answer = [{from = "Chủ hộ", to = "head_name"}, {from = "Số khẩu", to = "people"}]
"""


@pytest.fixture
def planned(tmp_path: Path) -> Plan:
    """Seven rows, of which the fifth has a number nobody can read."""
    (tmp_path / "list.toml").write_text(MAPPING, "utf-8")
    rows = [f"{n},Lò Văn {n},{'bốn' if n == 5 else n}" for n in range(1, 8)]
    (tmp_path / "list.csv").write_text("\n".join(["STT,Chủ hộ,Số khẩu", *rows]), "utf-8")
    return plan(tmp_path / "list.csv", load_mapping(tmp_path / "list.toml"))


@pytest.fixture
def send(app):
    """What the command gives `apply`: the intake at today's desk, in a province drawn long before."""
    with transaction.write() as session:
        make_areas(session, date(2010, 1, 1))
    at_desk = intake_context(operator())
    assert at_desk.now.date() == NOON.date()
    return lambda session, envelope: receive(session, envelope, at_desk)


def stored_rows() -> tuple[int, int]:
    session = db.session()
    return tuple(session.scalar(select(func.count()).select_from(model)) for model in (Survey, Household))


def test_every_row_ends_stored_or_waiting(planned, send):
    result = apply(planned, send)
    assert (result.stored, result.waiting, result.refused, result.rows) == (6, 1, [], 7)
    assert stored_rows() == (6, 6)


def test_a_second_import_changes_nothing(planned, send):
    apply(planned, send)
    again = apply(planned, send)
    assert (again.stored, again.waiting, again.known) == (6, 1, 7)
    assert stored_rows() == (6, 6)


def test_a_row_corrected_in_the_list_after_its_import_is_told_where_to_mend_it(planned, send):
    apply(planned, send)
    one = planned.prepared[4]
    one.envelope["payload"]["people"] = 5
    (refused,) = apply(replace(planned, prepared=(one,)), send).refused
    assert (refused.line, refused.problem.number) == (6, 4219)
    assert "khác ở: Số khẩu trong hộ;" in refused.problem.message("vi")
    assert "Hộp chờ xử lý" in refused.problem.next_step("vi")


def test_a_household_without_a_name_is_told(planned, send):
    del planned.prepared[2].envelope["payload"]["head_name"]
    at_desk = intake_context(operator())
    seen = foretold(planned, lambda one: foresee(db.session(), one, at_desk))
    assert [row.line for row in seen.said if row.problem.number == 4220] == [4]


def test_after_a_crash_a_second_run_completes_the_rest(planned, send):
    seen = []

    def crashing(session, envelope):
        seen.append(envelope)
        if len(seen) == 6:
            raise RuntimeError("the plug was pulled")
        return send(session, envelope)

    with pytest.raises(RuntimeError):
        apply(planned, crashing, chunk=2)
    assert stored_rows() == (4, 4)
    again = apply(planned, send, chunk=2)
    assert (again.stored, again.waiting, again.known) == (6, 1, 4)
    assert stored_rows() == (6, 6)


def test_a_row_the_intake_refuses_stops_no_other(planned, send):
    def refusing(session, envelope):
        if envelope.payload.get("people") == 2:
            raise Problem(4102, version=1, who="-", when="-", changed="-")
        return send(session, envelope)

    result = apply(planned, refusing)
    assert (result.stored, result.waiting, [row.line for row in result.refused]) == (5, 1, [3])


def test_progress_is_told_after_each_commit(planned, send):
    told = []
    apply(planned, send, on_progress=told.append, chunk=3)
    assert told == [3, 3, 1]


@pytest.mark.parametrize(
    ("name", "file", "rows"),
    [
        ("bangladesh_kobo", "survey/bangladesh_msna_2018_kobo.csv.gz", 292),
        ("safi_odk", "survey/safi_2016_odk.csv", 81),
    ],
)
def test_foreign_houses_are_stored_and_said_to_lie_outside_every_area(name, file, rows, real_data, send):
    result = apply(plan(real_data(file), load_mapping(MAPPINGS / f"{name}.toml")), send)
    assert result.stored == result.rows == rows
    flags = db.session().scalars(select(Survey.flags)).all()
    assert all(any(flag["code"] == "outside" for flag in found) for found in flags)


def test_the_nepal_file_is_stored_but_for_the_rows_that_wait(real_data, send):
    whole = plan(real_data("survey/nepal_kavre_2015.csv.gz"), load_mapping(MAPPINGS / "nepal_kavre.toml"))
    # A hundred rows and those that wait: the whole file takes minutes, and is one of the long proofs.
    waiting = [row for row in whole.prepared if row.faults]
    some = Plan(whole.file, (), (*whole.prepared[:500:5], *waiting), ())
    result = apply(some, send)
    assert (result.stored, result.waiting, result.rows) == (100, 3, 103)
