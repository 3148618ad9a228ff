"""Passwords: what is accepted, what is stored, what a slip carries."""

from __future__ import annotations

import unicodedata

import pytest

from survey.access import passwords
from survey.problems import Problem


@pytest.mark.parametrize(
    ("password", "number"),
    [
        ("ngắn quá", 6020),
        ("x" * 201, 6020),
        ("tôi là lan.nammau", 6021),
        ("Matkhau123456", 6022),
        ("aaaaaaaaaaaa", 6022),
    ],
)
def test_a_weak_password_is_refused_with_its_reason(password, number):
    with pytest.raises(Problem) as refused:
        passwords.check_new(password, "lan.nammau")
    assert refused.value.number == number


def test_a_short_sentence_is_a_good_password():
    passwords.check_new("mưa rơi trên mái tôn", "lan.nammau")


def test_the_stored_hash_is_argon2id_and_matches_only_its_password():
    stored = passwords.hashed("mưa rơi trên mái tôn")
    assert stored.startswith("$argon2id$")
    assert passwords.matches(stored, "mưa rơi trên mái tôn")
    assert not passwords.matches(stored, "mưa rơi trên mái ngói")


def test_both_ways_of_writing_accents_are_one_password():
    stored = passwords.hashed(unicodedata.normalize("NFC", "mái tôn đỏ mới"))
    assert passwords.matches(stored, unicodedata.normalize("NFD", "mái tôn đỏ mới"))


def test_a_slip_carries_no_letters_that_look_alike():
    slips = {passwords.one_time() for _ in range(200)}
    assert len(slips) == 200
    assert not set("".join(slips)) & set("il1o0IO")


def test_an_unknown_account_costs_the_same_work_and_is_never_right():
    stored = passwords.hashed("mưa rơi trên mái tôn")
    kind_and_costs = slice(0, 4)
    assert passwords._hash_of_nobody().split("$")[kind_and_costs] == stored.split("$")[kind_and_costs]
    assert not passwords.matches(None, "mưa rơi trên mái tôn")
