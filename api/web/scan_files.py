"""Scans of official acts on disk: checked by their content, kept byte for byte under their own hash."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from api.web.photo_files import sane_image, write_whole
from survey.problems import Problem

MAX_BYTES = 10 * 1024 * 1024
MIME_TYPES = {"pdf": "application/pdf", "jpeg": "image/jpeg", "png": "image/png"}
TAIL = 2048
"""A PDF says where it ends within its last bytes; one cut off does not."""


@dataclass(frozen=True, slots=True)
class StoredScan:
    """A scan that is on disk now."""

    sha256: str
    kind: str
    size_bytes: int


def store(folder: Path, received: bytes) -> StoredScan:
    """Keep a scan below `folder`, unchanged: a signature in a PDF must stay valid. Problems 1003, 5438."""
    if len(received) > MAX_BYTES:
        raise Problem(1003, got=len(received), limit=MAX_BYTES)
    kind = kind_of(received)
    sha256 = hashlib.sha256(received).hexdigest()
    write_whole(path_of(folder, sha256, kind), received)
    return StoredScan(sha256, kind, len(received))


def path_of(folder: Path, sha256: str, kind: str) -> Path:
    """Where a kept scan lies."""
    return folder / "scans" / sha256[:2] / f"{sha256}.{kind}"


def kind_of(received: bytes) -> str:
    """`pdf`, `jpeg` or `png`, by the content and not by the name. Problem 5438 for anything else."""
    if received.startswith(b"%PDF-"):
        if b"%%EOF" not in received[-TAIL:]:
            raise Problem(5438, got="PDF …")
        return "pdf"
    with sane_image(received, ("JPEG", "PNG"), lambda why: Problem(5438, got=why)) as image:
        kind = (image.format or "").lower()
        image.verify()
    return kind
