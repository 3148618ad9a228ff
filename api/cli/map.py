"""`nhavung map`: one area's map as a single HTML file."""

from __future__ import annotations

from pathlib import Path

import click

from api.cli.context import app_context, operator


@click.command("map")
@click.argument("area")
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), required=True, help="The HTML file to write."
)
@click.option("--lang", type=click.Choice(["vi", "en"]), default="vi", show_default=True)
@click.option("--without-names", is_flag=True, help="Leave the heads' names out, to hand the file on.")
def command(area: str, output: Path, lang: str, without_names: bool) -> None:
    """Write the map of an area as one HTML file that opens without a network."""
    from api.map.views import area_view
    from maps import single_file
    from survey.areas.told import unit_told

    with app_context():
        viewer = operator()
        name = unit_told(viewer.session, area, viewer.today)
        view = area_view(viewer, name, with_names=not without_names)
        size_bytes = single_file.write(view, output, lang)
        click.echo(f"Đã ghi bản đồ {name.name}: {len(view.houses)} nhà, {size_bytes / 1000:.0f} kB, {output}")
