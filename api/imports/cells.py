"""One cell of another's table as an answer of ours. What cannot be understood is handed on as it stands,

so that the questionnaire refuses it with its reason and the row waits in the inbox: nothing is lost here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

from api.imports.mapping import AnswerRule, HouseholdMapping
from survey.questionnaire import Question
from survey.words import LANGUAGES, word

NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?")
YES_NO = {
    **dict.fromkeys(("true", "yes", "y", "1", "có", "co", "x"), True),
    **dict.fromkeys(("false", "no", "n", "0", "không", "khong"), False),
}


@dataclass(slots=True)
class Reader:
    """Reads the cells of one file by its mapping, and counts the codes the mapping does not name."""

    mapping: HouseholdMapping
    unknown_codes: dict[tuple[str, str], int] = field(default_factory=dict)

    def answer(self, rule: AnswerRule, text: str) -> Any:
        """The answer a cell gives; None when it tells nothing."""
        code = self._code(rule, text)
        if code is None:
            return None
        if rule.codes:
            if code in rule.codes:
                ours = rule.codes[code]
                return None if ours == "" else ours
            self._count(rule, code)
            return text
        return self._plain(rule, code)

    def _code(self, rule: AnswerRule, text: str) -> str | None:
        """The code of a cell: of several, the first that the mapping prefers, else the first it knows."""
        if text in self.mapping.empty or text in rule.unknown:
            return None
        if not rule.split:
            return text
        parts = [part.strip() for part in text.split(rule.split)]
        parts = [part for part in parts if part and part not in rule.unknown]
        for wanted in (*rule.prefer, *rule.codes):
            if wanted in parts:
                return wanted
        return parts[0] if parts else None

    def _plain(self, rule: AnswerRule, text: str) -> Any:
        """A cell without a code list: by the kind of its question."""
        kind = rule.question.kind
        if kind in ("integer", "decimal"):
            return self.number(rule, text)
        if kind == "boolean":
            return YES_NO.get(text.casefold(), text)
        if kind == "choice":
            code = labels(rule.question).get(text.casefold(), text)
            if code not in rule.question.choices:
                self._count(rule, text)
            return code
        return self.day(text) if kind == "date" else text

    def number(self, rule: AnswerRule | None, text: str) -> float | int | str:
        """A number in our unit, or the text itself when it is none."""
        plain = text.replace(" ", "").replace("\u00a0", "")
        if self.mapping.decimal == ",":
            plain = plain.replace(".", "").replace(",", ".")
        if not NUMBER.fullmatch(plain):
            return text
        value = float(plain)
        if rule and rule.subtract_from is not None:
            value = rule.subtract_from - value
        if rule and rule.factor is not None:
            value = round(value * rule.factor, 2)
        return int(value) if value.is_integer() else value

    def day(self, text: str) -> str:
        """A day as ISO text by one of the mapping's formats, or the text itself."""
        for pattern in self.mapping.dates:
            try:
                return datetime.strptime(text, pattern).date().isoformat()  # noqa: DTZ007 - a day has no zone
            except ValueError:
                continue
        return text

    def point(self, values: Mapping[str, str]) -> dict[str, Any] | None:
        """The position of a row, or None when it has none at all."""
        told = {part: values[column] for part, column in self.mapping.point.items()}
        told = {part: text for part, text in told.items() if text not in self.mapping.empty}
        if not told:
            return None
        return {part: self.number(None, text) for part, text in told.items()} | {"source": "import"}

    def moment(self, values: Mapping[str, str]) -> str | None:
        """When a row was recorded, as ISO 8601 with its zone; None when it cannot be known."""
        rule = self.mapping.captured_at
        text = values.get(rule.column, "") if rule.column else ""
        try:
            found = (
                datetime.strptime(text, rule.format)  # noqa: DTZ007 - its zone is added below
                if rule.format
                else datetime.fromisoformat(self.day(text))
            )
        except ValueError:
            return rule.default
        if found.tzinfo is None:
            return f"{found.isoformat()}{rule.zone}" if rule.zone else rule.default
        return found.isoformat()

    def _count(self, rule: AnswerRule, code: str) -> None:
        key = (rule.column, code)
        self.unknown_codes[key] = self.unknown_codes.get(key, 0) + 1


@cache
def labels(question: Question) -> dict[str, str]:
    """Our labels (both languages, any case) and codes of a choice, as code."""
    known = {
        word(f"{question.words}.{code}", lang).casefold(): code
        for code in question.choices
        for lang in LANGUAGES
    }
    return known | {code.casefold(): code for code in question.choices}
