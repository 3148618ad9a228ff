"""`nhavung import succession`: which old unit became which new one."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import click

from api.cli.context import app_context
from api.cli.reports import Day, log, tell, watch


@click.command("succession")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--from", "on", type=Day(), required=True, help="first day of the new units: 2025-07-01")
@click.option("--legal-act", required=True, help="the resolution, e.g. 1683/NQ-UBTVQH15")
@click.option(
    "--level", type=click.Choice(["province", "district", "commune"]), default="commune", show_default=True
)
@click.option("--sheet", help="sheet of the workbook")
@click.option("--old", help="column of old codes")
@click.option("--new", help="column of new codes")
@click.option("--dry-run", is_flag=True, help="say what would happen, write nothing")
@click.option("--refused", "refused_to", type=click.Path(path_type=Path), help="write refused rows to a CSV")
def command(file: Path, dry_run: bool, refused_to: Path | None, on: date, **options: Any) -> None:
    """Which old unit became which new one, from a list of pairs of codes (old and new units first)."""
    from api.imports.successions import SuccessionOptions, take_succession
    from api.web import transaction

    with app_context(), transaction.write() as session:
        report = take_succession(session, file, SuccessionOptions(on=on, **options), watch)
        log(session, report, "succession")
        if dry_run:
            session.rollback()
    tell(report, dry_run=dry_run, refused_to=refused_to)
