"""Figures of an area and of the units right under it, kept in the process and brought up to date by communes.

Every commune has a mark that changes whenever lines of it are written. A page reads the marks, asks the
database about the communes whose mark is new, takes their old figures out and puts the new ones in.
"""

from __future__ import annotations

from collections import Counter, OrderedDict, defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from threading import Lock
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from survey.areas.tree import Tree, revision, tree
from survey.assessment.queries import begun_on, patterns
from survey.cases import machine
from survey.cases.rows import WaitingCount
from survey.db import one_of
from survey.standing.measures import measures, sums
from survey.standing.models import CommuneRevision
from survey.standing.models import StandingLine as Line
from survey.standing.queries import holds

KEPT = 200
CHOSEN_BY = ("programme", "case_programme", "year")
"""Columns by whose values lists are filtered."""
Money = tuple[str, str, int | None, int | None]
"""Of entitled households: programme, works kind, amount_vnd, pattern of the amount."""


@dataclass(slots=True)
class Figures:
    """Figures of one unit: households by measure; entitled households by what they get; cases by state."""

    measures: Counter[str] = field(default_factory=Counter)
    money: Counter[Money] = field(default_factory=Counter)
    states: Counter[str] = field(default_factory=Counter)

    def plus(self, other: Figures, times: int = 1) -> Figures:
        """With the figures of a part put in, or (-1) taken out."""
        return Figures(
            _plus(self.measures, other.measures, times),
            _plus(self.money, other.money, times),
            _plus(self.states, other.states, times),
        )


def _plus(mine: Counter[Any], theirs: Counter[Any], times: int) -> Counter[Any]:
    found = Counter(mine)
    for key, number in theirs.items():
        found[key] += number * times
        if not found[key]:
            del found[key]
    return found


NOTHING = Figures()


@dataclass(slots=True)
class Part:
    """What one commune gives to the units of a rollup, and what cannot be taken out of a sum again."""

    mark: int
    units: defaultdict[str | None, Figures] = field(default_factory=lambda: defaultdict(Figures))
    oldest: dict[str, date] = field(default_factory=dict)
    newest_survey: date | None = None
    found: set[tuple[Any, ...]] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Rollup:
    """Figures of an area (`total`) and of each unit right under it; None: households in none of them.

    Never changed: pages read it while others bring the next one up to date.
    """

    parts: dict[str, Part] = field(default_factory=dict)
    total: Figures = field(default_factory=Figures)
    units: dict[str | None, Figures] = field(default_factory=dict)

    def of(self, unit: str | None) -> Figures:
        """The figures of a unit right under the area."""
        return self.units.get(unit, NOTHING)

    @property
    def newest_survey(self) -> date | None:
        """The day of the newest interview behind the figures: how fresh they are."""
        return max((part.newest_survey for part in self.parts.values() if part.newest_survey), default=None)

    def oldest(self, state: str) -> date | None:
        """Since when the case stands in a state that has stood there longest."""
        return min((part.oldest[state] for part in self.parts.values() if state in part.oldest), default=None)

    def found(self, column: Any) -> list[Any]:
        """The values that occur in one of the columns of `CHOSEN_BY`, for a filter."""
        place = CHOSEN_BY.index(column.key)
        values = {told[place] for part in self.parts.values() for told in part.found}
        return sorted(value for value in values if value is not None)

    def with_parts(self, new: Mapping[str, Part | None]) -> Rollup:
        """With other figures of some communes; None: the commune has none any more."""
        parts, total, units = dict(self.parts), self.total, dict(self.units)
        for commune, part in new.items():
            before = parts.pop(commune, None)
            for gone, times in ((before, -1), (part, 1)):
                for unit, figures in gone.units.items() if gone else ():
                    total = total.plus(figures, times)
                    units[unit] = units.get(unit, NOTHING).plus(figures, times)
            if part is not None:
                parts[commune] = part
        return Rollup(parts, total, units)


EMPTY = Rollup()
_rollups: OrderedDict[tuple[Any, ...], Rollup] = OrderedDict()
_guard = Lock()


def rollup(session: Session, area_code: str, on: date) -> Rollup:
    """The figures of an area as of a day, from what is kept and what has changed since.

    A root area also answers for households nobody could place.
    """
    known = tree(session, on)
    key = (str(session.get_bind()), revision(session), area_code, on)
    with _guard:
        kept = _rollups.get(key, EMPTY)
    marks = _marks(session, known, area_code)
    changed = [
        code for code, mark in marks.items() if code not in kept.parts or kept.parts[code].mark != mark
    ]
    made: dict[str, Part | None] = dict.fromkeys(kept.parts.keys() - marks.keys())
    if changed:
        made |= _parts(session, changed, marks, known, area_code, on)
    found = kept.with_parts(made) if made else kept
    with _guard:
        _rollups[key] = found
        _rollups.move_to_end(key)
        while len(_rollups) > KEPT:
            _rollups.popitem(last=False)
    return found


def _marks(session: Session, known: Tree, area_code: str) -> dict[str, int]:
    """The marks of the communes in which lines of the area were written."""
    marks = select(CommuneRevision.commune_code, CommuneRevision.revision)
    if known.parent(area_code) is not None:
        inside = one_of(session, Line.area_code, known.under(area_code))
        wanted = select(func.coalesce(Line.commune_code, "")).where(holds(Line), inside)
        marks = marks.where(CommuneRevision.commune_code.in_(wanted))
    return dict(session.execute(marks).all())


def _parts(
    session: Session, communes: Collection[str], marks: dict[str, int], known: Tree, area_code: str, on: date
) -> dict[str, Part]:
    """What these communes give, in three statements."""
    parts = {code: Part(marks[code]) for code in communes}
    where = _Place(known, area_code)
    counted = [code for code, measure in measures().items() if measure.of == "households"]
    dates = (func.min(Line.since), func.max(Line.surveyed_on))
    keys = (Line.commune_code, Line.area_code, Line.case_state)
    for commune, village, state, since, surveyed_on, households, *numbers in _grouped(
        session, communes, keys, (*dates, func.count(), *sums(counted, on))
    ):
        if village not in where:
            continue
        part = parts[commune or ""]
        figures = part.units[where.unit(village)]
        figures.measures.update({code: int(number) for code, number in zip(counted, numbers, strict=True)})
        figures.states[state] += households
        if since is not None:
            part.oldest[state] = min(part.oldest.get(state, since), since)
        if surveyed_on is not None:
            part.newest_survey = max(part.newest_survey or surveyed_on, surveyed_on)
    chosen_by = [getattr(Line, name) for name in CHOSEN_BY]
    each = (Line.commune_code, Line.area_code, *chosen_by)
    for commune, village, *told, _ in _grouped(session, communes, each, (func.count(),)):
        if village in where:
            parts[commune or ""].found.add(tuple(told))
    place, paid = (Line.commune_code, Line.area_code), (Line.amount_vnd, Line.amount_pattern_id)
    entitled = measures()["entitled"].condition(on)
    for commune, village, programme, kind, amount_vnd, pattern, households in _grouped(
        session, communes, (*place, Line.programme, Line.works_kind, *paid), (func.count(),), entitled
    ):
        if village in where:
            money = parts[commune or ""].units[where.unit(village)].money
            money[programme or "", kind or "", amount_vnd, pattern] += households
    return parts


def _grouped(
    session: Session, communes: Collection[str], keys: Any, totals: Any, *conditions: Any
) -> Iterator[Any]:
    """Rows of (*keys, *totals) over the newest open lines of these communes; "" are those in none."""
    inside = one_of(session, Line.commune_code, [code for code in communes if code])
    if "" in communes:
        inside = or_(inside, Line.commune_code.is_(None))
    chosen = select(*keys, *totals).where(holds(Line), Line.is_newest, ~Line.is_training, inside, *conditions)
    yield from session.execute(chosen.group_by(*keys))


class _Place:
    """Whether a village lies in an area, and in which unit right under it."""

    def __init__(self, known: Tree, area_code: str) -> None:
        self.known, self.area_code = known, area_code
        tops = [code for code, name in known.names.items() if name.parent_code is None]
        self.is_root, self.is_all = area_code in tops, tops == [area_code]

    def __contains__(self, village: str | None) -> bool:
        """As `rights.within` has it: the only root answers for every household there is."""
        if village is None or self.is_all:
            return self.is_root
        return self.area_code in self.known.path(village)

    def unit(self, village: str | None) -> str | None:
        """The unit right under the area; the area itself for what hangs at it; None for no area."""
        path = self.known.path(village) if village else ()
        if self.area_code not in path:
            return None
        place = path.index(self.area_code)
        return path[place - 1] if place else self.area_code


def waiting(found: Rollup) -> dict[str, WaitingCount]:
    """How many cases stand in each state and since when the oldest does, in the order of the way."""
    told = found.total.states
    return {
        state: WaitingCount(told[state], oldest)
        for state in machine.states()
        if told[state] and (oldest := found.oldest(state)) is not None
    }


def amounts(session: Session, money: Counter[Money], on: date) -> Iterator[tuple[str, str, int, int]]:
    """(programme, works kind, households, their amounts together) as of a day."""
    levels = patterns(session)
    for (programme, kind, amount_vnd, pattern), households in money.items():
        yield (
            programme,
            kind,
            households,
            (begun_on(amount_vnd, levels.get(pattern or 0), on) or 0) * households,
        )
