"""What every `nhavung import` shares: a day as option, a progress bar, the account at the end."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from survey.spelling import day

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from api.imports.report import Report

REFUSED_SHOWN = 50
OUTCOME_WORDS = {
    "added": "thêm mới / added",
    "changed": "thay đổi / changed",
    "unchanged": "giữ nguyên / unchanged",
    "refused": "không nhận / refused",
}


class Day(click.ParamType[date]):
    """A day as 2025-07-01 or 01/07/2025."""

    name = "day"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """The day, or an error that says both ways of writing it."""
        if isinstance(value, date):
            return value
        found = day(value)
        if found is None:
            self.fail(f"{value!r}: cần / expected 2025-07-01 hoặc / or 01/07/2025", param, ctx)
        return found


def watch(rows: Sequence[Any]) -> Iterator[Any]:
    """Walk the rows behind a progress bar (shown on a terminal only)."""
    with click.progressbar(rows, label="Đang đọc / reading") as bar:
        yield from bar


def log(session: Session, report: Report, kind: str) -> None:
    """Write the import into the audit log, in its transaction: the file's name and the counts."""
    from api.web import clock
    from survey.access.audit import record

    counts: dict[str, Any] = {outcome: report.counts[outcome] for outcome in OUTCOME_WORDS}
    record(
        session,
        at=clock.now(),
        actor_id=None,
        action=f"{kind}.imported",
        subject_kind=kind,
        subject_id=report.file,
        **counts,
    )


def tell(report: Report, *, dry_run: bool, refused_to: Path | None = None) -> None:
    """Print what was found and what became of every row; exits with 1 when most rows were refused."""
    for note in report.notes:
        click.echo(f"  {note}")
    counts = ", ".join(f"{report.counts[key]} {word}" for key, word in OUTCOME_WORDS.items())
    click.echo(f"{report.file}: {report.total} dòng / rows = {counts}")
    if report.repaired:
        click.echo(f"  {len(report.repaired)} hình đã sửa / shapes repaired:")
        for repaired in report.repaired[:REFUSED_SHOWN]:
            click.echo(f"    {repaired.line}: {repaired.code}: {repaired.reason}")
    tell_refused(report)
    if refused_to is not None:
        _write_refused(report, refused_to)
    if dry_run:
        click.echo("Chạy thử: chưa ghi gì / dry run: nothing was written")
    refused = report.counts["refused"]
    if refused * 2 > report.total:
        click.secho(
            f"Phần lớn tệp không nhận được: {refused}/{report.total} dòng; xem cột, ngày, mã đơn vị cấp trên."
            f" / most was refused: {refused} of {report.total} rows; look at columns, day and parents.",
            fg="yellow",
            err=True,
        )
        raise click.exceptions.Exit(1)


def tell_refused(report: Report) -> None:
    """Print the first rows that were refused, each with its reason."""
    for refused in report.refused[:REFUSED_SHOWN]:
        number, problem = refused.problem.number, refused.problem
        click.echo(
            f"  dòng / row {refused.line}: [{number}] {problem.message('vi')} / {problem.message('en')}",
            err=True,
        )
    if len(report.refused) > REFUSED_SHOWN:
        click.echo(f"  … {len(report.refused) - REFUSED_SHOWN} dòng nữa / more: --refused FILE.csv", err=True)


def _write_refused(report: Report, path: Path) -> None:
    """All refused rows as CSV that Excel opens as UTF-8."""
    with path.open("w", encoding="utf-8-sig", newline="") as handle:
        writer = csv.writer(handle)
        writer.writerow(["row", "problem", "vi", "en", "next_vi"])
        for refused in report.refused:
            problem = refused.problem
            texts = problem.message("vi"), problem.message("en"), problem.next_step("vi")
            writer.writerow([refused.line, problem.number, *texts])
