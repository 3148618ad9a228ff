"""`nhavung export`: households, villages or communes as a file for a GIS desk."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import click

from api.cli.context import app_context, operator


@click.command("export")
@click.argument("kind", type=click.Choice(["households", "villages", "communes"]))
@click.argument("area")
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    required=True,
    help="The file to write: .gpkg (with styles for QGIS) or .geojson.",
)
@click.option(
    "--crs",
    default="wgs84",
    show_default=True,
    help="wgs84, vn2000 (the province's zone) or an EPSG code such as EPSG:9213",
)
@click.option("--without-names", is_flag=True, help="Leave the heads' names out, to hand the file on.")
def command(kind: str, area: str, output: Path, crs: str, without_names: bool) -> None:
    """Write the households, villages or communes of AREA as GeoPackage or GeoJSON."""
    from api.gis.choose import crs_of, layer_of
    from api.gis.files import write
    from survey.areas.told import unit_told

    with app_context():
        viewer = operator()
        area_code = unit_told(viewer.session, area, viewer.today).code
        layer = layer_of(viewer, kind, area_code, with_names=not without_names)
        chosen = crs_of(viewer, crs, area_code)
        written = write(layer, output, chosen, lambda frames: _watch(frames, layer.rows))
    said = f"Đã ghi {written.drawn} dòng có vị trí, {written.undrawn} dòng không vẽ được, {chosen}"
    click.echo(f"{said}, {output.stat().st_size / 1000:.0f} kB, {output}")


def _watch(frames: Iterable[Any], rows: int) -> Iterator[Any]:
    """Walk the frames behind a progress bar of their rows (shown on a terminal only)."""
    with click.progressbar(length=rows, label="Đang ghi / writing") as bar:
        for frame in frames:
            yield frame
            bar.update(len(frame))
