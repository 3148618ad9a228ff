"""The yearly list of poor households: matched or said why not, dated, above what was told, repeatable."""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from makers import envelope
from sqlalchemy import func, select

from api.cli import cli
from api.web.extensions import db
from survey.assessment import queries as assessment
from survey.assessment.models import AssessmentRow
from survey.problems import Problem
from survey.registry.models import StatusRecord

URL = "/api/v1/envelopes"
HEAD = ("Họ và tên chủ hộ", "Năm sinh", "Số định danh", "Diện hộ", "Mã thôn")
DECIDED = ("--body", "UBND xã Nam Mẫu", "--number", "15/QĐ-UBND")
YEAR_2025 = ("--from", "2025-01-01", "--until", "2025-12-31")

Import = Callable[..., str]


@pytest.fixture
def lan(sign_in):
    """The field officer of Nam Mẫu."""
    return sign_in("lan")


@pytest.fixture
def import_list(world, tmp_path: Path, monkeypatch) -> Import:
    """Run `nhavung import status` on rows of (name, birth year, id, status, area); gives what it printed."""
    monkeypatch.setattr("api.cli.context.create_app", lambda: world)

    def running(*rows: tuple[str, ...], area: str = "01900", when=YEAR_2025, options=()) -> str:
        with (tmp_path / "list.csv").open("w", encoding="utf-8-sig", newline="") as handle:
            csv.writer(handle).writerows([HEAD, *rows])
        command = ["import", "status", str(tmp_path / "list.csv"), "--area", area, *when, *DECIDED, *options]
        done = CliRunner().invoke(cli, command, catch_exceptions=False)
        assert done.exit_code == 0, done.output
        return done.output

    return running


def told(value: str, **answers: Any) -> dict[str, Any]:
    """Answers of a household that says it is `value` in 2025 and no family of merit."""
    records = [
        {"kind": "poverty_status", "value": value, "year": 2025},
        {"kind": "merit_status", "value": "not_recognised", "year": 2025},
    ]
    return {"status_records": records, **answers}


def send(client, answers: dict[str, Any], **fields: Any) -> str:
    """Send an interview; the household's id."""
    answer = client.post(URL, json=envelope(answers, **fields))
    assert answer.json["state"] == "stored", answer.json
    return answer.json["household_id"]


def result(household: str) -> tuple[str, str | None]:
    """Outcome and programme of a household now."""
    db.session.rollback()
    row = assessment.current(db.session(), household)
    return row.outcome, row.programme


def records(household: str) -> int:
    """Records of the household that came from a list."""
    db.session.rollback()
    listed = select(func.count()).select_from(StatusRecord).where(StatusRecord.source.startswith("list:"))
    return db.session.scalar(listed.where(StatusRecord.household_id == household))


def test_the_national_id_finds_its_household_whatever_the_spelling(lan, import_list):
    household = send(lan, told("none", national_id="006070001234"))
    assert "1 khớp" in import_list(("TRIEU V TAM", "1971", "006070001234", "Hộ nghèo", "V2"))
    assert records(household) == 1


def test_name_birth_year_and_area_find_a_household_without_an_id(lan, import_list):
    household = send(lan, told("none"))
    assert "1 khớp" in import_list(("Triệu Văn Tâm", "1970", "", "Hộ cận nghèo", "V1"))
    assert records(household) == 1


def test_two_alike_are_left_to_a_person_and_named(lan, import_list):
    twins = [send(lan, told("none")), send(lan, told("none"))]
    said = import_list(("Triệu Văn Tâm", "1970", "", "Hộ nghèo", "V1"))
    assert "1 có nhiều hộ giống" in said
    assert all(household in said and records(household) == 0 for household in twins)


def test_van_lang_with_a_breve_is_somebody_else(lan, import_list):
    household = send(lan, told("none", head_name="Nông Văn Lang"))
    said = import_list(("Nông Văn Lăng", "1970", "", "Hộ nghèo", "V1"))
    assert "0 khớp" in said
    assert household in said
    assert records(household) == 0


def test_the_same_name_with_another_national_id_is_somebody_else(lan, import_list):
    household = send(lan, told("none", national_id="006070001234"))
    said = import_list(("Triệu Văn Tâm", "1970", "006070009999", "Hộ nghèo", "V1"))
    assert "0 khớp" in said
    assert records(household) == 0


@pytest.mark.parametrize(
    "row", [("Triệu Văn Tâm", "1950", "", "", "V1"), ("Triệu Văn Tâm", "1970", "", "", "V2")]
)
def test_another_birth_year_or_area_is_not_found(lan, import_list, row):
    send(lan, told("none"))
    assert "1 không thấy hộ" in import_list((*row[:3], "Hộ nghèo", row[4]))


def test_a_household_of_a_training_is_never_on_a_list(lan, import_list):
    send(lan, told("none", training=True))
    assert "1 không thấy hộ" in import_list(("Triệu Văn Tâm", "1970", "", "Hộ nghèo", "V1"))


def test_two_rows_that_contradict_each_other_decide_nothing(lan, import_list):
    household = send(lan, told("none"))
    row = ("Triệu Văn Tâm", "1970", "")
    assert "2 có nhiều hộ giống" in import_list((*row, "Hộ nghèo", "V1"), (*row, "Không", "V1"))
    assert records(household) == 0


def test_a_value_or_area_nobody_knows_is_told_with_its_line(lan, import_list):
    said = import_list(
        ("A", "", "", "Hộ nghèo", "V1"), ("B", "", "", "khá giả", "V1"), ("C", "", "", "Hộ nghèo", "X9")
    )
    assert "dòng 3: Không hiểu diện hộ khá giả" in said
    assert "dòng 4: Không có đơn vị hành chính với mã X9" in said


def test_the_counts_add_up_to_the_rows(lan, import_list):
    send(lan, told("none", head_name="Nông Văn Lang"))
    said = import_list(
        ("Nông Văn Lang", "1970", "", "Hộ nghèo", "V1"),
        ("Nông Văn Lăng", "1970", "", "Hộ nghèo", "V1"),
        ("Không Có Ai", "", "", "Hộ nghèo", "V1"),
        ("Nông Văn Lang", "1970", "", "???", "V1"),
    )
    assert "4 dòng" in said
    assert all(part in said for part in ("1 khớp", "1 có nhiều hộ", "1 không thấy", "1 không đọc"))


def test_a_dry_run_writes_nothing(lan, import_list):
    household = send(lan, told("none"))
    said = import_list(("Triệu Văn Tâm", "1970", "", "Hộ nghèo", "V1"), options=["--dry-run"])
    assert "chưa ghi gì" in said
    assert (records(household), result(household)[0]) == (0, "not_entitled")


def test_a_second_import_changes_nothing(lan, import_list):
    household = send(lan, told("none"))
    row = ("Triệu Văn Tâm", "1970", "", "Hộ nghèo", "V1")
    assert "1 hồ sơ mới; 1 hộ đổi" in import_list(row)
    rows = db.session.scalar(select(func.count()).select_from(AssessmentRow))
    assert "0 hồ sơ mới; 0 hộ đổi" in import_list(row)
    assert records(household) == 1
    assert db.session.scalar(select(func.count()).select_from(AssessmentRow)) == rows


def test_near_poor_in_2025_brings_the_household_into_the_programme(lan, import_list):
    household = send(lan, told("none"))
    assert result(household) == ("not_entitled", None)
    import_list(("Triệu Văn Tâm", "1970", "", "Hộ cận nghèo", "V1"))
    assert result(household) == ("entitled", "XNT-2024")


def test_the_official_list_outranks_what_was_told(lan, import_list):
    household = send(lan, told("poor"))
    import_list(("Triệu Văn Tâm", "1970", "", "Không", "V1"))
    assert result(household) == ("not_entitled", None)


def test_a_list_of_another_year_changes_nothing_now(lan, import_list):
    household = send(lan, told("none"))
    import_list(
        ("Triệu Văn Tâm", "1970", "", "Hộ nghèo", "V1"),
        when=("--from", "2024-01-01", "--until", "2024-12-31"),
    )
    assert result(household) == ("not_entitled", None)


def test_a_later_visit_does_not_undo_the_list(lan, import_list):
    household = send(lan, told("none"))
    import_list(("Triệu Văn Tâm", "1970", "", "Hộ cận nghèo", "V1"))
    send(lan, told("none", household=household), captured_at="2025-05-15T10:30:00+07:00")
    assert result(household) == ("entitled", "XNT-2024")


def test_a_corrected_list_of_the_same_year_counts_from_then_on(lan, import_list):
    household = send(lan, told("none"))
    import_list(("Triệu Văn Tâm", "1970", "", "Hộ nghèo", "V1"))
    import_list(("Triệu Văn Tâm", "1970", "", "Không", "V1"))
    assert result(household) == ("not_entitled", None)


def test_a_corrected_survey_corrects_the_status_it_told(lan):
    first = envelope(told("poor"))
    household = lan.post(URL, json=first).json["household_id"]
    payload = {**first["payload"], **told("none")}
    assert lan.post(URL, json={**first, "base_version": 1, "payload": payload}).json["version"] == 2
    assert result(household) == ("not_entitled", None)


def test_the_record_says_who_decided_and_how_long_it_holds(lan, import_list):
    household = send(lan, told("none"))
    import_list(("Triệu Văn Tâm", "1970", "", "Hộ nghèo", "V1"))
    listed = select(StatusRecord).where(
        StatusRecord.household_id == household, StatusRecord.source.startswith("list:")
    )
    record = db.session.scalar(listed)
    assert (record.deciding_body, record.decision_number) == ("UBND xã Nam Mẫu", "15/QĐ-UBND")
    assert (record.valid_from, record.valid_to) == (date(2025, 1, 1), date(2025, 12, 31))


def test_a_list_without_the_column_of_names_is_refused_whole(world, tmp_path, monkeypatch):
    monkeypatch.setattr("api.cli.context.create_app", lambda: world)
    (tmp_path / "list.csv").write_text("Thôn;Diện hộ\nV1;Hộ nghèo\n", "utf-8")
    command = ["import", "status", str(tmp_path / "list.csv"), "--area", "01900", *YEAR_2025, *DECIDED]
    done = CliRunner().invoke(cli, command)
    assert isinstance(done.exception, Problem)
    assert done.exception.number == 4290
