"""Passwords: argon2id hashes, the rules a new one must meet, and temporary ones for printed slips."""

from __future__ import annotations

import secrets
import unicodedata
from functools import cache
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from survey.problems import Problem

MIN_LENGTH = 10
MAX_LENGTH = 200
ONE_TIME_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""No i, l, o, 0, 1: a slip is read from paper."""

# OWASP Password Storage Cheat Sheet, argon2id: 19 MiB, 2 passes, 1 lane (about 25 ms on one core, so that
# a commune's list of 100 accounts is made within seconds and every sign-in costs the same).
_hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)


def hashed(password: str) -> str:
    """The argon2id hash to store, salt and parameters inside."""
    return _hasher.hash(_typed(password))


def matches(password_hash: str | None, password: str) -> bool:
    """Whether `password` is the one hashed. None (no such account) takes as long and is never right."""
    try:
        _hasher.verify(password_hash or _hash_of_nobody(), _typed(password))
    except (Argon2Error, InvalidHashError):
        return False
    return password_hash is not None


def one_time() -> str:
    """A temporary password for a slip: 12 random letters and digits (59 bits), in groups of four."""
    groups = ("".join(secrets.choice(ONE_TIME_LETTERS) for _ in range(4)) for _ in range(3))
    return "-".join(groups)


def check_new(password: str, username: str) -> None:
    """Refuse a password that is too short or long (6020), holds the username (6021) or is common (6022)."""
    typed = _typed(password)
    if not MIN_LENGTH <= len(typed) <= MAX_LENGTH:
        raise Problem(6020, got=len(typed), least=MIN_LENGTH, most=MAX_LENGTH)
    folded = typed.casefold()
    if username in folded:
        raise Problem(6021)
    if folded in _common() or len(set(folded)) < 4:
        raise Problem(6022)


def _typed(password: str) -> str:
    """One form of accented letters: two keyboards may send the same Vietnamese word differently."""
    return unicodedata.normalize("NFC", password)


@cache
def _common() -> frozenset[str]:
    """Passwords everybody tries first, case-folded."""
    text = Path(__file__).with_name("common_passwords.txt").read_text("utf-8")
    return frozenset(line for line in text.casefold().split("\n") if line and not line.startswith("#"))


@cache
def _hash_of_nobody() -> str:
    """A hash to try against when there is no account, so that the answer takes as long."""
    return _hasher.hash(secrets.token_urlsafe(16))
