"""The field app in tests without a browser: signing in as a phone, sealing records, a queue file."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from flask import Flask
from flask.testing import FlaskClient
from makers import password_of

SIGN_IN = "/api/v1/field/sign-in"


def bearer(token: str) -> dict[str, str]:
    """The header by which a token speaks."""
    return {"Authorization": f"Bearer {token}"}


def key_of(username: str) -> bytes:
    """The data key of a person's phone in tests without a browser."""
    return hashlib.sha256(f"the phone of {username}".encode()).digest()


def sign_in_phone(client: FlaskClient, username: str, **more: Any) -> Any:
    """Sign in as the app does, which tells the server its data key's hash; the whole answer."""
    told = {"username": username, "password": password_of(username), "device_label": "Điện thoại thử"}
    answer = client.post(SIGN_IN, json=told | more)
    if answer.status_code == 200:
        mark = {"sha256": hashlib.sha256(key_of(username)).hexdigest()}
        noted = client.post("/api/v1/field/data-key", json=mark, headers=bearer(answer.json["token"]))
        assert noted.status_code == 204, noted.text
    return answer


def as_phone(app: Flask, username: str) -> FlaskClient:
    """A client that speaks with a fresh device token of this person."""
    client = app.test_client()
    token = sign_in_phone(client, username).json["token"]
    client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {token}"
    return client


def wrap_for_server(public_key: str, officer_id: Any, key: bytes) -> str:
    """A data key as the app wraps it."""
    told = json.dumps({"officer": officer_id, "key": base64.b64encode(key).decode()}).encode()
    lid: Any = serialization.load_der_public_key(base64.b64decode(public_key))
    oaep = padding.OAEP(mgf=padding.MGF1(hashes.SHA256()), algorithm=hashes.SHA256(), label=None)
    return base64.b64encode(lid.encrypt(told, oaep)).decode()


def seal(key: bytes, content: bytes) -> dict[str, str]:
    """`iv` and `data` of one row, as the app seals it."""
    iv = os.urandom(12)
    parts = {"iv": iv, "data": AESGCM(key).encrypt(iv, content, None)}
    return {name: base64.b64encode(part).decode() for name, part in parts.items()}


def queue_file(
    signed_in: Mapping[str, Any],
    envelopes: Sequence[Any],
    photos: Mapping[str, bytes] | None = None,
    key: bytes | None = None,
    **changes: Any,
) -> dict[str, Any]:
    """A queue file as the app saves it. `signed_in` is what the sign-in answered; `changes` spoil it."""
    officer = {"id": signed_in["officer"]["id"], "username": signed_in["officer"]["username"]}
    key = key or key_of(officer["username"])
    return {
        "format": "nhavung-queue",
        "version": 1,
        "officer": officer,
        "device_id": signed_in["device_id"],
        "wrapped_key": wrap_for_server(signed_in["public_key"], officer["id"], key),
        "saved_at": "2025-05-15T10:00:00+07:00",
        "records": [{"id": one["id"], **seal(key, json.dumps(one).encode())} for one in envelopes],
        "photos": [{"sha256": sha256, **seal(key, content)} for sha256, content in (photos or {}).items()],
        **changes,
    }


def rows_of(folder: Path, statement: str, *values: Any) -> list[tuple[Any, ...]]:
    """Rows of the database of a served application that keeps its data in `folder`."""
    with closing(sqlite3.connect(folder / "nhavung.sqlite")) as connection:
        return connection.execute(statement, values).fetchall()
