"""Writes of how things stand: close what differs, open what holds now, at the end of each transaction."""

from __future__ import annotations

import secrets
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import case, delete, func, insert, select, text, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from survey.areas.queries import chunks
from survey.areas.tree import tree
from survey.days import day_of
from survey.db import forget as forget_kept
from survey.registry.actions import lock
from survey.standing.models import (
    ROLLUPS_KEPT,
    CommuneRevision,
    HouseholdChange,
    StandingLine,
    StandingObstacle,
)
from survey.standing.noticing import name_scanned
from survey.standing.rows import Standing, Values, commune_of, standings
from survey.touched import Cause, Touched, forget, touched

LOCK = 7_460_112
"""The advisory lock of PostgreSQL that writers of lines share; whoever fixes a moment takes it alone."""
LINE = tuple(StandingLine.__table__.columns)
OBSTACLE = tuple(StandingObstacle.__table__.columns)
KEPT = ("id", "from_at", "to_at", "cause", "cause_id")
"""Columns that say when a row holds, and why; the others say how things stand."""


def refresh(session: Session, clock: Callable[[], datetime]) -> None:
    """Write how the households stand that this transaction wrote, and close how they stood.

    The moment is read from `clock` once no other writer can come between. RuntimeError where rows of
    households were changed in bulk and nobody named them.
    """
    session.flush()
    name_scanned(session)
    known = touched(session)
    if known.in_bulk and not known.households:
        raise RuntimeError(f"households of {', '.join(sorted(known.in_bulk))} were not named")
    if known.households:
        write_lines(session, known, clock)
    forget(session)


def write_lines(session: Session, known: Touched, clock: Callable[[], datetime]) -> None:
    """Write how these households stand now where it differs from their open lines."""
    hold(session, known.households)
    now = clock()
    on = tree(session, day_of(now))
    changed: defaultdict[str, set[str]] = defaultdict(set)
    for ids in chunks(sorted(known.households)):
        standing = standings(session, ids, on)
        before = [] if known.new.issuperset(ids) else open_rows(session, StandingLine, ids)
        _write(session, before, standing, known.households, now)
        for row in before:  # since its line was written its commune may have become another one
            for code in (row.commune_code, commune_of(on, row.area_code)):
                changed[code or ""].add(row.household_id)
        for household_id, one in standing.items():
            changed[one.lines[0]["commune_code"] or ""].add(household_id)
    note_changes(session, changed, now)


def _write(
    session: Session,
    before: list[Any],
    standing: dict[str, Standing],
    causes: dict[str, Cause],
    now: datetime,
) -> None:
    lines = _Difference(LINE, "case_id")
    lines.compare(before, {key: one.lines for key, one in standing.items()})
    obstacles = _Difference(OBSTACLE, "act_id")
    told = {key: one.obstacles for key, one in standing.items()}
    is_hindered = any(told.values()) or any(row.obstacles for row in lines.before)
    obstacles.compare(open_rows(session, StandingObstacle, sorted(standing)) if is_hindered else [], told)
    if not (lines or obstacles):
        return
    now = max([now, *(row.from_at for row in (*lines.ended, *obstacles.ended))])
    for table, found in ((StandingLine, lines), (StandingObstacle, obstacles)):
        _close(session, table, found.ended, now)
        rows = [one | {"from_at": now, "to_at": None} for one in found.begun]
        if rows and table is StandingLine:
            rows = [one | _told(causes[one["household_id"]]) for one in rows]
        if rows:
            session.execute(insert(table), rows)


def _told(cause: Cause) -> Values:
    return {"cause": cause.kind, "cause_id": cause.id}


class _Difference:
    """Open rows that no longer hold (`ended`) and values that hold now (`begun`)."""

    def __init__(self, columns: Sequence[Any], key: str) -> None:
        self.names = [column.name for column in columns if column.name not in (*KEPT, "household_id")]
        self.key = key
        self.before: list[Any] = []
        self.ended: list[Any] = []
        self.begun: list[Values] = []

    def __bool__(self) -> bool:
        return bool(self.ended or self.begun)

    def compare(self, before: Iterable[Any], after: dict[str, list[Values]]) -> None:
        """Note what differs, by household and case (or act)."""
        self.before = list(before)
        standing = {(row.household_id, getattr(row, self.key)): row for row in self.before}
        for household_id, values in after.items():
            for one in values:
                row = standing.pop((household_id, one[self.key]), None)
                if row is not None and all(getattr(row, name) == one[name] for name in self.names):
                    continue
                if row is not None:
                    self.ended.append(row)
                self.begun.append(one | {"household_id": household_id})
        self.ended += standing.values()


def open_rows(session: Session, table: Any, household_ids: Collection[str]) -> list[Any]:
    """The rows of these households that hold now, as plain columns."""
    asked = select(*table.__table__.columns).where(
        table.household_id.in_(household_ids), table.to_at.is_(None)
    )
    return list(session.execute(asked))


def _close(session: Session, table: Any, rows: Sequence[Any], now: datetime) -> None:
    """End rows at a moment; one that would have lasted no time never was."""
    timeless = [row.id for row in rows if row.from_at == now]
    ended = [row.id for row in rows if row.from_at != now]
    unsynced = {"synchronize_session": False}
    if timeless:
        session.execute(delete(table).where(table.id.in_(timeless)), execution_options=unsynced)
    if ended:
        closing = update(table).where(table.id.in_(ended)).values(to_at=now)
        session.execute(closing, execution_options=unsynced)


def note_changes(session: Session, changed: Mapping[str, Collection[str]], now: datetime) -> None:
    """Households of these communes were written about: kept figures hold no longer, phones fetch them again.

    Until the transaction ends nobody else numbers a change of these communes, so that numbers rise in the
    order in which they are seen. They are at least the seconds of now: a restored database repeats none.
    """
    least, codes = int(now.timestamp()), sorted(changed)
    rows = [
        {"commune_code": code, "household_id": household_id}
        for code in codes
        for household_id in changed[code]
    ]
    if not rows:
        return
    if session.get_bind().dialect.name == "postgresql":
        forget_kept(session, ROLLUPS_KEPT)
        told = {"codes": codes, "revisions": [secrets.randbits(62) for _ in codes], "least": least}
        told |= {name: [row[name] for row in rows] for name in rows[0]}
        session.execute(_NOTED, told)
    else:
        numbers = raise_revisions(session, codes, least)
        numbered = [row | {"number": numbers[row["commune_code"]]} for row in rows]
        session.execute(_CHANGED, numbered)


_NOTED = text(  # both at once: every record asks
    """
    WITH raised AS (
        INSERT INTO commune_revisions AS known (commune_code, revision, number)
        SELECT *, :least FROM unnest(CAST(:codes AS text[]), CAST(:revisions AS bigint[]))
        ON CONFLICT (commune_code) DO UPDATE
        SET revision = excluded.revision, number = greatest(known.number + 1, excluded.number)
        RETURNING commune_code, number
    )
    INSERT INTO household_changes (commune_code, household_id, number)
    SELECT commune_code, household_id, number FROM raised
    JOIN unnest(CAST(:commune_code AS text[]), CAST(:household_id AS text[]))
        AS changed (commune_code, household_id) USING (commune_code)
    ON CONFLICT (commune_code, household_id) DO UPDATE SET number = excluded.number
    """
)
_new = sqlite.insert(HouseholdChange)
_CHANGED = _new.on_conflict_do_update(
    index_elements=[HouseholdChange.commune_code, HouseholdChange.household_id],
    set_={"number": _new.excluded.number},
)


def raise_revisions(session: Session, communes: Iterable[str | None], least: int = 0) -> dict[str, int]:
    """Figures kept for these communes hold no longer. In one order, or writers would block each other.

    Returns the next number of each commune, at least `least`.
    """
    rows = [
        {"commune_code": code, "revision": secrets.randbits(62), "number": least}
        for code in sorted({code or "" for code in communes})
    ]
    if not rows:
        return {}
    forget_kept(session, ROLLUPS_KEPT)
    dialect: Any = {"sqlite": sqlite, "postgresql": postgresql}[session.get_bind().dialect.name]
    new = dialect.insert(CommuneRevision).values(rows)
    following = CommuneRevision.number + 1
    anew = {
        "revision": new.excluded.revision,
        "number": case((new.excluded.number > following, new.excluded.number), else_=following),
    }
    raised = new.on_conflict_do_update(index_elements=[CommuneRevision.commune_code], set_=anew)
    told = raised.returning(CommuneRevision.commune_code, CommuneRevision.number)
    return dict(session.execute(told).all())


def hold(session: Session, household_ids: Iterable[str]) -> None:
    """Let nobody fix a moment, nor write about these households, until this transaction ends."""
    shared = func.pg_advisory_xact_lock_shared(LOCK)
    is_asked = lock(session, household_ids, shared)
    if session.get_bind().dialect.name == "postgresql" and not is_asked:
        session.execute(select(shared))


def fix_moment(session: Session, now: datetime) -> datetime:
    """A moment of which every later answer is the same: whoever writes lines has ended, or writes after it.

    To be asked within a write transaction.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK})
    return now


def differing(session: Session, household_ids: Sequence[str], today: date) -> Iterator[str]:
    """Of these households those whose open lines are not what their records come to (none, ever)."""
    known = tree(session, today)
    for ids in chunks(household_ids):
        standing = standings(session, ids, known)
        lines, obstacles = _Difference(LINE, "case_id"), _Difference(OBSTACLE, "act_id")
        communes = [name for name in lines.names if name != "commune_code"]
        lines.names = communes  # where a commune merged since, the line keeps the one it was written in
        lines.compare(
            open_rows(session, StandingLine, ids), {key: one.lines for key, one in standing.items()}
        )
        told = {key: one.obstacles for key, one in standing.items()}
        obstacles.compare(open_rows(session, StandingObstacle, ids), told)
        wrong = {row.household_id for row in (*lines.ended, *obstacles.ended)}
        yield from sorted(wrong | {one["household_id"] for one in (*lines.begun, *obstacles.begun)})
