"""The Merkle tree of RFC 6962 (its successor RFC 9162 hashes alike): pure, over whatever keeps the nodes.

Kept are the roots of complete subtrees alone, by level (0: leaves) and position; they never change once
written.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

Node = tuple[int, int]
"""Level and position of a complete subtree: its leaves are the `2**level` from `position * 2**level` on."""
Known = Callable[[Node], bytes]
EMPTY = hashlib.sha256(b"").digest()


def leaf_hash(content: bytes) -> bytes:
    """The hash of one leaf."""
    return hashlib.sha256(b"\x00" + content).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash over two subtrees."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def peaks(start: int, end: int) -> list[Node]:
    """The complete subtrees that leaves `start` to `end` (excluded) fall into, the largest first.

    `start` must be where a subtree as large as the range would begin, as it is in every proof.
    """
    found = []
    while start < end:
        level = (end - start).bit_length() - 1
        found.append((level, start >> level))
        start += 1 << level
    return found


def root(known: Known, start: int, end: int) -> bytes:
    """The hash over leaves `start` to `end`; that of the whole tree begins at 0."""
    hashes = [known(node) for node in peaks(start, end)]
    if not hashes:
        return EMPTY
    above = hashes.pop()
    while hashes:
        above = node_hash(hashes.pop(), above)
    return above


@dataclass(slots=True)
class Growing:
    """A tree that leaves are appended to; it holds the peaks of its `size` leaves and nothing else."""

    size: int = 0
    standing: dict[Node, bytes] = field(default_factory=dict)

    def append(self, leaf: bytes) -> Iterator[tuple[Node, bytes]]:
        """Add a leaf hash, and tell every node that is complete with it, the leaf first."""
        level, position, found = 0, self.size, leaf
        yield (level, position), found
        while position % 2:
            found = node_hash(self.standing.pop((level, position - 1)), found)
            level, position = level + 1, position // 2
            yield (level, position), found
        self.standing[level, position] = found
        self.size += 1

    def root(self) -> bytes:
        """The root of the tree as it is."""
        return root(self.standing.__getitem__, 0, self.size)


def inclusion_ranges(index: int, size: int) -> list[tuple[int, int]]:
    """The ranges of leaves whose hashes prove that leaf `index` is one of `size`, from the leaf upwards."""
    start, end, found = 0, size, []
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            found.append((middle, end))
            end = middle
        else:
            found.append((start, middle))
            start = middle
    return found[::-1]


def consistency_ranges(old: int, size: int) -> list[tuple[int, int]]:
    """The ranges of leaves whose hashes prove that the tree of `old` leaves became that of `size`."""
    start, end, found = 0, size, []
    is_whole = True  # what was the old tree so far begins at its first leaf
    while old < end:
        middle = start + _split(end - start)
        if old <= middle:
            found.append((middle, end))
            end = middle
        else:
            found.append((start, middle))
            start, is_whole = middle, False
    return ([] if is_whole else [(start, end)]) + found[::-1]


def _split(count: int) -> int:
    """The largest power of two below `count`: so many leaves lie left."""
    return 1 << (count - 1).bit_length() - 1


def nodes_of(ranges: Sequence[tuple[int, int]]) -> list[Node]:
    """Every node that the hashes of these ranges need."""
    return [node for start, end in ranges for node in peaks(start, end)]


def proof(known: Known, ranges: Sequence[tuple[int, int]]) -> list[bytes]:
    """The hashes of a proof by its ranges."""
    return [root(known, start, end) for start, end in ranges]


def root_by_inclusion(leaf: bytes, index: int, size: int, path: Sequence[bytes]) -> bytes | None:
    """The root that this path leads to from a leaf (RFC 9162, 2.1.3.2); None for a path of another length."""
    if not 0 <= index < size:
        return None
    position, last, found = index, size - 1, leaf
    for step in path:
        if last == 0:
            return None
        if position % 2 or position == last:
            found = node_hash(step, found)
            while not position % 2 and position:
                position, last = position >> 1, last >> 1
        else:
            found = node_hash(found, step)
        position, last = position >> 1, last >> 1
    return found if last == 0 else None


def is_consistent(old: int, size: int, old_root: bytes, new_root: bytes, path: Sequence[bytes]) -> bool:
    """Whether a path proves that the tree of `old` leaves became that of `size` (RFC 9162, 2.1.4.2)."""
    if old == size or old == 0:
        return not path and (old == 0 or old_root == new_root)
    steps = [old_root, *path] if old & (old - 1) == 0 else list(path)
    if not steps or old > size:
        return False
    position, last = old - 1, size - 1
    while position % 2:
        position, last = position >> 1, last >> 1
    before = after = steps[0]
    for step in steps[1:]:
        if last == 0:
            return False
        if position % 2 or position == last:
            before, after = node_hash(step, before), node_hash(step, after)
            while not position % 2 and position:
                position, last = position >> 1, last >> 1
        else:
            after = node_hash(after, step)
        position, last = position >> 1, last >> 1
    return before == old_root and after == new_root and last == 0
