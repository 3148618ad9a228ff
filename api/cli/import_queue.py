"""`nhavung import queue`: a queue file that a phone saved, received as its officer sent it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from api.cli.context import app_context, operator

if TYPE_CHECKING:
    from api.field.queue_files import Report

WORDS = {
    "stored": "đã xử lý / processed",
    "waiting": "chờ trong hộp chờ / waiting in the inbox",
    "known": "đã có từ trước / known already",
    "refused": "không nhận / refused",
}


@click.command("queue")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--all", "says_all", is_flag=True, help="Say what became of every record.")
@click.option("--unproven", is_flag=True, help="Vouch for a file whose key the server does not know (4304).")
def command(file: Path, *, says_all: bool, unproven: bool) -> None:
    """Receive the records and photos of FILE, saved by the field app; doing it again doubles nothing."""
    from api.field import queue_files

    with app_context():
        queue_files.refuse_large(file.stat().st_size)
        viewer = operator()
        queue = queue_files.read(viewer, file.read_bytes(), must_prove=not unproven)
        total = len(queue.records) + len(queue.photos)
        with click.progressbar(length=total, label="Đang nhận / receiving") as bar:
            report = queue_files.receive(viewer, queue, bar.update)
    _tell(report, says_all=says_all)
    if report.refused:
        sys.exit(1)


def _tell(report: Report, *, says_all: bool) -> None:
    """Counts first, then what a person has to look at."""
    click.secho(f"{report.officer}: {report.sha256[:12]}", bold=True)
    if report.is_revoked:
        click.secho("  điện thoại đã bị thu hồi / the phone was revoked", fg="yellow")
    for kind, label in (("record", "bản ghi / records"), ("photo", "ảnh / photos")):
        counts = report.count(kind)
        parts = ", ".join(f"{count} {WORDS[outcome]}" for outcome, count in counts.items() if count)
        click.echo(f"  {sum(counts.values())} {label}{' = ' + parts if parts else ''}")
    for one in report.results if says_all else report.refused:
        number = f"[{one.problem}] " if one.problem else ""
        said = f"{number}{one.texts['vi']} / {one.texts['en']}"
        click.echo(f"  {one.kind} {one.place} ({one.name}): {said}", err=True)
