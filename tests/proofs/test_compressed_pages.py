"""Pages travel packed: a commune's line is slow, and its server may have nothing before it that packs."""

from __future__ import annotations

import gzip
import re

import brotli
import pytest

UNPACK = {"gzip": gzip.decompress, "br": brotli.decompress}


def without_tokens(page: bytes) -> bytes:
    """A page without what makes each of its forms ours: that holds the moment it was made."""
    return re.sub(rb'name="csrf_token" value="[^"]*"', b"", page)


@pytest.mark.parametrize("how", UNPACK)
def test_a_page_travels_packed_and_says_the_same(sign_in, how):
    client = sign_in("mai")
    plain = client.get("/law", headers={"Accept-Encoding": "identity"})
    packed = client.get("/law", headers={"Accept-Encoding": how})
    assert packed.headers["Content-Encoding"] == how
    assert "Accept-Encoding" in packed.headers["Vary"]
    assert without_tokens(UNPACK[how](packed.data)) == without_tokens(plain.data)
    assert len(packed.data) * 5 < len(plain.data)


def test_who_takes_nothing_packed_gets_the_page_as_it_is(sign_in):
    answer = sign_in("mai").get("/law", headers={"Accept-Encoding": "identity"})
    assert "Content-Encoding" not in answer.headers
    assert "</html>" in answer.text
