"""`nhavung budget`: the estimate of an area as a workbook."""

from __future__ import annotations

from pathlib import Path

import click

from api.cli.context import app_context


@click.command("budget")
@click.argument("area_code")
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), required=True, help="The .xlsx file to write."
)
def command(area_code: str, output: Path) -> None:
    """Write the estimate of an area's need, with the households behind every figure."""
    from sqlalchemy import and_

    from api.budget.estimate import write_workbook
    from api.shared.area_names import inside
    from api.web import clock
    from api.web.extensions import db
    from api.web.language import num
    from survey.finance import queries as finance

    with app_context():
        condition = and_(*inside(area_code))
        estimate = finance.estimate(db.session(), condition, area_code, clock.today())
        write_workbook(output, estimate, "nhavung budget", condition, names=True)
        click.echo(
            f"Đã ghi dự toán {estimate.area_name}: {estimate.households} hộ, "
            f"{num(estimate.amount_vnd)} đồng, {output}"
        )
