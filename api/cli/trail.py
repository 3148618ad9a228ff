"""`nhavung trail`: seal what was done, hand out checkpoints and the key that checks them."""

from __future__ import annotations

from pathlib import Path

import click

from api.cli.context import app_context
from survey.problems import Problem


@click.group("trail")
def command() -> None:
    """The trail of everything done: seal it, hand out its checkpoints."""


@command.command("seal")
def seal() -> None:
    """Seal everything that is not yet; `serve` does it every minute."""
    from api.web.sealer import seal_all

    with app_context():
        sealed = seal_all()
        if sealed is None:
            raise Problem(6068)
        click.echo(f"Đã niêm phong {sealed} mục nhật ký.")


@command.command("checkpoint")
@click.option(
    "-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="Write it to this file."
)
def checkpoint(output: Path | None) -> None:
    """The newest checkpoint (mã kiểm chứng) with the key that checks it: for a witness to keep."""
    from api.web.extensions import db
    from api.web.sealer import seal_all, signer, write_witness
    from survey.trail.sealing import newest

    with app_context():
        seal_all()
        last = newest(db.session())
        if last is None:
            raise Problem(6067)
        if output is None:
            click.echo(f"{last.note}\n{signer().public}")
        else:
            write_witness(output)
            click.echo(f"{output}: {last.size} mục nhật ký.")


@command.command("key")
def key() -> None:
    """The public key that checks receipts and checkpoints."""
    from api.web.sealer import signer

    with app_context():
        click.echo(str(signer().public))
