"""The palette: which state a house is in, and that it can be seen without colour."""

from __future__ import annotations

import pytest
from map_makers import make_house

from maps.states import count, state_index, states
from survey.words import glossary


def state_of(outcome: str, works_kind: str | None) -> str:
    return states()[state_index(outcome, works_kind)].code


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize(
    ("outcome", "works_kind", "expected"),
    [
        ("entitled", "new", "entitled_new"),
        ("entitled", "repair", "entitled_repair"),
        ("entitled", None, "entitled"),
        ("needs_information", "new", "needs_information"),
        ("not_entitled", None, "not_entitled"),
        ("not_registered", None, "not_registered"),
        ("not_assessed", None, "not_assessed"),
        ("a code from tomorrow", None, "not_assessed"),
    ],
)
def test_each_outcome_has_its_state(outcome: str, works_kind: str | None, expected: str):
    assert state_of(outcome, works_kind) == expected


@pytest.mark.parametrize("state", states(), ids=lambda state: state.code)
def test_the_number_in_a_dot_can_be_read(state):
    light, dark = sorted((luminance(state.fill), luminance(state.ink)), reverse=True)
    assert (light + 0.05) / (dark + 0.05) >= 4.5


def test_no_two_states_differ_by_colour_alone():
    looks = [
        (state.shape, state.fill == "#ffffff", state.dashed) for state in states() if state.code != "entitled"
    ]
    assert len(set(looks)) == len(looks)


def test_every_state_has_its_word():
    assert all(f"legend.{state.code}" in glossary() for state in states())


def test_states_without_a_house_are_not_counted():
    houses = [make_house(1), make_house(2), make_house(3, works_kind="repair")]
    assert count(houses) == {"entitled_new": 2, "entitled_repair": 1}
