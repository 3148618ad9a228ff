"""What the questionnaire hands out: the form as read from its file, and what became of one payload."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from survey.problems import Problem
from survey.questionnaire.relevance import Condition

JsonValue = Any
"""A value as JSON keeps it: dates and moments are ISO text, numbers are int or float."""


@dataclass(frozen=True, slots=True)
class Check:
    """Something that must hold between answers: surely false means a fault, unknown does not."""

    holds: Condition
    labels: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Doubt:
    """Something that holds of nearly every household (điều khó tin): surely false means a flag, no fault.

    `code` names the flag, `question` where to look. `holds` speaks of answers and of `relevance.MEASURES`.
    """

    code: str
    question: str
    holds: Condition


@dataclass(frozen=True, slots=True, eq=False)
class Question:
    """One question (câu hỏi), or one column of a roster.

    `kind` is text, integer, decimal, boolean, choice, date, datetime, point, area, household, reference (to
    an act) or roster.
    `minimum` and `maximum` are numbers, or ISO dates for a date. `personal` names the field of
    `PersonInput` that keeps the answer. `required`: a relevant question without an answer is a fault;
    `expected`: forms that a person fills insist on it, yet a file that lacks it is still taken.
    `when` is the condition, over the answers (of the same row, for a column), under which it is asked.
    """

    code: str
    kind: str
    labels: Mapping[str, str]
    hints: Mapping[str, str] = field(default_factory=dict)
    fact: str | None = None
    personal: str | None = None
    unit: str | None = None
    choices: tuple[str, ...] = ()
    words: str | None = None
    minimum: float | str | None = None
    maximum: float | str | None = None
    max_length: int | None = None
    pattern: str | None = None
    required: bool = False
    expected: bool = False
    when: Condition | None = None
    columns: tuple[Question, ...] = ()
    max_rows: int | None = None
    checks: tuple[Check, ...] = ()
    doubts: tuple[Doubt, ...] = ()

    @property
    def is_private(self) -> bool:
        """Does its answer, or any column of it, live in the persons table only?"""
        return self.personal is not None or any(column.personal for column in self.columns)

    @property
    def is_typed(self) -> bool:
        """Whether a page asks it: whose act it is, a page knows; where a phone stands, it does not."""
        return self.kind not in ("household", "point", "datetime")


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the form with its questions; its own condition stands in each question's `when`."""

    code: str
    labels: Mapping[str, str]
    questions: tuple[Question, ...]


@dataclass(frozen=True, eq=False)
class Form:
    """One version of a questionnaire (phiếu), in the order in which it is asked."""

    code: str
    version: str
    labels: Mapping[str, str]
    sections: tuple[Section, ...]
    checks: tuple[Check, ...] = ()
    doubts: tuple[Doubt, ...] = ()

    @cached_property
    def questions(self) -> dict[str, Question]:
        """Every question by its code, in order."""
        return {question.code: question for section in self.sections for question in section.questions}


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with a payload: where, what (a numbered problem, vi and en) and what was got.

    `question` is a path such as `area_m2` or `status_records[0].year`. `got` is short text, and never
    holds an answer that is personal.
    """

    question: str
    problem: Problem
    got: str | None = None

    @property
    def number(self) -> int:
        """What tells it from other faults, whatever its words."""
        return self.problem.number

    def to_dict(self) -> dict[str, Any]:
        """As the inbox keeps and shows it."""
        problem = self.problem
        return {
            "question": self.question,
            "number": problem.number,
            "vi": problem.message("vi"),
            "en": problem.message("en"),
            "got": self.got,
        }


@dataclass(frozen=True, slots=True)
class CheckedPayload:
    """A payload after checking: every valid answer, every fault, and the expected answers it lacks.

    `values` is JSON again (question code -> answer), in a normal form: checking it once more gives it
    back unchanged. Unanswered questions are absent.
    """

    values: dict[str, JsonValue]
    faults: tuple[Fault, ...] = ()
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PersonInput:
    """A person of the household as a survey tells it; these values live in the persons table only.

    `role` is `head` (position 0) or `member` (position 1, 2 … as listed).
    """

    role: str
    position: int
    full_name: str | None = None
    birth_year: int | None = None
    sex: str | None = None
    relation: str | None = None
    national_id: str | None = None
    phone: str | None = None
    ethnic_group: str | None = None


@dataclass(frozen=True, slots=True)
class DescribedQuestion:
    """A question as a page or sheet shows it, in one language."""

    code: str
    kind: str
    label: str
    hint: str
    unit: str | None
    choices: Mapping[str, str]
    section: str
    section_label: str
    personal: bool
    columns: tuple[DescribedQuestion, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer of a stored survey as text, in one language; `rows` for a roster, column label -> text."""

    question: DescribedQuestion
    text: str
    rows: tuple[Mapping[str, str], ...] = ()
