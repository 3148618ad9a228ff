"""`nhavung import villages`: villages from a list or points; their cells are drawn."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import click

from api.cli.context import app_context
from api.cli.reports import Day, log, tell, watch


@click.command("villages")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--from", "on", type=Day(), required=True, help="first day the villages are so: 2025-07-01")
@click.option("--layer", help="layer of the map file, sheet of the workbook")
@click.option("--crs", help="coordinate system of a file that declares none: EPSG:9210")
@click.option("--encoding", help="text encoding of a shapefile: utf-8, cp1258; none: recognised")
@click.option("--code", help="column of village codes; none: <commune>-<running number>")
@click.option("--name", "names", multiple=True, help="column of names; again for a second choice")
@click.option("--parent", help="column with the code or name of the commune")
@click.option("--by-position", is_flag=True, help="the commune is the one the point lies in")
@click.option(
    "--uncertainty-m",
    type=click.FloatRange(min=0),
    help="metres boundaries in the file may be off; none: estimated from the drawing",
)
@click.option("--moved", is_flag=True, help="take points far from the commune they are said to be in")
@click.option("--source", default="", help="where the file comes from")
@click.option("--dry-run", is_flag=True, help="say what would happen, write nothing")
@click.option("--refused", "refused_to", type=click.Path(path_type=Path), help="write refused rows to a CSV")
def command(file: Path, dry_run: bool, refused_to: Path | None, on: date, **options: Any) -> None:
    """Villages from a list or points (CSV, XLSX, GeoJSON, …); approximate cells are drawn around points."""
    from api.imports.villages import VillageOptions, take_villages
    from api.web import transaction

    with app_context(), transaction.write() as session:
        report = take_villages(session, file, VillageOptions(on=on, **options), watch)
        log(session, report, "villages")
        if dry_run:
            session.rollback()
    tell(report, dry_run=dry_run, refused_to=refused_to)
