"""The household form: bound to the law's facts, complete, and strictly read."""

from __future__ import annotations

from pathlib import Path

import pytest

from survey.problems import Problem
from survey.questionnaire import describe, load_form, loader
from survey.questionnaire.loader import read_form
from survey.questionnaire.vocabulary import fact_definitions
from survey.words import glossary

SURVEY_FACTS = sorted(name for name, fact in fact_definitions().items() if fact["origin"] == "survey")
SMALL = """
code = "small"
version = "1"
vi = "Phiếu"
en = "Form"
[[section]]
code = "one"
vi = "Một"
en = "One"
"""


def form_with(tmp_path: Path, question: str):
    path = tmp_path / "small.toml"
    path.write_text(f"{SMALL}[[section.question]]\n{question}", "utf-8")
    return read_form(path)


@pytest.mark.parametrize("fact", SURVEY_FACTS)
def test_every_fact_a_survey_gives_is_asked(fact):
    asked = {question.fact for question in load_form().questions.values()}
    assert fact in asked


@pytest.mark.parametrize("fact", SURVEY_FACTS)
def test_a_question_bound_to_a_fact_inherits_type_choices_unit_and_range(fact):
    said = fact_definitions()[fact]
    question = next(q for q in load_form().questions.values() if q.fact == fact)
    inherited = (question.kind, list(question.choices), question.unit, question.minimum, question.maximum)
    stated = (
        said["type"], said.get("choices", []), said.get("unit"), said.get("minimum"), said.get("maximum")
    )  # fmt: skip
    assert inherited == stated


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_every_choice_of_the_form_has_a_word(lang):
    described = describe(load_form(), lang)
    labels = [label for question in described for label in question.choices.values()]
    labels += [label for q in described for column in q.columns for label in column.choices.values()]
    assert labels
    assert all(labels)


def test_the_visit_outcomes_are_those_of_the_glossary():
    words = {key.split(".")[1] for key in glossary() if key.startswith("visit.")}
    assert set(load_form().questions["visit"].choices) == words


def test_an_unknown_form_is_a_numbered_problem():
    with pytest.raises(Problem) as raised:
        load_form("../../etc/passwd")
    assert raised.value.number == 4001


def test_an_unknown_version_says_which_versions_are_kept():
    with pytest.raises(Problem) as raised:
        load_form("household", "1999.9")
    assert load_form().version in raised.value.message("vi")


def test_the_current_version_can_be_asked_for_by_name():
    assert load_form("household", load_form().version).code == "household"


def test_a_misspelt_key_is_refused_with_file_and_key(tmp_path):
    with pytest.raises(Problem, match=r"small\.toml.*one\.age\.requierd"):
        form_with(tmp_path, 'code = "age"\ntype = "integer"\nvi = "Tuổi"\nen = "Age"\nrequierd = true')


def test_a_condition_on_a_question_nobody_asks_is_refused(tmp_path):
    with pytest.raises(Problem) as raised:
        form_with(tmp_path, 'code = "age"\ntype = "integer"\nvi = "Tuổi"\nen = "Age"\nwhen = "heads == 1"')
    assert raised.value.number == 4003
    assert "heads" in raised.value.message("en")


def test_a_fact_that_is_no_survey_fact_cannot_be_asked(tmp_path):
    with pytest.raises(Problem, match="poor_district is not a fact that a survey gives"):
        form_with(tmp_path, 'code = "poor_district"\nfact = "poor_district"')


def test_a_bound_question_may_not_state_its_own_range(tmp_path):
    with pytest.raises(Problem, match="comes from the fact area_m2"):
        form_with(tmp_path, 'code = "area_m2"\nfact = "area_m2"\nmaximum = 5')


def test_a_text_question_needs_a_greatest_length(tmp_path):
    with pytest.raises(Problem, match="greatest length"):
        form_with(tmp_path, 'code = "note"\ntype = "text"\nvi = "Ghi chú"\nen = "Note"')


def test_a_broken_form_file_names_the_line(tmp_path):
    with pytest.raises(Problem, match="line"):
        form_with(tmp_path, "code = note\n")


def test_an_earlier_version_stays_acceptable(tmp_path, monkeypatch):
    current = (loader.FOLDER / "household.toml").read_text("utf-8")
    (tmp_path / "earlier").mkdir()
    (tmp_path / "household.toml").write_text(current, "utf-8")
    old = current.replace(f'version = "{load_form().version}"', 'version = "2024.1"', 1)
    (tmp_path / "earlier" / "household-2024.1.toml").write_text(old, "utf-8")
    monkeypatch.setattr(loader, "FOLDER", tmp_path)
    assert load_form("household", "2024.1").version == "2024.1"
