"""`nhavung import facts`: dated facts of areas the law asks for (poor district, minority area, …)."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from api.cli.context import app_context

if TYPE_CHECKING:
    from survey.areas.tree import Tree

COLUMNS = ("area_code", "fact", "value", "from", "until", "source")
TRUTHS = {
    "true": True,
    "yes": True,
    "có": True,
    "1": True,
    "false": False,
    "no": False,
    "không": False,
    "0": False,
}


@click.command("facts")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Check and report only.")
def command(file: Path, dry_run: bool) -> None:
    """Take in a table (area_code, fact, value, from, until, source): checked whole, applied whole."""
    from api import clock, transaction
    from api.extensions import db
    from api.imports.tables import read_table
    from survey.areas import queries as areas
    from survey.areas.actions import set_fact
    from survey.problems import Problem

    with app_context():
        table = read_table(file)
        for note in table.notes:
            click.echo(note)
        known = areas.tree(db.session(), clock.today())
        rows, faults = [], []
        for row in table.rows:
            try:
                rows.append(_read(row.values, known))
            except (KeyError, ValueError) as error:
                faults.append({"line": row.line, "text": f"{row.line}: {error}"})
        if faults:
            raise Problem(
                3030, faults=len(faults), first=faults[0]["text"], columns=", ".join(COLUMNS), rows=faults
            )
        if not dry_run:
            with transaction.write() as session:
                for code, fact, value, first, until, source in rows:
                    set_fact(session, code, fact, value, first, source=source, until=until)
        click.echo(f"{len(rows)} dòng đặc điểm địa bàn {'hợp lệ (chưa ghi)' if dry_run else 'đã ghi'}.")


def _read(values: dict[str, str], tree: Tree) -> tuple[str, str, bool, date, date | None, str]:
    """One row, every cell checked; KeyError or ValueError says what is wrong."""
    from api.desk import shipped_book

    code, fact = values["area_code"], values["fact"]
    if not tree.path(code):
        raise ValueError(f"area_code {code}?")
    wanted = shipped_book(None).facts.get(fact)
    if wanted is None or wanted.origin != "area":
        raise ValueError(f"fact {fact}?")
    value = TRUTHS[values["value"].casefold()]
    until = date.fromisoformat(values["until"]) if values.get("until") else None
    if not values["source"]:
        raise ValueError("source?")
    return code, fact, value, date.fromisoformat(values["from"]), until, values["source"]
