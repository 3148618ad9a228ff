"""`nhavung import status`: the yearly list of poor and near-poor households, or a list of merit."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from api.cli.context import app_context

if TYPE_CHECKING:
    from api.imports.statuses import Plan

OUTCOMES = {
    "matched": "khớp / matched",
    "ambiguous": "có nhiều hộ giống / several alike",
    "not_found": "không thấy hộ / no household",
    "refused": "không đọc được / unreadable",
    "passed": "không phải hộ / no households",
}


@click.command("status")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--fact",
    type=click.Choice(["poverty_status", "merit_status"]),
    default="poverty_status",
    show_default=True,
)
@click.option("--area", "area_code", required=True, help="The unit the list is about.")
@click.option(
    "--from", "valid_from", type=click.DateTime(["%Y-%m-%d"]), required=True, help="First day it holds."
)
@click.option("--until", "valid_to", type=click.DateTime(["%Y-%m-%d"]), help="Last day it holds.")
@click.option("--body", "deciding_body", required=True, help="Who decided it.")
@click.option("--number", "decision_number", required=True, help="Number of the decision.")
@click.option("--dry-run", is_flag=True, help="Match and report only.")
def command(
    file: Path,
    fact: str,
    area_code: str,
    valid_from: datetime,
    valid_to: datetime | None,
    dry_run: bool,
    **by: str,
) -> None:
    """Match an official list to households, keep it as dated records and assess those households again."""
    from api.imports import statuses
    from api.web import clock, transaction
    from api.web.extensions import db
    from api.web.intake_context import book_in_force
    from survey.assessment.actions import reassess
    from survey.registry.actions import keep_status

    decision = statuses.Decision(
        fact=fact,
        valid_from=valid_from.date(),
        valid_to=valid_to.date() if valid_to else None,
        area_code=area_code,
        **by,
    )
    with app_context():
        plan = statuses.plan(db.session(), file, decision, clock.today())
        for note in plan.notes:
            click.echo(note)
        _say(plan)
        if dry_run:
            click.echo("Chạy thử: chưa ghi gì. / Dry run: nothing was written.")
            return
        book = book_in_force(db.session())
        changed = 0
        with transaction.write() as session:
            new = [
                household
                for household, status in statuses.matched(plan)
                if keep_status(session, household, status, source=plan.source, recorded_at=clock.now())
            ]
            for done in reassess(session, new, book, clock.now()):
                changed += done.has_changed
        click.echo(f"Đã ghi {len(new)} hồ sơ mới; {changed} hộ đổi kết quả đối chiếu.")


def _say(plan: Plan) -> None:
    """Counts first, then every row that did not match, with its line."""
    counts = plan.counts()
    click.echo(
        f"{len(plan.lines)} dòng / rows: "
        + ", ".join(f"{counts[key]} {text}" for key, text in OUTCOMES.items())
    )
    for line in plan.lines:
        if line.problem is not None:
            click.echo(f"  dòng {line.line}: {line.problem.message('vi')}")
        elif line.outcome != "matched":
            click.echo(f"  dòng {line.line}: {OUTCOMES[line.outcome]} {' '.join(line.candidates)}")
