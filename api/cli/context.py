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


def told_upgrade(what: str, households: int) -> None:
    """What an upgrade of older data says while it goes on."""
    made = {"lines": "Lập dòng hiện trạng", "words": "Lập từ khóa tìm tên"}[what]
    click.echo(f"{made}: {households} hộ …", err=True)


def operator() -> Viewer:
    """The operator at the server; the audit log says that it was no account."""
    from api.web import clock
    from api.web.extensions import db
    from survey.access.viewer import Viewer

    now = clock.now()
    return Viewer(db.session(), None, now.date(), now, is_operator=True)
