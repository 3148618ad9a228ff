"""Small files that were once read wrongly, each with what is right. Their numbers are those of the files."""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from click.testing import CliRunner
from makers import FIRST_DAY, envelope, make_areas, payload
from sqlalchemy import select

from api.cli import cli
from api.cli.context import operator
from api.imports import statuses
from api.imports.households import Plan, apply, foretold, plan
from api.imports.mapping import HouseholdMapping, load_mapping
from api.imports.units import Units
from api.web import transaction
from api.web.extensions import db
from api.web.intake_context import intake_context
from survey.areas.actions import put_areas, set_fact
from survey.areas.rows import AreaInput
from survey.assessment.models import AssessmentRow
from survey.intake.actions import foresee, receive
from survey.intake.envelope import read
from survey.problems import Problem
from survey.registry.models import Household, Person, Survey

TRIALS = Path(__file__).with_name("trials")
HEAD = ("id", "xa", "ten", "nam", "khau", "dt", "cccd", "sdt", "xay", "tach", "ngay")
Planned = Callable[..., Plan]


@pytest.fixture
def mapping() -> HouseholdMapping:
    """The mapping of the files of households."""
    return load_mapping(TRIALS / "mapping.toml")


@pytest.fixture
def foreseen(world, mapping) -> Planned:
    """The plan of a file as the command makes it: `foreseen(path)`."""
    at_desk = intake_context(operator())

    def planned(path: Path | str, by: HouseholdMapping = mapping) -> Plan:
        units = Units(db.session(), FIRST_DAY, by.within)
        return foretold(plan(TRIALS / path, by, units=units), lambda one: foresee(db.session(), one, at_desk))

    return planned


def answers(planned: Plan, code: str) -> list[Any]:
    """The answer of each row that can be sent."""
    return [row.envelope["payload"].get(code) for row in planned.prepared]


def waiting(planned: Plan) -> dict[int, list[int]]:
    """The lines that would wait, each with the numbers of its reasons."""
    return {row.line: [fault.number for fault in row.faults] for row in planned.prepared if row.faults}


def told(rows: Sequence[Any]) -> list[tuple[int, int]]:
    """Line and number of everything in a list of reasons."""
    return [(row.line, row.problem.number) for row in rows]


def workbook(path: Path, rows: Sequence[Sequence[Any]], head: Sequence[str] = HEAD) -> Path:
    """An Excel file with these rows."""
    book = openpyxl.Workbook()
    for row in (head, *rows):
        book.active.append(row)
    book.save(path)
    return path


def row_of(number: int, **cells: Any) -> list[Any]:
    """A good row with some cells changed."""
    good = {"id": number, "xa": "V1", "ten": f"Nông Văn {number}", "nam": 1980, "khau": 4, "dt": 28}
    return [(good | cells).get(column) for column in HEAD]


# --- 01 numbers


def test_01_both_decimal_marks_are_told_by_their_place(foreseen):
    planned = foreseen("01_both_decimal_marks.csv")
    assert answers(planned, "area_m2") == [28.5, 28.5, 40.5]
    assert planned.counts()["stored"] == 3


def test_01_a_number_that_can_be_two_is_asked_back_where_no_mark_was_declared(foreseen, tmp_path):
    path = tmp_path / "mapping.toml"
    path.write_text((TRIALS / "mapping.toml").read_text("utf-8").replace('decimal = ","', ""), "utf-8")
    assert waiting(foreseen("01_both_decimal_marks.csv", load_mapping(path))) == {4: [4014]}


def test_01_cells_of_numbers_are_numbers_whatever_mark_was_declared(foreseen, tmp_path):
    numbers = (28.5, 40.125, 1234.5, 100)
    path = workbook(tmp_path / "a.xlsx", [row_of(n, dt=number) for n, number in enumerate(numbers)])
    assert tuple(answers(foreseen(path), "area_m2")) == numbers


# --- 02 ids


def test_02_zeros_and_apostrophes_of_ids_are_mended_and_said(foreseen, tmp_path):
    ids = (1080123456, "1.08012E+11", "'001080123459", "001 080 123 460", 6080123456, "095123456", 95123456)
    path = workbook(tmp_path / "a.xlsx", [row_of(n, cccd=one) for n, one in enumerate(ids)])
    planned = foreseen(path)
    got = answers(planned, "national_id")
    assert got[:1] + got[2:] == [
        "001080123456",
        "001080123459",
        "001 080 123 460",
        "006080123456",
        "095123456",
        "095123456",
    ]
    assert waiting(planned) == {3: [4012]}
    assert told(planned.said) == [(2, 4212), (3, 4214), (4, 4213), (6, 4212), (8, 4212)]
    assert "số 0 ở đầu" in planned.said[0].problem.message("vi")
    assert "chữ số cuối đã mất" in planned.said[1].problem.message("vi")


def test_02_a_telephone_number_gets_its_zero_back(foreseen, tmp_path):
    path = workbook(tmp_path / "a.xlsx", [row_of(1, sdt=912345678)])
    assert answers(foreseen(path), "phone") == ["0912345678"]


# --- 03 lists of a commune

COMMUNE_LIST = [
    ("DANH SÁCH HỘ NGHÈO, HỘ CẬN NGHÈO CÓ KHÓ KHĂN VỀ NHÀ Ở NĂM 2025",),
    ("(Kèm theo Tờ trình số …/TTr-UBND)",),
    (),
    ("STT", "Họ và tên chủ hộ", "Năm sinh", None, "Số khẩu", "Hiện trạng nhà ở", None, "Ghi chú"),
    (None, None, "Nam", "Nữ", None, "Diện tích (m2)", "Năm xây", None),
    (1, 2, 3, 4, 5, 6, 7, 8),
    ("I", "Thôn 1"),
    (1, "Nông Văn Thử", 1970, None, 4, 28.5, 1999, "hộ nghèo"),
    (2, "Vàng Thị Nghiệm", None, 1982, 3, 20, 2001, "hộ cận nghèo"),
    ("II", "Thôn 2"),
    (1, "Hoàng Văn Hỏi", 1975, None, 5, 24, 1998, "hộ nghèo"),
    (None, "Tổng cộng", None, None, 12, 72.5),
    (),
    (None, None, None, None, None, "Nam Mẫu, ngày 10 tháng 5 năm 2025"),
]
COMMUNE_MAPPING = """
source = "nam-mau-2025"
id = ["STT", "Họ và tên chủ hộ"]
within = "Nam Mẫu"
group = "area_code"
captured_at = {default = "2025-05-10T08:00:00+07:00"}
constants = {visit = "interviewed"}
answer = [
  {from = "Họ và tên chủ hộ", to = "head_name"},
  {from = ["Năm sinh: Nam", "Năm sinh: Nữ"], to = "head_birth_year"},
  {from = "Số khẩu", to = "people"},
  {from = "Hiện trạng nhà ở: Diện tích (m2)", to = "area_m2"},
  {from = "Hiện trạng nhà ở: Năm xây", to = "year_built"},
]
"""


@pytest.mark.parametrize("header", ["", "header = [5, 6]\n"])
def test_03_a_list_of_a_commune_with_titles_and_headings_is_three_households(foreseen, tmp_path, header):
    path = workbook(tmp_path / "a.xlsx", COMMUNE_LIST, head=("UBND XÃ NAM MẪU",))
    (tmp_path / "a.toml").write_text(header + COMMUNE_MAPPING, "utf-8")
    planned = foreseen(path, load_mapping(tmp_path / "a.toml"))
    assert answers(planned, "head_name") == ["Nông Văn Thử", "Vàng Thị Nghiệm", "Hoàng Văn Hỏi"]
    assert answers(planned, "head_birth_year") == [1970, 1982, 1975]
    assert answers(planned, "area_code") == ["V1", "V1", "V2"]
    assert answers(planned, "area_m2") == [28.5, 20, 24]
    assert planned.counts() == {"stored": 3, "waiting": 0, "refused": 0, "passed": 4}
    assert told(planned.passed) == [(8, 4210), (11, 4210), (13, 4210), (15, 4210)]
    assert any("5 – 6" in note for note in planned.notes)


def test_03_a_list_whose_columns_are_not_found_says_which_it_has(foreseen, tmp_path):
    path = workbook(tmp_path / "a.xlsx", COMMUNE_LIST, head=("UBND XÃ NAM MẪU",))
    text = COMMUNE_MAPPING.replace("Hiện trạng nhà ở: Năm xây", "Năm xây nhà")
    (tmp_path / "a.toml").write_text(text, "utf-8")
    with pytest.raises(Problem, match="Hiện trạng nhà ở: Năm xây") as raised:
        foreseen(path, load_mapping(tmp_path / "a.toml"))
    assert raised.value.details["missing"] == "Năm xây nhà"


# --- 04 rows that are no household


def test_04_totals_and_notes_are_no_households_and_a_household_nowhere_is_refused(foreseen):
    planned = foreseen("04_total_row.csv")
    assert planned.counts() == {"stored": 1, "waiting": 0, "refused": 2, "passed": 2}
    assert sorted(told(planned.refused)) == [(3, 4218), (4, 4209)]
    assert told(planned.passed) == [(5, 4210), (6, 4210)]
    assert "Tổng cộng" in planned.passed[0].problem.message("vi")


def test_04_in_a_list_of_one_commune_a_household_without_a_village_lies_in_the_commune(foreseen, tmp_path):
    path = tmp_path / "mapping.toml"
    path.write_text('within = "1900"\n' + (TRIALS / "mapping.toml").read_text("utf-8"), "utf-8")
    planned = foreseen("04_total_row.csv", load_mapping(path))
    assert answers(planned, "area_code") == ["V1", "01900"]


def test_04_a_person_called_tong_is_no_total(foreseen, tmp_path):
    path = workbook(tmp_path / "a.xlsx", [row_of(1, ten="Tống Văn Thử"), row_of(2, ten="Công Văn Nghiệm")])
    assert foreseen(path).counts()["stored"] == 2


# --- 05 letters of old fonts


@pytest.mark.parametrize(
    ("name", "font"),
    [("tcvn3_bytes", "TCVN3 (ABC)"), ("tcvn3_as_utf8", "TCVN3 (ABC)"), ("vni_as_utf8", "VNI")],
)
def test_05_letters_of_old_fonts_become_ours_and_it_is_said(foreseen, name, font):
    planned = foreseen(f"05_{name}.csv")
    assert answers(planned, "head_name") == ["Hoàng Thị Thử", "Đàm Văn Nghiệm", "Lường Văn Bể"]
    assert any(font in note and "3 ô" in note for note in planned.notes)


# --- 06 what can hardly be true


def test_06_what_can_hardly_be_true_is_flagged_before_and_when_it_is_kept(foreseen, world):
    planned = foreseen("06_years_that_can_hardly_be.csv")
    assert planned.counts()["stored"] == 4
    assert [(one.line, one.problem.details["flag_en"]) for one in planned.said] == [
        (2, "born after the survey"),
        (2, "separated after the survey"),
        (2, "built or repaired after the survey"),
        (3, "more than 120 years old"),
        (4, "the national id is of somebody born in another year"),
    ]
    at_desk = intake_context(operator())
    apply(planned, lambda session, one: receive(session, one, at_desk))
    kept = db.session().execute(
        select(Person.full_name, Survey.flags)
        .join(Household, Household.head_person_id == Person.id)
        .join(Survey, Survey.household_id == Household.id)
    )
    codes = {name: {flag["code"] for flag in flags} - {"no_point"} for name, flags in kept}
    assert codes == {
        "Nông Thị Mai Sau": {"born_after_visit", "separated_after_visit", "built_after_visit"},
        "Nông Thị Ngày Xưa": {"over_120"},
        "Nông Thị Khác": {"id_of_another_year"},
        "Nông Thị Thường": set(),
    }


# --- 07 days


def test_07_a_day_nobody_can_read_is_listed_and_never_becomes_the_default(foreseen):
    planned = foreseen("07_unreadable_days.csv")
    assert told(planned.refused) == [(3, 4204), (4, 4204)]
    assert [row.envelope["captured_at"] for row in planned.prepared] == [
        "2025-05-14T09:30:00+07:00",
        "2025-05-10T08:00:00+07:00",
        "2025-05-10T00:00:00+07:00",
    ]
    assert waiting(planned) == {6: [4005]}
    assert any(note.startswith("1 dòng trống ô ngay") for note in planned.notes)


# --- 08 units, and the truth of a dry run


def test_08_units_are_taken_by_code_without_zeros_and_by_name(foreseen):
    planned = foreseen("08_units_as_clerks_write_them.csv")
    assert answers(planned, "area_code") == ["01900", "99999", "01900", "Thôn 1", "V3"]
    assert waiting(planned) == {3: [4105], 5: [4005]}
    assert told(planned.said) == [(2, 4215), (4, 4215), (5, 4216), (6, 4215)]
    assert "Thôn 1 (V1); Thôn 1 (V3)" in planned.said[2].problem.message("vi")


def test_08_a_dry_run_and_its_report_list_what_the_intake_then_does(world, tmp_path, monkeypatch):
    monkeypatch.setattr("api.cli.context.create_app", lambda: world)
    command = ["import", "households", str(TRIALS / "08_units_as_clerks_write_them.csv"), "--yes"]
    command += ["--mapping", str(TRIALS / "mapping.toml"), "--report"]
    reports = []
    for name, options in (("dry.csv", ["--dry-run"]), ("done.csv", [])):
        done = CliRunner().invoke(cli, [*command, str(tmp_path / name), *options])
        assert done.exit_code == 0, done.output
        assert "stored: 3" in done.output
        assert "waiting in the inbox: 2" in done.output
        with (tmp_path / name).open(encoding="utf-8-sig") as handle:
            reports.append(list(csv.reader(handle))[1:])
    assert reports[0] == reports[1]
    assert [row[:3] for row in reports[0]] == [
        ["2", "said", "4215"],
        ["3", "waiting", "4105"],
        ["4", "said", "4215"],
        ["5", "said", "4216"],
        ["5", "waiting", "4005"],
        ["6", "said", "4215"],
    ]


def test_08_a_dry_run_knows_what_was_sent_before(foreseen, world):
    at_desk = intake_context(operator())
    planned = foreseen("08_units_as_clerks_write_them.csv")
    apply(planned, lambda session, one: receive(session, one, at_desk))
    assert all(row.is_known for row in foreseen("08_units_as_clerks_write_them.csv").prepared)


# --- 17 cells without a value


def test_17_a_formula_without_its_result_and_an_error_are_said_and_their_rows_refused(foreseen, tmp_path):
    rows = [row_of(1, dt="=4*7"), row_of(2), row_of(3, khau="#REF!", dt="#DIV/0!"), row_of(4, ten="#N/A")]
    planned = foreseen(workbook(tmp_path / "a.xlsx", rows))
    assert planned.counts() == {"stored": 1, "waiting": 0, "refused": 3, "passed": 0}
    assert told(planned.refused) == [(2, 4211), (4, 4211), (5, 4211)]
    assert "=4*7" in planned.refused[0].problem.message("vi")
    assert "#REF!" in planned.refused[1].problem.message("vi")
    assert any("F2 (=4*7)" in note and "C5 (#N/A)" in note for note in planned.notes)


# --- 18 the yearly list


@pytest.fixture
def listed(world, tmp_path) -> Callable[..., list[tuple[int, str, Any]]]:
    """A yearly list planned, three households known: `listed(path)` gives line, outcome, value or number."""
    people = (("Triệu Văn Tâm", 1970), ("Đặng Bích Thử", 1990), ("Lường Văn Nghiệm", 1965))
    at_desk = intake_context(operator())
    with transaction.write() as session:
        for name, year in people:
            receive(session, read(envelope(payload(head_name=name, head_birth_year=year))), at_desk)
    decision = statuses.Decision(
        "poverty_status", date(2025, 1, 1), date(2025, 12, 31), "UBND xã", "1/QĐ", "Nam Mẫu"
    )

    def planned(path: Path | str) -> list[tuple[int, str, Any]]:
        found = statuses.plan(db.session(), TRIALS / path, decision, FIRST_DAY).lines
        said = [line.problem.number if line.problem else line.status and line.status.value for line in found]
        return [(line.line, line.outcome, one) for line, one in zip(found, said, strict=True)]

    return planned


def test_18_a_status_list_is_read_in_its_real_spellings(listed):
    assert listed("18_status_list.csv") == [
        (4, "matched", "poor"),
        (5, "matched", "poor"),
        (6, "matched", "near_poor"),
        (7, "matched", "none"),
        (8, "refused", 4292),
        (9, "refused", 4291),
        (10, "passed", 4210),
        (11, "passed", 4210),
    ]


def test_18_what_is_written_beside_a_name_is_for_a_person_to_decide(listed, tmp_path):
    head = ("Họ và tên", "Năm sinh", "Diện hộ")
    names = ("Ông Triệu Văn Tâm", "Đặng Bích Thử (chết 2024)", "Ông Không Có Ai")
    path = workbook(tmp_path / "a.xlsx", [(name, None, "Hộ nghèo") for name in names], head=head)
    assert [line[1] for line in listed(path)] == ["ambiguous", "ambiguous", "not_found"]


@pytest.mark.parametrize(
    "head",
    [
        [("Họ và tên chủ hộ", "Năm sinh", "Hộ nghèo", "Hộ cận nghèo")],
        [("Họ và tên chủ hộ", "Năm sinh", "Phân loại", None), (None, None, "Hộ nghèo", "Hộ cận nghèo")],
    ],
)
def test_18_columns_marked_with_an_x_tell_the_status_by_their_title(listed, tmp_path, head):
    rows = [
        ("Triệu Văn Tâm", 1970, "x", None),
        ("Đặng Bích Thử", 1990, None, "X"),
        ("Lường Văn Nghiệm", date(1965, 2, 1), "x", "x"),
        ("Lường Văn Nghiệm", 1965, None, None),
    ]
    path = workbook(tmp_path / "a.xlsx", [*head[1:], *rows], head=head[0])
    lines = listed(path)
    assert [line[1:] for line in lines] == [
        ("matched", "poor"),
        ("matched", "near_poor"),
        ("refused", 4291),
        ("refused", 4291),
    ]


# --- 19 the day of a survey


def test_19_a_survey_before_decision_55_received_later_is_judged_by_the_law_of_its_day(app):
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


def test_a_unit_outside_the_one_of_the_whole_file_is_said(foreseen, tmp_path):
    text = COMMUNE_MAPPING.replace('group = "area_code"\n', "")
    text = text.split('  {from = ["Năm sinh')[0]
    (tmp_path / "a.toml").write_text(f'{text}  {{from = "Thôn", to = "area_code"}},\n]\n', "utf-8")
    rows = ("STT,Họ và tên chủ hộ,Thôn", "1,Nông Văn Thử,V1", "2,Vàng Thị Nghiệm,V3", "3,Lý Văn Hỏi,06")
    (tmp_path / "a.csv").write_text("\n".join(rows), "utf-8")
    planned = foreseen(tmp_path / "a.csv", load_mapping(tmp_path / "a.toml"))
    assert [line for line, number in told(planned.said) if number == 4221] == [3, 4]
