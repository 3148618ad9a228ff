"""`nhavung papers`: the papers of a village or commune in one file, to print."""

from __future__ import annotations

from pathlib import Path

import click


@click.command("papers")
@click.argument("area")
@click.option("--kind", required=True, help="meeting_minutes, stage_minutes, household_notice …")
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), required=True)
def command(area: str, kind: str, output: Path) -> None:
    """Write the papers of AREA as PDF, or as Word where the file's name ends in .docx."""
    from api.cli.context import app_context, operator
    from api.papers.filling.choose import kind_of, of_area
    from api.papers.pdf import pdf
    from api.papers.word_file import docx
    from survey.areas.told import unit_told

    with app_context():
        viewer = operator()
        papers = of_area(viewer, kind_of(kind), unit_told(viewer.session, area, viewer.today).code)
        output.write_bytes(docx(papers) if output.suffix == ".docx" else pdf(papers))
    click.echo(f"{output}: {len(papers)} biểu mẫu / papers")
