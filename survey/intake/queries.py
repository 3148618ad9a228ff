"""Reads of the intake: receipts, versions, the inbox."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, datetime

from sqlalchemy import ColumnElement, Select, String, bindparam, cast, exists, func, or_, select, true
from sqlalchemy.orm import Session, aliased

from survey.access.models import User
from survey.intake.models import ReceivedEnvelope, WaitsFor
from survey.intake.rows import WAITING, Envelope, InboxRow, Receipt
from survey.registry.models import Photo

Row = ReceivedEnvelope
ORDER = (4104, 5401, 5402, 5404, 5405, 5410, 5411, 5412, 5419)
"""Faults that something arriving later may mend: an unknown household, a step that is not possible yet."""
BY_A_PERSON = (4317, 5480, 5481, 5482, 5483, 5484)
"""Faults that only somebody else lifts, by looking: nothing that arrives lets such a record through."""
TO_COMPARE = 5484
"""The one fault of a decision that was entered from paper and waits for the second pair of eyes."""
MOST_RUN_AGAIN = 100
"""No more acts than this are run again for one record: nobody's heap of them may slow everybody down."""


_same_content = select(ReceivedEnvelope).where(
    ReceivedEnvelope.envelope_id == bindparam("envelope_id"),
    ReceivedEnvelope.content_sha256 == bindparam("sha256"),
)


def same_content(session: Session, envelope: Envelope) -> ReceivedEnvelope | None:
    """The stored version of this id with exactly this content."""
    return session.scalar(_same_content, {"envelope_id": envelope.id, "sha256": envelope.content_sha256})


def version(session: Session, envelope_id: str, number: int) -> ReceivedEnvelope | None:
    """What was received as this version of an envelope, whatever became of it."""
    return session.scalar(
        select(ReceivedEnvelope).where(
            ReceivedEnvelope.envelope_id == envelope_id, ReceivedEnvelope.version == number
        )
    )


def has_version(session: Session, envelope_id: str, number: int) -> bool:
    """Whether that version was received."""
    return version(session, envelope_id, number) is not None


def first_captured(session: Session, envelope_id: str) -> datetime | None:
    """When the first version of a record was made."""
    wanted = select(ReceivedEnvelope.captured_at).where(ReceivedEnvelope.envelope_id == envelope_id)
    return session.scalar(wanted.order_by(ReceivedEnvelope.version).limit(1))


def newest(session: Session, envelope_id: str) -> ReceivedEnvelope | None:
    """The newest version received of an id."""
    statement = select(ReceivedEnvelope).where(ReceivedEnvelope.envelope_id == envelope_id)
    return session.scalar(statement.order_by(ReceivedEnvelope.version.desc()).limit(1))


def versions(session: Session, envelope_ids: Collection[str]) -> dict[str, list[ReceivedEnvelope]]:
    """Every version received of these ids, by id, the newest first."""
    found: dict[str, list[ReceivedEnvelope]] = {}
    statement = select(ReceivedEnvelope).where(ReceivedEnvelope.envelope_id.in_(envelope_ids))
    for row in session.scalars(statement.order_by(ReceivedEnvelope.version.desc())):
        found.setdefault(row.envelope_id, []).append(row)
    return found


def first_bodies(session: Session, kind: str) -> Iterator[tuple[str, str | None]]:
    """(id, content) of the first version of every record that came from no phone, in their order."""
    statement = (
        select(ReceivedEnvelope.envelope_id, ReceivedEnvelope.body)
        .where(ReceivedEnvelope.version == 1, ReceivedEnvelope.kind == kind)
        .where(ReceivedEnvelope.device_id.is_(None))
        .order_by(ReceivedEnvelope.id)
    )
    yield from session.execute(statement.execution_options(yield_per=500))


def _waiting_acts() -> Select[ReceivedEnvelope]:
    """Waiting acts by what they wait for, in the order in which they were done; nothing corrected since."""
    later = aliased(ReceivedEnvelope)
    corrected = exists().where(
        later.envelope_id == ReceivedEnvelope.envelope_id, later.version > ReceivedEnvelope.version
    )
    awaited = select(WaitsFor.row_id).where(WaitsFor.subject_id.in_(bindparam("subjects", expanding=True)))
    return (
        select(ReceivedEnvelope)
        .where(ReceivedEnvelope.id.in_(awaited))
        .where(ReceivedEnvelope.state == WAITING, ReceivedEnvelope.settled_at.is_(None), ~corrected)
        .order_by(ReceivedEnvelope.captured_at, ReceivedEnvelope.id)
        .limit(MOST_RUN_AGAIN)
    )


_of_subjects = _waiting_acts()  # made once: every record asks, and making it costs more than asking


def waiting_acts(session: Session, subjects: Collection[str]) -> list[ReceivedEnvelope]:
    """Acts that wait for one of these households or acts, in the order in which they were done.

    Only the newest version of each: what somebody has corrected meanwhile must not come back.
    """
    found = session.scalars(_of_subjects, {"subjects": list(subjects)})
    numbers = [(row, {fault["number"] for fault in row.faults}) for row in found]
    return [row for row, of_row in numbers if of_row & {*ORDER} and not of_row & {*BY_A_PERSON}]


def receipt(session: Session, row: ReceivedEnvelope, unseen: Collection[str] = ()) -> Receipt:
    """The receipt of one version, with the photos still missing at this moment.

    `unseen` are those nobody announced before, so that their bytes cannot be there.
    """
    announced = [photo["sha256"] for photo in row.photos]
    return Receipt(
        id=row.envelope_id,
        version=row.version,
        content_sha256=row.content_sha256,
        received_at=row.received_at.astimezone(UTC),
        state=row.state,
        faults=row.faults,
        household_id=row.household_id,
        photos=announced,
        missing_photos=missing_photos(session, announced, unseen),
    )


_arrived = select(Photo.received_sha256).where(
    Photo.received_sha256.in_(bindparam("announced", expanding=True)), Photo.stored_sha256.is_not(None)
)


def missing_photos(session: Session, announced: Sequence[str], unseen: Collection[str] = ()) -> list[str]:
    """Which of these announced photos have not arrived; the `unseen` ones cannot have."""
    asked = sorted(set(announced).difference(unseen))
    arrived = set(session.scalars(_arrived, {"announced": asked})) if asked else set()
    return [sha256 for sha256 in announced if sha256 not in arrived]


def in_inbox(visible: ColumnElement[bool], sender_id: int | None) -> ColumnElement[bool]:
    """What waits for somebody who sees `visible` areas; everyone also sees what they sent themselves."""
    mine = ReceivedEnvelope.sender_id == sender_id
    return (ReceivedEnvelope.state == WAITING) & ReceivedEnvelope.settled_at.is_(None) & or_(visible, mine)


def put_aside(visible: ColumnElement[bool], sender_id: int | None) -> ColumnElement[bool]:
    """What somebody set aside with a reason and nobody has mended since, seen as `in_inbox` is."""
    later = aliased(Row)
    mended = exists().where(later.envelope_id == Row.envelope_id, later.version > Row.version)
    mine = Row.sender_id == sender_id
    return (Row.state == WAITING) & Row.aside_reason.is_not(None) & ~mended & or_(visible, mine)


def inbox(session: Session, condition: ColumnElement[bool], offset: int, limit: int) -> list[InboxRow]:
    """The inbox (hộp chờ xử lý), oldest first."""
    statement = (
        select(ReceivedEnvelope, User.full_name)
        .outerjoin(User, User.id == ReceivedEnvelope.sender_id)
        .where(condition)
        .order_by(ReceivedEnvelope.received_at, ReceivedEnvelope.id)
        .offset(offset)
        .limit(limit)
    )
    return [_waiting(row, name) for row, name in session.execute(statement)]


def _waiting(row: ReceivedEnvelope, sender_name: str | None) -> InboxRow:
    return InboxRow(
        row_id=row.id,
        envelope_id=row.envelope_id,
        version=row.version,
        kind=row.kind,
        area_code=row.area_code,
        sender_name=sender_name,
        captured_at=row.captured_at,
        received_at=row.received_at,
        faults=row.faults,
        content=json.loads(row.body or "{}"),
        aside_reason=row.aside_reason,
    )


def to_compare(
    session: Session, visible: ColumnElement[bool], *more: ColumnElement[bool]
) -> list[ReceivedEnvelope]:
    """Decisions entered from paper that wait to be compared with it, oldest first."""
    waiting = (Row.state == WAITING) & Row.settled_at.is_(None) & (Row.kind == "act")
    told = cast(Row.faults, String).contains(str(TO_COMPARE))
    found = session.scalars(
        select(Row).where(visible, waiting, told, *more).order_by(Row.received_at, Row.id)
    )
    return [row for row in found if {fault["number"] for fault in row.faults} == {TO_COMPARE}]


def is_entered(session: Session, household_id: str) -> ReceivedEnvelope | None:
    """The decision about a household that was entered and waits to be compared, if there is one."""
    names_it = exists().where(WaitsFor.row_id == Row.id, WaitsFor.subject_id == household_id)
    return next(iter(to_compare(session, true(), names_it)), None)


def count_inbox(session: Session, condition: ColumnElement[bool]) -> int:
    """How many wait."""
    return session.scalar(select(func.count()).select_from(ReceivedEnvelope).where(condition)) or 0


def waiting_row(session: Session, condition: ColumnElement[bool], row_id: int) -> ReceivedEnvelope | None:
    """One waiting envelope, if the viewer may see it."""
    return session.scalar(select(ReceivedEnvelope).where(condition, ReceivedEnvelope.id == row_id))
