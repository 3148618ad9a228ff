"""`nhavung upgrade`: backup, migrate, verify, and back by itself when anything goes wrong."""

from __future__ import annotations

from pathlib import Path

import click

from api.cli.backup import FOLDER, say

STEPS = {
    "backup": "1. Sao lưu …",
    "migrate": "2. Nâng cấp …",
    "verify": "3. Kiểm tra …",
    "back": "Có lỗi: đang quay lại như trước …",
}


@click.command("upgrade")
@FOLDER
@click.option("--without-keys", is_flag=True, help="Leave the keys out of the backup.")
def command(folder: Path, without_keys: bool) -> None:
    """Bring the database up to date after backing it up into FOLDER; stop the server first."""
    from api.app import create_app
    from api.backups.rotation import Keep
    from api.backups.upgrade import upgrade
    from api.cli.context import told_upgrade
    from api.web.extensions import db

    app = create_app()
    try:
        done = upgrade(
            app,
            folder,
            Keep(),
            with_keys=not without_keys,
            tell=lambda step: click.echo(STEPS[step]),
            told_made=told_upgrade,
        )
    finally:
        with app.app_context():
            db.engine.dispose()
    if done is None:
        click.echo("Cơ sở dữ liệu đã đúng bản của chương trình; không có gì để làm.")
        return
    say(done.backup)
    click.echo(f"Đã nâng cấp {done.before} → {done.after}; số liệu còn nguyên. Chạy lại máy chủ.")
