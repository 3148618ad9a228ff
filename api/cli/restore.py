"""`nhavung restore`: bring a backup back into an empty place, or try whether it could be."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING

import click

from api.cli.backup import FOLDER
from survey.problems import Problem

if TYPE_CHECKING:
    from api.backups.folder import BackupFolder
    from api.backups.restore import Tried

KEY = click.option(
    "--recovery-key",
    "key_file",
    type=click.File("r"),
    help="Read the printed key from a file (- for a pipe) in place of asking.",
)
APART = click.option(
    "--keys",
    "apart",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder of .key files that were kept apart.",
)
GENERATION = click.option("--generation", help="A backup by its name; the newest when left out.")


@click.command("restore")
@FOLDER
@GENERATION
@KEY
@APART
@click.option("--trial", is_flag=True, help="Read everything, say what would come back, change nothing.")
@click.option("--list", "is_list", is_flag=True, help="Name the backups in FOLDER.")
def command(
    folder: Path,
    generation: str | None,
    key_file: IO[str] | None,
    apart: Path | None,
    **how: bool,
) -> None:
    """Restore the newest backup of FOLDER into the empty data folder (and database) of the settings."""
    from api.backups import restore
    from api.backups.folder import BackupFolder
    from api.web.config import from_environment

    backups = BackupFolder(folder)
    if how["is_list"]:
        _list(backups)
        return
    wanted = backups.generation(generation)
    manifest = wanted.manifest()
    settings, at = from_environment(), _now()
    if not how["trial"]:
        restore.check_empty(settings)
    key = None if apart or not manifest.has_keys else asked_key(key_file, may_skip=how["trial"])
    keys = restore.keys_of(wanted, manifest, key, apart) if key or apart or not how["trial"] else None
    if how["trial"]:
        _say(restore.try_out(backups, wanted, keys, at), "Thử khôi phục được")
        click.echo("Không thay đổi gì." if keys else "Không thay đổi gì. Khóa in trên giấy chưa được thử.")
        return
    with click.progressbar(length=manifest.files, label="Ảnh và bản quét") as bar:
        done = restore.restore(settings, backups, wanted, keys or {}, at, lambda _: bar.update(1))
    _say(done, "Đã khôi phục")
    _say_what_is_next(settings.data_folder)


def asked_key(file: IO[str] | None, *, may_skip: bool) -> str | None:
    """A recovery key from a file, or typed row by row; a mistyped row is asked again. Problem 8031."""
    from api.backups import recovery_keys

    if file is not None:
        return recovery_keys.typed_key(file.read())
    skip = "; Enter để bỏ qua" if may_skip else ""
    click.echo(f"Gõ khóa khôi phục trên tờ in, từng dòng với hai ký tự kiểm tra, hoặc quét mã{skip}.")
    rows: list[str] = []
    while len(rows) < recovery_keys.ROWS:
        line = click.prompt(f"Dòng {len(rows) + 1}/{recovery_keys.ROWS}", default="", show_default=False)
        if not line.strip() and may_skip and not rows:
            return None
        if recovery_keys.PREFIX in line.upper():
            return recovery_keys.typed_key(line)
        try:
            recovery_keys.typed_row(len(rows) + 1, line)
        except Problem as problem:
            click.secho(f"[{problem.number}] {problem.message('vi')} {problem.next_step('vi')}", fg="red")
            continue
        rows.append(line)
    return recovery_keys.typed_key("\n".join(rows))


def _now() -> datetime:
    from flask import Flask

    from api.web import clock
    from api.web.config import from_environment

    app = Flask("restore")  # the clock of the settings, without the application: its key is not here yet
    app.config["SETTINGS"] = from_environment()
    with app.app_context():
        return clock.now()


def _list(backups: BackupFolder) -> None:
    for one in backups.generations():
        told = one.manifest()
        records = told.figures.tables.get("received_envelopes", 0)
        click.echo(
            f"{one.name}  {told.engine}  {records} bản ghi, {told.files} tệp, chương trình {told.program}"
        )


def _say(tried: Tried, done: str) -> None:
    told, last = tried.figures, tried.figures.last_record
    click.echo(
        f"{done} {tried.generation.name} ({tried.manifest.engine}, bản {told.revision}): "
        f"{told.tables.get('households', 0)} hộ, {told.tables.get('received_envelopes', 0)} bản ghi, "
        f"{told.tables.get('users', 0)} tài khoản, {tried.manifest.files} ảnh và bản quét."
    )
    click.echo(
        f"Bản ghi cuối cùng: {last['envelope_id']}, nhận {last['received_at']}."
        if last
        else "Chưa có bản ghi nào."
    )
    click.echo(f"Mọi thứ nhận sau {tried.manifest.made_at} không có trong bản này.")
    if tried.with_keys:
        click.echo("Khóa mở được và đúng là khóa của cơ sở dữ liệu này.")


def _say_what_is_next(folder: Path) -> None:
    click.echo(
        "Cơ sở dữ liệu bắt đầu một kỳ mới: điện thoại sẽ tải lại danh sách và gửi lại bản ghi chưa có ở đây. "
        "Chạy nhavung serve."
    )
    if (folder / "law").exists():
        click.echo(f"Thư mục quy định của tỉnh: đặt NHAVUNG_LAW={folder / 'law'}.")
