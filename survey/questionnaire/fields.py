"""One marshmallow field a kind of question: takes JSON, gives the normal JSON form, raises a Problem inside.

Every refusal is `ValidationError([Problem])`, so that `schema` can hand out numbered faults without
reading marshmallow's sentences. Problems 4005-4014.
"""

from __future__ import annotations

import math
import re
import unicodedata
import uuid
from datetime import date, datetime
from typing import Any

from marshmallow import ValidationError, fields

from survey.db import AREA_CODE_LENGTH
from survey.problems import Problem
from survey.questionnaire.rows import Question
from survey.spelling import GREATEST_NUMBER, TWO_WAYS
from survey.words import glossary

AREA_CODE = re.compile(rf"[0-9A-Za-z._-]{{1,{AREA_CODE_LENGTH}}}")
EXPECTED = {
    "text": ("một đoạn chữ", "text"),
    "integer": ("một số nguyên", "a whole number"),
    "decimal": ("một con số", "a number"),
    "boolean": ("có hoặc không (true/false)", "yes or no (true/false)"),
    "choice": ("một lựa chọn trong danh sách", "one of the choices"),
    "date": ("ngày dạng 15/05/2025 hoặc 2025-05-15", "a day as 15/05/2025 or 2025-05-15"),
    "datetime": ("thời điểm ISO 8601 có múi giờ", "a moment in ISO 8601 with its time zone"),
    "point": ("vị trí có lon và lat", "a position with lon and lat"),
    "area": ("mã thôn hoặc xã", "the code of a village or commune"),
    "household": ("mã UUID của hộ", "the UUID of a household"),
    "reference": ("mã UUID của một việc đã ghi", "the UUID of a recorded act"),
    "roster": ("một danh sách các dòng", "a list of rows"),
}


def short(value: Any, limit: int = 60) -> str:
    """What was got as short text for a message."""
    if isinstance(value, dict | list):
        return f"{type(value).__name__} ({len(value)})"
    if isinstance(value, float) and value.is_integer():
        value = int(value)  # "465", not "465.0": so people write it, and so a browser does
    text = str(value) if not isinstance(value, int) or abs(value) < 10**30 else "…"
    text = text.encode("utf-8", "replace").decode()
    return text if len(text) <= limit else text[: limit - 1] + "…"


class Answer(fields.Field[Any]):
    """The common part: null and blank text mean unanswered; personal answers never enter a message."""

    def __init__(self, question: Question) -> None:
        super().__init__(allow_none=True)
        self.question = question

    def refuse(self, number: int, got: Any, **details: Any) -> ValidationError:
        """The refusal `number`, to be raised; says which question and what was got."""
        question = self.question
        problem = Problem(
            number,
            question=question.code,
            label_vi=question.labels["vi"],
            label_en=question.labels["en"],
            got="(…)" if question.is_private or question.kind == "text" else short(got),
            **details,
        )
        return ValidationError([problem])

    def wrong_type(self, got: Any) -> ValidationError:
        """Not the kind of value this question takes (4005)."""
        vi, en = EXPECTED[self.question.kind]
        return self.refuse(4005, got, expected_vi=vi, expected_en=en)

    def no_number(self, got: Any) -> ValidationError:
        """Not a number (4005), or a text that can be read as two (4014)."""
        if not isinstance(got, str) or not TWO_WAYS.fullmatch(got) or self.question.is_private:
            return self.wrong_type(got)
        return self.refuse(4014, got, thousands=re.sub("[.,]", "", got), fraction=f"{got.replace('.', ',')}0")

    def in_range(self, value: Any) -> Any:
        """`value`, refused (4006) when outside the question's range; both ends belong to it."""
        low, high = self.question.minimum, self.question.maximum
        if (low is not None and value < low) or (high is not None and value > high):
            raise self.refuse(
                4006,
                value,
                minimum="…" if low is None else low,
                maximum="…" if high is None else high,
                unit="" if self.question.unit in (None, "year", "person") else f" {self.question.unit}",
            )
        return value

    def plain(self, value: Any) -> str:
        """`value` as clean text: NFC, no outer blanks, nothing a database cannot keep (4011)."""
        if not isinstance(value, str):
            raise self.wrong_type(value)
        if any(unicodedata.category(char) == "Cs" or char == "\0" for char in value):
            raise self.refuse(4011, value)
        return unicodedata.normalize("NFC", value).strip()


class Text(Answer):
    """Text of limited length; with a pattern, blanks, dots and dashes inside are taken out first."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> str | None:
        text = self.plain(value)
        question = self.question
        if question.pattern:
            text = re.sub(r"[\s.\-]", "", text)
        if question.max_length is not None and len(text) > question.max_length:
            raise self.refuse(4010, text, length=len(text), limit=question.max_length)
        if text and question.pattern and not re.fullmatch(question.pattern, text):
            hints = question.hints or dict.fromkeys(("vi", "en"), question.pattern)
            raise self.refuse(4012, text, expected_vi=hints["vi"], expected_en=hints["en"])
        return text or None


class Integer(Answer):
    """A whole number; `5.0` is one, true is not."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int | float) or value != value:
            raise self.no_number(value)
        if abs(value) > GREATEST_NUMBER or value != int(value):
            raise self.wrong_type(value)
        return int(self.in_range(int(value)))


class Decimal(Answer):
    """A finite number, kept as float."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self.no_number(value)
        if abs(value) > GREATEST_NUMBER or not math.isfinite(value):
            raise self.wrong_type(value)
        return float(self.in_range(float(value)))


class Boolean(Answer):
    """true or false; 0, 1 and words are not taken for them."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> bool:
        if not isinstance(value, bool):
            raise self.wrong_type(value)
        return value


class Choice(Answer):
    """One code of the question's choices."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> str | None:
        code = self.plain(value)
        if code and code not in self.question.choices:
            raise self.refuse(4007, code, choices_vi=self._choices("vi"), choices_en=self._choices("en"))
        return code or None

    def _choices(self, lang: str) -> str:
        """The choices as a person reads them, each with its code."""
        words, group = glossary(), self.question.words
        labels = {code: words.get(f"{group}.{code}", {}).get(lang, code) for code in self.question.choices}
        return ", ".join(f"{label} ({code})" for code, label in labels.items())


class Date(Answer):
    """A day, kept as `YYYY-MM-DD`."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> str | None:
        text = self.plain(value)
        if not text:
            return None
        try:
            # Only the extended form: fromisoformat would take 20250515 and week dates too.
            day = date.fromisoformat(text) if len(text) == 10 and text[4] == text[7] == "-" else None
        except ValueError:
            day = None
        if day is None:
            raise self.wrong_type(text)
        return str(self.in_range(day.isoformat()))


class Moment(Answer):
    """A moment with its time zone, kept as ISO 8601 in the zone it came in."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> str | None:
        text = self.plain(value)
        if not text:
            return None
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            raise self.wrong_type(text) from None
        if moment.tzinfo is None:
            raise self.wrong_type(text)
        return moment.isoformat()


class Area(Answer):
    """The code of a village or commune, as text with its leading zeros; whether it exists is asked later."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> str | None:
        code = self.plain(value)
        if code and not AREA_CODE.fullmatch(code):
            raise self.wrong_type(code)
        return code or None


class Identifier(Answer):
    """The UUID of a household or of an act, in lower case."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> str | None:
        text = self.plain(value)
        if not text:
            return None
        try:
            return str(uuid.UUID(text))
        except ValueError:
            raise self.wrong_type(text) from None


PLAIN_FIELDS: dict[str, type[Answer]] = {
    "text": Text,
    "integer": Integer,
    "decimal": Decimal,
    "boolean": Boolean,
    "choice": Choice,
    "date": Date,
    "datetime": Moment,
    "area": Area,
    "household": Identifier,
    "reference": Identifier,
}
