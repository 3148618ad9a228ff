"""A mapping file is strictly read: every refusal names file, key and line."""

from __future__ import annotations

from pathlib import Path

import pytest

from api.imports.mapping import load_mapping
from survey.problems import Problem

GOOD = """source = "list-2025"
form = "household"
id = ["stt"]
captured_at = {default = "2025-05-15T08:00:00+07:00"}
"""
MAPPINGS = sorted((Path(__file__).parents[1] / "mappings").glob("*.toml"))


def refusal(tmp_path: Path, text: str) -> Problem:
    path = tmp_path / "list.toml"
    path.write_text(text, "utf-8")
    with pytest.raises(Problem) as raised:
        load_mapping(path)
    return raised.value


def test_the_smallest_mapping_is_enough(tmp_path):
    path = tmp_path / "list.toml"
    path.write_text(GOOD, "utf-8")
    assert load_mapping(path).columns() == {"stt"}


@pytest.mark.parametrize("path", MAPPINGS, ids=lambda path: path.stem)
def test_the_mappings_of_the_real_files_can_be_read(path):
    assert load_mapping(path).answers


@pytest.mark.parametrize(
    ("added", "key", "line"),
    [
        ('colour = "red"', "colour", 5),
        ('[[answer]]\nto = "people"', "answer[1].from", 5),
        ('[[answer]]\nfrom = "a"\nto = "heads"', "answer[1].to", 7),
        ('[[answer]]\nfrom = "a"\nto = "roof_material"\ncodes = {x = "thatch"}', "answer[1].x", 8),
        ('[[answer]]\nfrom = "a"\nto = "degraded"\ncodes = {x = "yes"}', "answer[1].x", 8),
        ('[[answer]]\nfrom = "a"\nto = "area_m2"\nunit = "acre"', "answer[1].unit", 8),
        ('[[answer]]\nfrom = "a"\nto = "people"\nprefer = ["a"]', "answer[1].prefer", 8),
        ('[[answer]]\nfrom = "a"\nto = "people"\n[[answer]]\nfrom = "b"\nto = "people"', "answer[2].to", 10),
        ('[[answer]]\nto = "people"\nticked = {x = "new"}', "answer[1].ticked", 7),
        ('[[answer]]\nto = "works_kind"\nticked = {x = "both"}', "answer[1].x", 7),
        ('[[answer]]\nto = "works_kind"\nfrom = "a"\nticked = {x = "new"}', "answer[1].from", 7),
        ('[[row]]\nto = "people"\npresent = "a"', "row[1].to", 6),
        ('[constants]\nvist = "interviewed"', "vist", 6),
        ('point = {lat = "y"}', "point", 5),
        ('decimal = "_"', "decimal", 5),
        ("empty = 5", "empty", 5),
        ('answer = [{from = "a", to = "people"},\n  {from = "b}", to = "heads"}]', "answer[2].to", 6),
        (
            'answer = [\n  {from = "a", to = "people", codes = {x = "2"}},\n  {to = "people"}]',
            "answer[2].from",
            7,
        ),
        ('[[row]]\nto = "members"\npresent = "a"\nanswer = [{from = "b", to = "heads"}]', "row[1].to", 6),
    ],
)
def test_a_faulty_key_is_refused_with_its_line(tmp_path, added, key, line):
    problem = refusal(tmp_path, GOOD + added)
    assert (problem.number, problem.details["key"], problem.details["line"]) == (4202, key, line)


def test_a_refusal_speaks_the_language_of_its_sentence(tmp_path):
    problem = refusal(tmp_path, GOOD + 'answer = [\n  {from = "a", to = "heads"},\n]')
    assert problem.message("vi") == (
        "Tệp ánh xạ list.toml, dòng 6, khóa answer[1].to: phiếu không có câu hỏi heads."
    )
    assert problem.message("en") == (
        "Mapping file list.toml, line 6, key answer[1].to: heads is not a question of the form."
    )


def test_a_key_that_the_file_lacks_is_told_without_a_line(tmp_path):
    problem = refusal(tmp_path, 'source = "a"\nid = ["b"]')
    assert problem.message("vi").startswith("Tệp ánh xạ list.toml, khóa captured_at: cần cột")


def test_a_mapping_needs_to_know_when_rows_were_recorded(tmp_path):
    problem = refusal(tmp_path, 'source = "a"\nid = ["b"]')
    assert problem.details["key"] == "captured_at"


def test_a_moment_for_all_rows_needs_its_zone(tmp_path):
    problem = refusal(tmp_path, GOOD.replace("+07:00", ""))
    assert (problem.details["key"], problem.details["line"]) == ("default", 4)


def test_a_mapping_without_identifying_columns_is_refused(tmp_path):
    assert refusal(tmp_path, GOOD.replace('id = ["stt"]\n', "")).details["key"] == "id"


def test_a_mapping_that_is_no_toml_names_the_line(tmp_path):
    problem = refusal(tmp_path, "source = list")
    assert problem.number == 4201
    assert "line 1" in problem.message("vi")


def test_a_mapping_for_a_form_nobody_has_is_refused(tmp_path):
    assert refusal(tmp_path, GOOD.replace('"household"', '"census"')).details["key"] == "form"
