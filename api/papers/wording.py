"""How dates, times, money and names are written on a Vietnamese paper, and what no paper may print."""

from __future__ import annotations

import unicodedata
from datetime import date, time

from survey.words import word

OURS = "mẫu của dự án"
"""Stands on every layout that is not known in full from the official form."""

_REORDERING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def printable(text: str) -> str:
    """The text on one line, composed (NFC), without what cannot be printed or kept in XML.

    Signs that turn the direction of all that follows are left out as well: on a paper to be signed, a name
    must not rearrange the words behind it.

    >>> printable("Hoàng\\tThị\\x00 Mỵ\\u202e\\n")
    'Hoàng Thị Mỵ'
    """
    composed = unicodedata.normalize("NFC", text)
    return " ".join("".join(sign for sign in composed if _can_stand(sign)).split())


def _can_stand(sign: str) -> bool:
    code = ord(sign)
    is_noncharacter = code & 0xFFFE == 0xFFFE or 0xFDD0 <= code <= 0xFDEF
    is_control = unicodedata.category(sign) in ("Cc", "Cs") and not sign.isspace()
    return not (is_noncharacter or is_control or sign in _REORDERING)


def day(on: date | None) -> str | None:
    """dd/mm/yyyy."""
    return f"{on:%d/%m/%Y}" if on else None


def day_words(on: date | None) -> str:
    """ngày 05 tháng 3 năm 2025, or the same with dots (days under 10 and months 1, 2 take a zero).

    >>> day_words(date(2025, 2, 5)), day_words(None)
    ('ngày 05 tháng 02 năm 2025', 'ngày …… tháng …… năm ………')
    """
    if on is None:
        return "ngày …… tháng …… năm ………"
    month = f"{on.month:02}" if on.month < 3 else str(on.month)
    return f"ngày {on.day:02} tháng {month} năm {on.year}"


def time_words(at: time | None) -> str:
    """08 giờ 30 phút, or the same with dots."""
    return f"{at.hour:02} giờ {at.minute:02} phút" if at else "…… giờ …… phút"


def year_words(year: int | None) -> str:
    """năm 2025, or with dots."""
    return f"năm {year}" if year else "năm …………"


def count(value: int | None) -> str | None:
    """1.234.567 (house rule of the project: dots between thousands).

    >>> count(1234567), count(0), count(None)
    ('1.234.567', '0', None)
    """
    return f"{value:,}".replace(",", ".") if value is not None else None


def count_words(value: int | None) -> str:
    """A number within a sentence, or dots."""
    return count(value) or "…………"


def vnd(amount_vnd: int | None) -> str | None:
    """1.234.567 đồng."""
    return f"{count(amount_vnd)} đồng" if amount_vnd is not None else None


def decimal(value: float | None) -> str | None:
    """42,5 (a comma before the decimals)."""
    return f"{value:,.10g}".translate(str.maketrans(",.", ".,")) if value is not None else None


def works_kind(code: str | None) -> str | None:
    """xây mới, sửa chữa."""
    return word(f"works_kind.{code}") if code and code != "unknown" else None


def committee(commune: str | None) -> str:
    """Ủy ban nhân dân xã Bạch Thông: the commune's name runs on in small letters, its kind known or not."""
    return f"Ủy ban nhân dân {lowered(commune) if commune else 'xã ………………………'}"


def issuer(commune: str | None) -> tuple[str, ...]:
    """The commune people's committee as the head of a paper names it."""
    return ("ỦY BAN NHÂN DÂN", (commune or "XÃ …………………").upper())


def lowered(name: str) -> str:
    """A unit's name within a sentence: xã Bạch Thông, thôn 2."""
    kinds = ("Xã ", "Phường ", "Thị trấn ", "Đặc khu ", "Thôn ", "Bản ", "Tổ dân phố ", "Xóm ")
    return name[0].lower() + name[1:] if name.startswith(kinds) else name


def bare(commune: str | None) -> str:
    """The name before a date: Bạch Thông, ngày …; dots where it is unknown."""
    for kind in ("Xã ", "Phường ", "Thị trấn ", "Đặc khu "):
        if commune and commune.startswith(kind):
            return commune.removeprefix(kind)
    return commune or "………………"


def dated(commune: str | None, on: date | None) -> str:
    """Bạch Thông, ngày 05 tháng 3 năm 2025."""
    return f"{bare(commune)}, {day_words(on)}"
