"""A backup while the program serves: the database first, then the photos that it names, law and keys."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from flask import Flask
from sqlalchemy import make_url
from sqlalchemy.exc import SQLAlchemyError

from api.backups import recovery_keys
from api.backups.database_copy import check_dump, check_sqlite, copy_database
from api.backups.folder import PART, BackupFolder, Generation, copy_whole
from api.backups.manifest import Manifest, parts_of, sha256_of, write_manifest
from api.backups.rotation import Keep, rotate
from api.web import clock, queue_key, secret_keys, transaction
from api.web.config import Settings
from survey.encryption import hash_under
from survey.operation.actions import Detail, note_run
from survey.problems import Problem

KEYS = "keys.tar.age"
NEVER_TOLD = ("NHAVUNG_SECRET_KEY", "NHAVUNG_DATABASE_URL")
"""Settings that hold a secret: they are in no backup's `settings.json`."""
README = """Bản sao lưu của Nhà Vững. Khôi phục vào chỗ trống, trên máy đã cài chương trình:

    nhavung restore THƯ_MỤC_NÀY --trial     (thử, không thay đổi gì)
    NHAVUNG_DATA_FOLDER=/chỗ/trống nhavung restore THƯ_MỤC_NÀY

Chương trình hỏi một trong hai khóa khôi phục đã in. Không có chương trình:

    age -d -i khóa.txt keys.tar.age | tar x

A backup of Nhà Vững. Restore it into an empty place with the commands above; one of the two printed recovery
keys is asked for. generations/ holds databases, keys and law files; files/ photos and scans by their SHA-256.
"""


@dataclass(frozen=True, slots=True)
class Done:
    """A backup that was made: its generation, what it holds, and which older ones were removed."""

    generation: Generation
    manifest: Manifest
    removed: tuple[str, ...]


def back_up(app: Flask, target: Path, keep: Keep, *, with_keys: bool = True) -> Done:
    """Back up into `target`, and note in the database how it went; within the application's context.

    Problems 8020 no recovery keys, 8021 and 8022 a tool of PostgreSQL, 8023 another run, 8025 a bad copy.
    """
    began, folder = clock.now(), BackupFolder(target)
    try:
        with folder.alone():
            done = _back_up(app, folder, keep, with_keys)
    except (Problem, OSError, SQLAlchemyError) as error:
        why = error.number if isinstance(error, Problem) else type(error).__name__
        _note(began, is_good=False, folder=str(target.resolve()), problem=str(why))
        raise
    told = done.manifest
    _note(
        began,
        is_good=True,
        folder=str(target.resolve()),
        generation=done.generation.name,
        records=told.figures.tables.get("received_envelopes", 0),
        files=told.files,
        missing=len(told.missing),
        has_keys=told.has_keys,
    )
    return done


def _note(began: object, *, is_good: bool, **details: Detail) -> None:
    """Note the run; a database that cannot be written must not stop it from being saved."""
    try:
        with transaction.write() as session:
            note_run(session, "backup", began, clock.now(), is_good, **details)  # type: ignore[arg-type]
    except (Problem, SQLAlchemyError):
        return


def _back_up(app: Flask, folder: BackupFolder, keep: Keep, with_keys: bool) -> Done:
    settings: Settings = app.config["SETTINGS"]
    told = recovery_keys.recipients(settings.data_folder)
    if with_keys and not told:
        raise Problem(8020)
    folder.files.mkdir(mode=0o700, parents=True, exist_ok=True)
    (folder.path / "README.txt").write_text(README, "utf-8")
    at = clock.now()
    with folder.begin(at) as part:
        copy = copy_database(settings.database_url, part)
        if (broken := _broken(copy.engine, copy.path)) is not None:
            raise Problem(8025, generation=part.name, what=broken)
        missing = _copy_files(settings.data_folder, folder.files, copy.files)
        kept = [path for path in copy.files if path not in missing]
        (part / "files.txt").write_text("".join(f"{path}\n" for path in kept), "utf-8")
        _copy_law(settings.law_folder, part / "law")
        (part / "settings.json").write_text(json.dumps(_settings(), indent=1), "utf-8")
        if with_keys:
            (part / KEYS).write_bytes(recovery_keys.seal(key_files(settings), told))
        manifest = Manifest(
            program=version("nhavung"),
            made_at=at.isoformat(),
            engine=copy.engine,
            database=copy.path.name,
            figures=copy.figures,
            files=len(kept),
            files_bytes=sum((folder.files / path).stat().st_size for path in kept),
            missing=sorted(missing),
            has_keys=with_keys,
            recipients=told,
            parts=parts_of(part),
        )
        write_manifest(part, manifest)
    generation = folder.generation(part.name.removesuffix(PART))
    return Done(generation, manifest, tuple(rotate(folder, keep)))


def _broken(engine: str, path: Path) -> str | None:
    if engine == "sqlite":
        return check_sqlite(path)
    check_dump(path)
    return None


def _copy_files(source: Path, target: Path, paths: tuple[str, ...]) -> set[str]:
    """Copy the photos and scans that are not there yet; those that the data folder lacks or has damaged."""
    missing = set()
    for path in paths:
        if (target / path).exists():
            continue
        found = source / path
        if not found.is_file() or sha256_of(found) != found.stem:
            missing.add(path)
        else:
            copy_whole(found, target / path)
    return missing


def _copy_law(source: Path | None, target: Path) -> None:
    for path in source.rglob("*.toml") if source else ():
        copy_whole(path, target / path.relative_to(source or path))


def _settings() -> dict[str, str]:
    """The program's settings as they were, without secrets."""
    told = {name: value for name, value in os.environ.items() if name.startswith("NHAVUNG_")}
    return {name: value for name, value in sorted(told.items()) if name not in NEVER_TOLD}


def key_files(settings: Settings) -> dict[str, bytes]:
    """Every key of the data folder; the secret also where it is a setting. Problem 8001 for none."""
    found = {path.name: path.read_bytes() for path in sorted(settings.data_folder.glob("*.key"))}
    if settings.secret_key:
        found[secret_keys.NAME] = settings.secret_key.encode()
    if secret_keys.NAME not in found:
        raise Problem(8001, file=secret_keys.NAME)
    return found


def place_of(settings: Settings) -> str:
    """Where the database is, without its password."""
    return make_url(settings.database_url).render_as_string(hide_password=True)


def keys_fit(keys: dict[str, bytes], known: dict[str, str]) -> None:
    """Check keys against the fingerprints of a database not opened yet. Problems 8002, 8003, 8004, 4301."""
    secret = keys.get(secret_keys.NAME, b"")
    found = hash_under(secret, secret_keys.FINGERPRINTED)
    if known.get(secret_keys.NAME, found) != found:
        raise Problem(8002, file=secret_keys.NAME)
    expected = known.get(queue_key.NAME)
    if queue_key.NAME not in keys:
        if expected:
            raise Problem(8003, file=queue_key.NAME)
        return
    pair = queue_key.opened(keys[queue_key.NAME], secret.decode())
    if expected not in (None, queue_key.fingerprint(pair, secret.decode())):
        raise Problem(8004, file=queue_key.NAME)
