"""`nhavung migrate`: create the database or bring it up to date."""

from __future__ import annotations

import click

from api.cli.context import app_context, told_history, told_rows


@click.command("migrate")
def command() -> None:
    """Create the database or bring it up to date."""
    from api.web.database import upgrade

    with app_context() as app:
        upgrade(app, tell=told_history, tell_rows=told_rows)
        click.echo(f"Cơ sở dữ liệu đã sẵn sàng: {app.config['SETTINGS'].database_url.rsplit('@')[-1]}")
