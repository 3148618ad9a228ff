"""The server's key pair for what waits on phones: `<data>/queue.key`, encrypted under the program's secret.

It is made once, on the first need, and its fingerprint is noted in the database: a key that phones have used
is never replaced by a new one.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.web import clock, transaction
from api.web.extensions import db
from api.web.secret_keys import write_once
from survey.access.models import DataKey
from survey.encryption import hash_under
from survey.operation.actions import note_fingerprint
from survey.operation.queries import fingerprints
from survey.problems import Problem

NAME = "queue.key"
BITS = 3072
KEPT = "queue_key"


def pair() -> rsa.RSAPrivateKey:
    """The key pair, made on the first need, kept for the life of the process. Problems 4301, 8003, 8004."""
    if KEPT not in current_app.extensions:
        path = current_app.config["SETTINGS"].data_folder / NAME
        if not path.exists():
            _make(path)
        current_app.extensions[KEPT] = read(path)
    kept: rsa.RSAPrivateKey = current_app.extensions[KEPT]
    return kept


def read(path: Path) -> rsa.RSAPrivateKey:
    """The pair in a file. Problem 4301 when it is none or the program's secret does not open it."""
    return opened(path.read_bytes(), current_app.config["SECRET_KEY"])


def opened(content: bytes, secret: str) -> rsa.RSAPrivateKey:
    """The pair that a file holds. Problem 4301 when it is none or the secret does not open it."""
    try:
        key = serialization.load_pem_private_key(content, _passphrase(secret))
    except (ValueError, TypeError):
        raise Problem(4301, file=NAME) from None
    if not isinstance(key, rsa.RSAPrivateKey):
        raise Problem(4301, file=NAME)
    return key


def check(session: Session, path: Path) -> str | None:
    """The fingerprint of the pair in a file, None where none is needed yet.

    Raises: Problem 8003 missing while phones rely on it, 8004 another than the database knows, 4301.
    """
    known = fingerprints(session).get(NAME)
    if not path.exists():
        if known or session.scalar(select(DataKey.sha256).limit(1)):
            raise Problem(8003, file=NAME)
        return None
    found = fingerprint(read(path), current_app.config["SECRET_KEY"])
    if known not in (None, found):
        raise Problem(8004, file=NAME)
    return found


def fingerprint(key: rsa.RSAPrivateKey, secret: str) -> str:
    """A hash of the pair under the secret beside it."""
    spki = serialization.PublicFormat.SubjectPublicKeyInfo
    public = key.public_key().public_bytes(serialization.Encoding.DER, spki)
    return hash_under(secret.encode(), f"{NAME} {hashlib.sha256(public).hexdigest()}")


def _make(path: Path) -> None:
    """Make the pair and note it. The file first: without the note it is still opened by the secret alone."""
    check(db.session(), path)
    made = rsa.generate_private_key(public_exponent=65537, key_size=BITS)
    secret = current_app.config["SECRET_KEY"]
    sealed = serialization.BestAvailableEncryption(_passphrase(secret))
    pem = made.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, sealed)
    write_once(path, pem.decode())
    with transaction.write() as session:
        note_fingerprint(session, NAME, fingerprint(read(path), secret), clock.now())


def _passphrase(secret: str) -> bytes:
    return hashlib.sha256(b"queue:" + secret.encode()).hexdigest().encode()
