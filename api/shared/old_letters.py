"""Vietnamese typed in the letters of old fonts, TCVN3 (ABC) and VNI, as the letters it stands for.

In both a Western letter stands for a Vietnamese one: `NguyÔn ThÞ` and `Nguyeãn Thò` are Nguyễn Thị.
A word tells by itself what it is: as it stands it is no Vietnamese syllable, read in one of them it is. A
column is read so where some of its words tell, and only cells that have no other letters.
TCVN 5712:1993 (VN3); VNI-Windows, as its fonts draw it.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache

from survey.areas.names import TONES
from survey.problems import Problem

TCVN3 = dict(
    zip(
        "¡¢£¤¥¦§¨©ª«¬\xad®µ¶·¸¹»¼½¾ÆÇÈÉÊËÌÎÏÐÑÒÓÔÕÖ×ØÜÝÞßáâãäåæçèéêëìíîïñòóôõö÷øùúûüýþ",
        "ĂÂÊÔƠƯĐăâêôơưđàảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵ",
        strict=True,
    )
)
"""A letter of the font: what it stands for. Capitals with a tone are small letters of a font of capitals."""
OURS = frozenset("àáâãèéêìíòóôõùúýăđĩũơư")
"""Letters with marks that Vietnamese shares with Western letters."""
VNI_MARKS = {
    "ø": "\u0300", "ù": "\u0301", "û": "\u0309", "õ": "\u0303", "ï": "\u0323",
    "â": "\u0302", "à": "\u0302\u0300", "á": "\u0302\u0301", "å": "\u0302\u0309", "ã": "\u0302\u0303",
    "ä": "\u0302\u0323",
    "ê": "\u0306", "è": "\u0306\u0300", "é": "\u0306\u0301", "ú": "\u0306\u0309", "ü": "\u0306\u0303",
    "ë": "\u0306\u0323",
}  # fmt: skip
"""A letter after a vowel: the marks it puts on it."""
VNI_LETTERS = {"ñ": "đ", "ö": "ư", "ô": "ơ", "ì": "ì", "í": "í", "æ": "ỉ", "ó": "ĩ", "ò": "ị", "î": "ỵ"}
VNI_LETTERS |= {old.upper(): new.upper() for old, new in VNI_LETTERS.items()}
VNI_PAIR = re.compile(f"([aeouyôö])([{''.join(VNI_MARKS)}])", re.IGNORECASE)
NAMES = {"tcvn3": "TCVN3 (ABC)", "vni": "VNI"}
LETTERS = {"tcvn3": frozenset(TCVN3), "vni": frozenset(VNI_LETTERS) | {
    letter for mark in VNI_MARKS for letter in (mark, mark.upper())
}}  # fmt: skip
SUSPECT = re.compile(
    f"[{''.join(sorted(set(TCVN3) - set('ÊÔÌÒÕÝáâãèéêìíòóôõùúý')))}ñåäæøöïëûü]", re.IGNORECASE
)
"""Letters that no Vietnamese text has, one of which every text of these fonts soon has."""

STRANGE = re.compile(
    f"[{''.join(letter for letter in TCVN3 if letter.lower() not in OURS)}]|[a-zß-ÿ][À-Þ]|[A-Z][À-Þ][a-zß-ÿ]"
)
"""What no word of ours has: one of those letters, or a capital within the word."""

_ONSETS = "ngh|ng|nh|gh|gi|kh|ph|qu|th|tr|ch|[bcdđghklmnpqrstvx]"
_NUCLEI = (
    "uyê|uya|uyu|uây|uôi|uêu|iêu|yêu|ươi|ươu|oai|oay|oao|oeo|uao|ai|ao|au|ay|âu|ây|eo|êu|ia|iê|iu|oa|oă|oe|oi"
    "|ôi|ơi|oo|ua|uâ|uê|ui|uy|uô|uơ|ưa|ươ|ưi|ưu|yê|[aăâeêioôơuưy]"
)
_SYLLABLE = re.compile(f"(?:{_ONSETS})?(?:{_NUCLEI})(?:ch|nh|ng|[cmnptk])?")
_BETWEEN = re.compile(r"[\s!-/:-@\[-`{-~0-9]+")


def read_as(letters: str, text: str) -> str:
    """The text that was typed in a font of these letters (`tcvn3` or `vni`).

    >>> read_as("tcvn3", "§µm V¨n T\\xad\\xean"), read_as("vni", "Nguyeãn Thò Höôøng")
    ('Đàm Văn Tườn', 'Nguyễn Thị Hường')
    """
    if letters == "tcvn3":
        return "".join(TCVN3.get(letter, letter) for letter in text)
    marked = VNI_PAIR.sub(lambda pair: VNI_LETTERS.get(pair[1], pair[1]) + VNI_MARKS[pair[2].lower()], text)
    # What a pair made is apart (letter and marks), so that only letters alone are left to be replaced.
    return unicodedata.normalize("NFC", "".join(VNI_LETTERS.get(letter, letter) for letter in marked))


@lru_cache(maxsize=100_000)
def tells(word: str) -> tuple[str, ...]:
    """What a word with marks shows: `unicode`, or those of `tcvn3` and `vni` in which alone it is a word.

    A sign without a plain letter beside it is a sign (½), and µ in front is a measure's (µm).
    """
    if word.isascii() or word.startswith("µ") or not any(letter.isascii() for letter in word):
        return ()
    if _is_syllable(word):
        return ("unicode",) if any(ord(letter) > 0xFF for letter in word) else ()
    found = tuple(
        letters for letters in NAMES if _fits(letters, word) and _is_syllable(read_as(letters, word))
    )
    # Of letters that ours has too (Pâo) no word shows another font: it may be a name, or mistyped.
    return () if found == ("tcvn3",) and not STRANGE.search(word) else found


def _fits(letters: str, text: str) -> bool:
    return all(letter.isascii() or letter in LETTERS[letters] for letter in text)


def _is_syllable(word: str) -> bool:
    apart = unicodedata.normalize("NFD", word.lower())
    if sum(mark in TONES for mark in apart) > 1:
        return False
    toneless = unicodedata.normalize("NFC", "".join(mark for mark in apart if mark not in TONES))
    return _SYLLABLE.fullmatch(toneless) is not None


def counted(text: str) -> Counter[str]:
    """How many words of a text tell what, by `tells`."""
    return Counter(told for word in _BETWEEN.split(text) for told in tells(word))


def syllables(text: str) -> int:
    """How many words with marks are Vietnamese as they stand."""
    return sum(not word.isascii() and _is_syllable(word) for word in _BETWEEN.split(text))


def likely(found: Counter[str]) -> str | None:
    """The old letters that most telling words are in; None where none tells of any.

    Raises: Problem 3008 where as many are in the one as in the other, and not fewer than in ours.
    """
    (best, most), (_, second) = Counter({letters: found[letters] for letters in NAMES}).most_common(2)
    if not most:
        return None
    if most == second:
        if most < found["unicode"]:
            return None
        raise Problem(3008, fonts=" / ".join(NAMES.values()), words=most)
    return best


class Columns:
    """Which columns of a table are in old letters, and their cells in ours. Raises: Problem 3008."""

    def __init__(self, records: Iterable[Sequence[str]]) -> None:
        found: dict[int, Counter[str]] = {}
        for record in records:
            for at, cell in enumerate(record):
                if not cell.isascii():
                    found.setdefault(at, Counter()).update(counted(cell))
        self.letters = likely(sum(found.values(), Counter()))
        self._mixed = {at: told["unicode"] > 0 for at, told in found.items() if told[self.letters or ""]}

    def count(self, records: Iterable[Sequence[str]]) -> int:
        """How many cells are read anew."""
        return sum(
            self._is_old(at, record[at]) for record in records for at in self._mixed if at < len(record)
        )

    def read(self, record: list[str]) -> list[str]:
        """A record with the cells of those columns in our letters."""
        return [
            read_as(self.letters, cell) if self.letters and self._is_old(at, cell) else cell
            for at, cell in enumerate(record)
        ]

    def _is_old(self, at: int, cell: str) -> bool:
        """Whether a cell is in those letters; where the column has ours as well, only if a word tells."""
        if at not in self._mixed or self.letters is None or cell.isascii() or not _fits(self.letters, cell):
            return False
        return not self._mixed[at] or counted(cell)[self.letters] > 0
