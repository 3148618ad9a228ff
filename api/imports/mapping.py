"""The mapping file: how another's table becomes our survey. A refusal names file, key and line.

Every key stands in the README, *A mapping file*. Problems 4201 (the file cannot be read), 4202 (a key in it).
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from survey.problems import Problem
from survey.questionnaire import Form, Question, load_form

UNITS: Mapping[tuple[str, str], float] = {
    ("sq_ft", "m2"): 0.09290304,
    ("million_vnd", "VND"): 1_000_000,
    ("thousand_vnd", "VND"): 1_000,
}
"""Their unit, our unit: the factor. A square foot is 0.3048 m squared, exactly."""
MAPPING_KEYS = frozenset(
    {
        "source",
        "title",
        "form",
        "header",
        "id",
        "within",
        "group",
        "empty",
        "decimal",
        "dates",
        "captured_at",
        "point",
        "constants",
        "answer",
        "row",
    }
)
ANSWER_KEYS = frozenset(
    {"from", "to", "codes", "unknown", "split", "prefer", "unit", "subtract_from", "within", "ticked"}
)
TICKED_KEYS = frozenset({"to", "ticked"})
ROW_KEYS = frozenset({"to", "present", "constants", "answer"})
CAPTURED_KEYS = frozenset({"column", "format", "zone", "default"})
POINT_KEYS = frozenset({"lat", "lon", "accuracy_m"})
STRING_COMMENT_OR_BRACE = re.compile(r"\"(?:\\.|[^\"\\])*\"|'[^'\n]*'|#[^\n]*|[{}]")


@dataclass(frozen=True, slots=True)
class AnswerRule:
    """How one column, or the first filled one of several, answers one question.

    `factor` turns their unit into ours. `within` is the column of the unit around the one named here.
    `ticked` says instead which answer a tick in which column gives.
    """

    columns: tuple[str, ...]
    question: Question
    codes: Mapping[str, Any] = field(default_factory=dict)
    unknown: frozenset[str] = frozenset()
    split: str | None = None
    prefer: tuple[str, ...] = ()
    unit: str | None = None
    factor: float | None = None
    subtract_from: int | None = None
    within: str | None = None
    ticked: Mapping[str, Any] = field(default_factory=dict)

    def code_of(self, text: str) -> str | None:
        """The key of `codes` that a cell means: as it is written, else in small or capital letters."""
        if text in self.codes:
            return text
        alike = [theirs for theirs in self.codes if theirs.casefold() == text.casefold()]
        return alike[0] if len(alike) == 1 else None

    @property
    def column(self) -> str:
        """The columns as one name, for a sentence."""
        return " | ".join(self.columns)


@dataclass(frozen=True, slots=True)
class RowRule:
    """One row of a roster, made when column `present` is filled."""

    roster: str
    present: str
    constants: Mapping[str, Any]
    answers: tuple[AnswerRule, ...]


@dataclass(frozen=True, slots=True)
class CapturedAt:
    """When a row was recorded: a column (with its format and zone), or one moment for all."""

    column: str | None = None
    format: str | None = None
    zone: str = "+07:00"
    default: str | None = None


@dataclass(frozen=True, slots=True)
class HouseholdMapping:
    """A whole mapping file, checked against the form it fills.

    `header` are the first and last line of the titles; `within` is the unit that all rows lie in; `group` is
    the question that heading rows between the households answer.
    """

    source: str
    form: Form
    id: tuple[str, ...]
    captured_at: CapturedAt
    empty: frozenset[str] = frozenset({""})
    decimal: str | None = None
    dates: tuple[str, ...] = ()
    point: Mapping[str, str] = field(default_factory=dict)
    constants: Mapping[str, Any] = field(default_factory=dict)
    answers: tuple[AnswerRule, ...] = ()
    rows: tuple[RowRule, ...] = ()
    header: tuple[int, int] | None = None
    within: str | None = None
    group: str | None = None

    def columns(self) -> set[str]:
        """Every column the mapping speaks of."""
        answers = [*self.answers, *(answer for row in self.rows for answer in row.answers)]
        more = {self.captured_at.column, *(answer.within for answer in answers)}
        named = {column for answer in answers for column in answer.columns} | {
            row.present for row in self.rows
        }
        return named | {column for column in more if column} | set(self.id) | set(self.point.values())


def load_mapping(path: str | Path) -> HouseholdMapping:
    """The mapping in the TOML file `path`. Raises Problem 4201, or 4202 naming file, key and line."""
    path = Path(path)
    try:
        text = path.read_text("utf-8-sig")
        raw = tomllib.loads(text)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise Problem(4201, file=path.name, reason=str(error)) from error
    return read_mapping(raw, _Place(path.name, text))


@dataclass(frozen=True, slots=True)
class _Place:
    """Where in the file we are, so that a refusal can say it: the table (its name and number) and the key."""

    file: str
    text: str
    table: str = ""
    number: int = 0

    def wrong(self, key: str, vi: str, en: str) -> Problem:
        """Problem 4202 at this key, with its reason in both languages."""
        name = f"{self.table}[{self.number}].{key}" if self.table else key
        line = self._line(key)
        at = {"at_vi": f", dòng {line}", "at_en": f", line {line}"} if line else {"at_vi": "", "at_en": ""}
        return Problem(4202, file=self.file, key=name, line=line, **at, reason_vi=vi, reason_en=en)

    def _line(self, key: str) -> int | None:
        """The line that first assigns `key` within the table meant, else where that begins.

        None for a key that the file lacks.
        """
        begin, end = self._extent() if self.table else (0, len(self.text))
        found = re.compile(rf"(?:^|[{{,\s])({re.escape(key)})\s*=", re.MULTILINE).search(
            self.text, begin, end
        )
        if found is None and not self.table:
            return None
        return self.text.count("\n", 0, found.start(1) if found else begin) + 1

    def _extent(self) -> tuple[int, int]:
        """Where the table meant begins and ends: a [[table]] of its own, or one of a list in braces."""
        headers = list(re.finditer(r"^[ \t]*\[+\s*([^\]\n]+?)\s*\]", self.text, re.MULTILINE))
        own = [one for one in headers if one[0].lstrip().startswith("[[") and one[1] == self.table]
        if own:
            begin = own[self.number - 1].start()
            return begin, min((one.start() for one in headers if one.start() > begin), default=len(self.text))
        listed = re.search(rf"^\s*{re.escape(self.table)}\s*=", self.text, re.MULTILINE)
        begin, depth, seen = listed.end() if listed else 0, 0, 0
        for mark in STRING_COMMENT_OR_BRACE.finditer(self.text, begin):
            if mark[0] == "{":
                seen += depth == 0
                begin = mark.start() if depth == 0 else begin
            depth += {"{": 1, "}": -1}.get(mark[0], 0)
            if mark[0] == "}" and depth == 0 and seen == self.number:
                return begin, mark.end()
        return begin, len(self.text)

    def keys(self, raw: Any, allowed: frozenset[str], under: str = "") -> None:
        """Refuse keys nobody reads."""
        if not isinstance(raw, Mapping):
            raise self.wrong(under, f"cần một bảng, có {raw!r:.60}", f"a table is expected, got {raw!r:.60}")
        if unknown := sorted(set(raw) - allowed):
            known = ", ".join(sorted(allowed))
            raise self.wrong(
                unknown[0], f"không có khóa này; các khóa: {known}", f"unknown key; known keys: {known}"
            )


def read_mapping(raw: Mapping[str, Any], place: _Place) -> HouseholdMapping:
    """The mapping written in `raw`. Raises Problem 4202."""
    place.keys(raw, MAPPING_KEYS)
    try:
        form = load_form(raw.get("form", "household"))
    except Problem as error:
        raise place.wrong("form", error.message("vi"), error.message("en")) from error
    mapping = HouseholdMapping(
        source=_text(raw, "source", place),
        form=form,
        id=_texts(raw, "id", place) or ("",),
        captured_at=_captured_at(raw.get("captured_at"), place),
        empty=frozenset({"", *_texts(raw, "empty", place)}),
        decimal=_text(raw, "decimal", place) if "decimal" in raw else None,
        dates=_texts(raw, "dates", place),
        point=_point(raw.get("point", {}), place),
        constants=_constants(raw.get("constants", {}), form.questions, place),
        answers=tuple(_answers(raw.get("answer", ()), form.questions, place)),
        rows=tuple(_rows(raw.get("row", ()), form, place)),
        header=_header(raw.get("header"), place),
        within=_text(raw, "within", place) if "within" in raw else None,
        group=_group(raw, form, place),
    )
    if mapping.id == ("",):
        raise place.wrong("id", "cần tên các cột phân biệt các dòng", "name the columns that identify a row")
    if mapping.decimal not in (None, ".", ","):
        got = repr(mapping.decimal)
        raise place.wrong("decimal", f'cần "." hoặc ",", có {got}', f'"." or "," is expected, got {got}')
    _refuse_two_for_one(mapping, place)
    return mapping


def _text(raw: Mapping[str, Any], key: str, place: _Place) -> str:
    value = raw.get(key)
    if not isinstance(value, str) or not value:
        raise place.wrong(key, "cần một chuỗi văn bản", "a text is expected")
    return value


def _texts(raw: Mapping[str, Any], key: str, place: _Place) -> tuple[str, ...]:
    value = raw.get(key, [])
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise place.wrong(key, "cần một danh sách chuỗi văn bản", "a list of texts is expected")
    return tuple(value)


def _header(raw: Any, place: _Place) -> tuple[int, int] | None:
    """`header = 5`, or `header = [5, 6]` for the first and last line."""
    lines = raw if isinstance(raw, list) else [raw, raw]
    if raw is None:
        return None
    if len(lines) != 2 or not all(type(line) is int and line > 0 for line in lines) or lines[0] > lines[1]:
        raise place.wrong(
            "header",
            "cần số dòng của tên cột, hoặc [dòng đầu, dòng cuối]",
            "the line of the titles is expected, or [first, last]",
        )
    return lines[0], lines[1]


def _group(raw: Mapping[str, Any], form: Form, place: _Place) -> str | None:
    """A question that a heading may answer: it takes a text, a choice or the unit."""
    if "group" not in raw:
        return None
    code = _text(raw, "group", place)
    if code not in form.questions or form.questions[code].kind not in ("area", "text", "choice"):
        raise place.wrong(
            "group",
            f"{code} không phải câu hỏi mà dòng tiêu đề trả lời được",
            f"{code} is not a question that a heading can answer",
        )
    return code


def _captured_at(raw: Any, place: _Place) -> CapturedAt:
    """A column or a default must be there: a survey without its moment cannot be kept."""
    place.keys({} if raw is None else raw, CAPTURED_KEYS, "captured_at")
    if not raw or not ({"column", "default"} & set(raw)):
        raise place.wrong(
            "captured_at",
            "cần cột ghi lúc lập phiếu (column), hoặc một giá trị cho mọi dòng (default)",
            "name the column of the moment, or a default for all rows",
        )
    values = {key: _text(raw, key, place) for key in raw}
    if "default" in values:
        try:
            aware = datetime.fromisoformat(values["default"]).tzinfo is not None
        except ValueError:
            aware = False
        if not aware:
            raise place.wrong(
                "default",
                "cần ngày giờ theo ISO 8601 có múi giờ, như 2025-05-14T08:00:00+07:00",
                "a moment in ISO 8601 with its time zone is expected, such as 2025-05-14T08:00:00+07:00",
            )
    if "zone" in values and not re.fullmatch(r"[+-]\d\d:\d\d", values["zone"]):
        raise place.wrong("zone", "cần múi giờ dạng +07:00", "an offset such as +07:00 is expected")
    return CapturedAt(**values)


def _point(raw: Any, place: _Place) -> dict[str, str]:
    place.keys(raw, POINT_KEYS, "point")
    if raw and not {"lat", "lon"} <= set(raw):
        raise place.wrong(
            "point",
            "cần tên hai cột lat và lon (độ, EPSG:4326)",
            "name the columns lat and lon (degrees, EPSG:4326)",
        )
    return {key: _text(raw, key, place) for key in raw}


def _constants(raw: Any, questions: Mapping[str, Question], place: _Place) -> dict[str, Any]:
    place.keys(raw, frozenset(questions), "constants")
    return {code: value.isoformat() if hasattr(value, "isoformat") else value for code, value in raw.items()}


def _answers(raw: Any, questions: Mapping[str, Question], place: _Place) -> Iterator[AnswerRule]:
    if not isinstance(raw, Sequence) or isinstance(raw, str):
        raise place.wrong("answer", "cần một danh sách bảng", "a list of tables is expected")
    for number, entry in enumerate(raw, 1):
        here = place if place.table else _Place(place.file, place.text, "answer", number)
        here.keys(entry, ANSWER_KEYS, "answer")
        yield _answer(entry, questions, here)


def _answer(raw: Mapping[str, Any], questions: Mapping[str, Question], place: _Place) -> AnswerRule:
    target = _text(raw, "to", place)
    if target not in questions:
        raise place.wrong("to", f"phiếu không có câu hỏi {target}", f"{target} is not a question of the form")
    question = questions[target]
    if question.kind in ("roster", "point"):
        raise place.wrong(
            "to",
            f"{target} được ghi bằng [[row]] hoặc point",
            f"{target} is filled by a [[row]] or by point",
        )
    codes = raw.get("codes", {})
    if not isinstance(codes, Mapping):
        raise place.wrong(
            "codes", "cần một bảng mã của tệp = mã của phiếu", "a table of their code = ours is expected"
        )
    for theirs, ours in codes.items():
        if question.kind == "choice" and ours not in ("", *question.choices):
            raise _no_choice(place, theirs, ours, question)
        if question.kind == "boolean" and ours not in (True, False, ""):
            raise place.wrong(
                theirs, 'cần true, false hoặc "" (không rõ)', 'true, false or "" (unknown) is expected'
            )
    if "ticked" in raw:
        return _ticked(raw, question, place)
    unit = _text(raw, "unit", place) if "unit" in raw else None
    if unit and (unit, question.unit) not in UNITS:
        known = ", ".join(theirs for theirs, ours in UNITS if ours == question.unit) or "–"
        raise place.wrong(
            "unit",
            f"không đổi được {unit} sang {question.unit}; đổi được: {known}",
            f"{unit} cannot become {question.unit}; known: {known}",
        )
    if "prefer" in raw and "split" not in raw:
        raise place.wrong("prefer", "cần có split", "needs split")
    if "within" in raw and question.kind != "area":
        raise place.wrong("within", "chỉ dùng cho câu hỏi về đơn vị", "only a unit lies within another")
    return AnswerRule(
        columns=_texts(raw, "from", place)
        if isinstance(raw.get("from"), list)
        else (_text(raw, "from", place),),
        question=question,
        codes=dict(codes),
        unknown=frozenset(_texts(raw, "unknown", place)),
        split=_text(raw, "split", place) if "split" in raw else None,
        prefer=_texts(raw, "prefer", place),
        unit=unit,
        factor=UNITS[unit, question.unit] if unit and question.unit else None,
        subtract_from=_whole(raw, "subtract_from", place),
        within=_text(raw, "within", place) if "within" in raw else None,
    )


def _ticked(raw: Mapping[str, Any], question: Question, place: _Place) -> AnswerRule:
    """A choice that is spread over columns, of which one is ticked: their column = our choice."""
    place.keys(raw, TICKED_KEYS, "ticked")
    ticked = raw["ticked"]
    if question.kind != "choice" or not isinstance(ticked, Mapping) or not ticked:
        raise place.wrong(
            "ticked",
            "cần một bảng cột của tệp = lựa chọn của phiếu, cho câu hỏi lựa chọn",
            "a table of their column = our choice is expected, for a choice",
        )
    for column, ours in ticked.items():
        if ours not in question.choices:
            raise _no_choice(place, column, ours, question)
    return AnswerRule(columns=tuple(ticked), question=question, ticked=dict(ticked))


def _no_choice(place: _Place, key: str, ours: Any, question: Question) -> Problem:
    code, choices = question.code, ", ".join(question.choices)
    return place.wrong(
        key,
        f"{ours!r} không phải là lựa chọn của {code}: {choices}",
        f"{ours!r} is not a choice of {code}: {choices}",
    )


def _whole(raw: Mapping[str, Any], key: str, place: _Place) -> int | None:
    value = raw.get(key)
    if value is not None and (isinstance(value, bool) or not isinstance(value, int)):
        raise place.wrong(key, "cần một số nguyên", "a whole number is expected")
    return value


def _rows(raw: Any, form: Form, place: _Place) -> Iterator[RowRule]:
    if not isinstance(raw, Sequence) or isinstance(raw, str):
        raise place.wrong("row", "cần một danh sách bảng", "a list of tables is expected")
    for number, entry in enumerate(raw, 1):
        here = _Place(place.file, place.text, "row", number)
        here.keys(entry, ROW_KEYS, "row")
        target = _text(entry, "to", here)
        roster = form.questions.get(target)
        if roster is None or roster.kind != "roster":
            raise here.wrong(
                "to", f"{target} không phải bảng kê của phiếu", f"{target} is not a roster of the form"
            )
        columns = {column.code: column for column in roster.columns}
        yield RowRule(
            roster=target,
            present=_text(entry, "present", here),
            constants=_constants(entry.get("constants", {}), columns, here),
            answers=tuple(_answers(entry.get("answer", ()), columns, here)),
        )


def _refuse_two_for_one(mapping: HouseholdMapping, place: _Place) -> None:
    """Two columns for one question would let the last one win in silence."""
    seen: set[str] = set()
    for number, answer in enumerate(mapping.answers, 1):
        if answer.question.code in seen:
            raise _Place(place.file, place.text, "answer", number).wrong(
                "to", "câu hỏi này đã có cột", "this question already has a column"
            )
        seen.add(answer.question.code)
