"""The real application on a free port, with a small database of its own, for tests in a browser."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Thread

from flask import Flask
from flask.testing import FlaskClient
from makers import FIRST_DAY, make_world, password_of
from sending import send, send_photo, send_village
from sqlalchemy import func, select
from werkzeug.serving import WSGIRequestHandler, make_server

from api.app import create_app
from api.web import transaction
from api.web.config import from_environment
from api.web.database import upgrade
from api.web.extensions import db
from survey.intake.models import ReceivedEnvelope


@dataclass(frozen=True)
class Site:
    """The application as it is served, the ids of what was put into it, its answers (path, status)."""

    url: str
    filled: dict[str, str]
    answers: list[tuple[str, int]]


class QuietHandler(WSGIRequestHandler):
    """Notes its answers, prints nothing; connections stay open as on a real server."""

    protocol_version = "HTTP/1.1"

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Note one answer."""
        self.server.answers.append((self.path, int(code)))

    def log(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def serve_app(folder: Path, fill: Callable[[Flask], dict[str, str]]) -> Iterator[Site]:
    """Serve a new application on SQLite below `folder`, filled by `fill` (which needs no form tokens)."""
    settings = {"NHAVUNG_DATA_FOLDER": str(folder), "NHAVUNG_SECRET_KEY": "a key for tests only"}
    settings |= {"NHAVUNG_PINNED_DATE": FIRST_DAY.isoformat()}
    app = create_app(from_environment(settings), RATELIMIT_ENABLED=False, WTF_CSRF_ENABLED=False)
    upgrade(app)
    filled = fill(app)
    app.config["WTF_CSRF_ENABLED"] = True
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=QuietHandler)
    server.answers = []
    server.block_on_close = False  # a browser keeps its connections open
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield Site(f"http://127.0.0.1:{server.server_port}", filled, server.answers)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
        with app.app_context():
            db.engine.dispose()


def client_of(app: Flask, username: str) -> FlaskClient:
    """An HTTP client of a named person, for putting things in."""
    client = app.test_client()
    form = {"username": username, "password": password_of(username)}
    assert client.post("/sign-in", data=form).status_code == 302
    return client


def fill_people(app: Flask) -> dict[str, str]:
    """The small province with its people, no household yet."""
    with app.app_context(), transaction.write() as session:
        make_world(session)
    return {}


def fill_small_world(app: Flask) -> dict[str, str]:
    """The small province, a village of households, one record in the inbox; what is where, by its kind."""
    fill_people(app)
    lan = client_of(app, "lan")
    found = {kind: receipt["household_id"] for kind, receipt in send_village(lan).items()}
    found["photo"] = send_photo(lan, head_name="Ma Thị Ảnh")[0]["household_id"]
    send(lan, {"area_m2": "rất rộng", "people": -3, "head_name": "Chu Văn Sai"})
    with app.app_context():
        found["record"] = str(db.session.scalar(select(func.max(ReceivedEnvelope.id))))
    return found
