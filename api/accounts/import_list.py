"""Accounts from an Excel or CSV list, the template to fill in, and the slips that come out."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from sqlalchemy.orm import Session

from api.forms.parsing import parse
from api.shared.area_names import typed_code
from api.shared.tables import Row, read_table
from api.shared.workbook import Column, workbook
from api.web import transaction
from survey import words
from survey.access import actions, passwords
from survey.access.models import ROLES
from survey.access.rows import Actor, NewAccount, NewAppointment, Slip
from survey.areas.names import folded_name
from survey.areas.rows import Name
from survey.problems import Problem
from survey.questionnaire import Form, Question, Section, check

MOST_ROWS = 1000
MOST_CELLS = 1_000_000
"""Of each sheet: room for the codes of a country's communes and villages beside the list."""
COLUMNS = {
    "username": ("Tên đăng nhập", "Username"),
    "full_name": ("Họ và tên", "Full name"),
    "role": ("Vai trò", "Role"),
    "area_code": ("Mã đơn vị", "Area code"),
    "valid_from": ("Từ ngày", "From"),
    "valid_to": ("Đến ngày", "Until"),
}
"""Headings of the list, either language; the last two may be missing (from today, open)."""
NEEDED = ("username", "full_name", "role", "area_code")
DAYS = tuple(
    Question(code, "date", dict(zip(words.LANGUAGES, COLUMNS[code], strict=True)))
    for code in ("valid_from", "valid_to")
)
"""The questions of a post that have a day for an answer."""
FORM = Form("post", "1", {}, (Section("post", {}, DAYS),))


@dataclass(slots=True)
class AccountList:
    """A list as read: the accounts wanted, and what could not be read of them."""

    wanted: list[NewAccount] = field(default_factory=list)
    faults: list[dict[str, object]] = field(default_factory=list)


def read(session: Session, path: Path, today: date) -> AccountList:
    """Read a list; units go by code or name.

    Raises: Problem 6031 columns missing, 6032 empty, 6035 too long, 3001-3005 unreadable.
    """
    table = read_table(path, most_cells=MOST_CELLS, wanted=lambda titles: len(_found(titles)))
    found = _columns(table.columns)
    listed = AccountList()
    for row in table.rows:
        if len(listed.wanted) == MOST_ROWS:
            raise Problem(6035, most=MOST_ROWS)
        listed.wanted.append(_account(session, row, found, today, listed.faults))
    if not listed.wanted:
        raise Problem(6032)
    return listed


def _columns(columns: Sequence[str]) -> dict[str, str]:
    """Which column of the file holds what. Raises: Problem 6031."""
    found = _found(columns)
    missing = [COLUMNS[code][0] for code in NEEDED if code not in found]
    if missing:
        raise Problem(6031, missing=", ".join(missing), got=", ".join(columns))
    return found


def _found(columns: Sequence[str]) -> dict[str, str]:
    wanted = {_heading(label): code for code, labels in COLUMNS.items() for label in (code, *labels)}
    return {wanted[_heading(column)]: column for column in columns if _heading(column) in wanted}


def _heading(text: str) -> str:
    return folded_name(text).replace("_", " ")


def _account(
    session: Session, row: Row, found: dict[str, str], today: date, faults: list[dict[str, object]]
) -> NewAccount:
    value = {code: row.values.get(column, "").strip() for code, column in found.items()}
    days, problems = days_of(value)
    problems += [
        Problem(4211, line=row.line, column=column, got=row.broken[column][:40])
        for column in found.values()
        if column in row.broken
    ]
    try:
        value["area_code"] = typed_code(session, value["area_code"], today)
    except Problem as problem:
        problems.append(problem)
    faults += [actions.fault_row(row.line, problem) for problem in problems]
    post = NewAppointment(
        role=_role(value["role"]),
        area_code=value["area_code"],
        valid_from=days.get("valid_from", today),
        valid_to=days.get("valid_to"),
    )
    return NewAccount(value["username"], value["full_name"], post, row.line)


def days_of(told: Mapping[str, str]) -> tuple[dict[str, date], list[Problem]]:
    """The days of a post as they were typed, and what is wrong with those nobody can read."""
    checked = check(FORM, {day.code: parse(day, told.get(day.code, "")) for day in DAYS})
    days = {code: date.fromisoformat(value) for code, value in checked.values.items()}
    return days, [fault.problem for fault in checked.faults]


def _role(text: str) -> str:
    """The code of a role written as its code or its label in either language; else the text as it stands."""
    labels = {
        folded_name(label): role
        for role in ROLES
        for label in (role, *words.glossary()[f"role.{role}"].values())
    }
    return labels.get(folded_name(text), text)


def create(session: Session, actor: Actor, listed: AccountList) -> list[Slip]:
    """Check the whole list, then make the whole list. Raises: Problem 6030 with every fault by its line."""
    actions.refuse_faults(listed.faults + actions.faults_of_list(session, actor, listed.wanted))
    slips = [Slip(new.username, new.full_name, passwords.one_time()) for new in listed.wanted]
    # Hashing takes seconds for a long list: done before the transaction, which other writers wait for.
    hashes = [passwords.hashed(slip.password) for slip in slips]
    with transaction.write() as writing:
        actions.create_list(writing, actor, listed.wanted, hashes)
    return slips


def template(areas: Iterable[Name], lang: str) -> bytes:
    """The empty list as a workbook: headings, roles to choose from, codes of `areas` on a second sheet."""
    side = words.LANGUAGES.index(lang)
    buffer = io.BytesIO()
    with workbook(buffer) as book:
        heads = [Column(labels[side], 22) for labels in COLUMNS.values()]
        sheet = book.sheet(("Tài khoản", "Accounts")[side], heads)
        sheet.set_column(0, len(COLUMNS) - 1, 22, book.text)
        titles = ("Mã", "Tên", "Cấp") if lang == "vi" else ("Code", "Name", "Level")
        beside = ("Mã đơn vị", "Area codes")[side]
        roles_title = ("Các vai trò", "Roles")[side]
        codes = book.sheet(beside, [Column(title, 24) for title in (*titles, roles_title)])
        for number, role in enumerate(ROLES, start=1):
            book.write(codes, number, len(titles), words.word(f"role.{role}", lang))
        # a range of cells: in a list typed into the rule, the comma of a label would end it
        source = f"='{beside}'!$D$2:$D${len(ROLES) + 1}"
        sheet.data_validation(1, 2, MOST_ROWS, 2, {"validate": "list", "source": source})
        for number, area in enumerate(areas, start=1):
            for place, text in enumerate((area.code, area.name, words.word(f"level.{area.level}", lang))):
                book.write(codes, number, place, text)
    return buffer.getvalue()
