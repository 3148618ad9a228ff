"""A backup folder: generations of database, law and keys; photos and scans once for all of them.

    README.txt                   how to restore
    generations/20250515-013000/ manifest.json (its hash: manifest.sha256), database.sqlite or database.dump,
                                 files.txt (photos and scans it names), keys.tar.age, law/, settings.json
    files/photos/…, files/scans/…  as in the data folder, each under its own hash
    drills.json                  the last restore drill

A generation is made as `….part` and renamed when it is whole: what is there is complete.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from api.backups.manifest import Manifest, read_manifest
from api.web.file_locks import hold
from survey.days import ZONE
from survey.problems import Problem

NAMED = "%Y%m%d-%H%M%S"
PART = ".part"


@dataclass(frozen=True, slots=True)
class Generation:
    """One backup: its folder and when it was begun."""

    path: Path

    @property
    def name(self) -> str:
        """When it was begun, in Viet Nam, as the name of its folder."""
        return self.path.name

    @property
    def made_at(self) -> datetime:
        """The same as a moment."""
        return datetime.strptime(self.name[:15], NAMED).replace(tzinfo=ZONE)

    def manifest(self) -> Manifest:
        """What it says of itself. Problem 8025."""
        return read_manifest(self.path)

    def files(self) -> list[str]:
        """The photos and scans that its database names, as paths below `files/`."""
        return (self.path / "files.txt").read_text("utf-8").split()


@dataclass(frozen=True, slots=True)
class BackupFolder:
    """Where backups lie."""

    path: Path

    @property
    def files(self) -> Path:
        """Photos and scans of all generations."""
        return self.path / "files"

    def generations(self) -> list[Generation]:
        """All complete ones, the newest first."""
        found = [one for one in (self.path / "generations").glob("*") if (one / "manifest.json").exists()]
        return [Generation(one) for one in sorted(found, reverse=True) if one.suffix != PART]

    def generation(self, name: str | None = None) -> Generation:
        """The one of this name, else the newest. Problem 8024."""
        for one in self.generations():
            if name in (None, one.name):
                return one
        raise Problem(8024, folder=str(self.path))

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Nobody else writes here meanwhile; what a broken run left behind is removed. Problem 8023."""
        lock = hold(self.path / "lock")
        if lock is None:
            raise Problem(8023, folder=str(self.path))
        with lock:
            for leftover in (self.path / "generations").glob(f"*{PART}"):
                shutil.rmtree(leftover)
            yield

    @contextmanager
    def begin(self, at: datetime) -> Iterator[Path]:
        """A folder for a new generation, which stands under its name once everything in it is on the disk."""
        name = at.astimezone(ZONE).strftime(NAMED)
        again = sum(one.name.startswith(name) for one in self.generations())
        target = self.path / "generations" / (f"{name}-{again + 1}" if again else name)
        part = target.with_name(target.name + PART)
        part.parent.mkdir(mode=0o700, parents=True, exist_ok=True)  # what is in it is personal
        part.mkdir(mode=0o700)
        try:
            yield part
            for path in part.rglob("*"):
                flush(path)
            part.rename(target)
            flush(target.parent)
        except BaseException:
            shutil.rmtree(part, ignore_errors=True)
            raise

    def note_drill(self, at: datetime, generation: str, with_keys: bool) -> None:
        """Remember the last restore drill beside the backups: it may be held on another machine."""
        told = {"at": at.isoformat(), "generation": generation, "with_keys": with_keys}
        (self.path / "drills.json").write_text(json.dumps(told), "utf-8")

    def last_drill(self) -> datetime | None:
        """When the last good drill was held; None for never, or a folder that cannot be read now."""
        try:
            return datetime.fromisoformat(json.loads((self.path / "drills.json").read_text("utf-8"))["at"])
        except (OSError, ValueError, KeyError):
            return None


def flush(path: Path) -> None:
    """On the disk, not only on its way there."""
    if os.name == "nt" and path.is_dir():
        return
    handle = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def copy_whole(source: Path, target: Path) -> None:
    """Copy a file so that under its name it is whole or not there."""
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(target.name + PART)
    shutil.copyfile(source, part)
    flush(part)
    part.replace(target)
