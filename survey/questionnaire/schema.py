"""From a form to its marshmallow schema, and from a payload to its valid answers and numbered faults.

Points and rosters are nested schemas. Unknown fields are faults (4004). Nothing here raises for what a
person or a phone sent.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields

from survey.problems import Problem
from survey.questionnaire.fields import PLAIN_FIELDS, Answer, short
from survey.questionnaire.relevance import relevance
from survey.questionnaire.rows import CheckedPayload, Fault, Form, Question

POINT_PARTS = (
    Question(
        "lon", "decimal", {"vi": "Kinh độ", "en": "Longitude"}, minimum=-180, maximum=180, required=True
    ),
    Question("lat", "decimal", {"vi": "Vĩ độ", "en": "Latitude"}, minimum=-90, maximum=90, required=True),
    Question(
        "accuracy_m", "decimal", {"vi": "Sai số", "en": "Accuracy"}, unit="m", minimum=0, maximum=1_000_000
    ),
    Question("captured_at", "datetime", {"vi": "Lúc lấy vị trí", "en": "Taken at"}),
    Question("mock", "boolean", {"vi": "Vị trí giả lập", "en": "Mock position"}),
    Question(
        "source", "choice", {"vi": "Nguồn vị trí", "en": "Source"}, choices=("gnss", "manual", "import")
    ),
    Question("reason", "text", {"vi": "Vì sao sai số lớn", "en": "Why it is inaccurate"}, max_length=120),
)
"""The parts of a point: degrees in EPSG:4326, metres, and how it was come by."""
MOST_ROWS_READ = 1000
"""No more rows than this are looked at, however long the list: an act may be about a whole commune."""


class PayloadSchema(Schema):
    """The schema of a payload, a row or a point. Unknown fields are refused."""

    class Meta:
        """Refuse what is not asked."""

        unknown = RAISE


class Nested(Answer):
    """A point: an object with parts of its own."""

    def __init__(self, question: Question, parts: tuple[Question, ...]) -> None:
        super().__init__(question)
        self.schema = schema_of(parts)

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> dict[str, Any] | None:
        if not isinstance(value, Mapping):
            raise self.wrong_type(value)
        try:
            loaded = self.schema.load(value)
        except ValidationError as error:
            raise ValidationError(error.messages, valid_data=_answered(error.valid_data)) from None
        return _answered(loaded) or None


class Roster(Answer):
    """A list of rows, each with the question's columns."""

    def __init__(self, question: Question) -> None:
        super().__init__(question)
        self.row = Nested(question, question.columns)

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> list[Any]:
        if not isinstance(value, list):
            raise self.wrong_type(value)
        limit = self.question.max_rows or 0
        rows: list[Any] = []
        faults: dict[Any, Any] = {}
        for index, entry in enumerate(value[:MOST_ROWS_READ]):
            try:
                rows.append(self.row._deserialize(entry, attr, data) or {})
            except ValidationError as error:
                faults[index] = error.messages
                rows.append(error.valid_data or {})
        if len(value) > limit:
            faults["_schema"] = self.refuse(4013, value, count=len(value), limit=limit).messages
        if faults:
            raise ValidationError(faults, valid_data=rows)
        return rows


def schema_of(questions: Iterable[Question]) -> Schema:
    """The schema for some questions; required answers are judged later, by relevance."""
    return PayloadSchema.from_dict({question.code: _field(question) for question in questions})()


@cache
def _schema(form: Form) -> Schema:
    return schema_of(form.questions.values())


def _field(question: Question) -> fields.Field[Any]:
    if question.kind == "roster":
        return Roster(question)
    if question.kind == "point":
        return Nested(question, POINT_PARTS)
    return PLAIN_FIELDS[question.kind](question)


def check(form: Form, payload: Any) -> CheckedPayload:
    """Every valid answer of `payload` and every fault in it. Never raises for a bad payload.

    Answers that are not relevant (hidden by their condition) are kept: `survey_facts` leaves them out.
    """
    if not isinstance(payload, Mapping):
        return CheckedPayload(
            {}, (Fault("", Problem(4002, got=type(payload).__name__), type(payload).__name__),)
        )
    faults: list[Fault] = []
    try:
        values = _schema(form).load(dict(payload))
    except ValidationError as error:
        values = error.valid_data or {}
        faults = list(_faults(error.messages, ""))
    values = _answered(values)
    faults += _not_answered(form.questions, values, "")
    for code, question in form.questions.items():
        for index, row in enumerate(values.get(code, ()) if question.kind == "roster" else ()):
            path = f"{code}[{index}]"
            faults += _not_answered({c.code: c for c in question.columns}, row, f"{path}.")
            faults += [
                _contradiction(path, item.labels)
                for item in question.checks
                if item.holds.truth(row) is False
            ]
    faults += [_contradiction("", item.labels) for item in form.checks if item.holds.truth(values) is False]
    return CheckedPayload(values, _once(faults), _missing(form, values))


def _answered(values: Any) -> dict[str, Any]:
    """Without what was left empty."""
    return {key: value for key, value in (values or {}).items() if value is not None}


def _faults(messages: Any, path: str) -> Iterator[Fault]:
    """Marshmallow's nested messages as faults, each with its path."""
    if isinstance(messages, Mapping):
        for key, inner in messages.items():
            yield from _faults(inner, _join(path, key))
        return
    for problem in messages if isinstance(messages, list) else [messages]:
        if not isinstance(problem, Problem):
            problem = Problem(4004, question=short(path), reason=str(problem))
        yield Fault(short(path, 120), problem, problem.details.get("got"))


def _join(path: str, key: Any) -> str:
    if key == "_schema":
        return path
    if isinstance(key, int):
        return f"{path}[{key}]"
    return f"{path}.{short(key)}" if path else short(key)


def _not_answered(questions: Mapping[str, Question], values: Mapping[str, Any], path: str) -> list[Fault]:
    """Required answers that are relevant and absent (4008), those of a point included."""
    faults = []
    for code, question in questions.items():
        if question.required and code not in values and relevance(question.when, values) is not False:
            problem = Problem(
                4008, question=code, label_vi=question.labels["vi"], label_en=question.labels["en"]
            )
            faults.append(Fault(path + code, problem))
        if question.kind == "point" and code in values:
            faults += _not_answered({part.code: part for part in POINT_PARTS}, values[code], f"{path}{code}.")
    return faults


def _contradiction(path: str, labels: Mapping[str, str]) -> Fault:
    return Fault(path, Problem(4009, question=path, reason_vi=labels["vi"], reason_en=labels["en"]))


def _once(faults: list[Fault]) -> tuple[Fault, ...]:
    """A required answer that was given but wrong is one fault, not two."""
    wrong = {fault.question for fault in faults if fault.number != 4008}
    return tuple(fault for fault in faults if fault.number != 4008 or fault.question not in wrong)


def _missing(form: Form, values: Mapping[str, Any]) -> tuple[str, ...]:
    """Expected answers that are surely relevant and absent."""
    return tuple(
        code
        for code, question in form.questions.items()
        if question.expected and code not in values and relevance(question.when, values) is True
    )
