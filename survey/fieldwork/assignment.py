"""What an officer takes along for days without a signal: villages, households, tasks, returned records."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import shapely
from shapely.geometry import mapping
from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from survey.access import rights
from survey.areas import places
from survey.areas import queries as areas
from survey.areas.names import search_key
from survey.areas.rows import Area
from survey.areas.tree import Tree
from survey.fieldwork import cursor, households, tasks
from survey.fieldwork.cursor import Mark
from survey.fieldwork.packing import Kept, Piece, ending, joined, members, opened
from survey.fieldwork.scope import Scope, codes_of_units
from survey.operation.queries import FIRST_EPOCH, restored_to_since
from survey.registry.models import Household, Survey

Json = dict[str, Any]
TOLERANCE_DEGREES = 0.00018
"""20 m of latitude (EPSG:4326): a phone draws a boundary, it measures nothing by it."""
DECIMALS = 5
"""About a metre."""
WHOLES, TASKS = 30, 200
"""So many scopes are kept packed, and so many lists of what is to be done."""


@dataclass(frozen=True, slots=True)
class Server:
    """What a phone is told of the server it asks: the day that is pinned there, if one is.

    `secret` signs the marks by which phones ask for what is new.
    """

    secret: str
    pinned_on: date | None


@dataclass(frozen=True, slots=True)
class Packed:
    """An assignment as it travels: JSON text, plain and compressed, and what it holds."""

    body: bytes
    gzipped: bytes
    households: int
    villages: int

    @property
    def size_bytes(self) -> int:
        """How much of it travels."""
        return len(self.gzipped)


@dataclass(frozen=True, slots=True)
class Whole:
    """Units and households of a scope, packed once for all who ask for the same."""

    piece: Piece
    households: int
    villages: int


_wholes: Kept[Whole] = Kept(WHOLES)
_tasks: Kept[tuple[list[Json], Piece]] = Kept(TASKS)


def packed(session: Session, scope: Scope, server: Server, since: str | None = None) -> Packed:
    """Everything (`full`), or what was added since the mark of an earlier assignment.

    `removed` names households that left the scope. Tasks and returned records are always whole. Since
    `restored_to` what was acknowledged may be lost by a restore: the phone offers it again. The size is told
    within (to a few bytes).
    """
    current, known = cursor.reached(session, scope), cursor.read(since, scope.user_id, server.secret)
    is_full = known is None or not cursor.still_holds(known, current)
    returned = tasks.returned_records(session, scope)
    asked = (str(session.get_bind()), scope.today, current.seen)
    told = {
        "cursor": current.text(server.secret),
        "full": is_full,
        "epoch": current.epoch,
        "restored_to": _restored_to(session, known, current),
        "today": scope.today.isoformat(),
        "pinned_on": server.pinned_on.isoformat() if server.pinned_on else None,
        "removed": _removed(session, scope, known, current),
        "returned": returned,
    }
    if is_full or known is None:
        whole = _wholes.of(asked, lambda: _whole(session, scope, _units(session, scope)))
    else:
        whole = _whole(session, scope, [], cursor.changed_since(known, current))
    pieces = [opened(told), whole.piece, _packed_tasks(session, scope, asked, returned)]
    size_bytes = sum(len(piece.pressed) for piece in pieces)
    body, gzipped = joined([*pieces, ending({"size_bytes": size_bytes})])
    return Packed(body, gzipped, whole.households, whole.villages)


def _whole(session: Session, scope: Scope, units: list[Json], *news: ColumnElement[bool]) -> Whole:
    found = households.households(session, scope, *news)
    return Whole(members({"villages": units, "households": found}), len(found), len(units))


def _packed_tasks(session: Session, scope: Scope, asked: Hashable, returned: list[Json]) -> Piece:
    """What is to be done; packed once for all whose records did not come back."""

    def make() -> tuple[list[Json], Piece]:
        found = tasks.of_scope(session, scope)
        return found, members({"tasks": tasks.in_order(found)})

    found, piece = _tasks.of(asked, make)
    corrections = tasks.corrections(returned)
    return members({"tasks": tasks.in_order([*corrections, *found])}) if corrections else piece


def _restored_to(session: Session, known: Mark | None, current: Mark) -> str | None:
    """How far back restores reach that a phone has not heard of; None for none."""
    if known is not None and known.epoch == current.epoch:
        return None
    moment = restored_to_since(session, known.epoch if known else FIRST_EPOCH)
    return moment.isoformat() if moment else None


def _removed(session: Session, scope: Scope, known: Mark | None, current: Mark) -> list[str]:
    """Households that were within the scope and are not: surveyed elsewhere, or the posts have changed."""
    if known is None:
        return []
    here_once = Household.id.in_(select(Survey.household_id).where(scope.mine(session, Survey.area_code)))
    if known.roots == scope.roots:
        return households.gone(session, scope, cursor.changed_since(known, current), here_once)
    before = rights.within(Household.area_code, session, frozenset(known.roots), scope.today)
    return households.gone(session, scope, before)


def _units(session: Session, scope: Scope) -> list[Json]:
    """The villages and communes of the scope with their shapes and the facts the law asks of them."""
    tree = areas.tree(session, scope.today)
    codes = codes_of_units(session, scope)
    paths = {code: tree.path(code) for code in codes}
    facts = places.facts_of_many(session, codes, scope.today)
    return [
        _unit(area, paths[area.code], facts[area.code], tree)
        for area in areas.areas(session, codes, scope.today)
    ]


def _unit(area: Area, path: tuple[str, ...], facts: dict[str, object], tree: Tree) -> Json:
    commune = next((step for step in path if tree.names[step].level == "commune"), None)
    return {
        "code": area.code,
        "level": area.level,
        "name": area.name,
        "commune_code": commune,
        "commune_name": tree.names[commune].name if commune else None,
        "path": list(path),
        "point": list(area.point) if area.point else None,
        "boundary": _outline(area.boundary),
        "boundary_is_approximate": area.boundary_is_approximate,
        "uncertainty_m": area.reach_m,
        "area_facts": facts,
        "search_key": search_key(area.name),
    }


def _outline(boundary: Any) -> Json | None:
    """A boundary as GeoJSON, simplified to about 20 m; None for none."""
    if boundary is None or boundary.is_empty:
        return None
    simple = shapely.simplify(boundary, TOLERANCE_DEGREES, preserve_topology=True)
    rounded = shapely.transform(simple, lambda xy: np.round(xy, DECIMALS))
    return dict(mapping(rounded))
