"""`nhavung budget`: the estimate of an area as a workbook."""

from __future__ import annotations

from pathlib import Path

import click

from api.cli.context import app_context, operator

STEP = 1000
"""Households between two looks at the clock."""


@click.command("budget")
@click.argument("area")
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), required=True, help="The .xlsx file to write."
)
def command(area: str, output: Path) -> None:
    """Write the estimate of an area's need, with the households behind every figure."""
    from api.budget.estimate import viewer_condition, write_workbook
    from api.web.language import num
    from survey.areas.told import unit_told
    from survey.finance import queries as finance

    with app_context():
        viewer = operator()
        area_code = unit_told(viewer.session, area, viewer.today).code
        condition = viewer_condition(viewer, area_code)
        estimate = finance.estimate(viewer.session, condition, area_code, viewer.today)
        households = estimate.households + sum(row.households for row in estimate.outside)
        with click.progressbar(length=households, label="Ghi danh sách hộ", update_min_steps=STEP) as bar:
            write_workbook(viewer, output, estimate, "nhavung budget", bar.update)
        click.echo(
            f"Đã ghi dự toán {estimate.area_name}: {estimate.households} hộ, "
            f"{num(estimate.amount_vnd)} đồng, {output}"
        )
