"""The program's own secrets: from the setting, or made once and kept in the data folder."""

from __future__ import annotations

import base64
import binascii
import os
import secrets
import tempfile
from pathlib import Path

from cryptography.fernet import InvalidToken
from sqlalchemy import NullPool, create_engine, inspect, make_url, select
from sqlalchemy.orm import Session

from api.web.config import Settings
from survey.approval.models import OfficialAct
from survey.encryption import keyed_hash
from survey.intake.models import ReceivedEnvelope
from survey.operation.queries import fingerprints
from survey.problems import Problem

NAME = "secret.key"
SEALED = (ReceivedEnvelope.body, OfficialAct.subject)
"""Whatever is stored came through one of these."""

FINGERPRINTED = f"fingerprint of {NAME}"
"""What is hashed under a secret to tell it from others."""
LEAST_LENGTH = 32
"""Characters of a key file; a shorter one is what a crash or a full disk left behind."""


def secret_key(settings: Settings) -> str:
    """`NHAVUNG_SECRET_KEY`, or the key in `<data>/secret.key`, which is made on the first start.

    Losing the file loses the sealed values: a backup holds it, sealed for the recovery keys.
    Raises: Problem 6050 for an empty or damaged file, 8001 for none where data are that another one sealed.
    """
    if settings.secret_key:
        return settings.secret_key
    path = settings.data_folder / NAME
    if not path.exists():
        if has_data(settings):
            raise Problem(8001, file=NAME)
        write_once(path, secrets.token_urlsafe(48))
    key = path.read_text("ascii", errors="replace")
    got = len(key.strip("\0 \r\n"))  # a crash may leave a file of zeros
    if got < LEAST_LENGTH:
        raise Problem(6050, file=path.name, got=got, least=LEAST_LENGTH)
    return key


def has_data(settings: Settings) -> bool:
    """Whether a database has been made here, or `queue.key` tells that one was."""
    url = make_url(settings.database_url)
    if url.get_backend_name() == "sqlite" and not (url.database and Path(url.database).exists()):
        return (settings.data_folder / "queue.key").exists()
    engine = create_engine(url, poolclass=NullPool)
    return inspect(engine).has_table("alembic_version")


def check(session: Session) -> str:
    """The fingerprint of the secret in use. Problem 8002 when what stands in the database is another one's.

    What a database from before fingerprints sealed itself tells whether the secret is its own.
    """
    found = keyed_hash(FINGERPRINTED)
    known = fingerprints(session).get(NAME)
    if known is None:
        known = found if _opens_what_is_sealed(session) else ""
    if known != found:
        raise Problem(8002, file=NAME)
    return found


def _opens_what_is_sealed(session: Session) -> bool:
    try:
        for column in SEALED:
            session.scalar(select(column).where(column.is_not(None)).limit(1))
    except InvalidToken:
        return False
    return True


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
