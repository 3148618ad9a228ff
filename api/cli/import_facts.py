"""`nhavung import facts`: dated facts of areas the law asks for (poor district, minority area, …)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
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
    from api.shared.area_names import typed_code
    from api.shared.tables import read_table
    from api.web import clock, transaction
    from api.web.extensions import db
    from api.web.intake_context import book_in_force
    from survey.areas import queries as areas
    from survey.areas.actions import set_fact
    from survey.problems import Problem

    with app_context():
        table = read_table(file, wanted=lambda titles: len({*COLUMNS} & {*titles}))
        for note in table.notes:
            click.echo(note)
        today = clock.today()
        vocabulary = book_in_force(db.session()).facts
        rows, faults = [], []
        for row in table.rows:
            try:
                for column, text in row.broken.items():
                    raise Problem(4211, line=row.line, column=column, got=text[:40])
                code = typed_code(db.session(), row.values["area_code"], today)
                if not areas.path(db.session(), code, today):
                    raise ValueError(f"area_code {code}?")
                rows.append((code, *_read(row.values, vocabulary)))
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


def _read(values: dict[str, str], vocabulary: Mapping[str, Fact]) -> tuple[str, Any, date, date | None, str]:
    """What one row tells of its unit, every cell checked; the exception says what is wrong."""
    from survey.law.texts import parse_text

    fact = vocabulary.get(values["fact"])
    if fact is None or fact.origin != "area":
        raise ValueError(f"fact {values['fact']}?")
    if not values["source"]:
        raise ValueError("source?")
    until = Day().convert(values["until"], None, None) if values.get("until") else None
    first = Day().convert(values["from"], None, None)
    return fact.name, parse_text(fact, values["value"]), first, until, values["source"]
