"""One cell of another's table as an answer of ours. What cannot be understood is handed on as it stands,

so that the questionnaire refuses it with its reason and the row waits in the inbox: nothing is lost here.
What a spreadsheet did to a number or code is mended where there is one way to, and said.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

from api.forms.parsing import parse, parse_day, parse_number
from api.imports.mapping import AnswerRule, HouseholdMapping
from api.imports.report import Said
from api.imports.units import Units
from survey import spelling
from survey.problems import Problem
from survey.questionnaire import Question


@dataclass(frozen=True, slots=True)
class Cells:
    """The cells of one row by column, its line and the day it tells of; `group` is the heading above it."""

    line: int
    values: Mapping[str, str]
    on: date
    group: str = ""


@dataclass(slots=True)
class Reader:
    """Reads the cells of one file by its mapping; counts the codes the mapping does not name.

    `said` is what was mended and what is doubtful; a unit is told once, where it first stands.
    Without `units` the code of a unit stays as it stands.
    """

    mapping: HouseholdMapping
    units: Units | None = None
    unknown_codes: dict[tuple[str, str], int] = field(default_factory=dict)
    said: list[Said] = field(default_factory=list)
    _units_told: set[tuple[str, str]] = field(default_factory=set)

    def answer(self, rule: AnswerRule, row: Cells) -> Any:
        """The answer that a row gives; None when it tells nothing."""
        if rule.ticked:
            return self._ticked(rule, row)
        text = self._text(rule, row)
        if rule.question.kind == "area":
            text = "" if text in rule.unknown else rule.codes.get(text, text)
            return self._unit(rule.question, text, row.values[rule.within] if rule.within else "", row)
        text = self._mended(rule.question, text, row.line)
        code = self._code(rule, text)
        if code is None:
            return None
        if rule.codes:
            theirs = rule.code_of(code)
            if theirs is not None:
                ours = rule.codes[theirs]
                return None if ours == "" else ours
            self._count(rule, code)
            return text
        return self._plain(rule, code)

    def _ticked(self, rule: AnswerRule, row: Cells) -> Any:
        """The choice of the one column that is ticked (x, yes, or a number such as a year of birth).

        Several ticked columns, and a text that is no tick, are handed on as they stand.
        """
        filled = {column: text for column in rule.columns if (text := row.values[column])}
        filled = {
            column: text
            for column, text in filled.items()
            if text not in self.mapping.empty and spelling.truth(text) is not False
        }
        if strange := [text for text in filled.values() if not (spelling.truth(text) or text.isdecimal())]:
            for text in strange:
                self._count(rule, text)
            return " | ".join(strange)
        if len(filled) == 1:
            return rule.ticked[next(iter(filled))]
        return " | ".join(filled) or None

    def heading(self, row: Cells) -> Any:
        """What the heading above a row answers."""
        question = self.mapping.form.questions[self.mapping.group or ""]
        if question.kind == "area":
            return self._unit(question, row.group, "", row)
        return parse(question, row.group)

    def _text(self, rule: AnswerRule, row: Cells) -> str:
        """The filled cell; of several that differ all of them, which nobody can read as one answer."""
        filled = dict.fromkeys(
            text for column in rule.columns if (text := row.values[column]) not in self.mapping.empty
        )
        return " | ".join(filled)

    def _unit(self, question: Question, text: str, around: str, row: Cells) -> str | None:
        """The code of the unit that a cell names; the text itself where nobody or several are meant."""
        text = "" if text in self.mapping.empty else text
        if self.units is None or not (text or around):
            return text or None
        meant = self.units.meant(text, around, row.on)
        got = ", ".join(part for part in (text, around) if part)
        if meant.code is None:
            if meant.candidates:
                self._say(4216, question, row.line, got=got, near=meant.named())
            return text or around
        if meant.code != text and (got, meant.code) not in self._units_told:
            self._units_told.add((got, meant.code))
            self._say(4215, question, row.line, got=got, code=meant.code)
        if self.units.is_outside(meant.code, row.on):
            self._say(4221, question, row.line, got=got, within=self.units.within)
        return meant.code

    def _mended(self, question: Question, text: str, line: int) -> str:
        """A number or code without what a spreadsheet did to it."""
        bare = spelling.APOSTROPHE.sub("", text)
        if bare != text:
            self._say(4213, question, line)
        if question.personal not in spelling.ZEROS_EATEN:
            return bare
        if spelling.ROUNDED.fullmatch(bare):
            self._say(4214, question, line)
            return bare
        digits = spelling.digits_of(question.personal, bare)
        if digits != spelling.BETWEEN_DIGITS.sub("", bare):
            self._say(4212, question, line)
            return digits
        return bare

    def _say(self, number: int, question: Question, line: int, **details: Any) -> None:
        labels = {f"label_{lang}": text for lang, text in question.labels.items()}
        self.said.append(Said(line, Problem(number, **labels, **details)))

    def _code(self, rule: AnswerRule, text: str) -> str | None:
        """The code of a cell: of several, the first that the mapping prefers, else the first it knows."""
        if text in self.mapping.empty or text in rule.unknown:
            return None
        if not rule.split:
            return text
        parts = [part.strip() for part in text.split(rule.split)]
        parts = [part for part in parts if part and part not in rule.unknown]
        known = {theirs for part in parts if (theirs := rule.code_of(part)) is not None}
        for wanted in (*rule.prefer, *rule.codes):
            if wanted in parts or wanted in known:
                return wanted
        return parts[0] if parts else None

    def _plain(self, rule: AnswerRule, text: str) -> Any:
        """A cell without a code list: by the kind of its question."""
        if rule.factor is not None or rule.subtract_from is not None:
            return self._converted(rule, text)
        answer = parse(rule.question, text, self.mapping.decimal, self.mapping.dates)
        if rule.question.kind == "choice" and answer not in rule.question.choices:
            self._count(rule, text)
        return answer

    def _converted(self, rule: AnswerRule, text: str) -> float | str:
        """A number in our unit, or the text itself when it is none."""
        value = parse_number(text, self.mapping.decimal)
        if value is None:
            return text
        if rule.subtract_from is not None:
            value = rule.subtract_from - value
        if rule.factor is not None:
            value = round(value * rule.factor, 2)
        return int(value) if value == int(value) else value

    def point(self, values: Mapping[str, str]) -> dict[str, Any] | None:
        """The position of a row, or None when it has none at all."""
        told = {part: values[column] for part, column in self.mapping.point.items()}
        told = {part: text for part, text in told.items() if text not in self.mapping.empty}
        if not told:
            return None
        return {part: _degrees(text) for part, text in told.items()} | {"source": "import"}

    def moment(self, values: Mapping[str, str]) -> str | None:
        """When a row was recorded, as ISO 8601 with its zone; None when its cell is unreadable."""
        rule = self.mapping.captured_at
        text = values.get(rule.column, "") if rule.column else ""
        if text in self.mapping.empty:
            return rule.default
        found = self._moment(text)
        if found is None:
            return None
        if found.tzinfo is None:
            return f"{found.isoformat()}{rule.zone}"
        return found.isoformat()

    def _moment(self, text: str) -> datetime | None:
        """A moment in the mapping's format; without one, as people and machines write it."""
        pattern = self.mapping.captured_at.format
        try:
            if pattern:
                return datetime.strptime(text, pattern)  # noqa: DTZ007 - its zone is added later
        except ValueError:
            return None
        day = parse_day(text, self.mapping.dates)
        return datetime.combine(day, time()) if day else spelling.moment(text)

    def _count(self, rule: AnswerRule, code: str) -> None:
        key = (rule.column, code)
        self.unknown_codes[key] = self.unknown_codes.get(key, 0) + 1


def _degrees(text: str) -> float | str:
    """A part of a position: its mark is always that of a fraction."""
    value = parse_number(text.replace(",", "."), ".")
    return text if value is None else value
