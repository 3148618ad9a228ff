"""The application for a command: settings from the environment, an application context around the work."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask

from api.app import create_app


@contextmanager
def app_context() -> Iterator[Flask]:
    """The application of this environment, within its context."""
    app = create_app()
    with app.app_context():
        yield app
