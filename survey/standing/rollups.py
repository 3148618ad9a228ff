"""Figures of an area and of the units right under it, kept in the process and brought up to date by communes.

Every commune has a mark that changes whenever lines of it are written. A page reads the marks, asks the
database about the communes whose mark is new, takes their old figures out and puts the new ones in. What is
kept holds the days on which programmes lapse and obstacles are due, so that a new day asks nothing.
"""

from __future__ import annotations

from collections import Counter, OrderedDict, defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from threading import Lock
from typing import Any, NamedTuple

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from survey.areas.tree import Tree, last_change, revision, tree
from survey.assessment.queries import begun_on, patterns
from survey.cases import machine
from survey.cases.rows import WaitingCount
from survey.db import once, one_of
from survey.standing.measures import measures
from survey.standing.models import ROLLUPS_KEPT, CommuneRevision
from survey.standing.models import StandingLine as Line
from survey.standing.models import StandingObstacle as Obstacle
from survey.standing.queries import holds

KEPT = 200
CHOSEN_BY = ("programme", "case_programme", "year")
"""Columns by whose values lists are filtered."""
OUTSIDE = "-"
"""In place of a unit: not in the area."""
Money = tuple[str, str, int | None, int | None]
"""Of entitled households: programme, works kind, amount_vnd, pattern of the amount."""


class Hindrance(NamedTuple):
    """What open obstacles (vướng mắc) have in common: the unit under the area, kind, lead body, day due."""

    unit: str | None
    kind: str
    lead: str | None
    due_on: date | None

    def is_overdue(self, on: date) -> bool:
        """Whether they were to be cleared before the day."""
        return measures()["obstacles_overdue"].counts_on(on, due_on=self.due_on)


def tally(
    obstacles: Counter[Hindrance],
    key: Callable[[Hindrance], Any] = lambda _: None,
    chosen: Callable[[Hindrance], bool] = lambda _: True,
) -> Counter[Any]:
    """How many of these obstacles there are by what `key` says of them, of those that are `chosen`."""
    found: Counter[Any] = Counter()
    for one, number in obstacles.items():
        if chosen(one):
            found[key(one)] += number
    return found


@dataclass(slots=True)
class Figures:
    """Figures of one unit: households by measure; entitled households by what they get; cases by state."""

    measures: Counter[str] = field(default_factory=Counter)
    money: Counter[Money] = field(default_factory=Counter)
    states: Counter[str] = field(default_factory=Counter)

    def add(self, other: Figures, times: int = 1) -> None:
        """Put the figures of a part in, or (-1) take them out."""
        _add(self.measures, other.measures, times)
        _add(self.money, other.money, times)
        _add(self.states, other.states, times)


def _add(mine: Counter[Any], theirs: Counter[Any], times: int) -> None:
    for key, number in theirs.items():
        mine[key] += number * times
        if not mine[key]:
            del mine[key]


Dated = defaultdict[date | None, Figures]
"""Figures by the day on which their households' programmes lapse; a measure counts them without that test."""


def _dated() -> Dated:
    return defaultdict(Figures)


def _as_of(dated: Mapping[date | None, Figures], on: date) -> Figures:
    """What the measures count on a day."""
    found = Figures()
    for lapses_on, figures in dated.items():
        counted = {code for code in figures.measures if measures()[code].counts_on(on, lapses_on=lapses_on)}
        is_entitled = measures()["entitled"].counts_on(on, lapses_on=lapses_on)
        counting = Counter({code: figures.measures[code] for code in counted})
        found.add(Figures(counting, figures.money if is_entitled else Counter(), figures.states))
    return found


@dataclass(slots=True)
class Part:
    """What one commune gives to the units of a rollup, and what cannot be taken out of a sum again."""

    mark: int
    units: defaultdict[str | None, Dated] = field(default_factory=lambda: defaultdict(_dated))
    obstacles: Counter[Hindrance] = field(default_factory=Counter)
    oldest: dict[str, date] = field(default_factory=dict)
    newest_survey: date | None = None
    found: set[tuple[Any, ...]] = field(default_factory=set)


@dataclass(frozen=True)
class Cube:
    """Figures of an area (`total`) and of each unit right under it, whatever the day; None: in no unit.

    Never changed: pages read it while others bring the next one up to date.
    """

    parts: Mapping[str, Part] = field(default_factory=dict)
    total: Mapping[date | None, Figures] = field(default_factory=dict)
    units: Mapping[str | None, Mapping[date | None, Figures]] = field(default_factory=dict)
    obstacles: Counter[Hindrance] = field(default_factory=Counter)

    @cached_property
    def oldest(self) -> dict[str, date]:
        """Since when the oldest case stands in each state."""
        found: dict[str, date] = {}
        for part in self.parts.values():
            for state, since in part.oldest.items():
                found[state] = min(found.get(state, since), since)
        return found

    @cached_property
    def newest_survey(self) -> date | None:
        """The day of the newest interview."""
        days = (part.newest_survey for part in self.parts.values() if part.newest_survey)
        return max(days, default=None)

    @cached_property
    def found(self) -> set[tuple[Any, ...]]:
        """The values of `CHOSEN_BY` that occur together."""
        return {told for part in self.parts.values() for told in part.found}

    def with_parts(self, new: Mapping[str, Part | None]) -> Cube:
        """With other figures of some communes; None: the commune has none any more."""
        parts, obstacles = dict(self.parts), Counter(self.obstacles)
        total = _copied(self.total)
        units = defaultdict(_dated, {unit: _copied(dated) for unit, dated in self.units.items()})
        for commune, part in new.items():
            before = parts.pop(commune, None)
            for one, times in ((before, -1), (part, 1)):
                if one is None:
                    continue
                _add(obstacles, one.obstacles, times)
                for unit, dated in one.units.items():
                    for lapses_on, figures in dated.items():
                        total[lapses_on].add(figures, times)
                        units[unit][lapses_on].add(figures, times)
            if part is not None:
                parts[commune] = part
        return Cube(parts, total, dict(units), obstacles)


def _copied(dated: Mapping[date | None, Figures]) -> Dated:
    found = _dated()
    for lapses_on, figures in dated.items():
        found[lapses_on].add(figures)
    return found


@dataclass(frozen=True)
class Rollup:
    """A cube as of a day."""

    cube: Cube
    on: date

    @cached_property
    def total(self) -> Figures:
        """The figures of the area."""
        return _as_of(self.cube.total, self.on)

    def of(self, unit: str | None) -> Figures:
        """The figures of a unit right under the area."""
        return _as_of(self.cube.units.get(unit, {}), self.on)

    @property
    def newest_survey(self) -> date | None:
        """The day of the newest interview behind the figures: how fresh they are."""
        return self.cube.newest_survey

    def oldest(self, state: str) -> date | None:
        """Since when the case stands in a state that has stood there longest."""
        return self.cube.oldest.get(state)

    def found(self, column: Any) -> list[Any]:
        """The values that occur in one of the columns of `CHOSEN_BY`, for a filter."""
        values = {told[CHOSEN_BY.index(column.key)] for told in self.cube.found}
        return sorted(value for value in values if value is not None)

    @property
    def obstacles(self) -> Counter[Hindrance]:
        """The open obstacles, whatever the day."""
        return self.cube.obstacles


EMPTY = Cube()
_cubes: OrderedDict[tuple[Any, ...], Cube] = OrderedDict()
_guard = Lock()
_making: defaultdict[tuple[Any, ...], Lock] = defaultdict(Lock)
"""Whoever finds that something has changed looks it up alone; others wait and find it done."""


def rollup(session: Session, area_code: str, on: date) -> Rollup:
    """The figures of an area as of a day, from what is kept and what has changed since.

    A root area also answers for households nobody could place. Asked once a transaction: within one, only its
    own changes can show (`actions.raise_revisions` forgets it).
    """
    asked: dict[tuple[str, date], Rollup] = once(session, ROLLUPS_KEPT, dict)
    if (area_code, on) not in asked:
        asked[area_code, on] = _rollup(session, area_code, on)
    return asked[area_code, on]


def _rollup(session: Session, area_code: str, on: date) -> Rollup:
    known = tree(session, on)
    key = (str(session.get_bind()), revision(session), last_change(session, on), area_code)
    marks = _marks(session, known, area_code)
    kept = _kept(key)
    if _is_current(kept, marks):
        return Rollup(kept, on)
    with _guard:
        making = _making[key]
    with making:
        kept = _kept(key)
        made: dict[str, Part | None] = dict.fromkeys(kept.parts.keys() - marks.keys())
        made |= _parts(session, _changed(kept, marks), marks, known, area_code)
        found = kept.with_parts(made) if made else kept
        _keep(key, found)
    return Rollup(found, on)


def _kept(key: tuple[Any, ...]) -> Cube:
    with _guard:
        return _cubes.get(key, EMPTY)


def _keep(key: tuple[Any, ...], cube: Cube) -> None:
    with _guard:
        _cubes[key] = cube
        _cubes.move_to_end(key)
        while len(_cubes) > KEPT:
            _making.pop(_cubes.popitem(last=False)[0], None)


def _changed(cube: Cube, marks: Mapping[str, int]) -> list[str]:
    return [code for code, mark in marks.items() if code not in cube.parts or cube.parts[code].mark != mark]


def _is_current(cube: Cube, marks: Mapping[str, int]) -> bool:
    return cube.parts.keys() == marks.keys() and not _changed(cube, marks)


def _marks(session: Session, known: Tree, area_code: str) -> dict[str, int]:
    """The marks of the communes in which lines of the area were written."""
    marks = select(CommuneRevision.commune_code, CommuneRevision.revision)
    if known.parent(area_code) is not None:
        inside = one_of(session, Line.area_code, known.under(area_code))
        wanted = select(func.coalesce(Line.commune_code, "")).where(holds(Line), inside)
        marks = marks.where(CommuneRevision.commune_code.in_(wanted))
    return dict(session.execute(marks).all())


def _parts(
    session: Session, communes: Collection[str], marks: dict[str, int], known: Tree, area_code: str
) -> dict[str, Part]:
    """What these communes give: five statements, and five more where villages of one are counted apart."""
    if not communes:
        return {}
    read = _Reader(session, {code: Part(marks[code]) for code in communes}, _Place(known, area_code))
    counted = [code for code, measure in measures().items() if measure.of == "households"]
    sums = [func.count().filter(measures()[code].undated()) for code in counted]
    newest = func.max(Line.surveyed_on)
    for part, unit, (lapses_on, surveyed_on, *numbers) in read.rows((Line.lapses_on,), (newest, *sums)):
        told = {code: number for code, number in zip(counted, numbers, strict=True) if number}
        part.units[unit][lapses_on].measures.update(told)
        if surveyed_on is not None:
            part.newest_survey = max(part.newest_survey or surveyed_on, surveyed_on)
    for part, unit, (state, since, households) in read.rows(
        (Line.case_state,), (func.min(Line.since), func.count())
    ):
        part.units[unit][None].states[state] += households
        if since is not None:
            part.oldest[state] = min(part.oldest.get(state, since), since)
    for part, _, told in read.rows(tuple(getattr(Line, name) for name in CHOSEN_BY), ()):
        part.found.add(tuple(told))
    paid = (Line.lapses_on, Line.programme, Line.works_kind, Line.amount_vnd, Line.amount_pattern_id)
    entitled = measures()["entitled"].undated()
    for part, unit, (lapses_on, programme, kind, amount_vnd, pattern, households) in read.rows(
        paid, (func.count(),), entitled
    ):
        part.units[unit][lapses_on].money[programme or "", kind or "", amount_vnd, pattern] += households
    hindered = (Obstacle.kind, Obstacle.lead, Obstacle.due_on)
    for part, unit, (kind, lead, due_on, number) in read.rows(
        hindered, (func.count(),), holds(Obstacle), ~Obstacle.is_training, joined=Obstacle
    ):
        part.obstacles[Hindrance(unit, kind, lead, due_on)] += number
    return read.parts


class _Reader:
    """Asks for groups of the newest open lines of communes.

    A commune whose villages all lie in one unit is asked as a whole: a province has thirty times as many
    villages as communes.
    """

    def __init__(self, session: Session, parts: dict[str, Part], where: _Place) -> None:
        self.session, self.parts, self.where = session, parts, where
        units: defaultdict[str, set[str | None]] = defaultdict(set)
        for commune, village in self._groups(parts, (Line.commune_code, Line.area_code), ()):
            units[commune or ""].add(where.unit(village))
        self.whole = {code: next(iter(told)) for code, told in units.items() if len(told) == 1}
        self.mixed = units.keys() - self.whole.keys()

    def rows(
        self, keys: tuple[Any, ...], totals: tuple[Any, ...], *conditions: Any, joined: Any = None
    ) -> Iterator[tuple[Part, str | None, Any]]:
        """(the commune's part, unit, (*keys, *totals)) of each group."""
        asked = (keys, totals, conditions, joined)
        whole = [code for code, unit in self.whole.items() if unit != OUTSIDE]
        for commune, *told in self._groups(whole, (Line.commune_code, *keys), *asked[1:]):
            yield self.parts[commune or ""], self.whole[commune or ""], told
        place = (Line.commune_code, Line.area_code)
        for commune, village, *told in self._groups(self.mixed, (*place, *keys), *asked[1:]):
            if (unit := self.where.unit(village)) != OUTSIDE:
                yield self.parts[commune or ""], unit, told

    def _groups(
        self,
        communes: Collection[str],
        keys: tuple[Any, ...],
        totals: tuple[Any, ...],
        conditions: tuple[Any, ...] = (),
        joined: Any = None,
    ) -> Iterator[Any]:
        """Rows of (*keys, *totals); "" are the lines in no commune."""
        if not communes:
            return
        inside = one_of(self.session, Line.commune_code, [code for code in communes if code])
        if "" in communes:
            inside = or_(inside, Line.commune_code.is_(None))
        chosen = select(*keys, *totals).where(holds(Line), Line.is_newest, ~Line.is_training, inside)
        if joined is not None:
            chosen = chosen.select_from(Line).join(joined, joined.household_id == Line.household_id)
        yield from self.session.execute(chosen.where(*conditions).group_by(*keys))


class _Place:
    """In which unit right under an area a village lies."""

    def __init__(self, known: Tree, area_code: str) -> None:
        self.known, self.area_code = known, area_code
        tops = [code for code, name in known.names.items() if name.parent_code is None]
        self.is_root, self.is_all = area_code in tops, tops == [area_code]

    def unit(self, village: str | None) -> str | None:
        """The unit; the area itself for what hangs at it; None for no unit that is known, if the area answers
        for that (as `rights.within` has it, the only root does for every household there is), else OUTSIDE.
        """
        path = self.known.path(village) if village else ()
        if self.area_code in path:
            place = path.index(self.area_code)
            return path[place - 1] if place else self.area_code
        answers = self.is_root if village is None else self.is_all
        return None if answers else OUTSIDE


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
