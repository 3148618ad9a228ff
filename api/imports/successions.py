"""`nhavung import succession`: which old unit became which new one, from an official mapping list."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from sqlalchemy.orm import Session

from api.imports.areas import Watch
from api.imports.report import Report
from api.imports.sources import chosen_column
from api.shared.tables import read_table
from survey.areas.actions import succeed
from survey.areas.rows import Pair
from survey.areas.told import CODE_WIDTH, Told, full_code
from survey.areas.villages import settle_split
from survey.problems import Problem

CODES_SHOWN = 20


@dataclass(frozen=True, slots=True)
class SuccessionOptions:
    """`on` is the first day of the new units; `legal_act` the resolution that made them."""

    on: date
    legal_act: str
    level: str = "commune"
    sheet: str | None = None
    old: str | None = None
    new: str | None = None


def take_succession(
    session: Session, path: str | Path, options: SuccessionOptions, watch: Watch = iter
) -> Report:
    """Read the list and write down its pairs; villages of split communes are placed by position.

    Units are told by their codes, or by names that are theirs alone the day before or on the day.

    Raises: Problems of `read_table`; 3018 no column of old or new codes.
    """
    path = Path(path)
    table = read_table(path, options.sheet)
    report = Report(path.name, list(table.notes))
    chosen = []
    for what, asked in (("old", options.old), ("new", options.new)):
        titles = (
            f"{what}_{options.level}_code",
            f"{what}_code",
            what,
            "ma_cu" if what == "old" else "ma_moi",
            f"{what}_{options.level}_name",
            f"{what}_name",
        )
        column, said = chosen_column(what, asked, table.columns, titles)
        if column is None:
            raise Problem(3018, what=what, got="", columns=", ".join(table.columns))
        chosen.append(column)
        report.notes += said
    rows, pairs = [], []
    before, after = (
        Told(session, day, (options.level,)) for day in (options.on - timedelta(days=1), options.on)
    )
    for row in watch(list(table.rows)):
        try:
            old, new = (
                _code(told, row.values[column]) for told, column in zip((before, after), chosen, strict=True)
            )
        except Problem as problem:
            report.refuse(row.line, problem)
            continue
        rows.append(row)
        pairs.append(Pair(old, new))
    for row, answer in zip(rows, succeed(session, pairs, options.on, options.legal_act), strict=True):
        if answer.problem is not None:
            report.refuse(row.line, answer.problem)
        else:
            report.count(answer.outcome)
    report.refused.sort(key=lambda refused: refused.line)
    if options.level == "commune":
        _settle(session, options.on, report)
    return report


def _code(told: Told, text: str) -> str:
    """A code with its zeros, or that of the unit named. Raises: Problem 3040 no such unit, 3041 several."""
    (level,) = told.levels
    return full_code(text, CODE_WIDTH[level]) if text.isdigit() else told.unit(text).code


def _settle(session: Session, on: date, report: Report) -> None:
    placed, undecided = settle_split(session, on)
    said = "thôn của xã bị chia / villages of split communes"
    if placed:
        report.notes.append(f"{len(placed)} {said}: xếp theo vị trí / placed by position")
    if undecided:
        listed = ", ".join(undecided[:CODES_SHOWN])
        report.notes.append(f"{len(undecided)} {said}: chưa rõ xã mới / to be decided: {listed}")
