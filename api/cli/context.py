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
        try:
            _check_keys()
            yield app
        finally:
            db.session.remove()
            db.engine.dispose()


def _check_keys() -> None:
    """Refuse to read and seal with another key; where there is no database the command says so itself."""
    path = db.engine.url.database
    if db.engine.dialect.name == "sqlite" and not (path and Path(path).exists()):
        return
    with suppress(OperationalError):
        if inspect(db.engine).has_table(KeyFingerprint.__tablename__):
            start_checks.check_keys()


def told_upgrade(what: str, households: int) -> None:
    """What an upgrade of older data says while it goes on."""
    made = {"lines": "Lập dòng hiện trạng", "words": "Lập từ khóa tìm tên"}[what]
    click.echo(f"{made}: {households} hộ …", err=True)


def operator() -> Viewer:
    """The operator at the server; the audit log says that it was no account."""
    from api.web import clock
    from survey.access.viewer import Viewer

    now = clock.now()
    return Viewer(db.session(), None, now.date(), now, is_operator=True)
