"""Vietnamese names: equal spellings, look-alikes, and the order of the Vietnamese alphabet.

Văn Lang and Văn Lăng are two communes of one province: only `normal_name` may decide that two names
are the same; `folded_name` gives candidates for a person to choose from.
"""

from __future__ import annotations

import re
import unicodedata

LETTERS = "0123456789aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
TONES = "\u0300\u0309\u0303\u0301\u0323"
"""Grave, hook, tilde, acute, dot below: the order of dictionaries (huyền, hỏi, ngã, sắc, nặng)."""
MARKS = TONES + "\u0306\u0302\u031b" + "–’"
"""The tones, breve, circumflex and horn; a dash and an apostrophe that word processors set."""

_TONE_OF_PAIR = re.compile(f"(o(?=[{TONES}][ae])|u(?=[{TONES}]y))([{TONES}])([aey])(?![a-zđà-ỹ{TONES}])")
_KINDS = (
    "tỉnh|thành phố|tp\\.?|quận|huyện|thị xã|tx\\.?|thị trấn|tt\\.?|xã|phường|đặc khu|thôn|bản|làng|xóm|ấp"
    "|buôn|khu phố|khu|tổ dân phố|tdp|tổ|tiểu khu"
)


def nfc(text: str) -> str:
    """One form of every letter (NFC), blanks squeezed."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def normal_name(name: str) -> str:
    """The spelling by which names are compared: lower case, NFC, tone on the second vowel of oa, oe, uy.

    >>> normal_name("Hòa Mục") == normal_name("HOÀ  MỤC"), normal_name("Thủy") == normal_name("Thuỷ")
    (True, True)
    >>> normal_name("Văn Lang") == normal_name("Văn Lăng")
    False
    """
    apart = _tones_apart(nfc(name).lower())
    moved = _TONE_OF_PAIR.sub(r"\1\3\2", apart)
    return unicodedata.normalize("NFC", moved)


def _tones_apart(text: str) -> str:
    """Tone marks as characters of their own, after their letter; ă â ê ô ơ ư stay whole."""
    out = []
    for letter in text:
        parts = unicodedata.normalize("NFD", letter)
        tones = "".join(mark for mark in parts if mark in TONES)
        out.append(unicodedata.normalize("NFC", "".join(mark for mark in parts if mark not in TONES)) + tones)
    return "".join(out)


def folded_name(name: str) -> str:
    """Marks dropped and đ → d: what a person types without a Vietnamese keyboard.

    >>> folded_name("Đồng Phúc"), folded_name("Văn Lăng") == folded_name("Văn Lang")
    ('dong phuc', True)
    """
    apart = unicodedata.normalize("NFD", nfc(name).lower().replace("đ", "d"))
    return "".join(letter for letter in apart if not unicodedata.combining(letter))


WORD_LENGTH = 40
"""Letters of a word by which it is looked for."""
_WORD = re.compile(r"[^\W_]+")


def name_words(name: str) -> frozenset[str]:
    """The folded words of a name, by which people are looked for whatever the order.

    >>> sorted(name_words("Đinh Thị H'Rai  ĐINH"))
    ['dinh', 'h', 'rai', 'thi']
    """
    return frozenset(word[:WORD_LENGTH] for word in _WORD.findall(folded_name(name)))


_KIND = re.compile(rf"^({_KINDS})\s+(?=\S)")
_FOLDED_KIND = re.compile(rf"^({folded_name(_KINDS)})\s+(?=\S)")


def bare_name(name: str) -> str:
    """The normal name without its kind of unit (xã, phường, thôn, …).

    >>> bare_name("Phường Đức Xuân"), bare_name("Thôn Bản Mới"), bare_name("Bản")
    ('đức xuân', 'bản mới', 'bản')
    """
    return _KIND.sub("", normal_name(name))


def has_kind(name: str) -> bool:
    """Whether a name begins with its kind of unit: xã, phường, thôn, …"""
    return bare_name(name) != normal_name(name)


def search_key(name: str) -> str:
    """Folded name without any kind of unit: what the index of names is asked for.

    >>> search_key("Thôn Bản Mới") == search_key("ban moi") == "moi"
    True
    """
    bare = folded_name(name)
    while (barer := _FOLDED_KIND.sub("", bare)) != bare:
        bare = barer
    return bare


def is_vietnamese(name: str) -> bool:
    """Whether every sign of a name is one of Vietnamese: a name read in a wrong encoding has others.

    >>> is_vietnamese("Xã Đắk R'lấp"), is_vietnamese("XÃ£ Nam Máº«u"), is_vietnamese("X· Nam MÉu")
    (True, False, False)
    """
    apart = unicodedata.normalize("NFD", name.lower().replace("đ", "d"))
    return all((letter.isascii() and letter.isprintable()) or letter in MARKS for letter in apart)


def same_name(one: str, other: str) -> bool:
    """Whether two spellings are one name; the kind of unit may be left out on one side, not differ.

    >>> same_name("Đức Xuân", "Phường Đức Xuân"), same_name("Xã Đức Xuân", "Phường Đức Xuân")
    (True, False)
    """
    first, second = normal_name(one), normal_name(other)
    return first in (second, bare_name(other)) or second == bare_name(one)


def sort_key(name: str) -> str:
    """Digits whose plain order is Vietnamese dictionary order, in any collation of any database.

    Syllable by syllable: letters first, the tone decides ties; numbers by value (Thôn 2, Thôn 10).

    >>> sorted(["Thôn 10", "Đức", "Dương", "Thôn 2", "Ân", "Ăn", "Bà An", "Ba Anh"], key=sort_key)
    ['Ăn', 'Ân', 'Ba Anh', 'Bà An', 'Dương', 'Đức', 'Thôn 2', 'Thôn 10']
    """
    padded = re.sub(r"\d+", lambda digits: digits.group().zfill(9), normal_name(name))
    return "".join(_syllable_key(syllable) for syllable in padded.split())


def _syllable_key(syllable: str) -> str:
    apart = _tones_apart(syllable)
    letters = [letter for letter in apart if letter not in TONES]
    ranks = "".join(f"{LETTERS.find(letter) + 1 or 99:02d}" for letter in letters)
    tones = "".join(str(TONES.index(letter) + 1) for letter in apart if letter in TONES)
    return f"{ranks}00{tones or '0'}"


def person_sort_key(name: str) -> str:
    """The order of Vietnamese lists of people: given name (the last word) first, then the rest.

    >>> sorted(["Nông Văn Ánh", "Triệu Thị An", "Hà Văn An"], key=person_sort_key)
    ['Hà Văn An', 'Triệu Thị An', 'Nông Văn Ánh']
    """
    words = nfc(name).split(" ")
    return sort_key(" ".join([words[-1], *words[:-1]]))
