"""Random payloads for any form: good answers, answers of the wrong kind, keys nobody asked for."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from questionnaire.test_any_payload_is_survived import GOOD

from survey.questionnaire import Form, Question, forms, load_form

ODD_TEXTS = st.sampled_from(
    [
        "",
        "  ",
        "\x1c a\x85",
        "\ufeffa",
        "a\x00b",
        "\ud800",
        "e\u0302\u0301",
        "x" * 300,
        "0123 456 789",
        "012.345-678 901",
        "+84912345678",
        "2025-02-30",
        "2025-W01-1",
        "20250515",
        "0000-01-01",
        "1600-01-01",
        "2024-02-29",
        "7:30",
        "07:30",
        "24:00",
        "2025-05-15T10:00",
        "2025-05-15T10:00Z",
        "2025-05-15 10:00:00.5+07:00",
        "2025-05-15T10:00:61Z",
        "2025-05-15T25:00:00Z",
        "2025-05-15T10:00:00,1234567-00:00",
        "{6F9619FF-8B86-D011-B42D-00C04FC964FF}",
        "urn:uuid:6f9619ff-8b86-d011-b42d-00c04fc964ff",
        "6f9619ff8b86d011b42d00c04fc964f",
        "06.01-a_B",
        "thôn",
    ]
)
NUMBERS = (
    st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from([0, -1, 5.0, 0.5, 1e300, 10**30])
)
SCALARS = st.none() | st.booleans() | NUMBERS | ODD_TEXTS | st.text(max_size=20)
ODD_KEYS = st.sampled_from(
    ["_schema", "__proto__", "constructor", "", "a.b", "x" * 80, "[0]", "visit", "lon"]
)
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(ODD_KEYS, inner, max_size=3),
    max_leaves=5,
)


def answer_of(question: Question) -> st.SearchStrategy[Any]:
    """An answer of about the right kind, or anything at all."""
    if question.kind == "roster":
        row = st.fixed_dictionaries(
            {}, optional={column.code: answer_of(column) for column in question.columns}
        )
        return st.lists(row | JSON, max_size=3) | JSON
    if question.kind == "point":
        parts = {"lon": NUMBERS, "lat": st.integers(-100, 100), "captured_at": ODD_TEXTS, "source": ODD_TEXTS}
        return st.fixed_dictionaries({}, optional=parts) | JSON
    fitting = {
        "boolean": st.booleans(),
        "choice": st.sampled_from([*question.choices, "?"]),
        "integer": st.integers(0, 2100),
        "decimal": st.integers(0, 2000) | st.floats(0, 2000),
    }
    return fitting.get(question.kind, ODD_TEXTS) | JSON


def payload_of(form: Form) -> st.SearchStrategy[Any]:
    """A payload for a form, hostile more often than not."""
    answers = {code: answer_of(question) for code, question in form.questions.items()}
    return st.fixed_dictionaries({}, optional=answers) | st.dictionaries(ODD_KEYS, JSON, max_size=3) | JSON


HOSTILE_SURVEYS = payload_of(load_form())
GOOD_SURVEYS = GOOD
SMALL_FORMS = tuple(load_form(code) for code in forms() if code != "household")
