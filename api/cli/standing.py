"""`nhavung standing`: whether households stand as their records say, and their lines made anew."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time

import click
from sqlalchemy import and_, true

from api.cli.context import app_context, operator
from survey.days import ZONE

CHUNK = 500
DAY = click.DateTime(["%Y-%m-%d", "%d/%m/%Y"])


@click.group("standing")
def command() -> None:
    """How every household stands and stood, as figures and lists read it."""


@command.command("check")
def check() -> None:
    """Compare how every household stands with what its records come to (no difference, ever)."""
    from api.web import clock, transaction
    from survey.assessment.queries import household_ids
    from survey.operation.actions import note_run
    from survey.problems import Problem
    from survey.standing.actions import differing

    with app_context():
        viewer = operator()
        ids = household_ids(viewer.session)
        wrong: list[str] = []
        with click.progressbar(range(0, len(ids), CHUNK), label="So dòng hiện trạng với hồ sơ") as parts:
            for start in parts:
                wrong += differing(viewer.session, ids[start : start + CHUNK], viewer.today)
        with transaction.write() as session:
            note_run(
                session, "standing", viewer.now, clock.now(), not wrong, households=len(ids), wrong=len(wrong)
            )
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


@command.command("figures")
@click.argument("area", required=False)
@click.option("--at", "asked_at", type=DAY, help="As it stood at the end of this day, in place of now.")
@click.option("--since", "asked_since", type=DAY, help="What has changed since the end of this earlier day.")
@click.option("--list", "listed", help="List the households of this measure; with --since who came and went.")
def figures(
    area: str | None, asked_at: datetime | None, asked_since: datetime | None, listed: str | None
) -> None:
    """Every measure of an area now or as it stood, and what changed between two days."""
    from api.shared.area_names import inside
    from survey.areas.told import unit_told
    from survey.standing import measures, queries
    from survey.standing.models import StandingLine

    known = {one.code: one for one in measures.measures().values() if one.of == "households"}
    if listed is not None and listed not in known:
        raise click.BadParameter(", ".join(known), param_hint="--list")
    with app_context():
        viewer = operator()
        at, on = _end_of(asked_at, viewer.today)
        since, then = _end_of(asked_since, viewer.today)
        code = unit_told(viewer.session, area, viewer.today).code if area else None
        of_area = and_(true(), *inside(viewer, StandingLine.area_code, code))
        now = measures.totals(viewer.session, list(known), of_area, on=on, at=at)
        for measure in [known[listed]] if listed else known.values():
            line = f"{measure.code:22} {now[measure.code]:>9}  {measure.vi}"
            if since is None:
                click.echo(line)
                if listed:
                    chosen = queries.chosen(of_area, measure.condition(on), at=at)
                    _tell(" ", viewer.session.scalars(chosen.with_only_columns(StandingLine.household_id)))
                continue
            first, last = (since, measure.condition(then)), (at, measure.condition(on))
            came, went = (
                queries.entered(viewer.session, of_area, *two) for two in ((first, last), (last, first))
            )
            click.echo(f"{line}  (+{len(came)} −{len(went)})")
            _tell("+", came if listed else ())
            _tell("−", went if listed else ())


def _tell(sign: str, household_ids: Iterable[str]) -> None:
    for household_id in household_ids:
        click.echo(f"  {sign} {household_id}")


def _end_of(asked: datetime | None, today: date) -> tuple[datetime | None, date]:
    """The last moment of a day, and the day; none asked is now."""
    if asked is None:
        return None, today
    return datetime.combine(asked.date(), time.max, ZONE), asked.date()
