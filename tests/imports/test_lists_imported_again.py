"""A list imported again with --correct: its changed rows correct their records, and undo nobody's work."""

from __future__ import annotations

import csv
import re
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from api.cli.import_households import command
from api.web.extensions import db
from survey.intake.models import ReceivedEnvelope
from survey.registry.models import Household, Survey

MAPPING = """
source = "list-2025"
id = ["STT"]
captured_at = {column = "Ngày", default = "2025-05-14T08:00:00+07:00"}
constants = {visit = "interviewed", area_code = "V1"}
answer = [
  {from = "Chủ hộ", to = "head_name"}, {from = "Khẩu", to = "people"}, {from = "DT", to = "area_m2"},
]
"""
FIRST = ["1,Lò Văn Một,4,36,", "2,Lò Văn Hai,5,40,", "3,Lò Văn Ba,không rõ,30,"]
CHANGED = ["1,Lò Văn Một,6,28,", *FIRST[1:]]


@pytest.fixture
def run(world, tmp_path: Path, monkeypatch):
    """Import a list of these rows, with further options; what the command said is given back."""
    monkeypatch.setattr("api.cli.context.create_app", lambda: world)
    (tmp_path / "list.toml").write_text(MAPPING, "utf-8")

    def running(rows: list[str], *options: str) -> str:
        (tmp_path / "list.csv").write_text("\n".join(["STT,Chủ hộ,Khẩu,DT,Ngày", *rows]), "utf-8")
        mapping = ["--mapping", str(tmp_path / "list.toml"), "--yes"]
        done = CliRunner().invoke(command, [str(tmp_path / "list.csv"), *mapping, *options])
        assert isinstance(done.exception, SystemExit | None), done.exception
        return done.output

    return running


def versions() -> list[int]:
    """The versions received of each row's record, in the order they arrived."""
    db.session.rollback()
    return list(db.session.scalars(select(ReceivedEnvelope.version).order_by(ReceivedEnvelope.id)))


def newest(column) -> list:
    """A column of every survey, the newest last."""
    db.session.rollback()
    return list(db.session.scalars(select(column).order_by(Survey.id)))


def waiting_id() -> int:
    wanted = select(ReceivedEnvelope.id).where(ReceivedEnvelope.state == "waiting")
    return db.session.scalars(wanted.order_by(ReceivedEnvelope.id.desc())).first()


def test_a_changed_row_becomes_the_next_version_of_its_record(run):
    run(FIRST)
    said = run(CHANGED, "--correct")
    assert "of them corrected: 1" in said
    assert "khác ở: Diện tích nhà ở, Số khẩu trong hộ" in said
    assert newest(Survey.answers)[-1]["area_m2"] == 28
    assert versions() == [1, 1, 1, 2]
    assert len(db.session.scalars(select(Household.id)).all()) == 2


def test_without_the_option_the_changed_row_is_refused_and_told_of_it(run, tmp_path):
    run(FIRST)
    said = run(CHANGED, "--report", str(tmp_path / "report.csv"))
    assert "of them corrected" not in said
    assert versions() == [1, 1, 1]
    (refused,) = [row for row in report(tmp_path) if row["kết quả / outcome"] == "refused"]
    assert (refused["số / number"], "--correct" in refused["việc cần làm"]) == ("4219", True)


def report(folder: Path) -> list[dict[str, str]]:
    with (folder / "report.csv").open(encoding="utf-8-sig") as handle:
        return list(csv.DictReader(handle))


def test_a_dry_run_tells_the_correction_and_writes_nothing(run, tmp_path):
    run(FIRST)
    said = run(CHANGED, "--correct", "--dry-run", "--report", str(tmp_path / "report.csv"))
    assert "of them corrected: 1" in said
    assert versions() == [1, 1, 1]
    told = [row for row in report(tmp_path) if row["kết quả / outcome"] == "corrected"]
    assert [(row["dòng / line"], row["số / number"]) for row in told] == [("2", "4222")]


@pytest.mark.parametrize("options", [(), ("--correct",)], ids=["plain", "correcting"])
def test_a_corrected_list_imported_once_more_changes_nothing(run, options):
    run(FIRST)
    run(CHANGED, "--correct")
    said = run(CHANGED, *options)
    assert "of them here before: 3" in said
    assert "of them corrected" not in said
    assert versions() == [1, 1, 1, 2]


def test_the_earlier_list_imported_again_brings_its_answers_back(run):
    run(FIRST)
    run(CHANGED, "--correct")
    run(FIRST, "--correct")
    assert newest(Survey.answers)[-1]["area_m2"] == 36
    assert versions() == [1, 1, 1, 2, 3]


def test_a_row_that_waits_in_the_inbox_is_corrected_there(run, sign_in):
    run(FIRST)
    run([*FIRST[:2], "3,Lò Văn Ba,3,30,"], "--correct")
    assert newest(Survey.version) == [1, 1, 2]
    assert "Số khẩu" not in sign_in("mai").get("/inbox").text


def test_a_row_whose_correction_is_wrong_waits_with_its_reason(run):
    run(FIRST)
    said = run(["1,Lò Văn Một,bốn,36,", *FIRST[1:]], "--correct")
    assert "line 2: Số khẩu trong hộ" in said
    assert newest(Survey.version) == [1, 1]


@pytest.mark.parametrize("account", [(), ("--as", "mai")], ids=["the operator's list", "her own list"])
def test_what_a_person_mended_is_not_overwritten_and_the_row_says_who_has_to_look(
    run, sign_in, tmp_path, account
):
    run(FIRST, *account)
    sign_in("mai").post(f"/inbox/{waiting_id()}/mend", data={"answer.people": "7"})
    rows = [*FIRST[:2], "3,Lò Văn Ba,3,30,"]
    said = run(rows, "--correct", "--report", str(tmp_path / "report.csv"), *account)
    assert "Triệu Thị Mai đã sửa bản ghi này ngày 15/05/2025; tệp ghi khác ở: Số khẩu trong hộ" in said
    assert versions() == [1, 1, 1, 2]
    (refused,) = [row for row in report(tmp_path) if row["kết quả / outcome"] == "refused"]
    assert refused["số / number"] == "4223"
    page = re.search(r"/households/[0-9a-f-]+", refused["việc cần làm"])
    assert page is not None
    assert "Lò Văn Ba" in sign_in("mai").get(page[0]).text


def test_a_mended_record_whose_row_did_not_change_stays_as_it_was_mended(run, sign_in):
    run(FIRST)
    sign_in("mai").post(f"/inbox/{waiting_id()}/mend", data={"answer.people": "7"})
    said = run(CHANGED, "--correct")
    assert "stored: 3" in said.partition("result:")[2]
    assert versions() == [1, 1, 1, 2, 2]


def test_a_row_corrected_to_what_a_person_mended_agrees_with_it(run, sign_in):
    run(FIRST)
    sign_in("mai").post(f"/inbox/{waiting_id()}/mend", data={"answer.people": "7"})
    said = run([*FIRST[:2], "3,Lò Văn Ba,7,30,"], "--correct")
    assert "of them here before: 3" in said.partition("result:")[2]
    assert versions() == [1, 1, 1, 2]


def test_a_record_set_aside_is_not_put_back_by_a_list(run, sign_in):
    run(FIRST)
    sign_in("mai").post(f"/inbox/{waiting_id()}/aside", data={"reason": "trùng"})
    said = run([*FIRST[:2], "3,Lò Văn Ba,3,30,"], "--correct")
    assert "đã được cất khỏi Hộp chờ xử lý" in said
    assert versions() == [1, 1, 1]


def test_rows_gone_from_the_list_are_told_and_nothing_is_deleted(run, tmp_path):
    run(FIRST)
    said = run(FIRST[:1], "--correct", "--report", str(tmp_path / "report.csv"))
    assert "not deleted: 2" in said
    told = [row for row in report(tmp_path) if row["kết quả / outcome"] == "gone"]
    assert [(row["dòng / line"], row["số / number"]) for row in told] == [("", "4225")] * 2
    assert [bool(re.search(r"/(households|inbox)/\S+", row["reason"])) for row in told] == [True, True]
    assert versions() == [1, 1, 1]


def test_a_row_that_cannot_be_read_is_not_told_as_gone(run):
    run(FIRST)
    said = run([*FIRST[:2], "3,Lò Văn Ba,3,30,hôm qua"], "--correct")
    assert "not deleted" not in said


def test_an_account_corrects_only_where_it_could_have_sent_the_record(run):
    run(FIRST)
    run(CHANGED, "--correct", "--as", "duy")
    assert versions() == [1, 1, 1]


def test_a_corrected_day_of_the_list_is_the_day_of_the_visit(run):
    run(FIRST)
    said = run([*FIRST[:1], "2,Lò Văn Hai,5,40,02/04/2025", FIRST[2]], "--correct")
    assert "khác ở: Ngày khảo sát" in said
    assert newest(Survey.visited_on) == [date(2025, 5, 14), date(2025, 5, 14), date(2025, 4, 2)]
