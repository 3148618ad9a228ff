"""`nhavung users`: accounts from the server's command line, where nobody can be locked out."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from api.cli.context import app_context, operator

if TYPE_CHECKING:
    from survey.access.rows import Account, Slip

DAY = click.DateTime(["%d/%m/%Y", "%Y-%m-%d"])


@click.group("users")
def command() -> None:
    """Accounts: create, import a list, reset a password, list, deactivate."""


@command.command()
@click.argument("username")
@click.option("--name", required=True, help="Full name.")
@click.option("--role", required=True, help="officer, commune, committee, signer, finance, admin or auditor.")
@click.option("--area", required=True, help="The area the post covers: its code, or its name where unique.")
@click.option("--until", type=DAY, help="Last day of the post; open when left out.")
@click.option("--capacity", type=click.Choice(["kt", "tuq", "tl"]), help="Of a signer: KT., TUQ. or TL.")
def create(
    username: str, name: str, role: str, area: str, until: datetime | None, capacity: str | None
) -> None:
    """Make an account and print its one-time slip."""
    from api.web import transaction
    from survey.access import actions, passwords
    from survey.access.rows import NewAccount, NewAppointment, Slip
    from survey.areas.told import unit_told

    with app_context():
        actor = operator().actor
        slip = Slip(username, name, passwords.one_time())
        with transaction.write() as session:
            code = unit_told(session, area, actor.today).code
            post = NewAppointment(role, code, actor.today, until.date() if until else None, capacity)
            actions.create_account(
                session, actor, NewAccount(username, name, post), passwords.hashed(slip.password)
            )
        _print_slips([slip])


@command.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def import_list(file: Path) -> None:
    """Make all accounts of an Excel or CSV list, or none, and print their slips."""
    from api.accounts.import_list import create, read
    from api.web.extensions import db
    from survey.problems import Problem

    with app_context():
        actor = operator().actor
        try:
            slips = create(db.session(), actor, read(db.session(), file, actor.today))
        except Problem as problem:
            for row in problem.details.get("rows", []):
                click.echo(f"dòng {row['line']}: {row['vi']}", err=True)
            raise
        _print_slips(slips)


@command.command()
@click.argument("username")
def reset(username: str) -> None:
    """Give an account a temporary password and print its slip."""
    from api.web import transaction
    from survey.access import actions, passwords
    from survey.access.rows import Slip

    with app_context():
        found = _find(username)
        slip = Slip(found.username, found.full_name, passwords.one_time())
        with transaction.write() as session:
            actions.reset_password(session, operator().actor, found.id, passwords.hashed(slip.password))
        _print_slips([slip])


@command.command()
@click.argument("username")
def deactivate(username: str) -> None:
    """Shut an account and its devices."""
    from api.web import transaction
    from survey.access import actions

    with app_context():
        found = _find(username)
        with transaction.write() as session:
            actions.deactivate(session, operator().actor, found.id)
        click.echo(f"Đã khóa tài khoản {found.username}.")


@command.command("list")
@click.option("--search", default="", help="Part of a name or username.")
@click.option("--role", default="", help="Only holders of this role today.")
def list_accounts(search: str, role: str) -> None:
    """List accounts with their posts in force."""
    from sqlalchemy import true

    from api.web.extensions import db
    from survey.access import queries

    with app_context():
        today = operator().today
        condition = queries.filtered(true(), today=today, search=search, role=role)
        found = queries.accounts(db.session(), condition)
        held = queries.posts(db.session(), [account.id for account in found])
        for account in found:
            posts = [
                f"{post.role}@{post.area_code}"
                for post in held
                if post.user_id == account.id and post.holds(today)
            ]
            state = "" if account.is_active else "  (đã khóa)"
            click.echo(f"{account.username}\t{account.full_name}\t{', '.join(posts) or '–'}{state}")
        click.echo(f"{len(found)} tài khoản.", err=True)


def _find(username: str) -> Account:
    """The account of a username. Raises: Problem 6018."""
    from api.web.extensions import db
    from survey.access import queries
    from survey.problems import Problem

    found = queries.account_by_username(db.session(), username)
    if found is None:
        raise Problem(6018)
    return found


def _print_slips(slips: list[Slip]) -> None:
    """The slips to cut apart; the passwords are kept nowhere else."""
    for slip in slips:
        click.echo("-" * 60)
        click.echo(f"{slip.full_name}\n  tên đăng nhập: {slip.username}\n  mật khẩu tạm:  {slip.password}")
    click.echo("-" * 60)
    click.echo(f"Đã có {len(slips)} phiếu; mật khẩu chỉ hiện lần này.", err=True)
