"""Many records received: some to a transaction, each on its own within it.

A commit waits for the disk, and that wait is shared; nobody else waits longer for their turn than a few
records take.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from sqlalchemy.orm import Session

from api.web import transaction
from survey.intake import actions
from survey.intake.rows import Envelope, IntakeContext, Receipt
from survey.problems import Problem

CHUNK = 20
"""Records to a commit."""
Outcome = Receipt | Exception


def receive_each(envelopes: Sequence[Envelope], desk: Callable[[], IntakeContext]) -> Iterator[Outcome]:
    """Receive records in their order, durable before they are told; `desk` is made in each transaction.

    One that fails blocks no other: what is wrong with it is its outcome, and where a chunk itself fails each
    of its records is tried alone.
    """
    for start in range(0, len(envelopes), CHUNK):
        yield from _chunk(envelopes[start : start + CHUNK], desk)


def _chunk(envelopes: Sequence[Envelope], desk: Callable[[], IntakeContext]) -> list[Outcome]:
    try:
        with transaction.write() as session:
            context = desk()
            return [_within(session, envelope, context) for envelope in envelopes]
    except Exception as error:
        if len(envelopes) == 1:
            return [error]
        return [outcome for envelope in envelopes for outcome in _chunk([envelope], desk)]


def _within(session: Session, envelope: Envelope, context: IntakeContext) -> Outcome:
    """One record's savepoint; only what is wrong with the record itself leaves the others be."""
    try:
        with session.begin_nested():
            return actions.receive(session, envelope, context)
    except Problem as problem:
        return problem
