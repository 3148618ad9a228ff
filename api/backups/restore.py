"""Bringing a backup back into an empty place, or trying whether it could be; data there are never touched."""

from __future__ import annotations

import shutil
import tempfile
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import NullPool, create_engine, inspect, make_url
from sqlalchemy.orm import Session

from api.backups import recovery_keys
from api.backups.backup import KEYS, keys_fit
from api.backups.database_copy import check_dump, check_sqlite, engine_of, load_dump, read_copy
from api.backups.folder import BackupFolder, Generation, copy_whole
from api.backups.manifest import Figures, Manifest, check_parts, sha256_of
from api.web import secret_keys, storage
from api.web.config import Settings
from survey.operation.actions import begin_epoch
from survey.problems import Problem

STAGED = ".restoring"
OURS = {STAGED, "lost+found"}
"""What may lie in an empty data folder: a restore that was broken off, and what a file system makes."""


@dataclass(frozen=True, slots=True)
class Tried:
    """What a backup would bring back, read from its first byte to its last."""

    generation: Generation
    manifest: Manifest
    figures: Figures
    with_keys: bool


def keys_of(
    generation: Generation, manifest: Manifest, key: str | None, apart: Path | None
) -> dict[str, bytes]:
    """The key files that belong to a backup: opened by a recovery key, or kept apart in a folder.

    Problems 8032 another recovery key, 8033 none in the backup, 8001–8004 they do not fit the database.
    """
    if apart is not None:
        found = {path.name: path.read_bytes() for path in apart.glob("*.key")}
        if secret_keys.NAME not in found:
            raise Problem(8001, file=secret_keys.NAME)
    elif not manifest.has_keys:
        raise Problem(8033, generation=generation.name)
    else:
        found = recovery_keys.unseal((generation.path / KEYS).read_bytes(), key or "", generation.name)
    keys_fit(found, manifest.figures.fingerprints)
    return found


def try_out(
    folder: BackupFolder, generation: Generation, keys: dict[str, bytes] | None, at: datetime
) -> Tried:
    """Read everything a restore would need and change nothing, but a note of a good drill beside the backups.

    Problems 8025 damaged, 8021 and 8022 a tool of PostgreSQL.
    """
    manifest = generation.manifest()
    check_parts(generation.path, manifest)
    _check_files(folder, generation)
    figures = _read_database(generation, manifest)
    tried = Tried(generation, manifest, figures, keys is not None)
    folder.note_drill(at, generation.name, keys is not None)
    return tried


def _check_files(folder: BackupFolder, generation: Generation) -> None:
    """Every photo and scan is there and is what its name says. Problem 8025."""
    for path in generation.files():
        kept = folder.files / path
        if not kept.is_file() or sha256_of(kept) != kept.stem:
            raise Problem(8025, generation=generation.name, what=path)


def _read_database(generation: Generation, manifest: Manifest) -> Figures:
    """What really stands in the copied database; it must be what the manifest says. Problem 8025."""
    source = generation.path / manifest.database
    if manifest.engine == "postgresql":
        check_dump(source)  # what it holds is counted once it lies in a database
        return manifest.figures
    with tempfile.TemporaryDirectory() as aside:
        copy = Path(aside) / source.name
        shutil.copyfile(source, copy)
        broken = check_sqlite(copy)
        found, _ = read_copy(f"sqlite:///{copy}") if broken is None else (None, ())
    if found != manifest.figures or found is None:
        raise Problem(8025, generation=generation.name, what=broken or manifest.database)
    return found


def restore(
    settings: Settings,
    folder: BackupFolder,
    generation: Generation,
    keys: dict[str, bytes],
    at: datetime,
    tell: Callable[[int], None] = lambda _: None,
) -> Tried:
    """Bring a backup back into the empty place of `settings`; the database begins a new epoch.

    It is laid out aside and stands in its place only when everything is there. Problems 8026 not empty, 8027
    another engine, else as `try_out`.
    """
    manifest = generation.manifest()
    if engine_of(settings.database_url) != manifest.engine:
        raise Problem(8027, found=manifest.engine, expected=engine_of(settings.database_url))
    check_empty(settings)
    check_parts(generation.path, manifest)
    _check_files(folder, generation)
    staged = settings.data_folder / STAGED
    shutil.rmtree(staged, ignore_errors=True)
    staged.mkdir(parents=True)
    for number, path in enumerate(generation.files(), 1):
        copy_whole(folder.files / path, staged / path)
        tell(number)
    if (generation.path / "law").exists():
        shutil.copytree(generation.path / "law", staged / "law")
    for name, content in keys.items():
        (staged / name).write_bytes(content)
    if manifest.recipients:
        recovery_keys.write_recipients(staged, [(generation.name, one) for one in manifest.recipients])
    figures = _load_database(settings, generation, manifest, staged, at)
    for laid_out in sorted(staged.iterdir()):
        laid_out.rename(settings.data_folder / laid_out.name)
    staged.rmdir()
    if manifest.engine == "sqlite":
        _place_of_sqlite(settings).parent.mkdir(parents=True, exist_ok=True)
        (settings.data_folder / manifest.database).replace(_place_of_sqlite(settings))
    storage.protect(settings.data_folder)
    return Tried(generation, manifest, figures, with_keys=True)


def check_empty(settings: Settings) -> None:
    """Refuse a place where anything stands. Problem 8026."""
    folder = settings.data_folder
    left = [path.name for path in folder.iterdir() if path.name not in OURS] if folder.exists() else []
    if left:
        raise Problem(8026, found=f"{folder}: {', '.join(sorted(left)[:5])}")
    if engine_of(settings.database_url) == "sqlite":
        if _place_of_sqlite(settings).exists():
            raise Problem(8026, found=str(_place_of_sqlite(settings)))
    elif tables := inspect(create_engine(settings.database_url, poolclass=NullPool)).get_table_names():
        raise Problem(8026, found=", ".join(sorted(tables)[:5]))


def _place_of_sqlite(settings: Settings) -> Path:
    return Path(make_url(settings.database_url).database or "")


def _load_database(
    settings: Settings, generation: Generation, manifest: Manifest, staged: Path, at: datetime
) -> Figures:
    """The database in its new place, checked against the manifest, in its new epoch. Problem 8025."""
    source, url = generation.path / manifest.database, settings.database_url
    if manifest.engine == "sqlite":
        copy_whole(source, staged / manifest.database)
        url = f"sqlite:///{staged / manifest.database}"
    else:
        load_dump(source, url)
    figures, _ = read_copy(url)
    if figures != manifest.figures:
        raise Problem(8025, generation=generation.name, what=manifest.database)
    engine = create_engine(url, poolclass=NullPool)
    with Session(engine) as session, session.begin():
        begin_epoch(session, str(uuid.uuid4()), at, generation.name, datetime.fromisoformat(manifest.made_at))
    return figures
