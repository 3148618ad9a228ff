"""What was assessed yesterday comes out the same for ever, whatever the law folder says today."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner
from makers import envelope
from sqlalchemy import select

from api.cli import cli
from api.web.extensions import db
from survey import law
from survey.assessment import queries
from survey.assessment.models import AssessmentRow

URL = "/api/v1/envelopes"
DEARER = """
[xnt.new]
unit = "VND/house"
key_date = "started_on"
vi = "Hỗ trợ xây mới, hộ nghèo và cận nghèo khác"
en = "New house, other poor and near-poor"
dated = [{from = 2024-04-13, value = 77_000_000, source = "523/TB-VPCP", verified = true}]
"""
STRICTER = """
[house.soft_parts]
unit = "parts"
key_date = "surveyed_on"
vi = "Số kết cấu chính không bền chắc"
en = "Non-durable main parts"
dated = [{from = 2025-01-20, value = 4, source = "55/QĐ-BXD", at = "1.2", verified = true}]
"""

Release = Callable[..., None]


@pytest.fixture
def mai(sign_in):
    """The commune's desk of Nam Mẫu."""
    return sign_in("mai")


@pytest.fixture
def run(world, monkeypatch) -> Callable[..., str]:
    """Run `nhavung …` on the database of the test."""
    monkeypatch.setattr("api.cli.context.create_app", lambda: world)

    def running(*arguments: str) -> str:
        done = CliRunner().invoke(cli, arguments, catch_exceptions=False)
        assert done.exit_code == 0, done.output
        return done.output

    return running


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An operator's folder of the law that raises one amount and one limit."""
    (tmp_path / "values").mkdir()
    (tmp_path / "values" / "xnt.toml").write_text(DEARER, "utf-8")
    (tmp_path / "values" / "house.toml").write_text(STRICTER, "utf-8")
    return tmp_path


def send(client, **answers) -> str:
    """Send an interview; the household's id."""
    answer = client.post(URL, json=envelope(answers))
    assert answer.json["state"] == "stored", answer.json
    return answer.json["household_id"]


def history(household: str) -> list[AssessmentRow]:
    """The household's assessments, newest first."""
    db.session.rollback()
    return queries.history(db.session(), household)


def send_some(client) -> None:
    """Households of several outcomes, with unknowns and dated statuses among them."""
    near_poor = {"kind": "poverty_status", "value": "near_poor", "year": 2025, "decided_on": "2025-02-03"}
    send(client)
    send(client, works_kind="repair", status_records=[near_poor])
    send(client, roof_material=None, works_kind=None)
    send(client, area_code=None, point=None)
    send(client, registered=False)
    send(client, foundation_material="cement_mortar", wall_material="brick", area_m2=90.0, year_built=2020)


def test_every_stored_assessment_replays_equal_after_another_law_was_released(mai, run, folder):
    send_some(mai)
    run("law", "release", "--law", str(folder))
    run("assess")
    rows = db.session.scalars(select(AssessmentRow)).all()
    assert len(rows) == 12
    for row in rows:
        assert queries.replay(db.session(), row) == law.Assessment.from_dict(row.result)


def test_a_released_law_is_used_by_the_next_assessment_and_leaves_the_old_one(mai, run, folder):
    household = send(mai)
    run("law", "release", "--law", str(folder))
    assert "1 hộ đổi kết quả" in run("assess", "--area", "V1")
    new, old = history(household)
    assert (new.amount_vnd, old.amount_vnd) == (77_000_000, 60_000_000)
    assert (new.is_current, old.is_current) == (True, False)
    assert new.release_sha256 == law.load_book(folder).release != old.release_sha256


def test_a_survey_that_comes_after_the_release_is_assessed_by_it(mai, run, folder):
    run("law", "release", "--law", str(folder))
    assert history(send(mai))[0].amount_vnd == 77_000_000


def test_files_that_were_changed_and_not_released_change_nothing(mai, run, folder):
    run("law", "release", "--law", str(folder))
    (folder / "values" / "xnt.toml").write_text(DEARER.replace("77_", "88_"), "utf-8")
    assert history(send(mai))[0].amount_vnd == 77_000_000


def test_assessing_again_by_the_same_law_changes_no_result(mai, run):
    send_some(mai)
    assert "6 hộ theo bản luật" in (said := run("assess"))
    assert "0 hộ đổi kết quả" in said
    assert "hộ cần bổ sung thông tin" in said
    assert "còn thiếu: " in said


def test_going_back_to_the_shipped_law_gives_the_first_result_again(mai, run, folder):
    household = send(mai)
    run("law", "release", "--law", str(folder))
    run("assess")
    run("law", "release")
    run("assess")
    newest, _, oldest = history(household)
    assert newest.result == oldest.result


def test_the_kept_text_of_a_law_is_the_whole_law(mai, run, folder):
    run("law", "release", "--law", str(folder))
    book = law.load_book(folder)
    kept = queries.in_force(db.session())
    assert (kept.release, kept.canonical()) == (book.release, book.canonical())


def test_the_page_of_a_household_explains_old_and_new(mai, run, folder):
    household = send(mai)
    run("law", "release", "--law", str(folder))
    run("assess")
    page = mai.get(f"/households/{household}")
    assert page.status_code == 200
    assert "77.000.000" in page.text
