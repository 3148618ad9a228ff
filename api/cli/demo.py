"""`nhavung demo`: Bắc Kạn with made-up households and the published totals, served on this computer."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from itertools import groupby
from pathlib import Path
from typing import Any

import click

DEMO_DATE = date(2025, 5, 15)
CHUNK = 100


@click.command("demo")
@click.option("--folder", type=click.Path(path_type=Path), default=Path("data/demo"), show_default=True)
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8080, show_default=True)
@click.option("--build-only", is_flag=True, help="Make the database, do not serve.")
def command(folder: Path, host: str, port: int, build_only: bool) -> None:
    """Make the demonstration (once) and serve it; prints addresses and accounts."""
    os.environ.update(
        NHAVUNG_DATA_FOLDER=str(folder),
        NHAVUNG_PINNED_DATE=DEMO_DATE.isoformat(),
        NHAVUNG_DEMO="yes",
    )
    os.environ.pop("NHAVUNG_DATABASE_URL", None)
    from api.app import create_app
    from api.cli.serve import bind, run, set_up
    from api.web import sealer
    from api.web.database import upgrade

    app = create_app()
    upgrade(app)  # its data are made up: older ones are brought up to date without a backup
    set_up(app)
    with app.app_context():
        _build()
        sealer.seal_all()
    if build_only:
        return
    server = bind(app, host, port)
    _say(host, port)
    sealer.start(app)
    run(server)


def _build() -> None:
    """Areas, accounts, households, then what was done for them; resumable."""
    from api.demo import accounts
    from api.web import transaction
    from api.web.extensions import db

    if not accounts.has_areas(db.session()):
        click.echo("Nhập địa bàn Bắc Kạn cũ và Thái Nguyên mới …")
        with transaction.write() as session:
            accounts.put_areas_and_accounts(session)
    _send_households(accounts.households_to_come(db.session()))
    _record_works()


def _send_households(todo: Sequence[dict[str, Any]]) -> None:
    """Surveys through the same door as everybody's, in the evening of the day on which each was made."""
    from api.cli.context import operator
    from api.demo.accounts import surveyor
    from api.web import clock, transaction
    from api.web.intake_context import intake_context
    from survey.intake.actions import receive
    from survey.intake.envelope import read

    with click.progressbar(length=len(todo), label="Khảo sát giả định") as bar:
        for day, made in groupby(todo, key=lambda one: date.fromisoformat(one["captured_at"][:10])):
            envelopes = list(made)
            with clock.evening_of(day), transaction.write() as session:
                context = replace(intake_context(operator()), sender_id=surveyor(session))
                for envelope in envelopes:
                    receive(session, read(envelope), context)
            bar.update(len(envelopes))


def _record_works() -> None:
    """Registration, meetings, approval, building: what was done until the pinned day, day by day."""
    from api.cli.context import operator
    from api.demo import accounts, lists, works
    from api.web import clock, transaction
    from api.web.extensions import db
    from api.web.intake_context import book_in_force

    days = works.days_to_come(db.session(), works.plan(db.session()))
    with click.progressbar(length=sum(map(len, days.values())), label="Việc đã làm giả định") as bar:
        for day, acts in days.items():
            for start in range(0, len(acts), CHUNK):
                with clock.evening_of(day), transaction.write() as session:
                    part = acts[start : start + CHUNK]
                    works.put_acts(session, part, book_in_force(session), accounts.doers(session))
                bar.update(len(acts[start : start + CHUNK]))
            if day == works.APPROVED:
                with clock.evening_of(day), transaction.write() as session:
                    lists.put_lists(session, operator().actor)


def _say(host: str, port: int) -> None:
    from api.demo import accounts

    click.echo(f"\nNhà Vững, bản trình diễn: http://{host}:{port}\n")
    click.echo(f"  {'tài khoản':<12}{'mật khẩu':<22}vai trò")
    for account in accounts.ACCOUNTS:
        click.echo(f"  {account.username:<12}{accounts.PASSWORD:<22}{account.role} · {account.area}")
    click.echo("\nDừng: Ctrl+C. Ngày làm việc cố định 15/05/2025; hộ là giả định.")
