"""`nhavung assess --changed-by-key-dates`: what was judged by the day of receipt, listed and judged anew."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from acting import AGREE, household, take
from click.testing import CliRunner
from makers import NOON
from sqlalchemy import update

from api.cli import cli
from api.web.extensions import db
from survey import law
from survey.assessment import queries as assessment
from survey.assessment.models import AssessmentRow, LawRelease, LawText
from survey.cases import queries as cases
from survey.problems import Problem

RECEIVED = date(2025, 9, 1)
LAW_OF_SHAPE_1 = Path(__file__).parents[1] / "law" / "stored" / "law_shape_1.json"


@pytest.fixture
def run(world, monkeypatch) -> Callable[..., str]:
    """Run `nhavung assess …` on the database of the test; what it says."""
    monkeypatch.setattr("api.cli.context.create_app", lambda: world)

    def running(*arguments: str, answer: str | None = None) -> str:
        done = CliRunner().invoke(cli, ("assess", *arguments), input=answer, catch_exceptions=False)
        return done.output

    return running


def judge_by_day_of_receipt(house: str) -> None:
    """Put the household's current assessment as engine 1 kept it: asked about the day of receipt."""
    db.session.rollback()
    book = law.LawBook.from_canonical(LAW_OF_SHAPE_1.read_text("utf-8"))
    if db.session.get(LawText, book.release) is None:
        db.session.add(LawText(sha256=book.release, canonical=book.canonical()))
        db.session.flush()
    row = assessment.current(db.session(), house)
    known = law.Assessment.from_dict(row.result)
    made = law.assess(known.facts, book.law_on(RECEIVED, known.area_codes))
    stored = made.to_dict() | {"engine_version": "1"}
    for added in ("if_started", "lapses_on", "redefined_on"):
        del stored[added]
    db.session.connection().execute(  # past the program, which writes rows one by one
        update(AssessmentRow)
        .where(AssessmentRow.id == row.id)
        .values(
            result=stored,
            engine_version="1",
            release_sha256=book.release,
            outcome=made.outcome,
            programme=made.programme,
            amount_vnd=made.amount_vnd,
            lapses_on=None,
        )
    )
    db.session.commit()


def current(house: str) -> AssessmentRow:
    db.session.rollback()
    return assessment.current(db.session(), house)


def test_households_judged_by_the_day_of_receipt_are_listed_and_nothing_changes_unconfirmed(sign_in, run):
    house = household(sign_in("mai"), visited_on="2025-05-10")
    judge_by_day_of_receipt(house)
    assert current(house).outcome == "not_entitled"
    said = run("--changed-by-key-dates", answer="n\n")
    assert f"{house} (V1): khảo sát 10/05/2025, đã xét theo 01/09/2025" in said
    assert "không thuộc diện → đủ điều kiện, XNT-2024, 60.000.000 đồng; chưa có hồ sơ" in said
    assert current(house).outcome == "not_entitled"


def test_on_confirmation_they_are_judged_by_their_own_days_once(sign_in, run):
    house = household(sign_in("mai"), visited_on="2025-05-10")
    judge_by_day_of_receipt(house)
    assert "1 hộ đổi kết quả" in run("--changed-by-key-dates", answer="y\n")
    row = current(house)
    assert (row.outcome, row.amount_vnd, row.engine_version) == ("entitled", 60_000_000, law.ENGINE_VERSION)
    assert "0 hộ đã đối chiếu theo ngày nhận" in run("--changed-by-key-dates", "--yes")


def test_what_was_approved_is_told_and_does_not_change(sign_in, run):
    house = household(sign_in("mai"), visited_on="2025-04-30")
    take(sign_in("mai"), house, *AGREE[:-1])
    take(sign_in("son"), house, "approval")
    judge_by_day_of_receipt(house)
    said = run("--changed-by-key-dates", "--yes")
    assert "phê duyệt 08/05/2025, 60.000.000 đồng" in said
    case = cases.case_of(db.session(), house)
    assert (case.state, case.amount_vnd, current(house).amount_vnd) == ("approved", 60_000_000, 60_000_000)


def test_a_law_released_before_must_be_released_anew_first(sign_in, run, world):
    book = law.LawBook.from_canonical(LAW_OF_SHAPE_1.read_text("utf-8"))
    db.session.add(LawText(sha256=book.release, canonical=book.canonical()))
    db.session.flush()
    db.session.add(LawRelease(sha256=book.release, released_at=NOON, released_by=None))
    db.session.commit()
    with pytest.raises(Problem) as refused:
        run("--changed-by-key-dates", "--yes")
    assert refused.value.number == 5003
    house = household(sign_in("mai"), visited_on="2025-05-10")
    assert (current(house).outcome, current(house).result["on"]) == ("entitled", "2025-05-10")
    row = current(house)
    assert assessment.replay(db.session(), row) == law.Assessment.from_dict(row.result)
