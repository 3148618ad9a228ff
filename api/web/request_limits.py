"""What no request may bring in: more than its sender may send, a NUL, a number no row can have."""

from __future__ import annotations

from collections.abc import Iterator

from flask import Flask, request
from flask_login import current_user
from werkzeug.routing import IntegerConverter, Map

from survey.problems import Problem

NUL = "\x00"
LARGEST = 2**31 - 1
"""The largest row number PostgreSQL's `integer` holds."""
STRANGERS_BYTES = 64 * 1024
"""Signing in or objecting takes no more; a larger body is not read, for reading costs many times its size."""
TYPED = "application/x-www-form-urlencoded"
FORM_BYTES = 2 * 1024 * 1024
"""The typed part of any form; files are not counted. A village's votes have 100 kB."""


class RowIntegerConverter(IntegerConverter):
    """`<int:…>` in an address: what no row can have as its number is an address that is not there."""

    def __init__(self, url_map: Map) -> None:
        super().__init__(url_map, max=LARGEST)


def limit_bodies() -> None:
    """Let nobody make the server read much: strangers little, forms what can be typed (1003 when read)."""
    if request.method in ("GET", "HEAD", "OPTIONS"):
        return
    if request.endpoint is None or not current_user.is_authenticated:
        request.max_content_length = STRANGERS_BYTES
    elif request.mimetype == TYPED:
        request.max_content_length = FORM_BYTES


def refuse_nul() -> None:
    """Stop an address or a form that holds a NUL. Problem 1002; JSON is checked where it is read."""
    if any(NUL in text for text in _texts()):
        raise Problem(1002, fields="NUL (\\0)")


def _texts() -> Iterator[str]:
    """Every text of the address, and of a form."""
    yield request.path
    # To read the form of a body sent to the interface would use it up before it is read as JSON.
    for given in (request.args,) if request.path.startswith("/api/") else (request.args, request.form):
        yield from given
        for texts in given.listvalues():
            yield from texts


def init_app(app: Flask) -> None:
    """Stand before every view; to be called before any route is made, and before the guards."""
    app.url_map.converters["int"] = RowIntegerConverter
    app.before_request(limit_bodies)


def init_forms(app: Flask) -> None:
    """Look into addresses and forms, once the guards have let somebody in: only then is a form read."""
    app.before_request(refuse_nul)
