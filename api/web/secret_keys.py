"""The program's own secrets: from the setting, or made once and kept in the data folder."""

from __future__ import annotations

import base64
import binascii
import os
import secrets
import tempfile
from pathlib import Path

from api.web.config import Settings
from survey.problems import Problem

LEAST_LENGTH = 32
"""Characters of a key file; a shorter one is what a crash or a full disk left behind."""


def secret_key(settings: Settings) -> str:
    """`NHAVUNG_SECRET_KEY`, or the key in `<data>/secret.key`, which is made on the first start.

    Losing the file loses the sealed values: it belongs into the backup, apart from the database.
    Raises: Problem 6050 for an empty or damaged file.
    """
    if settings.secret_key:
        return settings.secret_key
    path = settings.data_folder / "secret.key"
    if not path.exists():
        write_once(path, secrets.token_urlsafe(48))
    key = path.read_text("ascii", errors="replace")
    got = len(key.strip("\0 \r\n"))  # a crash may leave a file of zeros
    if got < LEAST_LENGTH:
        raise Problem(6050, file=path.name, got=got, least=LEAST_LENGTH)
    return key


def trail_seed(settings: Settings) -> bytes:
    """32 secret bytes that sign the trail, in `<data>/trail.key`, made on the first use.

    Losing the file ends nothing: a new key signs from then on, and what the old one signed is checked by its
    public key. Raises: Problem 6050 for an empty or damaged file.
    """
    path = settings.data_folder / "trail.key"
    if not path.exists():
        write_once(path, base64.b64encode(secrets.token_bytes(32)).decode())
    told = path.read_text("ascii", errors="replace").strip("\0 \r\n")
    try:
        seed = base64.b64decode(told, validate=True)
    except binascii.Error:
        seed = b""
    if len(seed) != 32:
        raise Problem(6050, file=path.name, got=len(told), least=44)
    return seed


def write_once(path: Path, key: str) -> None:
    """Write a new key beside and link it into place: whole or not at all, and the first of two stays."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=path.name, dir=path.parent)  # readable by its owner alone
    temporary = Path(name)
    try:
        with os.fdopen(handle, "w") as file:
            file.write(key)
            file.flush()
            os.fsync(file.fileno())
        path.hardlink_to(temporary)
    except FileExistsError:  # another process was first; its key is the one
        return
    finally:
        temporary.unlink()
