"""What holds of a place on a day: the units it then lay in, and what was stated of them.

The nearest unit's statement counts. Where a unit has ended and its successor states nothing of its own, what
held on its last day passes on: a village of a poor district does not cease to be one because districts do.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from survey.areas.models import LEVELS, AreaFact, AreaRow, AreaSuccession
from survey.areas.tree import Tree, holds, last_change, revision, tree

Stated = dict[str, tuple[int, object]]  # fact -> (place in LEVELS, value)


@dataclass(frozen=True, slots=True)
class Ends:
    """The days on which units ended (newest first), which ended on each, and what every unit was before.

    `statements` are what units stated on a day, as far as it was asked: (code, day) -> fact -> value.
    """

    ended: dict[date, frozenset[str]]
    before: dict[str, tuple[str, ...]]
    statements: dict[tuple[str, date], dict[str, object]] = field(default_factory=dict)


_kept: dict[str, Ends] = {}
"""By the mark of the areas; one is kept."""
STATEMENTS_KEPT = 50_000


def path_on(session: Session, code: str, on: date) -> tuple[str, ...]:
    """The units a place lay in on a day, deepest first; empty when it is unknown.

    A unit that was not there yet is taken for the one it came from; where it came from several, or nobody
    told from which, for what it was on its first day.
    """
    return _known(session, code, on)[0]


def _known(session: Session, code: str, on: date) -> tuple[tuple[str, ...], date]:
    """The units of a place and the day on which they are asked: the one asked for, or its first."""
    found = tree(session, on).path(code)
    if found:
        return found, on
    before = _ends(session).before.get(code, ())
    if len(before) == 1 and (found := tree(session, on).path(before[0])):
        return found, on
    first = session.scalar(select(func.min(AreaRow.valid_from)).where(AreaRow.code == code))
    return (tree(session, first).path(code), first) if first and first > on else ((), on)


def facts_on(session: Session, code: str, on: date) -> dict[str, object]:
    """Fact -> value, as `facts_of_many` has them."""
    return facts_of_many(session, [code], on)[code]


def facts_of_many(session: Session, codes: Iterable[str], on: date) -> dict[str, dict[str, object]]:
    """The facts of many places on a day: code -> fact -> value."""
    reading = _Reading(session)
    return {code: {fact: value for fact, (_, value) in reading.stated(code, on).items()} for code in codes}


class Places:
    """Places on many days: each is asked once for a stretch of days in which nothing changes."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self._reading = _Reading(session)
        self._kept: dict[tuple[str, date, int], tuple[tuple[str, ...], dict[str, object]]] = {}
        firsts = session.scalars(select(AreaFact.valid_from).distinct())
        lasts = session.scalars(select(AreaFact.valid_to).distinct())
        after = (day + timedelta(days=1) for day in lasts if day and day < date.max)
        self._changes = sorted({*firsts, *after})

    def of(self, code: str, on: date) -> tuple[tuple[str, ...], dict[str, object]]:
        """The units it lay in on a day, as `path_on`, and its facts, as `facts_on`."""
        key = (code, last_change(self.session, on), bisect_right(self._changes, on))
        if key not in self._kept:
            told = {fact: value for fact, (_, value) in self._reading.stated(code, on).items()}
            self._kept[key] = (path_on(self.session, code, on), told)
        return self._kept[key]


class _Reading:
    """The statements of many places, those of each unit and day read once while no area changes."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.ends = _ends(session)

    def stated(self, code: str, on: date) -> Stated:
        """What is stated of a place on a day, and by a unit of which level."""
        path, on = _known(self.session, code, on)
        here = tree(self.session, on)
        found: Stated = {}
        for former in self._of_ended_units(code, path, on):
            _lay_over(found, former)
        _lay_over(found, self._of_units(path, here, on))
        return found

    def _of_units(self, codes: Iterable[str], known: Tree, on: date) -> Stated:
        """What these units themselves state on a day, the nearest first."""
        codes = tuple(codes)
        statements = self._read(codes, on)
        found: Stated = {}
        for code in codes:
            rank = LEVELS.index(known.names[code].level) if code in known.names else 0
            for fact, value in statements[code].items():
                found.setdefault(fact, (rank, value))
        return found

    def _of_ended_units(self, code: str, path: tuple[str, ...], on: date) -> Iterator[Stated]:
        """What the units that a place lay in stated on the day each ended, the oldest first."""
        for day in sorted(self.ends.ended):
            if day >= on:
                break
            before = tree(self.session, day)
            places = [code] if before.path(code) else self._before(path, before)
            told = [self._of_units(self._ended(before.path(each), day), before, day) for each in places]
            if told:
                # A unit made of several takes over only what held of all of them.
                yield {
                    fact: one for fact, one in told[0].items() if all(each.get(fact) == one for each in told)
                }

    def _before(self, path: tuple[str, ...], before: Tree) -> list[str]:
        """The units that what is now the deepest unit of a path was made of, as far as they were there."""
        made_of = self.ends.before.get(path[0], ()) if path else ()
        return [each for each in made_of if before.path(each)]

    def _ended(self, codes: Iterable[str], day: date) -> list[str]:
        return [code for code in codes if code in self.ends.ended[day]]

    def _read(self, codes: Iterable[str], on: date) -> dict[str, dict[str, object]]:
        """What each of these units states on a day; read where it was not read before."""
        kept = self.ends.statements
        asked = {code: kept.get((code, on)) for code in codes}
        found = {code: told for code, told in asked.items() if told is not None}
        if unread := [code for code in asked if code not in found]:
            if len(kept) >= STATEMENTS_KEPT:
                kept.clear()
            told: dict[str, dict[str, object]] = {code: {} for code in unread}
            rows = select(AreaFact.area_code, AreaFact.fact, AreaFact.value)
            of_these = rows.where(AreaFact.area_code.in_(unread), holds(AreaFact, on)).order_by(AreaFact.id)
            for row in self.session.execute(of_these):
                told[row.area_code][row.fact] = row.value
            kept.update({(code, on): facts for code, facts in told.items()})
            found |= told
        return found


def _lay_over(below: Stated, above: Stated) -> None:
    """Put in what is stated by a unit as near or nearer (in place)."""
    for fact, (rank, value) in above.items():
        if fact not in below or rank >= below[fact][0]:
            below[fact] = (rank, value)


def _ends(session: Session) -> Ends:
    mark = revision(session)
    if mark not in _kept:
        found = _read_ends(session)
        _kept.clear()
        _kept[mark] = found
    return _kept[mark]


def _read_ends(session: Session) -> Ends:
    lived = (AreaRow.valid_to.is_not(None), AreaRow.valid_to >= AreaRow.valid_from)
    ended: defaultdict[date, set[str]] = defaultdict(set)
    for code, day in session.execute(select(AreaRow.code, AreaRow.valid_to).where(*lived)):
        if day is not None:
            ended[day].add(code)
    before: defaultdict[str, list[str]] = defaultdict(list)
    pairs = select(AreaSuccession.new, AreaSuccession.old).where(AreaSuccession.kind != "split")
    for new, old in session.execute(pairs.order_by(AreaSuccession.id)):
        before[new].append(old)
    return Ends(
        {day: frozenset(codes) for day, codes in ended.items()},
        {new: tuple(dict.fromkeys(olds)) for new, olds in before.items()},
    )
