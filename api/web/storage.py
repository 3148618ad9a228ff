"""Whether what is written stays: a full or read-only disk, a database file that vanished under the program.

SQLite goes on writing into a file that was deleted. So each connection remembers which file it opened, and
nothing is acknowledged while another one, or none, stands in its place.
"""

from __future__ import annotations

import errno
import os
import shutil
import sqlite3
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from flask import Flask, current_app
from sqlalchemy import event
from sqlalchemy.engine import Engine
from sqlalchemy.exc import DBAPIError

from survey.problems import Problem

LOST, FULL, READ_ONLY = 8012, 8013, 8014
FAULTS = (LOST, FULL, READ_ONLY)
LOW_BYTES = 500 * 1024 * 1024
"""Free space below which every page warns: a day of a province's photos."""
INDEX_BYTES = 64 * 1024
FILE = "sqlite_file"
KEPT = "storage_fault"
SAID = {"disk is full": FULL, "readonly database": READ_ONLY}
"""How SQLite says it …"""
SQLSTATES = {"53100": FULL, "25006": READ_ONLY}
"""… and PostgreSQL: disk_full, read_only_sql_transaction."""
ERRNOS = {errno.ENOSPC: FULL, errno.EDQUOT: FULL, errno.EROFS: READ_ONLY}
_opened: set[str] = set()
"""Database files that this process has opened: one that is gone is not made anew in silence."""


# --- the file of a SQLite database


@event.listens_for(Engine, "do_connect")
def open_what_is_there(dialect: Any, _record: Any, arguments: list[Any], options: dict[str, Any]) -> None:
    """Open no empty file in place of one that is gone (8012); a disk that cannot be written is read."""
    path = arguments[0] if dialect.name == "sqlite" and arguments else None
    if not isinstance(path, str) or path in ("", ":memory:") or options.get("uri"):
        return
    if not Path(path).exists():
        if path in _opened:
            raise Problem(LOST, file=Path(path).name)
    elif not _has_room_for_index(path):
        # Without a log beside it nothing can change the file; with one it must be read together with it.
        mode = "mode=ro" if Path(f"{path}-wal").exists() else "immutable=1"
        arguments[0], options["uri"] = f"{Path(path).absolute().as_uri()}?{mode}", True


def _has_room_for_index(path: str) -> bool:
    """Whether SQLite can make, or has, the index of its log beside a database: without it nothing opens."""
    folder = Path(path).parent
    if not os.access(folder, os.W_OK):
        return False
    free = free_bytes(folder)
    return free is None or free >= INDEX_BYTES or Path(f"{path}-shm").exists()


def note_file(connection: sqlite3.Connection, record: Any) -> None:
    """Remember which file a connection has opened."""
    path = connection.execute("PRAGMA database_list").fetchone()[2]
    if path:
        _opened.add(path)
        record.info[FILE] = (path, _identity(path))


def check_file(info: Mapping[str, Any]) -> None:
    """Refuse to acknowledge what a connection wrote into a file that is no longer there. Problem 8012."""
    path, identity = info.get(FILE, (None, None))
    if path is not None and _identity(path) != identity:
        raise Problem(LOST, file=Path(path).name)


def _identity(path: str) -> tuple[int, int] | None:
    try:
        found = os.stat(path)
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino


# --- what a write met


def problem_of(error: BaseException) -> Problem | None:
    """The problem of the disk behind an error; None for any other error."""
    if isinstance(error, Problem):
        return error if error.number in FAULTS else None
    if isinstance(error, OSError):
        number = ERRNOS.get(error.errno or 0)
    elif isinstance(error, DBAPIError):
        said = str(error.orig)
        number = SQLSTATES.get(getattr(error.orig, "sqlstate", None) or "")
        number = number or next((found for text, found in SAID.items() if text in said), None)
    else:
        return None
    return Problem(number) if number else None


def note_write(error: BaseException | None = None) -> None:
    """Remember the fault of the last write, for every page to say; a write that went well ends it."""
    if error is None:
        current_app.extensions.pop(KEPT, None)
    elif problem := problem_of(error):
        current_app.extensions[KEPT] = problem
        raise problem from error


def fault() -> Problem | None:
    """What stopped the last write, or the little room that is left (8015); None: all is well."""
    found: Problem | None = current_app.extensions.get(KEPT)
    free = free_bytes(current_app.config["SETTINGS"].data_folder)
    if found is None and free is not None and free < LOW_BYTES:
        found = Problem(8015, free_mb=free // (1024 * 1024))
    return found


def free_bytes(folder: Path) -> int | None:
    """Room left on the disk of a folder; None where it cannot be told."""
    try:
        return shutil.disk_usage(folder).free
    except OSError:
        return None


def protect(folder: Path) -> None:
    """The data folder is its owner's alone (0700), and so are database and keys in it (0600)."""
    folder.mkdir(parents=True, exist_ok=True)
    for path, mode in ((folder, 0o700), *((one, 0o600) for one in folder.glob("*") if is_private(one))):
        try:
            path.chmod(mode)
        except OSError:  # another's folder, a read-only disk, a share without such rights
            continue


def is_private(path: Path) -> bool:
    """Whether a file in the data folder is a key or belongs to the database."""
    return path.is_file() and (path.suffix == ".key" or ".sqlite" in path.name)


def init_app(app: Flask) -> None:
    """Put the fault into every template."""
    app.jinja_env.globals.update(storage_fault=fault)
