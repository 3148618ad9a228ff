"""`nhavung standing`: whether households stand as their records say, and their lines made anew."""

from __future__ import annotations

import click

from api.cli.context import app_context, operator

CHUNK = 500


@click.group("standing")
def command() -> None:
    """How every household stands and stood, as figures and lists read it."""


@command.command("check")
def check() -> None:
    """Compare how every household stands with what its records come to (no difference, ever)."""
    from survey.assessment.queries import household_ids
    from survey.problems import Problem
    from survey.standing.actions import differing

    with app_context():
        viewer = operator()
        ids = household_ids(viewer.session)
        wrong: list[str] = []
        with click.progressbar(range(0, len(ids), CHUNK), label="So dòng hiện trạng với hồ sơ") as parts:
            for start in parts:
                wrong += differing(viewer.session, ids[start : start + CHUNK], viewer.today)
        if wrong:
            raise Problem(5468, count=len(wrong), households=", ".join(wrong[:10]))
        click.echo(f"{len(ids)} hộ: dòng hiện trạng đúng như hồ sơ.")


@command.command("rebuild")
@click.option("--yes", is_flag=True, help="Confirm beforehand.")
def rebuild_command(yes: bool) -> None:
    """Make the lines of all households anew from surveys, assessments and acts as they came."""
    from api.web import transaction
    from survey.assessment.queries import household_ids
    from survey.standing.history import rebuild

    with app_context():
        viewer = operator()
        ids = household_ids(viewer.session)
        asked = f"Lập lại dòng hiện trạng của {len(ids)} hộ từ hồ sơ? Lịch sử đã ghi sẽ được thay."
        if not (yes or click.confirm(asked)):
            return
        with click.progressbar(range(0, len(ids), CHUNK), label="Lập lại dòng hiện trạng") as parts:
            for start in parts:
                with transaction.write() as session:
                    rebuild(session, ids[start : start + CHUNK], viewer.today)
        click.echo(f"Đã lập lại dòng hiện trạng của {len(ids)} hộ.")
