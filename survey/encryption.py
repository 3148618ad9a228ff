"""Personal values at rest: encrypted text, and a keyed hash beside it for matching.

The key is given once by the program that starts (`use_key`); nothing here reads files or settings.
Encryption is Fernet (AES-128-CBC with HMAC-SHA-256), the hash HMAC-SHA-256 under a key derived from it.
"""

from __future__ import annotations

import base64
import hashlib
import hmac

from cryptography.fernet import Fernet
from sqlalchemy import LargeBinary
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

_key: dict[str, bytes] = {}
_seal: dict[str, Fernet] = {}


def use_key(secret: bytes) -> None:
    """Set the secret from which both keys are derived; called once when the program starts."""
    _seal["fernet"] = Fernet(base64.urlsafe_b64encode(hashlib.sha256(b"seal:" + secret).digest()))
    _key["hash"] = hashlib.sha256(b"match:" + secret).digest()


def keyed_hash(text: str) -> str:
    """The same text gives the same hash, and nobody without the key can try texts against it."""
    return hmac.digest(_key["hash"], text.encode(), "sha256").hex()


class EncryptedText(TypeDecorator[str]):
    """Text that the database file does not reveal."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> bytes | None:
        """Encrypt on the way in."""
        return None if value is None else _seal["fernet"].encrypt(value.encode())

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> str | None:
        """Decrypt on the way out; a wrong key raises rather than showing noise."""
        return None if value is None else _seal["fernet"].decrypt(bytes(value)).decode()
