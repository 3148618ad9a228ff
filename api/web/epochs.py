"""The epoch of the database in every answer to programs: a phone learns of a restore by whatever it asks."""

from __future__ import annotations

from flask import Flask, Response, current_app, request

from api.web.extensions import db
from survey.operation.queries import current_epoch

HEADER = "Nhavung-Epoch"
KEPT = "database_epoch"


def init_app(app: Flask) -> None:
    """Tell it with every good answer of the interface."""
    app.after_request(_tell)


def _tell(response: Response) -> Response:
    if request.path.startswith("/api/v1/") and response.status_code < 400:
        response.headers[HEADER] = _epoch()
    return response


def _epoch() -> str:
    """Read once a process: a database is restored into an empty place only, so it changes under nobody."""
    if KEPT not in current_app.extensions:
        current_app.extensions[KEPT] = current_epoch(db.session())
    epoch: str = current_app.extensions[KEPT]
    return epoch
