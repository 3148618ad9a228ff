"""Writes of areas: each flushes, marks the areas as changed and leaves earlier days as they were."""

from __future__ import annotations

import secrets
from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date
from typing import Any, TypeVar

import shapely
from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute, Session

from survey.areas import names
from survey.areas.dated import end_before, holding, last_day
from survey.areas.models import (
    AreaFact,
    AreaParent,
    AreaRow,
    AreaShape,
    AreasRevision,
    AreaSuccession,
)
from survey.areas.queries import chunks
from survey.areas.rows import AreaInput, Pair, Taken
from survey.areas.tree import REVISION_KEPT
from survey.db import AREA_CODE_LENGTH, Base, forget
from survey.problems import Problem

NAME_LENGTH = 200

RowOf = TypeVar("RowOf", bound=Base)


def touch(session: Session) -> None:
    """Renew the mark that tells every cache that areas changed."""
    session.merge(AreasRevision(id=1, mark=secrets.token_hex(16)))
    session.flush()
    forget(session, REVISION_KEPT)


def put_areas(
    session: Session, given: Sequence[AreaInput], on: date, *, until: date | None = None
) -> list[Taken]:
    """Take in units as they are from `on` (`until` their last day); one answer a unit, in order.

    A unit already so is unchanged. Another name, parent or shape is appended from that day on, and what
    held before ends the day before. Refused with its problem: 3010 unusable code, 3011 no name, 3012
    unknown parent, 3013 the code stands for another level, 3014 given twice.
    """
    before = _Standing(session, given)
    parents = _known(session, {unit.parent_code for unit in given if unit.parent_code}, on)
    answers: list[Taken] = []
    added: list[Base] = []
    seen: set[str] = set()
    for unit in given:
        problem = _fault(unit, before, parents, seen, on)
        seen.add(unit.code)
        if problem is not None:
            answers.append(Taken("refused", problem))
            continue
        was_known = bool(before.units[unit.code])
        news, changed = before.put(unit, on, until)
        added += news
        answers.append(Taken(("changed" if was_known else "added") if news or changed else "unchanged"))
    _save(session, added, any(answer.outcome in ("added", "changed") for answer in answers))
    return answers


def _save(session: Session, added: Sequence[Base], changed: bool) -> None:
    if not changed:
        return
    session.flush()  # rows that end must have ended before their followers are inserted
    session.add_all(added)
    touch(session)


def _fault(
    unit: AreaInput, before: _Standing, parents: Collection[str], seen: Collection[str], on: date
) -> Problem | None:
    """Why this unit cannot be taken, if so."""
    if not unit.code or len(unit.code) > AREA_CODE_LENGTH or not unit.code.isprintable() or " " in unit.code:
        return Problem(3010, code=unit.code, limit=AREA_CODE_LENGTH)
    if not unit.name.strip() or len(unit.name) > NAME_LENGTH:
        return Problem(3011, code=unit.code, name=unit.name, limit=NAME_LENGTH)
    if unit.parent_code and unit.parent_code not in parents:
        return Problem(3012, code=unit.code, parent=unit.parent_code, on=on.isoformat())
    current = holding(before.units[unit.code], on)
    if current is not None and current.level != unit.level:
        return Problem(3013, code=unit.code, level=unit.level, known=current.level, name=current.name)
    if unit.code in seen:
        return Problem(3014, code=unit.code)
    return None


class _Standing:
    """What is kept of the units given, read at once so that a nation's list costs three queries."""

    def __init__(self, session: Session, given: Sequence[AreaInput]) -> None:
        codes = {unit.code for unit in given}
        self.units = _grouped(session, AreaRow, AreaRow.code, codes)
        self.parents = _grouped(session, AreaParent, AreaParent.child, codes)
        self.shapes = _grouped(session, AreaShape, AreaShape.area_code, codes)

    def put(self, unit: AreaInput, on: date, until: date | None) -> tuple[list[Base], bool]:
        """Rows to append for one unit, and whether a standing row was given a last day."""
        row, ended = self._unit(unit, on, until)
        news = (row, self._parent(unit, on), self.shape(unit, on, renewed=row is not None))
        return [new for new in news if new is not None], ended

    def _unit(self, unit: AreaInput, on: date, until: date | None) -> tuple[AreaRow | None, bool]:
        rows = self.units[unit.code]
        current = holding(rows, on)
        if current is not None and names.normal_name(current.name) == names.normal_name(unit.name):
            ends = until is not None and current.valid_to is None
            if ends:
                current.valid_to = until
            return None, ends
        end = last_day(rows, on, until)
        if current is not None:
            end_before(current, on)
        return new_row(unit.code, unit.level, unit.name, on, end, unit.source), False

    def _parent(self, unit: AreaInput, on: date) -> AreaParent | None:
        links = self.parents[unit.code]
        current = holding(links, on)
        if unit.parent_code is None or (current is not None and current.parent == unit.parent_code):
            return None
        end = last_day(links, on)
        if current is not None:
            end_before(current, on)
        return AreaParent(child=unit.code, parent=unit.parent_code, valid_from=on, valid_to=end)

    def shape(self, unit: AreaInput, on: date, *, renewed: bool = False) -> AreaShape | None:
        """The shape to append, unless the one in use on the day is the same (`renewed`: a new unit)."""
        shape = new_shape(unit, on)
        row = holding(self.units[unit.code], on)
        began = on if renewed or row is None else row.valid_from
        usable = [old for old in self.shapes[unit.code] if began <= old.valid_from <= on]
        current = max(usable, key=lambda old: (old.valid_from, old.id), default=None)
        same = shape is not None and current is not None and _same_shape(current, shape)
        return None if same else shape


def new_row(code: str, level: str, name: str, on: date, end: date | None, source: str) -> AreaRow:
    """A unit's row with its keys for sorting and searching."""
    clean = names.nfc(name)
    return AreaRow(
        code=code,
        level=level,
        name=clean,
        sort_key=names.sort_key(clean),
        folded_name=names.search_key(clean),
        valid_from=on,
        valid_to=end,
        source=source,
    )


def new_shape(unit: AreaInput, on: date) -> AreaShape | None:
    """A shape row, or None when the unit was given without one."""
    if unit.point is None and unit.boundary is None:
        return None
    lon, lat = unit.point or (None, None)
    return AreaShape(
        area_code=unit.code,
        valid_from=on,
        lon=lon,
        lat=lat,
        boundary=None if unit.boundary is None else shapely.to_wkb(unit.boundary, byte_order=1),
        uncertainty_m=unit.uncertainty_m,
        boundary_is_approximate=unit.boundary_is_approximate,
        source=unit.source,
    )


def _same_shape(one: AreaShape, other: AreaShape) -> bool:
    kept = ("lon", "lat", "boundary", "uncertainty_m", "boundary_is_approximate")
    return all(getattr(one, name) == getattr(other, name) for name in kept)


def put_shapes(session: Session, given: Sequence[AreaInput], on: date) -> set[str]:
    """Append shapes alone (computed cells) from `on`; answers the codes whose shape is new."""
    before = _Standing(session, given)
    added = [shape for unit in given if (shape := before.shape(unit, on)) is not None]
    _save(session, added, bool(added))
    return {shape.area_code for shape in added}


def succeed(session: Session, pairs: Sequence[Pair], on: date, legal_act: str) -> list[Taken]:
    """Write down which unit became which on a day; one answer a pair, in order.

    Both sides must be known: 3019 the old one the day before, 3020 the new one on the day. An old unit ends
    the day before; a new one that bears an old one's code begins anew; one that became itself alone is
    unchanged. What hung under the old one is not moved: the tree of a day follows the succession.
    """
    news, olds = _partners(pairs)
    rows = _grouped(session, AreaRow, AreaRow.code, news.keys() | olds.keys())
    written = {
        (row.old, row.new) for row in session.scalars(select(AreaSuccession).where(AreaSuccession.on == on))
    }
    answers: list[Taken] = []
    added: list[Base] = []
    for pair in pairs:
        alone = pair.old == pair.new and len(news[pair.old]) == len(olds[pair.new]) == 1
        problem = _unknown_side(pair, rows, on)
        if problem is not None:
            answers.append(Taken("refused", problem))
            continue
        if alone or (pair.old, pair.new) in written:
            answers.append(Taken("unchanged"))
            continue
        written.add((pair.old, pair.new))
        kind = _kind(pair, news, olds)
        added.append(AreaSuccession(old=pair.old, new=pair.new, on=on, kind=kind, legal_act=legal_act))
        answers.append(Taken("added"))
    for old in {row.old for row in added if isinstance(row, AreaSuccession)}:
        added += _end_unit(rows[old], on, continues=old in news[old])
    _save(session, added, bool(added))
    return answers


def _partners(pairs: Sequence[Pair]) -> tuple[dict[str, set[str]], dict[str, set[str]]]:
    """old → its new ones, new → its old ones."""
    news: defaultdict[str, set[str]] = defaultdict(set)
    olds: defaultdict[str, set[str]] = defaultdict(set)
    for pair in pairs:
        news[pair.old].add(pair.new)
        olds[pair.new].add(pair.old)
    return news, olds


def _kind(pair: Pair, news: dict[str, set[str]], olds: dict[str, set[str]]) -> str:
    if len(news[pair.old]) > 1:
        return "split"
    return "merge" if len(olds[pair.new]) > 1 else "rename"


def _unknown_side(pair: Pair, rows: dict[str, list[AreaRow]], on: date) -> Problem | None:
    if not any(row.valid_from < on for row in rows[pair.old]):
        return Problem(3019, code=pair.old, on=on.isoformat())
    if holding(rows[pair.new], on) is None:
        return Problem(3020, code=pair.new, on=on.isoformat())
    return None


def _end_unit(rows: list[AreaRow], on: date, *, continues: bool) -> list[Base]:
    """End the old unit the day before; one whose code lives on begins anew on the day."""
    current = holding(rows, on)
    if current is None or current.valid_from == on:
        return []
    end = last_day(rows, on)
    end_before(current, on)
    if not continues:
        return []
    return [new_row(current.code, current.level, current.name, on, end, current.source)]


def set_fact(
    session: Session,
    code: str,
    fact: str,
    value: object,
    on: date,
    *,
    source: str,
    until: date | None = None,
) -> AreaFact:
    """Write down a dated fact of a unit (poor district, …); an earlier value ends the day before."""
    rows = list(
        session.scalars(
            select(AreaFact).where(AreaFact.area_code == code, AreaFact.fact == fact).order_by(AreaFact.id)
        )
    )
    current = holding(rows, on)
    if current is not None and current.value == value and (until is None or current.valid_to == until):
        return current
    end = last_day(rows, on, until)
    if current is not None:
        end_before(current, on)
    row = AreaFact(area_code=code, fact=fact, value=value, valid_from=on, valid_to=end, source=source)
    session.add(row)
    touch(session)
    return row


def _grouped(
    session: Session, table: type[RowOf], key: InstrumentedAttribute[str], codes: Collection[str]
) -> dict[str, list[RowOf]]:
    """Rows by code, oldest first."""
    found: defaultdict[str, list[RowOf]] = defaultdict(list)
    ordered: Any = table
    for some in chunks(sorted(codes)):
        rows = session.scalars(select(table).where(key.in_(some)).order_by(ordered.valid_from, ordered.id))
        for row in rows:
            found[getattr(row, key.key)].append(row)
    return found


def _known(session: Session, codes: Collection[str], on: date) -> set[str]:
    rows = _grouped(session, AreaRow, AreaRow.code, codes)
    return {code for code, versions in rows.items() if holding(versions, on) is not None}
