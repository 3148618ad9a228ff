"""What a command works with: the application of this environment, and the operator who may do everything."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click
from flask import Flask

from api.app import create_app

if TYPE_CHECKING:
    from survey.access.viewer import Viewer


@contextmanager
def app_context() -> Iterator[Flask]:
    """The application of this environment, within its context."""
    app = create_app()
    with app.app_context():
        yield app


def told_history(households: int) -> None:
    """What an upgrade of older data says while it goes on."""
    click.echo(f"Lập dòng hiện trạng: {households} hộ …", err=True)


def told_rows(rows: int) -> None:
    """The same of rows that are noted in the trail, now and then."""
    if rows % 50_000 < 500:
        click.echo(f"Ghi vào nhật ký kiểm chứng: {rows} dòng …", err=True)


def operator() -> Viewer:
    """The operator at the server; the audit log says that it was no account."""
    from api.web import clock
    from api.web.extensions import db
    from survey.access.viewer import Viewer

    now = clock.now()
    return Viewer(db.session(), None, now.date(), now, is_operator=True)
