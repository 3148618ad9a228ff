"""`nhavung import facts`: dated facts of areas the law asks for (poor district, minority area, …)."""

from __future__ import annotations

from pathlib import Path

import click

from api.cli.context import app_context
from api.cli.reports import log, tell, tell_refused


@click.command("facts")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Check and report only.")
def command(file: Path, dry_run: bool) -> None:
    """Take in a table (area_code, fact, value, from, until, source): checked whole, applied whole."""
    from api.imports.facts import COLUMNS, take_facts
    from api.web import clock, transaction
    from api.web.intake_context import book_in_force
    from survey.problems import Problem

    with app_context(), transaction.write() as session:
        report = take_facts(session, file, book_in_force(session).facts, clock.today())
        log(session, report, "area_facts")
        if dry_run or report.refused:
            session.rollback()
    if report.refused:
        tell_refused(report)
        raise Problem(3030, faults=len(report.refused), columns=", ".join((*COLUMNS, "until")))
    tell(report, dry_run=dry_run)
