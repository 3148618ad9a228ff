"""The tree of one day: who belongs to whom, mergers followed. Held in the process until areas change.

Rules, the same as `queries.subtree` follows downwards:
a unit that became one other is that other; a unit that is gone without one successor (a district, a
split commune) is passed over, and what hung under it hangs under its last parent.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import OrderedDict, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from threading import Lock
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from survey.areas.models import AreaParent, AreaRow, AreasRevision, AreaSuccession
from survey.areas.rows import Name
from survey.db import once

TREES_KEPT = 12
REVISION_KEPT = "areas_revision"
MARK = select(AreasRevision.mark)
_changes: dict[str, list[date]] = {}
_trees: OrderedDict[tuple[str, date], Tree] = OrderedDict()
_guard = Lock()


def revision(session: Session) -> str:
    """The mark of the areas as they are now; it changes with every change of them.

    Asked once a transaction: within one, only its own changes can show (`actions.touch` forgets it).
    """
    return once(session, REVISION_KEPT, lambda: session.scalar(MARK) or "")


def holds(row: type[Any], on: date | ColumnElement[date]) -> ColumnElement[bool]:
    """The condition that a dated row of `row` holds on a day (its last day included)."""
    return and_(row.valid_from <= on, or_(row.valid_to.is_(None), row.valid_to >= on))


@dataclass(frozen=True, slots=True)
class Tree:
    """The units that exist on a day (`names`), and where every unit ever known went."""

    names: dict[str, Name]
    became: dict[str, str]
    above: dict[str, str]
    below: dict[str, tuple[str, ...]]
    within: dict[str, list[str]] = field(default_factory=dict, compare=False)
    paths: dict[str, tuple[str, ...]] = field(default_factory=dict, compare=False)

    def under(self, code: str) -> list[str]:
        """Every code ever known that lies in an existing unit on this day, its own too."""
        if not self.within:
            found: defaultdict[str, list[str]] = defaultdict(list)
            for known in sorted({*self.names, *self.above, *self.became}):
                for step in self.path(known):
                    found[step].append(known)
            self.within.update(found)
        return self.within.get(code, [])

    def current(self, code: str) -> str | None:
        """The unit that `code` is on this day: itself, its successor, or None when gone without one."""
        latest = self._latest(code)
        return latest if latest in self.names else None

    def parent(self, code: str) -> str | None:
        """The existing unit that `code` belongs to, units that are gone passed over."""
        seen: set[str] = set()
        while (above := self.above.get(code)) is not None and above not in seen:
            seen.add(above)
            code = self._latest(above)
            if code in self.names:
                return code
        return None

    def path(self, code: str) -> tuple[str, ...]:
        """From the unit itself (or its successor) up to the province; empty for an unknown code."""
        known = self.paths.get(code)
        if known is None:
            known = self._path(code)
            if known:  # whatever else somebody asks for is not kept
                self.paths[code] = known
        return known

    def _path(self, code: str) -> tuple[str, ...]:
        start = self.current(code) or self.parent(self._latest(code))
        steps: list[str] = []
        while start is not None and start not in steps:
            steps.append(start)
            start = self.parent(start)
        return tuple(steps)

    def _latest(self, code: str) -> str:
        seen: set[str] = set()
        while code in self.became and code not in seen:
            seen.add(code)
            code = self.became[code]
        return code


def tree(session: Session, on: date) -> Tree:
    """The tree of the day, from the cache while no area changed. Days between two changes share one."""
    mark = revision(session)
    key = (mark, last_change(session, on))
    with _guard:
        if key in _trees:
            _trees.move_to_end(key)
            return _trees[key]
    built = _build(session, on)
    with _guard:
        _trees[key] = built
        while len(_trees) > TREES_KEPT:
            _trees.popitem(last=False)
    return built


def under(session: Session, codes: Iterable[str], on: date) -> frozenset[str]:
    """Every code that lies in one of these units on the day, as `queries.subtree` finds them in the database.

    A unit gone before that day is answered as on its last one.
    """
    known = tree(session, on)
    found: set[str] = set()
    for code in codes:
        if code in known.names:
            found.update(known.under(code))
            continue
        ended = select(func.max(AreaRow.valid_to)).where(AreaRow.code == code, AreaRow.valid_from <= on)
        last = session.scalar(ended)
        if last is not None:
            found.update(tree(session, min(last, on)).under(code))
    return frozenset(found)


def last_change(session: Session, on: date) -> date:
    """The last day on which some unit began, ended or moved, until `on`."""
    mark = revision(session)
    with _guard:
        days = _changes.get(mark)
    if days is None:
        days = _days_of_change(session)
        with _guard:
            _changes.clear()
            _changes[mark] = days
    place = bisect_right(days, on)
    return days[place - 1] if place else date.min


def _days_of_change(session: Session) -> list[date]:
    found = set(session.scalars(select(AreaSuccession.on).distinct()))
    for table in (AreaRow, AreaParent):
        found |= set(session.scalars(select(table.valid_from).distinct()))
        ends = session.scalars(select(table.valid_to).distinct())
        found |= {end + timedelta(days=1) for end in ends if end and end < date.max}
    return sorted(found)


def _build(session: Session, on: date) -> Tree:
    links = select(AreaParent.child, AreaParent.parent).where(holds(AreaParent, on))
    above = dict(session.execute(links).all())
    units = select(AreaRow.code, AreaRow.level, AreaRow.name, AreaRow.sort_key).where(holds(AreaRow, on))
    rows = session.execute(units.order_by(AreaRow.sort_key, AreaRow.code)).all()
    orphans = {row.code: Name(row.code, row.level, row.name, None, row.sort_key) for row in rows}
    bare = Tree(orphans, _successors(session, on), above, {})
    names = {code: replace(name, parent_code=bare.parent(code)) for code, name in orphans.items()}
    below: defaultdict[str, list[str]] = defaultdict(list)
    for code, name in names.items():
        if name.parent_code is not None:
            below[name.parent_code].append(code)
    return replace(bare, names=names, below={code: tuple(under) for code, under in below.items()})


def _successors(session: Session, on: date) -> dict[str, str]:
    """old → new for every unit that became exactly one other by `on`; the latest act counts."""
    pairs = (
        select(AreaSuccession.old, AreaSuccession.new)
        .where(
            AreaSuccession.on <= on, AreaSuccession.kind != "split", AreaSuccession.old != AreaSuccession.new
        )
        .order_by(AreaSuccession.on, AreaSuccession.id)
    )
    return dict(session.execute(pairs).all())
