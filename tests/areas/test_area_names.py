"""Names: what is one name, what only looks alike, and Vietnamese order."""

from __future__ import annotations

import doctest

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey.areas import names


def test_the_examples_in_the_docstrings_hold():
    assert doctest.testmod(names).failed == 0


@pytest.mark.parametrize(("one", "other"), [("Hòa Mục", "Hoà Mục"), ("Thúy", "Thuý"), ("KHỎE", "khoẻ")])
def test_two_ways_of_placing_a_tone_are_one_name(one: str, other: str):
    assert names.same_name(one, other)


@pytest.mark.parametrize(
    ("one", "other"), [("Văn Lang", "Văn Lăng"), ("Quý", "Qúy Hợp"), ("Bản Mới", "Bản Mơi")]
)
def test_names_that_differ_in_a_mark_are_two_names(one: str, other: str):
    assert not names.same_name(one, other)


def test_decomposed_letters_are_the_same_name():
    assert names.same_name("Vãng Kheo", "Vãng Kheo")


def test_a_ward_and_a_commune_of_one_name_are_not_the_same():
    assert not names.same_name("Xã Bắc Kạn", "Phường Bắc Kạn")


def test_people_are_sorted_by_given_name_then_family_name():
    people = ["Lý Văn Đức", "Bàn Thị Dung", "Hoàng Văn Dũng", "An Thị Dung"]
    assert sorted(people, key=names.person_sort_key) == [
        "An Thị Dung",
        "Bàn Thị Dung",
        "Hoàng Văn Dũng",
        "Lý Văn Đức",
    ]


def test_tones_sort_in_dictionary_order():
    assert sorted(["ma", "mạ", "má", "mã", "mả", "mà"], key=names.sort_key) == [
        "ma",
        "mà",
        "mả",
        "mã",
        "má",
        "mạ",
    ]


@given(st.text(max_size=40))
def test_normalising_a_name_twice_changes_nothing(name: str):
    once = names.normal_name(name)
    assert names.normal_name(once) == once


@given(st.text(max_size=40))
def test_a_sort_key_holds_digits_only_so_no_collation_can_bend_it(name: str):
    key = names.sort_key(name)
    assert key == "" or (key.isascii() and key.isdigit())
