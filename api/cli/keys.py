"""`nhavung keys`: recovery keys on paper, and the program's own keys brought back from a backup."""

from __future__ import annotations

from pathlib import Path
from typing import IO

import click

from api.cli.backup import FOLDER
from api.cli.restore import APART, GENERATION, KEY, asked_key
from survey.problems import Problem


@click.group("keys")
def command() -> None:
    """Recovery keys on paper; bringing lost keys back."""


@command.command("new")
@click.option(
    "--holder", "holders", multiple=True, default=("Nơi giữ 1", "Nơi giữ 2"), help="Who keeps a sheet; twice."
)
@click.option(
    "-o", "--output", type=click.Path(file_okay=False, path_type=Path), default=Path(), show_default=True
)
@click.option("--text", "is_text", is_flag=True, help="Print plain text here instead of writing PDF files.")
@click.option("--replace", is_flag=True, help="New sheets in place of lost ones; older backups keep theirs.")
def new(holders: tuple[str, ...], output: Path, is_text: bool, replace: bool) -> None:
    """Make the two recovery keys once, each on a sheet of its own for an office of its own."""
    from api.backups import recovery_keys, sheet
    from api.cli.context import app_context
    from api.web import clock, storage

    if len(holders) != 2:
        raise click.BadParameter("hai nơi giữ / two holders", param_hint="--holder")
    with app_context() as app:
        folder, today = app.config["SETTINGS"].data_folder, clock.today()
        if recovery_keys.recipients(folder) and not replace:
            raise Problem(8030, file=recovery_keys.RECIPIENTS)
        made = recovery_keys.new_keys()
        sheets = [
            sheet.Sheet(key, recipient, holder, number, today)
            for number, ((key, recipient), holder) in enumerate(zip(made, holders, strict=True), 1)
        ]
        output.mkdir(parents=True, exist_ok=True)
        for one in sheets:
            if is_text:
                click.echo(sheet.text(one))
                continue
            path = output / f"recovery-{one.number}.pdf"
            path.touch(0o600)
            path.write_bytes(sheet.pdf(one))
            click.echo(f"{path}: in ra, giao {one.holder} cất trong két, rồi xóa tệp này.")
        storage.protect(folder)
        recovery_keys.write_recipients(folder, [(one.holder, one.recipient) for one in sheets])
    click.echo("Từ nay bản sao lưu nào cũng kèm khóa đã niêm; máy chủ không giữ khóa khôi phục.")


@command.command("check")
@FOLDER
@GENERATION
@KEY
def check(folder: Path, generation: str | None, key_file: IO[str] | None) -> None:
    """Type a printed recovery key and see whether it opens the keys of a backup."""
    from api.backups.folder import BackupFolder
    from api.backups.restore import keys_of

    wanted = BackupFolder(folder).generation(generation)
    found = keys_of(wanted, wanted.manifest(), asked_key(key_file, may_skip=False), None)
    click.echo(
        f"Khóa khôi phục mở được bản {wanted.name}: {', '.join(sorted(found))}, đúng khóa của cơ sở dữ liệu."
    )


@command.command("open")
@FOLDER
@GENERATION
@KEY
@APART
def open_(folder: Path, generation: str | None, key_file: IO[str] | None, apart: Path | None) -> None:
    """Bring lost keys back from a backup into the data folder; what is there is never overwritten."""
    from api.backups.folder import BackupFolder
    from api.backups.restore import keys_of
    from api.web import storage
    from api.web.config import from_environment

    settings = from_environment()
    wanted = BackupFolder(folder).generation(generation)
    manifest = wanted.manifest()
    key = None if apart or not manifest.has_keys else asked_key(key_file, may_skip=False)
    found = keys_of(wanted, manifest, key, apart)
    for name, content in found.items():
        path = settings.data_folder / name
        if path.exists() and path.read_bytes() != content:
            raise Problem(8034, file=name)
    for name, content in found.items():
        (settings.data_folder / name).write_bytes(content)
    storage.protect(settings.data_folder)
    click.echo(f"Đã đặt lại {', '.join(sorted(found))}. Chạy nhavung doctor để kiểm tra.")
