"""The tree of RFC 6962: its test vectors; proofs of random sizes against a plain second implementation."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymerkle import InmemoryTree, verify_inclusion

from survey.trail import merkle

VECTORS = [b"", b"\x00", b"\x10", b"\x20\x21", b"\x30\x31", b"\x40\x41\x42\x43"]
VECTORS += [bytes(range(0x50, 0x58)), bytes(range(0x60, 0x70))]
"""The leaves that the reference implementations of certificate transparency share."""
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
sizes = st.integers(1, 140).flatmap(lambda size: st.tuples(st.integers(0, size - 1), st.just(size)))


class Kept:
    """A tree with every node kept, as the database keeps them."""

    def __init__(self, leaves: list[bytes]) -> None:
        self.tree, self.nodes = merkle.Growing(), {}
        self.leaves = [merkle.leaf_hash(one) for one in leaves]
        for leaf in self.leaves:
            self.nodes.update(self.tree.append(leaf))

    def root(self, size: int) -> bytes:
        """The root as it was with so many leaves."""
        return merkle.root(self.nodes.__getitem__, 0, size)


def numbered(size: int) -> list[bytes]:
    """So many leaves, each another one."""
    return [str(number).encode() for number in range(size)]


def plain_root(leaves: list[bytes]) -> bytes:
    """MTH of RFC 6962, 2.1, word for word."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\x00" + leaves[0]).digest()
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return hashlib.sha256(b"\x01" + plain_root(leaves[:k]) + plain_root(leaves[k:])).digest()


def plain_path(index: int, leaves: list[bytes]) -> list[bytes]:
    """PATH of RFC 6962, 2.1.1, word for word."""
    if len(leaves) == 1:
        return []
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    if index < k:
        return [*plain_path(index, leaves[:k]), plain_root(leaves[k:])]
    return [*plain_path(index - k, leaves[k:]), plain_root(leaves[:k])]


def plain_proof(old: int, leaves: list[bytes], is_whole: bool = True) -> list[bytes]:
    """SUBPROOF of RFC 6962, 2.1.2, word for word."""
    if old == len(leaves):
        return [] if is_whole else [plain_root(leaves)]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    if old <= k:
        return [*plain_proof(old, leaves[:k], is_whole), plain_root(leaves[k:])]
    return [*plain_proof(old - k, leaves[k:], False), plain_root(leaves[:k])]


def test_the_roots_are_those_of_the_reference_vectors() -> None:
    tree = Kept(VECTORS)
    assert [tree.root(size).hex() for size in range(1, 9)] == ROOTS
    assert tree.tree.root().hex() == ROOTS[-1]
    assert merkle.root({}.__getitem__, 0, 0).hex() == hashlib.sha256(b"").hexdigest()


@given(sizes)
def test_a_leaf_is_proven_as_the_standard_says(told: tuple[int, int]) -> None:
    index, size = told
    leaves, tree = numbered(size), Kept(numbered(size))
    path = merkle.proof(tree.nodes.__getitem__, merkle.inclusion_ranges(index, size))
    assert path == plain_path(index, leaves)
    assert tree.root(size) == plain_root(leaves)
    assert merkle.root_by_inclusion(tree.leaves[index], index, size, path) == plain_root(leaves)


@given(sizes, st.data())
def test_no_other_leaf_place_or_path_is_proven(told: tuple[int, int], data: st.DataObject) -> None:
    index, size = told
    tree = Kept(numbered(size))
    path = merkle.proof(tree.nodes.__getitem__, merkle.inclusion_ranges(index, size))
    root = tree.root(size)
    other = data.draw(st.integers(0, size))
    if other != index:
        assert merkle.root_by_inclusion(tree.leaves[index], other, size, path) != root
    assert merkle.root_by_inclusion(merkle.leaf_hash(b"another"), index, size, path) != root
    assert merkle.root_by_inclusion(tree.leaves[index], index, size, [*path, root]) != root
    if path:
        assert merkle.root_by_inclusion(tree.leaves[index], index, size, path[:-1]) != root


@given(sizes)
def test_an_older_tree_is_proven_as_the_standard_says(told: tuple[int, int]) -> None:
    old, size = told[0] + 1, told[1]
    leaves, tree = numbered(size), Kept(numbered(size))
    path = merkle.proof(tree.nodes.__getitem__, merkle.consistency_ranges(old, size))
    assert path == plain_proof(old, leaves)
    assert merkle.is_consistent(old, size, tree.root(old), tree.root(size), path)
    assert not merkle.is_consistent(old, size, plain_root([*leaves[: old - 1], b"x"]), tree.root(size), path)


@pytest.mark.parametrize("size", [1, 2, 3, 7, 8, 9, 100])
def test_another_implementation_finds_the_same_root_and_proof(size: int) -> None:
    theirs = InmemoryTree(algorithm="sha256")
    for one in numbered(size):
        theirs.append_entry(one)
    ours = Kept(numbered(size))
    assert theirs.get_root() == ours.root(size)
    for index in range(size):
        proof = theirs.prove_inclusion(index + 1, size)
        verify_inclusion(ours.leaves[index], ours.root(size), proof)
        path = merkle.proof(ours.nodes.__getitem__, merkle.inclusion_ranges(index, size))
        assert proof.path[0] == ours.leaves[index]
        assert sorted(proof.path[1:]) == sorted(path)
