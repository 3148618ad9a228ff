"""Other people's household files: a table and its mapping become envelopes for the intake.

First a plan (nothing written): what each row would become and why, as the intake itself foresees it. Then
the work, in chunks of one commit each. A survey's id is made from source and row id, so that a second run, or
one after a crash, gets the same receipts and doubles nothing. Every row is accounted for: stored, waiting,
refused as unreadable, or no household at all (a heading, a total, a note).
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from api.imports.cells import Cells, Reader
from api.imports.mapping import AnswerRule, HouseholdMapping
from api.imports.report import Refused, Said
from api.imports.units import Units
from api.shared.tables import Row, Table, read_table
from api.web import transaction
from survey.areas.names import bare_name, normal_name
from survey.intake.envelope import read
from survey.intake.rows import Envelope, Foreseen, Receipt
from survey.problems import Problem
from survey.questionnaire import Fault, check, load_form
from survey.words import LANGUAGES, glossary

NAMESPACE = uuid.UUID("6f1c5a52-6d8b-5d0e-9f6e-6f3a1f0c7b11")
"""Under it every imported survey gets its id: uuid5(uuid5(NAMESPACE, source), row id)."""
CHUNK = 25
"""Rows to one commit: a phone that sends meanwhile waits about a second at most on SQLite."""

PLACES = ("area_code", "place_text", "point")
"""Questions whose answer says where a household is."""
NO_HOUSEHOLD = 4210
OTHER_CONTENT = 4102
EXPECTED_FLAGS = frozenset({"no_point", "area_by_point"})
"""Flags that a list of households earns by being a list."""

RawEnvelope = dict[str, Any]
"""What a phone would have sent, not read yet."""
Receive = Callable[[Session, Envelope], Receipt]


@dataclass(frozen=True, slots=True)
class Prepared:
    """A row that can be sent: its envelope, and why it would wait. `is_known`: it was sent before.

    `correction` says what it changes of the record it is the next version of.
    """

    line: int
    envelope: RawEnvelope
    faults: tuple[Fault, ...] = ()
    is_known: bool = False
    correction: Problem | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """What an import would do. `rows` = prepared + refused + passed; `notes` say what was detected.

    `passed` are rows that are no household; `said` is what was mended in a row, or is to be looked at;
    `gone` are records of the same `source` that no row has any more, of the `ids` that rows have.
    """

    file: str
    notes: tuple[str, ...]
    prepared: tuple[Prepared, ...]
    refused: tuple[Refused, ...]
    passed: tuple[Refused, ...] = ()
    said: tuple[Said, ...] = ()
    unmapped_columns: tuple[str, ...] = ()
    unknown_codes: Mapping[tuple[str, str], int] = field(default_factory=dict)
    source: str = ""
    ids: frozenset[str] = frozenset()
    gone: tuple[Problem, ...] = ()

    @property
    def rows(self) -> int:
        """Those below the titles, whatever becomes of them."""
        return len(self.prepared) + len(self.refused) + len(self.passed)

    def counts(self) -> dict[str, int]:
        """Rows by what would become of them; they add up to `rows`."""
        waiting = sum(bool(row.faults) for row in self.prepared)
        return {
            "stored": len(self.prepared) - waiting,
            "waiting": waiting,
            "refused": len(self.refused),
            "passed": len(self.passed),
        }

    def visits(self) -> dict[str, int]:
        """Rows by the result of the visit, in order of first appearance."""
        found: dict[str, int] = {}
        for row in self.prepared:
            visit = str(row.envelope["payload"].get("visit", ""))
            found[visit] = found.get(visit, 0) + 1
        return found


@dataclass(slots=True)
class Result:
    """What an import did; stored + waiting + refused + passed = rows. `known` of them were here before,
    `corrected` became the next version of a record.

    `reasons` are the faults of each waiting row by its line, as its receipt has them.
    """

    stored: int = 0
    waiting: int = 0
    passed: int = 0
    known: int = 0
    corrected: int = 0
    refused: list[Refused] = field(default_factory=list)
    reasons: list[tuple[int, Mapping[str, Any]]] = field(default_factory=list)

    @property
    def rows(self) -> int:
        """As many as the plan had: none is lost."""
        return self.stored + self.waiting + self.passed + len(self.refused)


def plan(
    path: str | Path, mapping: HouseholdMapping, sheet: str | None = None, units: Units | None = None
) -> Plan:
    """Read the file and say what each row would become by its form alone. Nothing is written.

    `units` finds the units that rows name. Raises: Problem 3001-3005 (the file), 4206 (it lacks columns the
    mapping names).
    """
    named = mapping.columns()
    table = read_table(
        path, sheet, wanted=lambda titles: len(named.intersection(titles)), header=mapping.header
    )
    missing = sorted(named - set(table.columns))
    if missing:
        raise Problem(4206, file=Path(path).name, missing=", ".join(missing), columns=_some(table.columns))
    reader = Reader(mapping, units)
    prepared, refused, ids = _prepare(table, reader)
    return Plan(
        file=Path(path).name,
        notes=(*table.notes, *_conversions(mapping), *_undated(prepared, mapping)),
        prepared=tuple(prepared),
        refused=tuple(row for row in refused if row.problem.number != NO_HOUSEHOLD),
        passed=tuple(row for row in refused if row.problem.number == NO_HOUSEHOLD),
        said=tuple(reader.said),
        unmapped_columns=tuple(column for column in table.columns if column not in named),
        unknown_codes=reader.unknown_codes,
        source=mapping.source,
        ids=frozenset(ids),
    )


def foretold(planned: Plan, foresee: Callable[[Envelope], Foreseen]) -> Plan:
    """The plan as the intake itself foresees it: why each row would wait, and what is to be looked at.

    A phone may record a household that nobody could place; a row that tells no place is refused (4218).
    """
    prepared: list[Prepared] = []
    refused, said = list(planned.refused), list(planned.said)
    asked = {code for row in planned.prepared for code in row.envelope["payload"]}
    for row in planned.prepared:
        try:
            if not any(code in row.envelope["payload"] for code in PLACES):
                raise Problem(4218, line=row.line)
            seen = foresee(read(row.envelope))
        except Problem as problem:
            refused.append(Refused(row.line, _imported_before(row.line, row.envelope["form"], problem)))
            continue
        if "head_name" in asked and not row.envelope["payload"].get("head_name"):
            said.append(Said(row.line, Problem(4220, line=row.line)))
        prepared.append(replace(row, faults=seen.faults, is_known=seen.is_known))
        said += [Said(row.line, _doubt(flag)) for flag in seen.flags if flag["code"] not in EXPECTED_FLAGS]
    return replace(planned, prepared=tuple(prepared), refused=tuple(refused), said=tuple(said))


def _imported_before(line: int, form: str, problem: Problem) -> Problem:
    """What a phone is told of a version of other content, in the words of a list that is imported again."""
    if problem.number != OTHER_CONTENT:
        return problem
    codes = str(problem.details.get("changed", "")).split(", ")
    return Problem(4219, line=line, **named_questions(form, codes))


def named_questions(form: str, codes: Iterable[str]) -> dict[str, str]:
    """The questions that changed, in words: the details of a problem in both languages."""
    questions = load_form(form).questions
    return {
        f"changed_{lang}": ", ".join(
            questions[code].labels[lang] if code in questions else code for code in codes
        )
        for lang in LANGUAGES
    }


def _doubt(flag: Mapping[str, Any]) -> Problem:
    """A flag in words, as the page of the household will show it."""
    words = glossary()[f"flag.{flag['code']}"]
    number = f" ({flag['row']})" if "row" in flag else ""
    return Problem(4217, flag_vi=f"{words['vi']}{number}", flag_en=f"{words['en']}{number}")


def _some(columns: list[str], limit: int = 20) -> str:
    shown = ", ".join(columns[:limit])
    return f"{shown}, …" if len(columns) > limit else shown


def _conversions(mapping: HouseholdMapping) -> Iterator[str]:
    """Every conversion of units, with its factor."""
    for rule in mapping.answers:
        if rule.factor is not None:
            yield f"{rule.column}: 1 {rule.unit} = {rule.factor:.10g} {rule.question.unit}"


def _undated(prepared: Iterable[Prepared], mapping: HouseholdMapping) -> Iterator[str]:
    """How many rows have an empty cell for their moment, and get that of all."""
    rule = mapping.captured_at
    count = sum(row.envelope["captured_at"] == rule.default for row in prepared) if rule.column else 0
    if count:
        yield f"{count} dòng trống ô {rule.column}, lấy / empty cells, taken for {rule.default}"


def _prepare(table: Table, reader: Reader) -> tuple[list[Prepared], list[Refused], set[str]]:
    """The rows that can be sent, the others, and the id of every row, readable or not."""
    prepared: list[Prepared] = []
    refused: list[Refused] = []
    ids: set[str] = set()
    first_of: dict[str, Prepared] = {}
    group = ""
    for row in table.rows:
        ids.add(survey_id(reader.mapping.source, [row.values[column] for column in reader.mapping.id]))
        try:
            if heading := _no_household(row, reader.mapping):
                group = group if row.is_total else heading
                raise Problem(NO_HOUSEHOLD, line=row.line, got=heading[:60])
            ready = _prepare_row(row, group, reader)
            first = first_of.setdefault(ready.envelope["id"], ready)
            if first.envelope != ready.envelope:
                raise Problem(4205, line=row.line, first=first.line)
            prepared.append(ready)
        except Problem as problem:
            refused.append(Refused(row.line, problem))
    return prepared, refused, ids


def _no_household(row: Row, mapping: HouseholdMapping) -> str:
    """What stands in a row that is a heading, a total or a note; "" for any other row.

    Raises: Problem 4209 for a row that tells something, but neither who nor where.
    """
    if row.is_total:
        return " ".join(row.words)
    filled = {column: text for column, text in row.values.items() if text not in mapping.empty}
    about = {rule.question.code: rule.columns for rule in mapping.answers}
    if "head_name" not in about:
        return ""
    withins = [rule.within for rule in mapping.answers if rule.within]
    places = {*about.get("area_code", ()), *about.get("place_text", ()), *mapping.point.values(), *withins}
    if places & filled.keys():
        return ""
    name = " ".join(filled[column] for column in about["head_name"] if column in filled)
    others = mapping.columns() - places - {*about["head_name"], *mapping.id}
    if others & filled.keys():
        is_placed = mapping.group or any(code in mapping.constants for code in PLACES)
        if len(filled) > 1 and not name and not is_placed:
            raise Problem(4209, line=row.line)
        return "" if name or len(filled) > 1 else " ".join(row.words)
    is_numbered = any(filled.get(column, "").isdigit() for column in mapping.id)
    is_unit = bare_name(name) != normal_name(name)
    return "" if not others or (is_numbered and not is_unit) else name or " ".join(row.words)


def _prepare_row(row: Row, group: str, reader: Reader) -> Prepared:
    """One row as an envelope; `group` is the heading above it.

    Raises: Problem 4203 (no id), 4204 (no moment), 4207 (surplus values), 4211 (a cell without its value).
    """
    mapping = reader.mapping
    if row.surplus:
        raise Problem(4207, line=row.line, surplus=len(row.surplus))
    for column, text in row.broken.items():
        if column in mapping.columns():
            raise Problem(4211, line=row.line, column=column, got=text[:40])
    parts = [row.values[column] for column in mapping.id]
    if all(part in mapping.empty for part in parts):
        raise Problem(4203, line=row.line, columns=", ".join(mapping.id))
    captured_at = reader.moment(row.values)
    if captured_at is None:
        column = mapping.captured_at.column or ""
        raise Problem(4204, line=row.line, column=column, got=row.values.get(column, "")[:60])
    payload = payload_of(Cells(row.line, row.values, date.fromisoformat(captured_at[:10]), group), reader)
    envelope = {
        "id": survey_id(mapping.source, parts),
        "kind": "survey",
        "form": mapping.form.code,
        "form_version": mapping.form.version,
        "base_version": 0,
        "captured_at": captured_at,
        "officer": None,
        "device": device_of(mapping.source, 1),
        "payload": payload,
        "photos": [],
    }
    return Prepared(row.line, envelope, check(mapping.form, payload).faults)


def survey_id(source: str, parts: Iterable[str]) -> str:
    """The lasting id of a row: the same source and row id always give the same survey.

    >>> survey_id("list-2025", ["17"]) == survey_id("list-2025", ["17"])
    True
    """
    return str(uuid.uuid5(uuid.uuid5(NAMESPACE, source), "\x1f".join(parts)))


def device_of(source: str, version: int) -> str:
    """What a version made by a list names as its device.

    A record mended in the inbox keeps the device of what was mended: so that it is not taken for the list's
    own, a later version of the list names its number.

    >>> device_of("list-2025", 1), device_of("list-2025", 2)
    ('import:list-2025', 'import 2:list-2025')
    """
    return (f"import:{source}" if version == 1 else f"import {version}:{source}")[:80]


def payload_of(cells: Cells, reader: Reader) -> dict[str, Any]:
    """The answers of one row: constants first, then the heading above it, then what its cells say."""
    mapping = reader.mapping
    payload = dict(mapping.constants)
    if mapping.group and cells.group:
        payload[mapping.group] = reader.heading(cells)
    payload |= _answers(mapping.answers, cells, reader)
    point = reader.point(cells.values)
    if point:
        payload["point"] = point
    if reader.units and reader.units.within and not any(code in payload for code in PLACES):
        payload["area_code"] = reader.units.within
    for row in mapping.rows:
        if cells.values[row.present] not in mapping.empty:
            entry = {**row.constants, **_answers(row.answers, cells, reader)}
            payload.setdefault(row.roster, []).append(entry)
            payload |= _opened(mapping, row.roster, payload)
    return payload


def _opened(mapping: HouseholdMapping, roster: str, payload: Mapping[str, Any]) -> dict[str, Any]:
    """Yes to the question that a roster with rows depends on, unless a column answers that question.

    So a constant no holds for the households without such a row: never helped before, for one.
    """
    when = mapping.form.questions[roster].when
    if when is None or when.truth(payload):
        return {}
    answered = {rule.question.code for rule in mapping.answers}
    for code in when.kinds:
        question = mapping.form.questions.get(code)
        if question and question.kind == "boolean" and code not in answered:
            opened = {code: True}
            if when.truth({**payload, **opened}):
                return opened
    return {}


def _answers(rules: Sequence[AnswerRule], cells: Cells, reader: Reader) -> dict[str, Any]:
    told = {rule.question.code: reader.answer(rule, cells) for rule in rules}
    return {code: answer for code, answer in told.items() if answer is not None}


def apply(
    planned: Plan,
    receive: Receive,
    *,
    on_progress: Callable[[int], None] = lambda rows: None,
    chunk: int = CHUNK,
) -> Result:
    """Send every prepared row through the intake, `chunk` rows to a commit; a refused row stops no other.

    `receive` takes the session and one envelope and gives its receipt. Safe to run again at any point.
    """
    result = Result(passed=len(planned.passed), refused=list(planned.refused))
    for start in range(0, len(planned.prepared), chunk):
        rows = planned.prepared[start : start + chunk]
        with transaction.write() as session:
            outcomes = [_send(session, row, receive) for row in rows]
        # Counted after the commit: a chunk that failed has counted nothing.
        for row, outcome in zip(rows, outcomes, strict=True):
            _count(result, row, outcome)
        on_progress(len(rows))
    return result


def _send(session: Session, row: Prepared, receive: Receive) -> Receipt | Refused:
    try:
        with session.begin_nested():
            return receive(session, read(row.envelope))
    except Problem as problem:
        return Refused(row.line, _imported_before(row.line, row.envelope["form"], problem))


def _count(result: Result, row: Prepared, outcome: Receipt | Refused) -> None:
    if isinstance(outcome, Refused):
        result.refused.append(outcome)
        return
    if outcome.state == "stored":
        result.stored += 1
    else:
        result.waiting += 1
        result.reasons += [(row.line, fault) for fault in outcome.faults]
    result.known += not outcome.is_new
    result.corrected += outcome.is_new and row.correction is not None
