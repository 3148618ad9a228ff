"""Whether the database says what was written (kiểm chứng): tree, write sets, rows of covered tables."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from survey.access.models import AuditEntry
from survey.problems import Problem
from survey.trail import coverage, merkle, notes, sealing
from survey.trail.models import Checkpoint, MerkleNode, WriteSet
from survey.trail.rows_of import AT_A_TIME, pages
from survey.trail.told import Told
from survey.words import word


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is not as it was written: what kind (words, group trail_difference), where, which."""

    kind: str
    table: str
    id: str

    def __str__(self) -> str:
        return f"{self.table} {self.id}: {word(f'trail_difference.{self.kind}')}"


def size(session: Session) -> int:
    """How many steps `differences` takes, for a bar."""
    counted = [AuditEntry.__table__, WriteSet.__table__, *(one.table for one in coverage.tables().values())]
    return sum(session.scalar(select(func.count()).select_from(table)) or 0 for table in counted)


def differences(
    session: Session, key: notes.PublicKey, now: datetime, walked: Callable[[int], object]
) -> Iterator[Difference]:
    """Everything that is not as it was written; `walked` is told how many rows were looked at."""
    with Told() as told:
        yield from _tree(session, key, told, walked)
        yield from _unsealed(session, now, told, walked)
        yield from _write_sets(session, told, walked)
        for covered in coverage.tables().values():
            yield from _rows(session, covered, told, walked)


# --- the tree


def _tree(
    session: Session, key: notes.PublicKey, told: Told, walked: Callable[[int], object]
) -> Iterator[Difference]:
    """Entries against leaves, leaves against nodes, roots against what was signed."""
    last = sealing.newest(session)
    end = last.size if last else 0
    tree = merkle.Growing()
    for start in range(0, end, AT_A_TIME):
        stop = min(start + AT_A_TIME, end)
        found = {entry.sequence: (entry, written) for entry, written in _entries(session, start, stop)}
        kept = _kept(session, start, stop)
        signed = {one.size: one for one in _checkpoints(session, start, stop)}
        for place in range(start, stop):
            entry, written = found.get(place, (None, None))
            at_place = kept.get((0, place))
            if entry is None:
                yield Difference("entry_removed", AuditEntry.__tablename__, f"#{place}")
                leaf = at_place or merkle.EMPTY
            else:
                leaf = merkle.leaf_hash(sealing.leaf(entry, written))
                if entry.transaction_id:
                    told.note_entry(entry.transaction_id)
                if leaf != at_place:
                    yield Difference("entry_changed", AuditEntry.__tablename__, str(entry.id))
                    leaf = at_place or leaf  # what follows is compared with what was sealed
            for node, sha256 in tree.append(leaf):
                if node[0] and kept.get(node) != sha256:
                    yield Difference("node_changed", MerkleNode.__tablename__, f"{node[0]}/{node[1]}")
            checkpoint = signed.get(tree.size)
            if checkpoint is not None and not _is_signed(checkpoint, tree, key):
                yield Difference("checkpoint_changed", Checkpoint.__tablename__, str(checkpoint.size))
        walked(stop - start)
    beyond = select(AuditEntry.id).where(AuditEntry.sequence >= end).order_by(AuditEntry.sequence)
    for entry_id in session.scalars(beyond):
        yield Difference("entry_added", AuditEntry.__tablename__, str(entry_id))


def _entries(session: Session, start: int, stop: int) -> Iterable[Any]:
    asked = select(AuditEntry, WriteSet.sha256).where(
        AuditEntry.sequence >= start, AuditEntry.sequence < stop
    )
    asked = asked.outerjoin(WriteSet, WriteSet.transaction_id == AuditEntry.transaction_id)
    session.expunge_all()
    return session.execute(asked).all()


def _kept(session: Session, start: int, stop: int) -> dict[merkle.Node, bytes]:
    """The nodes that are complete with these leaves."""
    wanted = []
    for level in range(stop.bit_length()):
        wanted += [(level, position) for position in range(start >> level, stop >> level)]
    return sealing.nodes(session, wanted)


def _checkpoints(session: Session, start: int, stop: int) -> Iterable[Checkpoint]:
    return session.scalars(select(Checkpoint).where(Checkpoint.size > start, Checkpoint.size <= stop)).all()


def _is_signed(checkpoint: Checkpoint, tree: merkle.Growing, key: notes.PublicKey) -> bool:
    try:
        signed = notes.read_checkpoint(checkpoint.note, key)
    except Problem:
        return False
    return signed == notes.Root(tree.size, tree.root()) and checkpoint.root_sha256 == signed.sha256.hex()


def _unsealed(
    session: Session, now: datetime, told: Told, walked: Callable[[int], object]
) -> Iterator[Difference]:
    """Entries that wait for their place longer than the sealer ever takes."""
    waiting = select(AuditEntry.id, AuditEntry.at, AuditEntry.transaction_id)
    for row in session.execute(waiting.where(AuditEntry.sequence.is_(None))):
        if row.transaction_id:
            told.note_entry(row.transaction_id)
        if row.at < now - sealing.LATE:
            yield Difference("entry_unsealed", AuditEntry.__tablename__, str(row.id))
        walked(1)


# --- what was written


def _write_sets(session: Session, told: Told, walked: Callable[[int], object]) -> Iterator[Difference]:
    asked = select(WriteSet.id, WriteSet.transaction_id, WriteSet.sha256, WriteSet.rows).order_by(WriteSet.id)
    for row in session.execute(asked.execution_options(yield_per=AT_A_TIME)):
        if hashlib.sha256(row.rows.encode()).hexdigest() != row.sha256:
            yield Difference("write_set_changed", WriteSet.__tablename__, str(row.id))
        elif not told.has_entry(row.transaction_id):
            yield Difference("write_set_alone", WriteSet.__tablename__, str(row.id))
        told.take(row.rows)
        walked(1)


def _rows(
    session: Session, covered: coverage.Covered, told: Told, walked: Callable[[int], object]
) -> Iterator[Difference]:
    name = covered.table.name
    added = set()
    for page in pages(session, covered):
        for primary, row in page:
            key = covered.key_of(row) if row is not None else "/".join(map(str, primary))
            kind = told.meet(covered, key, covered.hash_of(row) if row is not None else None)
            if kind == "added" and covered.is_repeated:
                added.add(key)
            elif kind:
                yield Difference(f"row_{kind}", name, key)
            if name == "received_envelopes" and row is not None and not _is_as_sent(row):
                yield Difference("body_changed", name, key)
        walked(len(page))
    for key in told.unmet(covered):
        yield Difference("row_changed" if key in added else "row_removed", name, key)
        added.discard(key)
    for key in sorted(added):
        yield Difference("row_added", name, key)


def _is_as_sent(row: Mapping[str, Any]) -> bool:
    """Whether the body of an envelope is what its hash was made of; one that was erased says nothing."""
    body = row["body"]
    return body is None or hashlib.sha256(body.encode()).hexdigest() == row["content_sha256"]


# --- what somebody else has kept


def against(session: Session, old: notes.Root) -> Difference | None:
    """What an old root tells of the tree: nothing where it is an earlier state of it."""
    last = sealing.newest(session)
    end = last.size if last else 0
    told = ("checkpoints", str(old.size))
    if old.size > end:
        return Difference("truncated", *told)
    signed = session.get(Checkpoint, old.size)
    if signed is not None and signed.root_sha256 != old.sha256.hex():
        return Difference("forked", *told)
    ranges = merkle.consistency_ranges(old.size, end)
    wanted = [*merkle.peaks(0, end), *merkle.nodes_of(ranges)]
    known = sealing.nodes(session, wanted)
    try:
        path, root = merkle.proof(known.__getitem__, ranges), merkle.root(known.__getitem__, 0, end)
    except KeyError:
        return Difference("rewritten", *told)
    is_earlier = merkle.is_consistent(old.size, end, old.sha256, root, path)
    return None if is_earlier else Difference("rewritten", *told)


# --- what is told to whoever keeps it


def proof_of(session: Session, sequence: int) -> dict[str, Any] | None:
    """The proof that a leaf lies in the tree of the newest checkpoint, for a receipt; None: not yet."""
    last = sealing.newest(session)
    if last is None or sequence >= last.size:
        return None
    ranges = merkle.inclusion_ranges(sequence, last.size)
    known = sealing.nodes(session, merkle.nodes_of(ranges))
    path = merkle.proof(known.__getitem__, ranges)
    return {"index": sequence, "path": [one.hex() for one in path], "checkpoint": last.note}


def checked_receipt(receipt: Mapping[str, Any], key: notes.PublicKey) -> notes.Root | None:
    """Check a receipt against a public key, without any database; the root that holds it, None: not sealed
    yet.

    Problem 6061 not signed by this key, 6064 no receipt, 6065 another leaf was promised, 6066 the proof
    fails.
    """
    try:
        content, note, proof = receipt["leaf"].encode(), receipt["promise"], receipt.get("proof")
        leaf = merkle.leaf_hash(content)
        entry = json.loads(content)
        told = (entry["subject"], entry["details"]["version"], entry["details"]["content_sha256"])
        path = [bytes.fromhex(one) for one in proof["path"]] if proof else []
        index = int(proof["index"]) if proof else 0
    except (KeyError, TypeError, ValueError, AttributeError):
        raise Problem(6064) from None
    if notes.read_promise(note, key).leaf != leaf:
        raise Problem(6065)
    if told != (receipt.get("id"), receipt.get("version"), receipt.get("content_sha256")):
        raise Problem(6065)
    if not proof:
        return None
    root = notes.read_checkpoint(proof["checkpoint"], key)
    if merkle.root_by_inclusion(leaf, index, root.size, path) != root.sha256:
        raise Problem(6066)
    return root
