"""JSON in pieces that are compressed apart and joined: what many phones fetch is written and packed once.

A piece is some members of the object; its compressed form ends on a byte, so that pieces stand one after
another as one gzip stream.
"""

from __future__ import annotations

import json
import struct
import zlib
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Any, Generic, TypeVar

Made = TypeVar("Made")
HEADER = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\xff"
"""Of a gzip file without a name and a time (RFC 1952)."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Some bytes, and the same compressed (raw deflate, RFC 1951)."""

    text: bytes
    pressed: bytes


def opened(told: Mapping[str, Any]) -> Piece:
    """The first members of an object."""
    return _piece(b"{" + _members(told), zlib.Z_FULL_FLUSH)


def members(told: Mapping[str, Any]) -> Piece:
    """Members between the first and the last."""
    return _piece(b"," + _members(told), zlib.Z_FULL_FLUSH)


def ending(told: Mapping[str, Any]) -> Piece:
    """The last members of an object."""
    return _piece(b"," + _members(told) + b"}", zlib.Z_FINISH)


def joined(pieces: Sequence[Piece]) -> tuple[bytes, bytes]:
    """The whole text, and the same as gzip."""
    text = b"".join(piece.text for piece in pieces)
    trailer = struct.pack("<LL", zlib.crc32(text), len(text) & 0xFFFFFFFF)
    return text, b"".join([HEADER, *(piece.pressed for piece in pieces), trailer])


def _members(told: Mapping[str, Any]) -> bytes:
    return json.dumps(told, ensure_ascii=False, separators=(",", ":"))[1:-1].encode()


def _piece(text: bytes, end: int) -> Piece:
    press = zlib.compressobj(zlib.Z_BEST_COMPRESSION, zlib.DEFLATED, -zlib.MAX_WBITS)
    return Piece(text, press.compress(text) + press.flush(end))


class Kept(Generic[Made]):
    """What was made for the last keys; of several who ask for a new one at once, one makes it."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._found: OrderedDict[Hashable, Made] = OrderedDict()
        self._making: dict[Hashable, Lock] = {}
        self._guard = Lock()

    def of(self, key: Hashable, make: Callable[[], Made]) -> Made:
        """What is kept for a key, else what `make` gives."""
        with self._guard:
            if key in self._found:
                self._found.move_to_end(key)
                return self._found[key]
            making = self._making.setdefault(key, Lock())
        with making:
            with self._guard:
                if key in self._found:
                    return self._found[key]
            try:
                made = make()
                with self._guard:
                    self._found[key] = made
                    while len(self._found) > self._most:
                        self._found.popitem(last=False)
            finally:
                with self._guard:
                    self._making.pop(key, None)
        return made
