"""`nhavung import facts`: dated facts of areas the law asks for (poor district, minority area, …)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from api.cli.context import app_context
from api.cli.reports import Day, log

if TYPE_CHECKING:
    from survey.law.facts import Fact

COLUMNS = ("area_code", "fact", "value", "from", "until", "source")


@click.command("facts")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Check and report only.")
def command(file: Path, dry_run: bool) -> None:
    """Take in a table (area_code, fact, value, from, until, source): checked whole, applied whole."""
    from api.imports.report import Report
    from api.shared.tables import read_table
    from api.web import clock, transaction
    from api.web.extensions import db
    from api.web.intake_context import book_in_force
    from survey.areas import queries as areas
    from survey.areas.actions import set_fact
    from survey.areas.told import unit_told
    from survey.problems import Problem

    with app_context():
        table = read_table(file)
        for note in table.notes:
            click.echo(note)
        known = areas.tree(db.session(), clock.today())
        vocabulary = book_in_force(db.session()).facts

        def place(told: str, on: date) -> str:
            """The code of the unit that a cell tells of a day; of one gone by now, by its code."""
            return told if known.path(told) else unit_told(db.session(), told, on).code

        rows, faults = [], []
        for row in table.rows:
            try:
                rows.append(_read(row.values, place, vocabulary))
            except (KeyError, ValueError, Problem, click.BadParameter) as error:
                faults.append({"line": row.line, "text": f"{row.line}: {error}"})
        if faults:
            raise Problem(
                3030, faults=len(faults), first=faults[0]["text"], columns=", ".join(COLUMNS), rows=faults
            )
        if not dry_run:
            with transaction.write() as session:
                for code, fact, value, first, until, source in rows:
                    set_fact(session, code, fact, value, first, source=source, until=until)
                log(session, Report(file.name, counts=Counter(added=len(rows))), "area_facts")
        click.echo(f"{len(rows)} dòng đặc điểm địa bàn {'hợp lệ (chưa ghi)' if dry_run else 'đã ghi'}.")


def _read(
    values: dict[str, str], place: Callable[[str, date], str], vocabulary: Mapping[str, Fact]
) -> tuple[str, str, Any, date, date | None, str]:
    """One row, every cell checked; the exception says what is wrong."""
    from survey.law.texts import parse_text

    first = Day().convert(values["from"], None, None)
    code, fact = place(values["area_code"], first), vocabulary.get(values["fact"])
    if fact is None or fact.origin != "area":
        raise ValueError(f"fact {values['fact']}?")
    if not values["source"]:
        raise ValueError("source?")
    until = Day().convert(values["until"], None, None) if values.get("until") else None
    return code, fact.name, parse_text(fact, values["value"]), first, until, values["source"]
