"""The sealer: entries become leaves in a sequence of their own, some at a time; one sealer at once.

Each transaction takes the next entries together with the nodes and the signed root that they lead to: killed
anywhere, the next one goes on where the last commit left the tree.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, func, insert, or_, select, update
from sqlalchemy.orm import Session

from survey.access.models import AuditEntry
from survey.db import add_once
from survey.trail import merkle, notes
from survey.trail.models import Checkpoint, MerkleNode, SealerLease, WriteSet

AT_A_TIME = 500
LEASE = timedelta(minutes=2)
LATE = timedelta(minutes=10)
"""An entry that waits for so long says that the sealer stands still."""


def unsealed(session: Session, before: datetime | None = None) -> int:
    """How many entries have no place in the tree yet; `before`: of those made before a moment."""
    asked = select(func.count()).select_from(AuditEntry).where(AuditEntry.sequence.is_(None))
    return session.scalar(asked if before is None else asked.where(AuditEntry.at < before)) or 0


def take_lease(session: Session, holder: str, now: datetime) -> bool:
    """Become the sealer, or stay it, until the transaction ends and a while after; False: another one is.

    A lease that runs longer than any may was taken by a clock that stood wrong, and counts for nothing.
    """
    if session.get(SealerLease, 1) is None:
        add_once(session, SealerLease(id=1, holder="", until=now - LEASE))
    ended = or_(SealerLease.holder == holder, SealerLease.until < now, SealerLease.until > now + LEASE)
    taking = update(SealerLease).where(SealerLease.id == 1, ended).values(holder=holder, until=now + LEASE)
    taken: Any = session.execute(taking, execution_options={"synchronize_session": False})
    return bool(taken.rowcount)


def end_lease(session: Session, holder: str, now: datetime) -> None:
    """Let anybody seal again."""
    mine = update(SealerLease).where(SealerLease.id == 1, SealerLease.holder == holder)
    session.execute(mine.values(until=now - LEASE), execution_options={"synchronize_session": False})


def seal(session: Session, signer: notes.Signer, now: datetime, most: int = AT_A_TIME) -> int:
    """Seal what is unsealed, whatever its id, up to so many; returns how many. Under the lease only."""
    waiting = select(AuditEntry, WriteSet.sha256).where(AuditEntry.sequence.is_(None))
    waiting = waiting.outerjoin(WriteSet, WriteSet.transaction_id == AuditEntry.transaction_id)
    found = session.execute(waiting.order_by(AuditEntry.id).limit(most)).all()
    if not found:
        return 0
    tree = standing(session)
    placed, grown = [], []
    for entry, written in found:
        placed.append({"entry": entry.id, "place": tree.size})
        for (level, position), sha256 in tree.append(merkle.leaf_hash(leaf(entry, written))):
            grown.append({"level": level, "position": position, "sha256": sha256.hex()})
    session.connection().execute(_place, placed)
    session.execute(_grow, grown)
    root = notes.Root(tree.size, tree.root())
    session.add(
        Checkpoint(
            size=root.size, root_sha256=root.sha256.hex(), signed_at=now, note=notes.checkpoint(signer, root)
        )
    )
    session.flush()
    session.expire_all()
    return len(found)


_entries: Any = AuditEntry.__table__
_nodes: Any = MerkleNode.__table__
_grow = insert(_nodes)
_place = update(_entries).where(_entries.c.id == bindparam("entry")).values(sequence=bindparam("place"))


def leaf(entry: Any, written: str | None) -> bytes:
    """What is hashed of an entry, as canonical JSON: all it says, the hash of what was written with it."""
    told = {
        "id": entry.id,
        "at": entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "actor": entry.actor_id,
        "action": entry.action,
        "subject_kind": entry.subject_kind,
        "subject": entry.subject_id,
        "area": entry.area_code,
        "details": entry.details,
        "written": written,
    }
    return json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def newest(session: Session) -> Checkpoint | None:
    """The last root that was signed."""
    return session.scalar(select(Checkpoint).order_by(Checkpoint.size.desc()).limit(1))


def standing(session: Session) -> merkle.Growing:
    """The tree as it stands, ready to grow."""
    last = newest(session)
    size = last.size if last else 0
    found = nodes(session, merkle.peaks(0, size))
    return merkle.Growing(size, found)


def nodes(session: Session, wanted: Iterable[merkle.Node]) -> dict[merkle.Node, bytes]:
    """These nodes of the tree as they are kept."""
    by_level: dict[int, list[int]] = {}
    for level, position in wanted:
        by_level.setdefault(level, []).append(position)
    if not by_level:
        return {}
    some = [
        (MerkleNode.level == level) & MerkleNode.position.in_(positions)
        for level, positions in by_level.items()
    ]
    asked = select(MerkleNode.level, MerkleNode.position, MerkleNode.sha256).where(or_(*some))
    return {(row.level, row.position): _hash_told(row.sha256) for row in session.execute(asked)}


def _hash_told(text: str) -> bytes:
    """A kept hash; what is none equals none."""
    try:
        return bytes.fromhex(text)
    except ValueError:
        return b""
