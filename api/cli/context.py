"""What a command works with: the application of this environment, and the operator who may do everything."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click
from flask import Flask
from sqlalchemy import inspect
from sqlalchemy.exc import OperationalError

from api.app import create_app
from api.web import start_checks
from api.web.extensions import db
from survey.operation.models import KeyFingerprint

if TYPE_CHECKING:
    from survey.access.viewer import Viewer


@contextmanager
def app_context() -> Iterator[Flask]:
    """The application of this environment, within its context. Problems 8001–8004: keys that do not fit."""
    app = create_app()
    with app.app_context():
        _check_keys()
        yield app


def _check_keys() -> None:
    """Refuse to read and seal with another key; where there is no database the command says so itself."""
    path = db.engine.url.database
    if db.engine.dialect.name == "sqlite" and not (path and Path(path).exists()):
        return
    with suppress(OperationalError):
        if inspect(db.engine).has_table(KeyFingerprint.__tablename__):
            start_checks.check_keys()


TOLD = {
    "lines": "Lập dòng hiện trạng: {} hộ …",
    "words": "Lập từ khóa tìm tên: {} hộ …",
    "rows": "Ghi vào nhật ký kiểm chứng: {} dòng …",
}


def told_upgrade(what: str, done: int) -> None:
    """What an upgrade of older data says while it goes on; of rows now and then, as they are many."""
    if what != "rows" or done % 50_000 < 500:
        click.echo(TOLD[what].format(done), err=True)


def operator() -> Viewer:
    """The operator at the server; the audit log says that it was no account."""
    from api.web import clock
    from survey.access.viewer import Viewer

    now = clock.now()
    return Viewer(db.session(), None, now.date(), now, is_operator=True)
