"""What a receipt promises, signed (biên nhận có chữ ký), and the proof that it was kept once it is sealed.

Made after the commit, from what stands in the trail: the record's own transaction asks nothing more.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.web.sealer import signer
from survey.access.models import AuditEntry
from survey.intake.rows import Receipt
from survey.trail import notes, sealing, verifying
from survey.trail.merkle import leaf_hash
from survey.trail.models import WriteSet

SUBJECT = "envelope"


def promised(session: Session, receipts: Iterable[Receipt]) -> list[Receipt]:
    """The receipts with what the trail says of them; a receipt that it does not know of stays as it is."""
    known = list(receipts)
    entries = _first_entries(session, {one.id for one in known})
    found = []
    for one in known:
        told = entries.get((one.id, one.version))
        found.append(one if told is None else _promised(session, one, *told))
    return found


def _first_entries(session: Session, ids: set[str]) -> dict[tuple[str, int], tuple[AuditEntry, str | None]]:
    """The entry of each version's arrival, by id and version, with the hash of what was written with it."""
    asked = select(AuditEntry, WriteSet.sha256)
    asked = asked.outerjoin(WriteSet, WriteSet.transaction_id == AuditEntry.transaction_id)
    asked = asked.where(AuditEntry.subject_kind == SUBJECT, AuditEntry.subject_id.in_(ids))
    asked = asked.where(AuditEntry.action.in_(("envelope.stored", "envelope.waiting")))
    found: dict[tuple[str, int], tuple[AuditEntry, str | None]] = {}
    for entry, written in session.execute(asked.order_by(AuditEntry.id)) if ids else ():
        found.setdefault((entry.subject_id, entry.details["version"]), (entry, written))
    return found


def _promised(session: Session, receipt: Receipt, entry: AuditEntry, written: str | None) -> Receipt:
    content, key = sealing.leaf(entry, written), signer()
    proof = None if entry.sequence is None else verifying.proof_of(session, entry.sequence)
    return replace(
        receipt,
        leaf=content.decode(),
        promise=notes.promise(key, leaf_hash(content), entry.at),
        proof=proof,
        key=str(key.public),
    )
