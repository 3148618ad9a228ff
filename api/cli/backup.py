"""`nhavung backup`: database, photos, law and sealed keys into a folder, while the program serves."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from api.backups.backup import Done

FOLDER = click.argument("folder", type=click.Path(file_okay=False, path_type=Path))


@click.command("backup")
@FOLDER
@click.option("--keep-daily", "daily", default=14, show_default=True, help="Days that keep their newest one.")
@click.option("--keep-weekly", "weekly", default=8, show_default=True, help="Weeks that do.")
@click.option("--keep-monthly", "monthly", default=12, show_default=True, help="Months that do.")
@click.option(
    "--without-keys", is_flag=True, help="Leave the keys out: you keep the .key files apart yourself."
)
def command(folder: Path, without_keys: bool, **keep: int) -> None:
    """Back up into FOLDER, best on another disk. Types nothing, so a timer can run it every night."""
    from api.backups.backup import back_up
    from api.backups.rotation import Keep
    from api.cli.context import app_context

    with app_context() as app:
        say(back_up(app, folder, Keep(**keep), with_keys=not without_keys))


def say(done: Done) -> None:
    """What a backup holds, in one line, and what it lacks."""
    told = done.manifest
    last = told.figures.last_record
    click.echo(
        f"Đã sao lưu {done.generation.name}: {told.figures.tables.get('received_envelopes', 0)} bản ghi "
        f"(cuối cùng {last['received_at'] if last else 'chưa có'}), {told.files} ảnh và bản quét, "
        f"{'có khóa đã niêm' if told.has_keys else 'không kèm khóa'}"
        + (f"; đã xóa {len(done.removed)} bản cũ." if done.removed else ".")
    )
    if told.missing:
        click.secho(
            f"Thiếu hoặc hỏng {len(told.missing)} tệp mà cơ sở dữ liệu nêu tên, ví dụ {told.missing[0]}.",
            fg="yellow",
            err=True,
        )
