"""Signed notes (C2SP signed-note): a text, an empty line, a line with the signature; and what is told by
them.

Two kinds: a checkpoint (mã kiểm chứng) says which root the tree of so many leaves has (C2SP tlog-checkpoint);
a promise (biên nhận đã ký) says that a leaf has been taken. Anybody who knows the public key checks them
without us.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from dataclasses import dataclass
from datetime import datetime

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from survey.problems import Problem

ED25519 = b"\x01"
DASH = "\u2014 "
PROMISE = "receipt"


@dataclass(frozen=True, slots=True)
class PublicKey:
    """Who signs, and how it is checked; told as `name+hash+key` (the vkey of C2SP)."""

    name: str
    raw: bytes

    @property
    def hash(self) -> bytes:
        """Four bytes that tell keys of one name apart."""
        return hashlib.sha256(self.name.encode() + b"\n" + ED25519 + self.raw).digest()[:4]

    def __str__(self) -> str:
        return f"{self.name}+{self.hash.hex()}+{base64.b64encode(ED25519 + self.raw).decode()}"


def read_key(text: str) -> PublicKey:
    """A public key as it is told. Problem 6062."""
    name, _, rest = text.strip().partition("+")
    digest, _, told = rest.partition("+")
    raw = _decoded(told)
    key = PublicKey(name, raw[1:])
    if len(raw) != 33 or raw[:1] != ED25519 or key.hash.hex() != digest:
        raise Problem(6062)
    return key


@dataclass(frozen=True, slots=True)
class Signer:
    """The one key of this installation; its name says whose tree it is."""

    private: Ed25519PrivateKey
    public: PublicKey

    def signed(self, text: str) -> str:
        """A text that ends its last line, as a signed note."""
        signature = base64.b64encode(self.public.hash + self.private.sign(text.encode())).decode()
        return f"{text}\n{DASH}{self.public.name} {signature}\n"


def signer(seed: bytes) -> Signer:
    """The signer of 32 secret bytes; its name follows from its public key."""
    private = Ed25519PrivateKey.from_private_bytes(seed)
    raw = private.public_key().public_bytes_raw()
    return Signer(private, PublicKey(f"nhavung/{hashlib.sha256(raw).hexdigest()[:12]}", raw))


def opened(note: str, key: PublicKey) -> str:
    """The text of a note that this key signed. Problem 6061 for any other."""
    text, _, signatures = note.rpartition("\n\n")
    for line in signatures.splitlines():
        name, _, told = line.removeprefix(DASH).partition(" ")
        signature = _decoded(told)
        if line.startswith(DASH) and name == key.name and signature[:4] == key.hash:
            try:
                Ed25519PublicKey.from_public_bytes(key.raw).verify(signature[4:], f"{text}\n".encode())
            except (InvalidSignature, ValueError):
                break
            return f"{text}\n"
    raise Problem(6061, key=key.name)


@dataclass(frozen=True, slots=True)
class Root:
    """The tree of so many leaves, by its root."""

    size: int
    sha256: bytes

    def __str__(self) -> str:
        """The short line that is printed on papers."""
        return f"{self.size} {base64.b64encode(self.sha256).decode()}"


def checkpoint(key: Signer, root: Root) -> str:
    """A root as a signed note."""
    encoded = base64.b64encode(root.sha256).decode()
    return key.signed(f"{key.public.name}\n{root.size}\n{encoded}\n")


def read_checkpoint(note: str, key: PublicKey) -> Root:
    """The root that a checkpoint tells. Problem 6061 not signed by this key, 6063 not a checkpoint."""
    origin, *rest = opened(note, key).splitlines()
    if origin != key.name:
        raise Problem(6063)
    return read_root(" ".join(rest[:2]))


def read_root(line: str) -> Root:
    """The root that a short line tells, as it is printed on papers. Problem 6063."""
    size, _, encoded = line.strip().partition(" ")
    sha256 = _decoded(encoded)
    if not size.isdecimal() or len(sha256) != 32:
        raise Problem(6063)
    return Root(int(size), sha256)


@dataclass(frozen=True, slots=True)
class Promise:
    """What a receipt promises: this leaf was taken at this moment."""

    leaf: bytes
    at: str


def promise(key: Signer, leaf: bytes, at: datetime) -> str:
    """A promise as a signed note."""
    told = base64.b64encode(leaf).decode()
    return key.signed(f"{key.public.name} {PROMISE}\n{told}\n{at.isoformat(timespec='seconds')}\n")


def read_promise(note: str, key: PublicKey) -> Promise:
    """What was promised. Problem 6061 not signed by this key, 6064 no promise."""
    first, *rest = opened(note, key).splitlines()
    if first != f"{key.name} {PROMISE}" or len(rest) != 2 or len(_decoded(rest[0])) != 32:
        raise Problem(6064)
    return Promise(_decoded(rest[0]), rest[1])


def _decoded(text: str) -> bytes:
    """Base64 as bytes; b"" for what is none."""
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return b""
