"""The server's key pair for what waits on phones: a forgotten PIN or a new password loses nothing.

A phone encrypts with a data key of its own and wraps that key for the server too (RSA-OAEP with SHA-256 over
the JSON `{"officer": account id, "key": base64}`). The private key lies in `<data>/queue.key`, encrypted
under the program's secret: it belongs into the backup beside `secret.key`.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from flask import current_app

from api.web.secret_keys import write_once
from survey.problems import Problem

BITS = 3072
KEY_BYTES = 32
"""A data key is one of AES-256."""
LONGEST_WRAPPED = 1024
"""Characters of a wrapped key in base64; 3,072 bits make 512."""
KEPT = "queue_key"
OAEP = padding.OAEP(mgf=padding.MGF1(hashes.SHA256()), algorithm=hashes.SHA256(), label=None)


@dataclass(frozen=True, slots=True)
class DataKey:
    """A phone's data key and whose work it opens."""

    officer_id: int
    key: bytes


def public_key() -> str:
    """The public key for phones: SubjectPublicKeyInfo (DER) in base64."""
    spki = serialization.PublicFormat.SubjectPublicKeyInfo
    return base64.b64encode(_pair().public_key().public_bytes(serialization.Encoding.DER, spki)).decode()


def unwrap(wrapped: Any) -> DataKey:
    """The data key in a wrapped one (base64). Problem 4302 for anything else, and for another server's."""
    try:
        if not isinstance(wrapped, str) or len(wrapped) > LONGEST_WRAPPED:
            raise ValueError("no wrapped key")
        inner = json.loads(_pair().decrypt(base64.b64decode(wrapped, validate=True), OAEP))
        officer_id, key = inner["officer"], base64.b64decode(inner["key"], validate=True)
    except (ValueError, KeyError, TypeError, RecursionError, binascii.Error):
        raise Problem(4302) from None
    if type(officer_id) is not int or len(key) != KEY_BYTES:
        raise Problem(4302)
    return DataKey(officer_id, key)


def _pair() -> rsa.RSAPrivateKey:
    """The key pair, made on the first need and kept for the life of the process."""
    if KEPT not in current_app.extensions:
        path = current_app.config["SETTINGS"].data_folder / "queue.key"
        current_app.extensions[KEPT] = _read(path, _passphrase())
    pair: rsa.RSAPrivateKey = current_app.extensions[KEPT]
    return pair


def _passphrase() -> bytes:
    return hashlib.sha256(b"queue:" + current_app.config["SECRET_KEY"].encode()).hexdigest().encode()


def _read(path: Path, passphrase: bytes) -> rsa.RSAPrivateKey:
    """The key in the file, which is made if there is none. Problem 4301 when the secret does not open it."""
    if not path.exists():
        write_once(path, _made(passphrase))
    try:
        key = serialization.load_pem_private_key(path.read_bytes(), passphrase)
    except (ValueError, TypeError):
        raise Problem(4301, file=path.name) from None
    if not isinstance(key, rsa.RSAPrivateKey):
        raise Problem(4301, file=path.name)
    return key


def _made(passphrase: bytes) -> str:
    pair = rsa.generate_private_key(public_exponent=65537, key_size=BITS)
    sealed = serialization.BestAvailableEncryption(passphrase)
    pem = pair.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, sealed)
    return pem.decode()
