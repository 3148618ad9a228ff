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
    from sqlalchemy import or_

    from api import clock
    from api.budgets import write_workbook
    from api.extensions import db
    from api.language import num
    from api.places import inside, is_root
    from survey.finance import queries as finance
    from survey.registry.models import Household

    with app_context():
        # A root area answers for houses nobody could place, but not for those of another root.
        unplaced = [Household.area_code.is_(None)] if is_root(area_code) else []
        condition = or_(*inside(area_code), *unplaced)
        estimate = finance.estimate(db.session(), condition, area_code, clock.today())
        write_workbook(output, estimate, "nhavung budget", condition, names=True)
        click.echo(
            f"Đã ghi dự toán {estimate.area_name}: {estimate.households} hộ, "
            f"{num(estimate.amount_vnd)} đồng, {output}"
        )
