"""`nhavung import areas`: official units from a map file or a list."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import click

from api.cli.context import app_context
from api.cli.reports import Day, log, tell, watch


@click.command("areas")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--from", "on", type=Day(), required=True, help="first day the units are so: 2025-07-01")
@click.option("--until", type=Day(), help="last day (districts: 2025-06-30)")
@click.option("--level", type=click.Choice(["province", "district", "commune"]), help="level of the units")
@click.option("--layer", help="layer of the map file, sheet of the workbook")
@click.option("--crs", help="coordinate system of a file that declares none: EPSG:9210")
@click.option("--encoding", help="text encoding of a shapefile: utf-8, cp1258; none: recognised")
@click.option("--code", help="column of codes")
@click.option("--name", help="column of names")
@click.option("--parent", help="column with the code or name of the unit above")
@click.option(
    "--uncertainty-m",
    type=click.FloatRange(min=0),
    help="metres the boundary may be off; none: estimated from the drawing",
)
@click.option("--approximate", is_flag=True, help="the boundaries are approximate")
@click.option("--moved", is_flag=True, help="take shapes far from where their units are known")
@click.option("--source", default="", help="where the file comes from")
@click.option("--dry-run", is_flag=True, help="say what would happen, write nothing")
@click.option("--refused", "refused_to", type=click.Path(path_type=Path), help="write refused rows to a CSV")
def command(file: Path, dry_run: bool, refused_to: Path | None, on: date, **options: Any) -> None:
    """Official units from a map file or a list (GeoPackage, Shapefile, GeoJSON, CSV, XLSX, …)."""
    from api.imports.areas import AreaOptions, take_areas
    from api.web import transaction

    with app_context(), transaction.write() as session:
        report = take_areas(session, file, AreaOptions(on=on, **options), watch)
        log(session, report, "areas")
        if dry_run:
            session.rollback()
    tell(report, dry_run=dry_run, refused_to=refused_to)
