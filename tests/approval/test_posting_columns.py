"""Columns of a posting on the web are data, from a list that data cannot widen."""

from __future__ import annotations

import pytest

from survey.approval.columns import GROUPS, KNOWN, posting_columns
from survey.law import load_book
from survey.problems import Problem
from survey.words import word


def test_the_shipped_columns_name_nobody_more_than_a_sheet_on_the_wall() -> None:
    assert posting_columns().names == ("number", "head_name", "village", "works_kind", "group")


def test_the_programme_of_a_minority_is_shown_as_its_wider_group() -> None:
    columns = posting_columns()
    assert columns.group_of("NTP-EM") == columns.group_of("NTP-SPR") == "national_target"
    assert columns.group_of("NEW-2027") == columns.group_of(None) == "other"


def test_every_programme_of_the_law_has_a_group_and_every_group_a_word() -> None:
    assert {one.id for one in load_book().programmes} == set(posting_columns().groups)
    assert all(word(f"programme_group.{group}") for group in GROUPS)


def test_money_may_be_shown_where_the_data_say_so(tmp_path) -> None:
    file = tmp_path / "columns.toml"
    file.write_text('columns = ["head_name", "amount"]', "utf-8")
    assert posting_columns(file).names == ("head_name", "amount")


@pytest.mark.parametrize(
    "name",
    [
        "programme",
        "national_id",
        "lon",
        "lat",
        "point",
        "ethnic_group",
        "health",
        "disability",
        "phone",
        "birth_year",
    ],
)
def test_what_identifies_or_exposes_a_person_is_refused(tmp_path, name) -> None:
    assert name not in KNOWN
    file = tmp_path / "columns.toml"
    file.write_text(f'columns = ["head_name", "{name}"]', "utf-8")
    with pytest.raises(Problem, match=name) as refused:
        posting_columns(file)
    assert refused.value.number == 5440


@pytest.mark.parametrize(
    "text",
    [
        "",
        "columns = []",
        'columns = ["village", "village"]',
        'columns = "all"',
        "columns = ['village']\n[groups]\nNTP-EM = 'ethnic'",
    ],
)
def test_no_column_or_one_twice_is_refused(tmp_path, text) -> None:
    file = tmp_path / "columns.toml"
    file.write_text(text, "utf-8")
    with pytest.raises(Problem) as refused:
        posting_columns(file)
    assert refused.value.number == 5440
