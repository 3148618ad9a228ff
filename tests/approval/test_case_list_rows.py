"""Frozen lists, pure: what makes two lists differ, their hash, and which act carries whom."""

from __future__ import annotations

from dataclasses import replace

import pytest

from survey.approval import lists
from survey.approval.rows import ListDeparture, ListRow

ROW = ListRow("h1", "c1", "p1", "V1", "XNT-2024", "new", 60_000_000, "2025-05-08")
OTHER = replace(ROW, household_id="h2", case_id="c2", person_id="p2")


def test_equal_lists_do_not_differ_whatever_their_order() -> None:
    assert not lists.differences([ROW, OTHER], [OTHER, ROW])


def test_who_came_and_who_left_is_told_by_household() -> None:
    found = lists.differences([ROW], [OTHER])
    assert (found.added, found.removed, found.changed) == ((OTHER,), (ROW,), ())


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("works_kind", "repair"),
        ("amount_vnd", 30_000_000),
        ("programme", "MERIT-2025"),
        ("person_id", "p9"),
        ("area_code", "V2"),
    ],
)
def test_a_changed_field_is_named_with_what_it_was(field, value) -> None:
    (change,) = lists.differences([ROW], [replace(ROW, **{field: value})]).changed
    assert change.fields == (field,)
    assert getattr(change.before, field) == getattr(ROW, field)


def text(rows, left=(), version=1) -> str:
    return lists.canonical("01900", 2025, version, lists.stored(rows), lists.stored_left(left))


def test_the_hash_does_not_depend_on_the_order_of_households() -> None:
    assert text([ROW, OTHER]) == text([OTHER, ROW])


def test_the_hash_covers_rows_who_left_and_the_version() -> None:
    texts = {
        text([ROW]),
        text([OTHER]),
        text([ROW], [ListDeparture(OTHER, "withdrawn", "moved")]),
        text([ROW], [ListDeparture(OTHER, "withdrawn", "died")]),
        text([ROW], version=2),
    }
    assert len({lists.sha256_of(one) for one in texts}) == 5


def test_rows_come_back_as_they_were_kept() -> None:
    left = (ListDeparture(OTHER, "withdrawn", "moved"),)
    assert lists.read(lists.stored([ROW])) == (ROW,)
    assert lists.read_left(lists.stored_left(left)) == left


def test_a_row_somebody_tampered_with_is_still_shown() -> None:
    assert lists.read([{"household_id": "h1", "strange": 1}])[0].amount_vnd is None


# --- which act carries a case


def test_a_case_on_no_list_with_an_act_has_no_decision() -> None:
    assert lists.decisions([([ROW], None)]) == {}


def test_a_later_act_does_not_take_over_what_an_earlier_one_carried() -> None:
    assert lists.decisions([([ROW], 7), ([ROW, OTHER], 8)]) == {"c1": 7, "c2": 8}


def test_a_new_head_keeps_the_decision_and_new_money_does_not() -> None:
    now = [replace(ROW, person_id="p9"), replace(OTHER, amount_vnd=30_000_000)]
    assert lists.decisions([([ROW, OTHER], 7), (now, None)]) == {"c1": 7}


def test_who_left_and_came_back_as_another_case_waits_for_a_decision_again() -> None:
    again = replace(ROW, case_id="c9")
    assert lists.decisions([([ROW], 7), ([], None), ([again], None)]).get("c9") is None
