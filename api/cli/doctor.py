"""`nhavung doctor`: how the system is, in lines; ends with 1 when something must be done."""

from __future__ import annotations

import click

MARKS = {"bad": ("✗", "red"), "watch": ("!", "yellow"), "good": ("✓", "green")}


@click.command("doctor")
def command() -> None:
    """Say how the system is: version, disk, backups, drill, keys, migrations, lines, inbox."""
    from api.app import create_app
    from api.cli.context import operator
    from api.status.findings import findings
    from api.web.extensions import db
    from survey.problems import Problem

    app = create_app()
    with app.app_context():
        viewer = operator()
        try:
            found = findings(viewer, viewer.now)
        finally:
            db.session.remove()
            db.engine.dispose()
    for one in found:
        mark, colour = MARKS[one.level]
        click.secho(f"{mark} {one.name}: {one.said}", fg=colour)
        if one.next_step and one.level != "good":
            click.echo(f"    {one.next_step}")
    bad = [one for one in found if one.level == "bad"]
    if bad:
        raise Problem(8036, count=len(bad), first=bad[0].name)
