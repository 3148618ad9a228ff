"""What no request may bring in: a NUL in a text, a number no row can have. Databases break over both."""

from __future__ import annotations

from collections.abc import Iterator

from flask import Flask, request
from werkzeug.routing import IntegerConverter, Map

from survey.problems import Problem

NUL = "\x00"
LARGEST = 2**31 - 1
"""The largest row number PostgreSQL's `integer` holds."""


class RowIntegerConverter(IntegerConverter):
    """`<int:…>` in an address: what no row can have as its number is an address that is not there."""

    def __init__(self, url_map: Map) -> None:
        super().__init__(url_map, max=LARGEST)


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
    """Stand before every view, the guards included; to be called before any route is made."""
    app.url_map.converters["int"] = RowIntegerConverter
    app.before_request(refuse_nul)
