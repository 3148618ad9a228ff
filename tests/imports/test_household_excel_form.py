"""Our own Excel form: written, filled in by a person, read back without a mapping."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import openpyxl
import pytest

from api.imports.households import plan
from api.imports.template import columns, mapping_of, write_template
from survey.problems import Problem
from survey.questionnaire import load_form


@pytest.fixture
def fill(tmp_path: Path):
    """Write the form, fill rows given as title -> value, and give the file."""

    def filled(*rows: dict[str, object]) -> Path:
        path = tmp_path / "form.xlsx"
        write_template(path)
        book = openpyxl.load_workbook(path)
        sheet = book["Phiếu"]
        titles = [cell.value for cell in sheet[1]]
        for number, row in enumerate(rows, 2):
            for title, value in row.items():
                sheet.cell(number, titles.index(title) + 1).value = value
        book.save(path)
        return path

    return filled


GOOD = {
    "STT": "1",
    "Kết quả đến hộ": "đã phỏng vấn",
    "Ngày khảo sát": date(2025, 5, 2),
    "Thôn (hoặc xã)": "01834",
    "Số khẩu trong hộ": 4,
}


def test_no_two_columns_of_the_form_have_one_title():
    titles = [column.title for column in columns(load_form())]
    assert len(set(titles)) == len(titles)


def test_a_filled_row_comes_back_as_a_survey(fill):
    path = fill(GOOD)
    (prepared,) = plan(path, mapping_of(path)).prepared
    assert prepared.envelope["captured_at"] == "2025-05-02T00:00:00+07:00"
    assert prepared.envelope["payload"] == {
        "visit": "interviewed", "visited_on": "2025-05-02", "area_code": "01834", "people": 4
    }  # fmt: skip


def test_a_choice_is_chosen_by_its_word(fill):
    path = fill(GOOD | {"Kết quả đến hộ": "từ chối"})
    assert plan(path, mapping_of(path)).visits() == {"refused": 1}


def test_an_empty_form_has_no_rows(fill):
    path = fill()
    assert plan(path, mapping_of(path)).rows == 0


def test_a_form_read_twice_gives_the_same_surveys(fill):
    path = fill(GOOD, GOOD | {"STT": "2"})
    assert plan(path, mapping_of(path)) == plan(path, mapping_of(path))


def test_choices_are_offered_as_a_list(fill):
    sheet = openpyxl.load_workbook(fill())["Phiếu"]
    lists = [rule for rule in sheet.data_validations.dataValidation if rule.type == "list"]
    chosen = [c for c in columns(load_form()) if c.question.kind in ("choice", "boolean")]
    assert len(lists) == len(chosen)


def test_the_sheet_that_says_where_it_came_from_is_hidden(fill):
    assert openpyxl.load_workbook(fill())["nhavung"].sheet_state == "hidden"


def test_a_foreign_file_without_a_mapping_is_told_so(tmp_path):
    path = tmp_path / "list.csv"
    path.write_text("a,b\n1,2\n", "utf-8")
    with pytest.raises(Problem) as raised:
        mapping_of(path)
    assert raised.value.number == 4208
