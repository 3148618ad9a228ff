"""Our own Excel form for entry by hand: a row a household, choices as lists, and where it came from.

The hidden sheet `nhavung` names form, version and workbook; with it the file comes back without a mapping.
A row is known by workbook and running number, so that sending a file twice changes nothing.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from api.imports.mapping import AnswerRule, CapturedAt, HouseholdMapping, RowRule
from api.shared.tables import read_table
from survey.problems import Problem
from survey.questionnaire import Form, Question, load_form
from survey.words import word

ROWS = 1_000
"""Rows of the sheet prepared with choice lists; more may be added by copying."""
NUMBER, LON, LAT = "STT", "Kinh độ (lon)", "Vĩ độ (lat)"
PROVENANCE = "nhavung"
LISTS = "danh_muc"
NO_SUCH_SHEET = 3005
SKIPPED = frozenset({"household"})
"""Questions nobody types by hand."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the sheet: its title and the question (or the roster's column) it answers."""

    title: str
    question: Question
    roster: str | None = None


def columns(form: Form) -> tuple[Column, ...]:
    """The columns of the sheet, in the form's order. A roster has room for one row, members have none."""
    return tuple(_columns(form))


def _columns(form: Form) -> Iterator[Column]:
    for question in form.questions.values():
        if question.kind == "point" or question.code in SKIPPED or (question.is_private and question.columns):
            continue
        if question.kind != "roster":
            yield Column(_title(question), question)
            continue
        for column in question.columns:
            yield Column(f"{question.labels['vi']}: {_title(column)}", column, question.code)


def _title(question: Question) -> str:
    unit = {"m2": "m²", "VND": "đồng"}.get(question.unit or "")
    return f"{question.labels['vi']} ({unit})" if unit else question.labels["vi"]


def write_template(path: str | Path) -> None:
    """Write the empty form to `path` (.xlsx). Text cells are text, so that codes keep their leading zeros."""
    from api.shared import workbook

    form = load_form()
    titles = [NUMBER, LON, LAT, *(column.title for column in columns(form))]
    with workbook.workbook(Path(path)) as book:
        sheet = book.sheet("Phiếu", [workbook.Column(title, 18) for title in titles])
        lists = book.sheet(LISTS)
        sheet.set_column(0, len(titles) - 1, 18, book.text)
        sheet.set_row(0, 60)
        sheet.freeze_panes(1, 1)
        for number, column in enumerate(columns(form)):
            _prepare_column(book.file, sheet, lists, number, column)
        lists.hide()
        _write_provenance(book.file, form)


def _prepare_column(book: Any, sheet: Any, lists: Any, number: int, column: Column) -> None:
    """Choices as a drop-down list, days and numbers with their format and range."""
    at, question = number + 3, column.question
    area = (1, at, ROWS, at)
    if question.hints:
        sheet.write_comment(0, at, question.hints["vi"])
    options = _options(question)
    if options:
        lists.write_column(0, number, options)
        letter = _letters(number)
        source = f"={LISTS}!${letter}$1:${letter}${len(options)}"
        sheet.data_validation(*area, {"validate": "list", "source": source})
    elif question.kind == "date":
        sheet.set_column(at, at, 14, book.add_format({"num_format": "dd/mm/yyyy"}))
    elif question.kind in ("integer", "decimal"):
        sheet.set_column(at, at, 14, book.add_format({"num_format": "General"}))
        if question.minimum is not None and question.maximum is not None:
            rule = {"criteria": "between", "minimum": question.minimum, "maximum": question.maximum}
            sheet.data_validation(*area, {"validate": question.kind, "error_type": "warning", **rule})


def _letters(number: int) -> str:
    """Column number (0 = A) as letters."""
    from xlsxwriter.utility import xl_col_to_name

    letters: str = xl_col_to_name(number)
    return letters


def _options(question: Question) -> list[str]:
    if question.kind == "boolean":
        return ["có", "không"]
    return [word(f"{question.words}.{code}", "vi") for code in question.choices]


def _write_provenance(book: Any, form: Form) -> None:
    sheet = book.add_worksheet(PROVENANCE)
    sheet.write_row(0, 0, ["form", "version", "workbook"])
    sheet.write_row(1, 0, [form.code, form.version, str(uuid.uuid4())])
    sheet.hide()


def mapping_of(path: str | Path) -> HouseholdMapping:
    """The mapping of a filled form of ours. Raises Problem 4208 when the file is none."""
    made = _provenance(path)
    form = load_form(made["form"], made["version"])
    rosters = {column.roster for column in columns(form) if column.roster}
    return HouseholdMapping(
        source=made["workbook"],
        form=form,
        id=(NUMBER,),
        # The day of the survey as typed stands for the moment: midnight in Viet Nam.
        captured_at=CapturedAt(column=_title(form.questions["visited_on"]), zone="+07:00"),
        point={"lon": LON, "lat": LAT},
        answers=tuple(AnswerRule((c.title,), c.question) for c in columns(form) if c.roster is None),
        rows=tuple(_row_rule(form, roster) for roster in sorted(rosters)),
    )


def _row_rule(form: Form, roster: str) -> RowRule:
    """One row of a roster, there when its first column is filled."""
    own = [column for column in columns(form) if column.roster == roster]
    return RowRule(
        roster=roster,
        present=own[0].title,
        constants={},
        answers=tuple(AnswerRule((column.title,), column.question) for column in own),
    )


def _provenance(path: str | Path) -> Mapping[str, str]:
    try:
        row = next(read_table(path, PROVENANCE).rows, None)
    except Problem as problem:
        if problem.number != NO_SUCH_SHEET:
            raise
        row = None
    if row is None or {"form", "version", "workbook"} - set(row.values):
        raise Problem(4208, file=Path(path).name)
    return row.values
