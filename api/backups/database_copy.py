"""A copy of a database as it stands at one moment, while others write; and a copy put into an empty place.

SQLite by its backup interface in one step, PostgreSQL by `pg_dump` (custom format) of an exported snapshot.
A plain copy of a running SQLite file lacks what still lies in the log beside it.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import URL, Connection, NullPool, column, create_engine, func, inspect, make_url, select
from sqlalchemy import table as named_table
from sqlalchemy.orm import Session

from api.backups.manifest import Figures
from api.web import photo_files, scan_files
from survey.approval.models import OfficialActFile
from survey.intake.models import ReceivedEnvelope
from survey.operation.queries import current_epoch, fingerprints
from survey.problems import Problem
from survey.registry.models import Photo

NAMES = {"sqlite": "database.sqlite", "postgresql": "database.dump"}


@dataclass(frozen=True, slots=True)
class Copy:
    """A copied database: its file, what stands in it, and the photos and scans that it names."""

    engine: str
    path: Path
    figures: Figures
    files: tuple[str, ...]


def engine_of(url: str) -> str:
    """`sqlite` or `postgresql`."""
    return make_url(url).get_backend_name()


def copy_database(url: str, folder: Path) -> Copy:
    """Copy the database at `url` into `folder`. Problems 8021, 8022."""
    target = folder / NAMES[engine_of(url)]
    if engine_of(url) == "sqlite":
        _copy_sqlite(Path(make_url(url).database or ""), target)
        figures, files = read_copy(f"sqlite:///{target}")
        _fold(target)
    else:
        figures, files = _dump(make_url(url), target)
    return Copy(engine_of(url), target, figures, files)


def read_copy(url: str) -> tuple[Figures, tuple[str, ...]]:
    """What stands in a database that nobody else writes to, and the files that it names."""
    with create_engine(url, poolclass=NullPool).connect() as connection:
        return _figures(connection), _files(connection)


def _figures(connection: Connection) -> Figures:
    session = Session(connection)
    tables = inspect(connection).get_table_names()
    counts = {
        name: session.scalar(select(func.count()).select_from(named_table(name))) or 0 for name in tables
    }
    revision = session.scalar(select(column("version_num")).select_from(named_table("alembic_version")))
    last = session.execute(
        select(ReceivedEnvelope.envelope_id, ReceivedEnvelope.received_at)
        .order_by(ReceivedEnvelope.id.desc())
        .limit(1)
    ).first()
    told = {"envelope_id": last.envelope_id, "received_at": last.received_at.isoformat()} if last else None
    has_epochs = "database_epochs" in tables
    return Figures(
        revision or "",
        current_epoch(session) if has_epochs else "",
        dict(sorted(counts.items())),
        told,
        fingerprints(session) if has_epochs else {},
    )


def _files(connection: Connection) -> tuple[str, ...]:
    """Paths below the data folder of every photo and scan that has arrived."""
    session = Session(connection)
    stored = session.scalars(select(Photo.stored_sha256).where(Photo.stored_sha256.is_not(None)).distinct())
    has_scans = inspect(connection).has_table(
        OfficialActFile.__tablename__
    )  # not before official acts were kept
    asked = select(OfficialActFile.sha256, OfficialActFile.kind).distinct()
    scans = session.execute(asked) if has_scans else ()
    paths = {photo_files.path_of(Path(), sha256 or "") for sha256 in stored}
    paths |= {scan_files.path_of(Path(), sha256, kind) for sha256, kind in scans}
    return tuple(sorted(path.as_posix() for path in paths))


# --- SQLite


def _copy_sqlite(source: Path, target: Path) -> None:
    with (
        closing(sqlite3.connect(f"{source.absolute().as_uri()}?mode=rw", uri=True)) as reading,
        closing(sqlite3.connect(target)) as writing,
    ):
        reading.backup(writing)  # all pages in one step: one moment, and writers go on meanwhile


def _fold(path: Path) -> None:
    """One file, without a log beside it."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode=DELETE")


def check_sqlite(path: Path) -> str | None:
    """What SQLite finds broken in a file; None for nothing."""
    try:
        with closing(sqlite3.connect(path)) as connection:
            said = connection.execute("PRAGMA integrity_check(1)").fetchone()[0]
            torn = connection.execute("PRAGMA foreign_key_check").fetchone()
    except sqlite3.DatabaseError as error:
        return str(error)
    return None if (said, torn) == ("ok", None) else str(said if said != "ok" else torn[0])


def put_back_sqlite(copy: Path, database: Path) -> None:
    """Make a database again what a copy of it says, in one transaction of SQLite's own."""
    with closing(sqlite3.connect(copy)) as reading, closing(sqlite3.connect(database)) as writing:
        reading.backup(writing)


# --- PostgreSQL


def _dump(url: URL, target: Path) -> tuple[Figures, tuple[str, ...]]:
    engine = create_engine(url, poolclass=NullPool, isolation_level="REPEATABLE READ")
    with engine.connect() as connection:
        snapshot = connection.scalar(select(func.pg_export_snapshot()))
        _run(url, "pg_dump", "--format=custom", f"--snapshot={snapshot}", f"--file={target}")
        return _figures(connection), _files(connection)


def check_dump(path: Path) -> None:
    """Read a dump from its beginning to its end. Problems 8021, 8022."""
    _run(None, "pg_restore", f"--file={os.devnull}", str(path))


def load_dump(path: Path, url: str) -> None:
    """Put a dump into an empty database, all of it or nothing. Problems 8021, 8022."""
    how = ("--no-owner", "--no-privileges", "--single-transaction", "--exit-on-error")
    _run(make_url(url), "pg_restore", *how, str(path))


def put_back_dump(path: Path, url: str) -> None:
    """Make a database again what a dump of it says. Problems 8021, 8022."""
    engine = create_engine(url, poolclass=NullPool)
    with engine.begin() as connection:
        for name in inspect(connection).get_table_names():
            connection.exec_driver_sql(f'DROP TABLE "{name}" CASCADE')
    load_dump(path, url)


def _run(url: URL | None, tool: str, *arguments: str) -> None:
    """Run a tool of PostgreSQL; a password never stands among its arguments, where others would see it."""
    program = shutil.which(tool)
    if program is None:
        raise Problem(8021, tool=tool)
    environment, where = dict(os.environ), []
    if url is not None:
        if url.password:
            environment["PGPASSWORD"] = str(url.password)
        plain = URL.create("postgresql", url.username, None, url.host, url.port, url.database, url.query)
        where = [f"--dbname={plain.render_as_string()}"]
    told = subprocess.run(  # noqa: S603  our own arguments, no shell
        [program, *where, *arguments], env=environment, capture_output=True, text=True, check=False
    )
    if told.returncode:
        raise Problem(8022, tool=tool, reason=_first_line(told.stderr.splitlines()))


def _first_line(lines: Iterable[str]) -> str:
    return next((line.strip() for line in lines if line.strip()), "?")[:300]
