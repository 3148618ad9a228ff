"""What is written into a field is read back as the same value; whatever is typed becomes no odd number."""

from __future__ import annotations

import math
from datetime import date, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.forms.parsing import parse, payload_of
from api.forms.writing import as_typed, write
from api.shared.tables import cell_text
from survey import spelling
from survey.questionnaire import Question, act_forms, load_form

LABELS = {"vi": "Câu hỏi", "en": "Question"}
QUESTIONS = [
    question
    for code in ("household", *act_forms())
    for asked in load_form(code).questions.values()
    for question in (asked, *asked.columns)
]
CHOICES = [question for question in QUESTIONS if question.kind == "choice"]
GREATEST = spelling.GREATEST_NUMBER


def question(kind: str) -> Question:
    """A question of a kind and nothing else."""
    return Question("asked", kind, LABELS)


@given(st.integers(-GREATEST, GREATEST))
def test_a_whole_number_reads_back(value) -> None:
    assert parse(question("integer"), write(value)) == value


@given(st.floats(-GREATEST, GREATEST))
def test_a_number_reads_back_from_a_field_and_from_a_cell(value) -> None:
    assert parse(question("decimal"), write(value)) == value
    for declared in (None, ".", ","):
        assert parse(question("decimal"), cell_text(value), decimal=declared) == value


@given(st.integers(-999_999, 999_999))
def test_thousandths_read_back_though_three_digits_would_be_asked_back(thousandths) -> None:
    value = thousandths / 1000
    assert parse(question("decimal"), write(value)) == value


@given(st.dates())
def test_a_day_reads_back(value) -> None:
    assert parse(question("date"), write(value.isoformat())) == value.isoformat()
    assert parse(question("date"), f"{value:%d/%m/}{value.year:04}") == value.isoformat()


@given(st.times().map(lambda value: f"{value:%H:%M}"))
def test_a_time_reads_back(value) -> None:
    assert parse(load_form("meeting").questions["begins_at"], write(value)) == value


@given(st.booleans())
def test_yes_and_no_read_back(value) -> None:
    assert parse(question("boolean"), write(value)) is value


def test_every_choice_of_every_form_reads_back() -> None:
    for asked in CHOICES:
        for code in asked.choices:
            assert parse(asked, write(code)) == code


def test_a_whole_form_reads_back() -> None:
    form = load_form("completion")
    commission = [{"body": "front", "name": "Lò Văn An"}]
    answers = {"built_area_m2": 40.125, "hard_roof": False, "commission": commission}
    typed = as_typed(form, answers)
    assert typed["answer.built_area_m2"] == "40,1250"
    assert payload_of(form, typed) == (answers, {"commission": [0]})


ODD = st.sampled_from(["nan", "NaN", "-inf", "Infinity", "1e999", "9" * 400, "0x10", "1_000", "١٢", "", " "])


@given(st.one_of(st.text(), st.text("0123456789.,+- eE"), ODD), st.sampled_from(QUESTIONS))
def test_whatever_is_typed_is_a_finite_value_or_stays_text(text, asked) -> None:
    value = parse(asked, text)
    assert not isinstance(value, float) or math.isfinite(value)


@pytest.mark.parametrize("text", ["[NaN]", '{"lon": Infinity}', '{"lon": 1e999}', "[-Infinity]"])
def test_a_point_or_roster_in_letters_holds_no_odd_number(text) -> None:
    assert parse(question("point"), text) == text


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("14/5/2025 9:30", datetime.combine(date(2025, 5, 14), time(9, 30))),
        ("14/05/2025 9h30", datetime.combine(date(2025, 5, 14), time(9, 30))),
        ("2025-05-14T09:30:00", datetime.combine(date(2025, 5, 14), time(9, 30))),
        ("14/5/2025", datetime.combine(date(2025, 5, 14), time())),
        ("May 14, 2025 9:30:00 AM", None),
        ("14/05/25", None),
        ("14/5/2025 tối", None),
    ],
)
def test_a_moment_is_read_as_people_and_machines_write_it(text, moment) -> None:
    assert spelling.moment(text) == moment
