"""A receipt is checked without us: by the command, offline, and by another implementation."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from fielding import as_phone
from makers import envelope
from pymerkle import InclusionProof, InvalidProof, verify_inclusion
from pymerkle.core import _inclusion_path_layout
from pymerkle.hasher import MerkleHasher
from sending import BEFORE, ENVELOPES, send

from api.web.sealer import seal_all


@pytest.fixture
def sealed(world, tmp_path) -> Path:
    """The file of a receipt among others, sealed."""
    phone = as_phone(world, "lan")
    first = send(phone)
    assert first["proof"] is None
    phone.post(f"{ENVELOPES}/batch", json=[envelope(captured_at=BEFORE) for _ in range(9)])
    seal_all()
    path = tmp_path / "receipt.json"
    path.write_text(phone.get(f"{ENVELOPES}/{first['id']}/versions/1").text, "utf-8")
    return path


def changed(path: Path, **fields: object) -> None:
    """Write the receipt with something changed."""
    path.write_text(json.dumps(json.loads(path.read_text("utf-8")) | fields), "utf-8")


def test_a_receipt_is_promised_at_once_and_proven_later(world, run, tmp_path) -> None:
    path = tmp_path / "receipt.json"
    receipt = send(as_phone(world, "lan"))
    path.write_text(json.dumps(receipt), "utf-8")
    ended, said = run("verify", str(path))
    assert ended == 0, said
    assert "chưa niêm phong" in said


def test_a_sealed_receipt_is_checked_by_the_command(sealed, run) -> None:
    ended, said = run("verify", str(sealed))
    assert ended == 0, said
    assert "đã niêm phong" in said
    assert "Khóa lấy từ chính biên nhận" in said
    _, key = run("trail", "key")
    assert "Khóa lấy từ chính biên nhận" not in run("verify", str(sealed), "--key", key)[1]


def test_a_receipt_of_another_record_another_key_or_another_tree_is_refused(sealed, run) -> None:
    told = json.loads(sealed.read_text("utf-8"))
    for fields, number in (
        ({"content_sha256": "0" * 64}, 6065),
        ({"version": 2}, 6065),
        ({"leaf": told["leaf"].replace('"actor":1', '"actor":2')}, 6065),
        ({"promise": told["promise"].replace("2025", "2024")}, 6061),
        ({"proof": told["proof"] | {"index": 0}}, 6066),
        ({"proof": told["proof"] | {"path": told["proof"]["path"][:-1]}}, 6066),
        ({"proof": told["proof"] | {"path": ["zz"]}}, 6064),
        ({"proof": "x"}, 6064),
        ({"leaf": None}, 6064),
        ({"key": "abc"}, 6062),
    ):
        changed(sealed, **{**told, **fields})
        assert run("verify", str(sealed))[0] == number, fields


def test_another_implementation_finds_the_receipt_in_the_tree(sealed) -> None:
    """By pymerkle and the plain text of the notes: nothing of ours is asked."""
    told = json.loads(sealed.read_text("utf-8"))
    name, _, key = told["key"].split("+", 2)
    public = Ed25519PublicKey.from_public_bytes(base64.b64decode(key)[1:])
    for note in (told["promise"], told["proof"]["checkpoint"]):
        text, _, signatures = note.partition("\n\n")
        signature = base64.b64decode(signatures.split(" ")[2])
        public.verify(signature[4:], f"{text}\n".encode())
        with pytest.raises(InvalidSignature):
            public.verify(signature[4:], text.encode())
    assert told["promise"].startswith(f"{name} receipt\n")
    _, size, root = told["proof"]["checkpoint"].splitlines()[:3]
    leaf = MerkleHasher("sha256", True).hash_buff(told["leaf"].encode())
    assert base64.b64encode(leaf).decode() == told["promise"].splitlines()[1]
    assert json.loads(told["leaf"])["details"]["content_sha256"] == told["content_sha256"]
    rule, _ = _inclusion_path_layout(told["proof"]["index"] + 1, int(size))
    path = [leaf, *(bytes.fromhex(one) for one in told["proof"]["path"])]
    proof = InclusionProof("sha256", True, int(size), told["proof"]["index"] + 1, rule, path)
    verify_inclusion(leaf, base64.b64decode(root), proof)
    with pytest.raises(InvalidProof):
        verify_inclusion(leaf, b"\0" * 32, proof)
