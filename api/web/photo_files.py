"""Photos on disk: checked, freed of EXIF (it may hold a position), addressed by their own hash."""

from __future__ import annotations

import hashlib
import io
import os
import tempfile
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageOps, UnidentifiedImageError

from api.web import storage
from survey.problems import Problem

MAX_BYTES = 12 * 1024 * 1024
MAX_PIXELS = 50_000_000
FORMATS = ("JPEG", "PNG", "WEBP")
_one_at_a_time = threading.Lock()
"""An unpacked photo takes up to 350 MB: only one at a time, however many are sent."""


@dataclass(frozen=True, slots=True)
class StoredPhoto:
    """A photo that is on disk now."""

    sha256: str
    size_bytes: int
    width_px: int
    height_px: int


def store(folder: Path, received: bytes, expected_sha256: str) -> StoredPhoto:
    """Write the photo below `folder` and return what is kept. Problems 1003, 4108, 4109.

    The file is flushed to the disk before this returns: a receipt must not promise less.
    """
    if len(received) > MAX_BYTES:
        raise Problem(1003, got=len(received), limit=MAX_BYTES)
    got = hashlib.sha256(received).hexdigest()
    if got != expected_sha256:
        raise Problem(4108, got=got[:12], expected=expected_sha256[:12])
    with _one_at_a_time:
        kept, width_px, height_px = _cleaned(received)
    sha256 = hashlib.sha256(kept).hexdigest()
    write_whole(path_of(folder, sha256), kept)
    return StoredPhoto(sha256, len(kept), width_px, height_px)


def path_of(folder: Path, sha256: str) -> Path:
    """Where a kept photo lies."""
    return folder / "photos" / sha256[:2] / f"{sha256}.jpg"


def _cleaned(received: bytes) -> tuple[bytes, int, int]:
    """The photo as a JPEG without metadata, its width and its height. Problem 4109."""
    image = _decode(received)
    buffer = io.BytesIO()
    image.convert("RGB").save(buffer, "JPEG", quality=88, optimize=True)
    return buffer.getvalue(), image.width, image.height


def _decode(received: bytes) -> Image.Image:
    """The image upright, without metadata. Problem 4109 for anything that is not a photo of sane size."""
    with sane_image(received, FORMATS, _no_photo) as image:
        return ImageOps.exif_transpose(image)


def _no_photo(reason: str) -> Problem:
    return Problem(4109, reason=reason, limit_mb=MAX_BYTES // (1024 * 1024))


@contextmanager
def sane_image(
    received: bytes, formats: tuple[str, ...], refused: Callable[[str], Problem]
) -> Iterator[Image.Image]:
    """An image whose size was seen before it is unpacked; what breaks while it is read is `refused(why)`."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            image = Image.open(io.BytesIO(received), formats=formats)
            if image.width * image.height > MAX_PIXELS:
                raise refused(f"{image.width}×{image.height} px")
            yield image
    except (
        UnidentifiedImageError,
        OSError,
        ValueError,
        SyntaxError,
        Image.DecompressionBombWarning,
        Image.DecompressionBombError,
    ) as error:
        raise refused(type(error).__name__) from None


def write_whole(path: Path, content: bytes) -> None:
    """Write beside and rename, so that a broken write never stands under a hash. Problems 8013, 8014."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(suffix=".part", dir=path.parent)
    except OSError as error:
        storage.note_write(error)
        raise
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    except BaseException as error:
        Path(temporary).unlink(missing_ok=True)
        storage.note_write(error)
        raise
