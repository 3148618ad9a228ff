"""Bringing a database up to date by the migrations that are installed with the program."""

from __future__ import annotations

from pathlib import Path

import flask_migrate
from flask import Flask

import migrations

MIGRATIONS = str(Path(migrations.__file__).parent)


def upgrade(app: Flask, revision: str = "head") -> None:
    """Migrate the application's database to `revision` (default: the newest)."""
    app.config["SETTINGS"].data_folder.mkdir(parents=True, exist_ok=True)
    with app.app_context():
        flask_migrate.upgrade(directory=MIGRATIONS, revision=revision)


def downgrade(app: Flask, revision: str = "base") -> None:
    """Undo migrations down to `revision`; "base" is an empty database. Rows of what goes are lost."""
    with app.app_context():
        flask_migrate.downgrade(directory=MIGRATIONS, revision=revision)
