"""Personal values at rest: encrypted text, and a keyed hash beside it for matching.

The key is given once by the program that starts (`use_key`); nothing here reads files or settings.
Encryption is Fernet (AES-128-CBC with HMAC-SHA-256), the hash HMAC-SHA-256 under a key derived from it.
"""

from __future__ import annotations

import base64
import hashlib
import hmac

from cryptography.fernet import Fernet, InvalidToken
from sqlalchemy import LargeBinary
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

_key: dict[str, bytes] = {}
_seal: dict[str, Fernet] = {}


def use_key(secret: bytes) -> None:
    """Set the secret from which both keys are derived; called once when the program starts."""
    _seal["fernet"] = Fernet(base64.urlsafe_b64encode(hashlib.sha256(b"seal:" + secret).digest()))
    _key["hash"] = _hash_key(secret)


def keyed_hash(text: str) -> str:
    """The same text gives the same hash, and nobody without the key can try texts against it."""
    return _hashed(_key["hash"], text)


def hash_under(secret: bytes, text: str) -> str:
    """The same under a secret that is not the program's own: is a restored key the one it should be?"""
    return _hashed(_hash_key(secret), text)


def _hash_key(secret: bytes) -> bytes:
    return hashlib.sha256(b"match:" + secret).digest()


def _hashed(key: bytes, text: str) -> str:
    return hmac.digest(key, text.encode(), "sha256").hex()


def seal(text: str) -> str:
    """A text as only this program can read it, for addresses."""
    return _seal["fernet"].encrypt(text.encode()).decode()


def unseal(sealed: str) -> str | None:
    """What `seal` was given; None for what it did not make."""
    try:
        return _seal["fernet"].decrypt(sealed.encode()).decode()
    except InvalidToken:
        return None


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
