"""Small files that were once read wrongly, each with what is right."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from makers import make_areas

from api.cli.context import operator
from api.imports.households import apply, plan
from api.imports.mapping import load_mapping
from api.web import transaction
from api.web.extensions import db
from api.web.intake_context import intake_context
from survey.areas.actions import put_areas, set_fact
from survey.areas.rows import AreaInput
from survey.assessment.models import AssessmentRow
from survey.intake.actions import receive

TRIALS = Path(__file__).with_name("trials")


def test_a_survey_before_decision_55_received_later_is_judged_by_the_law_of_its_day(app):
    with transaction.write() as session:
        make_areas(session, date(2010, 1, 1))
        put_areas(session, [AreaInput("04249", "commune", "Xã Nà Ớt", "06")], date(2010, 1, 1))
        for fact in ("poor_district", "minority_area", "disaster_prone"):
            set_fact(session, "04249", fact, False, date(2010, 1, 1), source="x")
    at_desk = intake_context(operator())
    planned = plan(
        TRIALS / "19_survey_before_decision55_received_later.csv", load_mapping(TRIALS / "19_mapping.toml")
    )
    result = apply(planned, lambda session, envelope: receive(session, envelope, at_desk))
    assert (result.stored, result.waiting) == (1, 0)
    row = db.session.query(AssessmentRow).one()
    assert (at_desk.today, row.result["on"]) == (date(2025, 5, 15), "2025-01-15")
    assert (row.outcome, row.programme, row.amount_vnd) == ("entitled", "XNT-2024", 60_000_000)
