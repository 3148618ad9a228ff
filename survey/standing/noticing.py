"""The session notices which households it writes, so that no room can forget to say so.

Rows written one by one tell it themselves; rows inserted in bulk by their values. What was changed in bulk by
a condition must be named (`survey.touched.touch`): a transaction that did and named nobody is refused.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import event, inspect, select
from sqlalchemy.orm import ORMExecuteState, Session

from survey.assessment.models import AssessmentRow
from survey.cases.models import Act, ActPhoto, Case, Step
from survey.days import day_of
from survey.registry.models import Household, Photo, Survey
from survey.touched import ASSESSED, Cause, touch, touched

LATE = timedelta(days=30)
"""What happened so long before it was received came late (nhập muộn): as known and as happened differ."""
OWNERS: Mapping[type[Any], str] = {
    Household: "id",
    Survey: "household_id",
    AssessmentRow: "household_id",
    Case: "household_id",
}
"""Tables whose rows say how a household stands, and their column that tells which."""
TABLES = {kind.__tablename__: column for kind, column in OWNERS.items()}


@event.listens_for(Session, "after_flush")
def notice_rows(session: Session, _context: Any) -> None:
    """Note the households of rows that are being written, and what record they were written for."""
    rows = [*session.new, *session.dirty, *session.deleted]
    records = [row for row in rows if isinstance(row, Act | Survey) and row in session.new]
    if records:
        touched(session).record = cause_of(records[-1])
    touched(session).new.update(row.id for row in session.new if isinstance(row, Household))
    heads = (row for row in session.dirty if isinstance(row, Household))
    touched(session).renamed.update(
        row.id for row in heads if inspect(row).attrs.head_person_id.history.has_changes()
    )
    for row in rows:
        column = OWNERS.get(type(row))
        if column:
            _note(session, [getattr(row, column)])
        elif isinstance(row, Photo | ActPhoto) and (isinstance(row, Photo) or row in session.new):
            scanned = touched(session).scanned
            scanned.add(row.received_sha256)


def _note(session: Session, household_ids: Iterable[str]) -> None:
    """Name households for what is being recorded, else as assessed again."""
    touch(session, household_ids, touched(session).record or ASSESSED)


def cause_of(row: Act | Survey) -> Cause:
    """What kind of record a row is: a correction, late, a payment, an act, a survey."""
    happened_on = row.done_on if isinstance(row, Act) else row.visited_on
    if row.version > 1:
        return Cause("correction", row.envelope_id)
    if day_of(row.received_at) - happened_on > LATE:
        return Cause("late", row.envelope_id)
    if isinstance(row, Survey):
        return Cause("survey", row.envelope_id)
    return Cause("payment" if row.kind in ("payment", "recovery") else "act", row.envelope_id)


@event.listens_for(Session, "do_orm_execute")
def notice_bulk(state: ORMExecuteState) -> None:
    """Note the households of rows inserted in bulk, and tables changed by a condition."""
    if not (state.is_insert or state.is_update or state.is_delete):
        return
    table = getattr(state.statement, "table", None)
    name = getattr(table, "name", "")
    column = TABLES.get(name)
    told = state.parameters or {}
    values = [told] if isinstance(told, Mapping) else told
    if name == ActPhoto.__tablename__:
        touched(state.session).scanned.update(one["received_sha256"] for one in values if one)
    if column is None:
        return
    ids = [one[column] for one in values if column in one]
    if state.is_insert and name == Household.__tablename__:
        touched(state.session).new.update(ids)
        touch(state.session, ids, ASSESSED)  # its first survey, which follows, is the cause
    elif ids:
        _note(state.session, ids)
    else:
        touched(state.session).in_bulk.add(str(table))


@event.listens_for(Session, "after_soft_rollback")
def forget_undone(session: Session, _ended: Any) -> None:
    """A savepoint that is undone lets its locks go, and its record was not stored."""
    known = touched(session)
    known.locked.clear()
    known.record = None


def name_scanned(session: Session) -> None:
    """Name the households of acts whose photos or scans were announced or have arrived."""
    scanned = touched(session).scanned
    if scanned:
        acts = select(ActPhoto.act_id).where(ActPhoto.received_sha256.in_(scanned))
        owners = select(Case.household_id).join(Step, Step.case_id == Case.id).where(Step.act_id.in_(acts))
        touch(session, session.scalars(owners.distinct()), Cause("scan"))
        scanned.clear()
