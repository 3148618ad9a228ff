"""What a backup says of itself: which database, how much, its last record, and the hash of every file."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from survey.problems import Problem

FORMAT = 1


@dataclass(frozen=True, slots=True)
class Figures:
    """What stands in a database at one moment."""

    revision: str
    epoch: str
    tables: dict[str, int]
    """Rows of each table."""
    last_record: dict[str, str] | None
    """`envelope_id`, `received_at` of the record that came last."""
    fingerprints: dict[str, str]


@dataclass(frozen=True, slots=True)
class Manifest:
    """One backup. `parts` are the hashes of the generation's own files; photos bear theirs in their names."""

    program: str
    made_at: str
    engine: str
    database: str
    figures: Figures
    files: int
    files_bytes: int
    missing: list[str]
    """Photos and scans that the database names and the data folder did not have."""
    has_keys: bool
    recipients: list[str]
    parts: dict[str, str] = field(default_factory=dict)
    format: int = FORMAT


def sha256_of(path: Path) -> str:
    """The hash of a file, read in pieces."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def parts_of(folder: Path) -> dict[str, str]:
    """Every file of a generation with its hash."""
    told = {path.relative_to(folder).as_posix(): path for path in sorted(folder.rglob("*")) if path.is_file()}
    return {name: sha256_of(path) for name, path in told.items() if not name.startswith("manifest.")}


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write it beside its hash."""
    text = json.dumps(asdict(manifest), ensure_ascii=False, indent=1)
    (folder / "manifest.json").write_text(text, "utf-8")
    digest = hashlib.sha256((folder / "manifest.json").read_bytes()).hexdigest()
    (folder / "manifest.sha256").write_text(f"{digest}  manifest.json\n", "utf-8")


def read_manifest(folder: Path) -> Manifest:
    """What a generation says of itself. Problem 8025 when it is not as it was written."""
    try:
        content = (folder / "manifest.json").read_bytes()
        told = (folder / "manifest.sha256").read_text("utf-8").split()[0]
        if hashlib.sha256(content).hexdigest() != told:
            raise ValueError("hash")
        raw: dict[str, Any] = json.loads(content)
        return Manifest(**{**raw, "figures": Figures(**raw["figures"])})
    except (OSError, ValueError, TypeError, KeyError, IndexError):
        raise Problem(8025, generation=folder.name, what="manifest.json") from None


def check_parts(folder: Path, manifest: Manifest) -> None:
    """Read every file of a generation. Problem 8025 names the first that is not as it was written."""
    for name, digest in manifest.parts.items():
        path = folder / name
        if not path.is_file() or sha256_of(path) != digest:
            raise Problem(8025, generation=folder.name, what=name)
