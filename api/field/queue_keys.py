"""What phones wrap for the server: a forgotten PIN or a new password loses nothing.

A phone encrypts with a data key of its own and wraps that key for the server too (RSA-OAEP with SHA-256 over
the JSON `{"officer": account id, "key": base64}`; the pair is that of `api.web.queue_key`).
"""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding

from api.web.queue_key import pair
from survey.problems import Problem

KEY_BYTES = 32
"""A data key is one of AES-256."""
LONGEST_WRAPPED = 1024
"""Characters of a wrapped key in base64; 3,072 bits make 512."""
OAEP = padding.OAEP(mgf=padding.MGF1(hashes.SHA256()), algorithm=hashes.SHA256(), label=None)


@dataclass(frozen=True, slots=True)
class DataKey:
    """A phone's data key and whose work it opens."""

    officer_id: int
    key: bytes


def public_key() -> str:
    """The public key for phones: SubjectPublicKeyInfo (DER) in base64."""
    spki = serialization.PublicFormat.SubjectPublicKeyInfo
    return base64.b64encode(pair().public_key().public_bytes(serialization.Encoding.DER, spki)).decode()


def unwrap(wrapped: Any) -> DataKey:
    """The data key in a wrapped one (base64). Problem 4302 for anything else, and for another server's."""
    try:
        if not isinstance(wrapped, str) or len(wrapped) > LONGEST_WRAPPED:
            raise ValueError("no wrapped key")
        inner = json.loads(pair().decrypt(base64.b64decode(wrapped, validate=True), OAEP))
        officer_id, key = inner["officer"], base64.b64decode(inner["key"], validate=True)
    except (ValueError, KeyError, TypeError, RecursionError, binascii.Error):
        raise Problem(4302) from None
    if type(officer_id) is not int or len(key) != KEY_BYTES:
        raise Problem(4302)
    return DataKey(officer_id, key)
