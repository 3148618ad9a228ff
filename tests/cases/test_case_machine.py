"""The state machine by itself: random moves, and what no history may ever come to."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey.cases import machine
from survey.cases.rows import CaseEvent
from survey.problems import Problem
from survey.questionnaire import act_forms, load_form
from survey.words import word

FIRST = date(2025, 5, 1)
OUTCOMES = {
    "meeting": ("passed", "failed"),
    "review": ("passed", "passed_unposted"),
    "stage": ("foundation", "frame", "roof", "repair_30_percent", "finished"),
    "objection_answer": ("upheld", "dismissed"),
}
KINDS = sorted(set(machine.acts()) - {machine.REVOCATION})


@st.composite
def moves(draw: st.DrawFn) -> CaseEvent:
    """Any act with any outcome on a day of some weeks, its values as a form could give them."""
    kind = draw(st.sampled_from(KINDS))
    day = FIRST + timedelta(days=draw(st.integers(0, 40)))
    values = {
        "year": 2025,
        "works_kind": draw(st.sampled_from(["new", "repair"])),
        "until": (day + timedelta(days=draw(st.integers(0, 5)))).isoformat(),
        "household_confirms": draw(st.booleans()),
        "tranche": draw(st.integers(1, 2)),
        "amount_vnd": draw(st.integers(1, 60_000_000)),
        "about": draw(st.sampled_from(["eligibility", "amount"])),
        "assessment_id": draw(st.integers(1, 2)),
        "objection": None,
        "obstacle": None,
    }
    outcome = draw(st.sampled_from(OUTCOMES[kind])) if kind in OUTCOMES else None
    return CaseEvent(kind, outcome, day, str(draw(st.integers(1, 5))), values)


def taken(wanted: list[CaseEvent]) -> list[tuple[CaseEvent, object]]:
    """The moves that were possible, each with where the case stood after it; the others are left out."""
    progress, done = None, []
    for move in wanted:
        try:
            progress = machine.advance(progress, move)
        except Problem:
            continue
        done.append((move, progress))
    return done


LONG = st.lists(moves(), max_size=60)


@given(LONG)
def test_no_house_is_handed_over_without_its_completion_minutes(wanted):
    accepted = False
    for move, _ in taken(wanted):
        assert move.act != "handover" or accepted
        accepted = move.act == "completion" or (accepted and move.act != "registration")


@given(LONG)
def test_nothing_is_approved_before_its_posting_is_over_or_with_an_open_objection(wanted):
    for move, after in taken(wanted):
        if move.act == "approval":
            assert after.posted_until is None or after.posted_until < move.done_on
            assert not after.objections


@given(LONG)
def test_what_must_come_back_never_exceeds_what_was_paid(wanted):
    for _, after in taken(wanted):
        assert 0 <= after.recovery_due_vnd <= after.paid_vnd
        assert after.recovered_vnd <= after.paid_vnd


@given(LONG)
def test_no_tranche_is_paid_twice(wanted):
    for _, after in taken(wanted):
        assert len(set(after.tranches)) == len(after.tranches)


@given(LONG)
def test_replaying_a_history_gives_the_same_case(wanted):
    done = taken(wanted)
    if done:
        assert machine.replay([move for move, _ in done]) == done[-1][1]


@given(LONG)
def test_the_days_of_the_changes_of_state_never_go_back(wanted):
    done = taken(wanted)
    for (_, before), (move, after) in pairwise(done):
        opened = machine.rule_for(before, move).opens
        assert opened or before.since <= after.since


@given(LONG)
def test_a_possible_act_is_offered_and_every_offer_has_a_rule(wanted):
    done = taken(wanted)
    progress = done[-1][1] if done else None
    origins = {origin for rule in machine.rules() for origin in rule.origins}
    state = progress.state if progress else machine.NONE
    for kind in machine.possible(progress):
        assert any(rule.act == kind and state in rule.origins for rule in machine.rules())
    assert state in origins | {"cancelled"}


@pytest.mark.parametrize("kind", sorted(machine.acts()))
def test_every_act_has_a_form_and_words_in_both_languages(kind):
    assert kind in act_forms()
    form = load_form(kind)
    assert "done_on" in form.questions
    assert word(f"act.{kind}", "vi") == form.labels["vi"]


@pytest.mark.parametrize("state", machine.states())
def test_every_state_has_words_and_can_be_reached(state):
    assert word(f"case_state.{state}", "vi")
    reached = {rule.target for rule in machine.rules()}
    assert state in reached or state == machine.CANCELLED


def test_every_rule_names_known_states_and_acts():
    known = {*machine.states(), machine.NONE}
    for rule in machine.rules():
        assert set(rule.origins) <= known
        assert rule.target in known | {machine.SAME, machine.BEFORE}
        assert rule.act in machine.acts()
