"""`nhavung verify`: whether the database says what was written; with a receipt, that alone and offline."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

import click

from survey.problems import Problem

if TYPE_CHECKING:
    from survey.trail.notes import PublicKey, Root
    from survey.trail.verifying import Difference

SHOWN = 40
"""Differences told of each kind; the rest are counted."""


@click.command("verify")
@click.argument("receipt", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--checkpoint", help="An older checkpoint: its file, or the line printed on a paper.")
@click.option("--key", "told_key", help="The public key, from `nhavung trail key`; else that of this server.")
def command(receipt: Path | None, checkpoint: str | None, told_key: str | None) -> None:
    """Check the database against the trail, or a RECEIPT by itself, without a server."""
    if receipt is not None:
        _check_receipt(receipt, told_key, checkpoint)
    else:
        _check_database(told_key, checkpoint)


def _check_receipt(path: Path, told_key: str | None, checkpoint: str | None) -> None:
    from survey.trail.notes import read_key
    from survey.trail.verifying import checked_receipt

    try:
        receipt = json.loads(path.read_text("utf-8"))
        key = read_key(told_key or receipt["key"])
    except (ValueError, KeyError, TypeError):
        raise Problem(6064) from None
    root = checked_receipt(receipt, key)
    if told_key is None:
        click.echo(f"Khóa lấy từ chính biên nhận; đối chiếu với khóa của tỉnh: {key}", err=True)
    if root is None:
        click.echo(f"{receipt['id']} phiên bản {receipt['version']}: chữ ký đúng, chưa niêm phong.")
        return
    if checkpoint is not None and _root(checkpoint, key) != root:
        click.echo(f"Biên nhận đi với mã kiểm chứng khác: {root}", err=True)
    click.echo(f"{receipt['id']} phiên bản {receipt['version']}: đã niêm phong, mã kiểm chứng {root}")


def _root(told: str, key: PublicKey) -> Root:
    """An older checkpoint: a file as handed out, or the short line."""
    from survey.trail.notes import read_checkpoint, read_root

    path = Path(told)
    if not path.is_file():
        return read_root(told)
    note, _, _ = path.read_text("utf-8").rpartition(f"\n{key}")
    return read_checkpoint(note or path.read_text("utf-8"), key)


def _check_database(told_key: str | None, checkpoint: str | None) -> None:
    from api.cli.context import app_context, operator
    from api.web import transaction
    from api.web.sealer import signer
    from survey.assessment.queries import household_ids
    from survey.standing.recomputing import differences
    from survey.trail import verifying
    from survey.trail.notes import read_key
    from survey.trail.sealing import newest

    with app_context():
        key = read_key(told_key) if told_key else signer().public
        old = _root(checkpoint, key) if checkpoint else None
        viewer = operator()
        with transaction.snapshot() as session:
            ids = household_ids(session)
            steps = verifying.size(session)
            with click.progressbar(length=steps + len(ids), label="Kiểm chứng") as bar:
                written = verifying.differences(session, key, viewer.now, bar.update)
                counts, shown = _sorted(chain(written, differences(session, ids, viewer.today, bar.update)))
            against = verifying.against(session, old) if old else None
            last = newest(session)
        for difference in [against] if against else []:
            counts[difference.kind] += 1
            shown.insert(0, difference)
        for difference in shown:
            click.echo(f"  {difference}")
        for kind, count in counts.items():
            if count > SHOWN:
                click.echo(f"  … {kind}: {count}")
        if counts:
            raise Problem(6060, count=counts.total())
        click.echo(f"Đúng như đã ghi: {steps} dòng, {last.size if last else 0} mục đã niêm phong.")


def _sorted(found: Iterator[Difference]) -> tuple[Counter[str], list[Difference]]:
    counts: Counter[str] = Counter()
    shown = []
    for difference in found:
        counts[difference.kind] += 1
        if counts[difference.kind] <= SHOWN:
            shown.append(difference)
    return counts, shown
