"""How people here write a number, a day, a time, yes and no; and a number written so that it reads back.

A number is read in every way it can be meant. `.` and `,` are each a decimal mark or a mark of thousands,
told by their place: a group of thousands has exactly three digits, all groups of a number one mark (or a
blank), and the mark of the fraction is another one. So 42.000.000, 42,5, 28.5, 1.234,5 and 0.125 can be meant
in one way; 40.500 (one mark, three digits after it) in two: 40,5 or forty thousand and five hundred. Nobody
guesses between them: a whole number has no fraction, so it is thousands there; a file that says which mark
its decimals have has said it; everywhere else it is asked back. Nothing but digits, marks and a sign is a
number: no exponent, no unit, neither `nan` nor `inf`.

A day is day, month and year in full with one mark between (15/05/2025, 15-5-2025, 15.5.2025) or the year
first (2025-05-15); a spreadsheet's 00:00:00 behind it says nothing. A month (5/2025), a year of two digits
and a day the calendar does not have are no day.
"""

from __future__ import annotations

import re
from datetime import date, datetime, time
from decimal import Decimal

APOSTROPHE = re.compile(r"^['’‘`](?=[0-9])")
"""What a spreadsheet puts before a number that is to stay text."""
BETWEEN_DIGITS = re.compile(r"[\s.\-]")
ROUNDED = re.compile(r"[0-9][.,]?[0-9]*[eE]\+?[0-9]+")
"""A long number as a spreadsheet shows it: its last digits are gone."""
ZEROS_EATEN = {"national_id": {8: 9, 10: 12, 11: 12}, "phone": {9: 10}}
"""By what a number is: so many digits are those of a number of so many that lost the zeros before it."""
GREATEST_NUMBER = 2**53
"""Beyond this a phone's numbers are no longer exact."""
TRUTHS = {
    **dict.fromkeys(("true", "1", "yes", "y", "có", "co", "x", "đúng"), True),
    **dict.fromkeys(("false", "0", "no", "n", "không", "khong", "sai"), False),
}
FRACTION = re.compile(r"[+-]?[0-9]*[.,]?[0-9]+")
THOUSANDS = re.compile(r"([+-]?[1-9][0-9]{0,2}(?:([., ])[0-9]{3})(?:\2[0-9]{3})*)(?:(?!\2)[.,]([0-9]+))?")
TWO_WAYS = re.compile(r"[+-]?[1-9][0-9]{0,2}[.,][0-9]{3}")
"""A lone mark with exactly three digits after it."""
DAY_FIRST = re.compile(r"([0-9]{1,2})([/.-])([0-9]{1,2})\2([0-9]{4})")
YEAR_FIRST = re.compile(r"([0-9]{4})([/-])([0-9]{1,2})\2([0-9]{1,2})")
MIDNIGHT = re.compile(r"[ T]00:00:00$")
TIME = re.compile(r"([0-9]{1,2})(?: ?(?:h|g|giờ) ?|:(?=[0-9]))([0-9]{1,2})?(?::([0-9]{2}))?")


def readings(text: str) -> tuple[Decimal | None, Decimal | None]:
    """What a number may mean: with its lone mark before a fraction, with its marks between thousands.

    >>> readings("42,5"), readings("42.000.000"), readings("nan")
    ((Decimal('42.5'), None), (None, Decimal('42000000')), (None, None))
    >>> readings("40.500")
    (Decimal('40.500'), Decimal('40500'))
    """
    text = re.sub(r"\s", " ", text.strip())
    plain, grouped = FRACTION.fullmatch(text), THOUSANDS.fullmatch(text)
    return (
        _finite(text.replace(",", ".")) if plain else None,
        _finite(f"{re.sub('[., ]', '', grouped[1])}.{grouped[3] or ''}") if grouped else None,
    )


def _finite(plain: str) -> Decimal | None:
    found = Decimal(plain)
    return found if -GREATEST_NUMBER <= found <= GREATEST_NUMBER else None


def number(text: str, decimal: str | None = None) -> Decimal | None:
    """The number a text can only mean; `decimal`, the declared mark, decides where two ways are possible."""
    fraction, thousands = readings(text)
    if fraction is None or thousands is None:
        return thousands if fraction is None else fraction
    return None if decimal is None else fraction if decimal in text else thousands


def whole_number(text: str, decimal: str | None = None) -> int | None:
    """The whole number a text means: 42.000 is thousands here unless a declared mark says otherwise."""
    _, thousands = readings(text)
    found = thousands if thousands is not None and decimal is None else number(text, decimal)
    return int(found) if found is not None and found == found.to_integral_value() else None


def write_number(value: float, decimal: str = ",") -> str:
    """A number as `number` reads it back: 42000000, 42,5; a fourth digit where three would read in two ways.

    >>> write_number(42_000_000), write_number(42.5), write_number(40.125), write_number(0.125)
    ('42000000', '42,5', '40,1250', '0,125')
    """
    text = f"{Decimal(repr(value)):f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return f"{text}0".replace(".", decimal) if TWO_WAYS.fullmatch(text) else text.replace(".", decimal)


def day(text: str) -> date | None:
    """The day a text means, None when it is none."""
    text = MIDNIGHT.sub("", text.strip())
    if found := DAY_FIRST.fullmatch(text):
        parts = found[4], found[3], found[1]
    elif found := YEAR_FIRST.fullmatch(text):
        parts = found[1], found[3], found[4]
    else:
        return None
    try:
        return date(*map(int, parts))
    except ValueError:
        return None


def time_of_day(text: str) -> time | None:
    """The time a text means: 19h30, 19 giờ 30, 7h, 19:30 and 19:30:00."""
    found = TIME.fullmatch(text.strip().casefold())
    if found is None:
        return None
    hour, minute, second = (int(part or 0) for part in found.groups())
    try:
        return time(hour, minute, second)
    except ValueError:
        return None


def moment(text: str) -> datetime | None:
    """The moment a text means, with the zone it says: ISO 8601, or a day as people write it, and a time.

    >>> moment("14/5/2025 9:30"), moment("14/5/2025")
    (datetime.datetime(2025, 5, 14, 9, 30), datetime.datetime(2025, 5, 14, 0, 0))
    """
    on, _, at = text.strip().partition(" ")
    began, when = day(on), time_of_day(at) if at else time()
    if began is not None and when is not None:
        return datetime.combine(began, when)
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def digits_of(kind: str, text: str) -> str:
    """A number that people carry, without signs and with the zeros that a spreadsheet took from its front.

    Old national ids have 9 digits, those of today 12 and begin with a province from 001 to 096.

    >>> digits_of("national_id", "1.080.123.456"), digits_of("national_id", "001 080 123 456")
    ('001080123456', '001080123456')
    """
    digits = BETWEEN_DIGITS.sub("", text)
    length = ZEROS_EATEN[kind].get(len(digits)) if digits.isascii() and digits.isdigit() else None
    return digits.zfill(length) if length and digits[0] != "0" else digits


def truth(text: str) -> bool | None:
    """Yes or no in either language, None for anything else."""
    return TRUTHS.get(text.strip().casefold())
