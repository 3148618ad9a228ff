"""What speaks against the shapes of a file: far from where a unit is known, all shifted, over one another.

Shapes are EPSG:4326; metres are those of UTM zone 48N unless another CRS is named.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import atan2, degrees, hypot

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from survey.areas.rows import Area, AreaInput
from survey.areas.shapes import METRES, project

FAR_M = 10_000.0
"""A unit known by a point only lies within this of it: as wide as a commune."""
LEAST_SHARED = 0.5
"""A boundary drawn anew, merged or split shares most of the smaller of both drawings with the known one."""
SHIFT_M = 100.0
"""A shift shorter than this is left to the boundaries' own error."""
ALIKE_AREA = 0.1
"""Drawings of one unit differ in area by less than this share; otherwise the unit itself has changed."""
FEW = 3
"""From so many units on their moves tell by themselves whether all went one way."""
LEAST_OVERLAP = 0.01
"""Two sources of one border leave slivers of less than this share of the smaller unit."""


@dataclass(frozen=True, slots=True)
class Shift:
    """All shapes lie `metres` from the known ones, towards `bearing` (degrees from north); over `units`."""

    metres: float
    bearing: float
    units: int


@dataclass(frozen=True, slots=True)
class Overlap:
    """Two units over one another on `share` of the smaller one."""

    one: str
    other: str
    share: float


def far_m(unit: AreaInput, known: Area, *, is_parent: bool = False, crs: str = METRES) -> float | None:
    """Metres between a unit as given and where it (or the unit above it) is known; None where they agree.

    Units without a shape agree with everything.
    """
    given, there = _ground(unit.boundary, unit.point), _ground(known.boundary, known.point)
    if given is None or there is None:
        return None
    given, there = project([given, there], crs)
    if given.geom_type == "Point" or there.geom_type == "Point":
        apart_m = float(shapely.distance(given, there))
        return apart_m if apart_m > FAR_M and not (is_parent and there.geom_type == "Point") else None
    smaller = given.area if is_parent else min(given.area, there.area)
    if shapely.intersection(given, there).area >= LEAST_SHARED * smaller:
        return None
    return float(shapely.distance(given.centroid, there.centroid))


def _ground(boundary: BaseGeometry | None, point: tuple[float, float] | None) -> BaseGeometry | None:
    return boundary if boundary is not None or point is None else shapely.Point(point)


def common_shift(given: Sequence[AreaInput], known: Mapping[str, Area], crs: str = METRES) -> Shift | None:
    """The one way in which all units, drawn like the known ones, lie beside them; None where there is none.

    VN-2000 read as WGS 84 lies about 224 m off. `known` holds the units themselves and those above them:
    all units given under one are compared with it together.
    """
    pairs = [
        (_ground(unit.boundary, unit.point), _ground(known[unit.code].boundary, known[unit.code].point))
        for unit in given
        if unit.code in known
    ]
    for above in {unit.parent_code for unit in given if unit.parent_code in known}:
        below = [unit.boundary for unit in given if unit.parent_code == above and unit.boundary is not None]
        pairs.append((shapely.union_all(below), known[above or ""].boundary))
    both = [(one, other) for one, other in pairs if one is not None and other is not None]
    ours, theirs = (project([pair[side] for pair in both], crs) for side in (0, 1))
    alike = [
        (one, other)
        for one, other in zip(ours, theirs, strict=True)
        if (one.area > 0) == (other.area > 0) and abs(one.area - other.area) <= ALIKE_AREA * other.area
    ]
    if len(alike) < FEW and not all(one.area for one, _ in alike):
        return None  # a point or two are moved for reasons of their own
    if not alike:
        return None
    moves = np.array([_move(one, other) for one, other in alike])
    east, north = np.median(moves, axis=0)
    metres = hypot(east, north)
    if metres < SHIFT_M or metres <= 3 * _scatter_m(alike, moves):
        return None
    return Shift(metres, degrees(atan2(east, north)) % 360, len(alike))


def _move(one: BaseGeometry, other: BaseGeometry) -> tuple[float, float]:
    return one.centroid.x - other.centroid.x, one.centroid.y - other.centroid.y


def _scatter_m(alike: Sequence[tuple[BaseGeometry, BaseGeometry]], moves: NDArray[np.float64]) -> float:
    """How much the moves differ; of one or two, how far the outlines differ when moved back."""
    if len(moves) >= FEW:
        return float(np.median(np.hypot(*(moves - np.median(moves, axis=0)).T)))
    left = []
    for (one, other), move in zip(alike, moves, strict=True):
        back = shapely.transform(one, lambda points, move=move: points - move)
        left.append(shapely.symmetric_difference(back, other).area / other.length)
    return float(max(left))


def overlaps(shapes: Mapping[str, BaseGeometry], among: Sequence[str]) -> list[Overlap]:
    """Pairs of units over one another by more than `LEAST_OVERLAP`, at least one of `among`; widest first."""
    codes, drawn, asked = list(shapes), np.array(list(shapes.values()), dtype=object), set(among)
    ones, others = shapely.STRtree(drawn).query(drawn, predicate="intersects")
    each = [
        (one, other)
        for one, other in zip(ones.tolist(), others.tolist(), strict=True)
        if one < other and (codes[one] in asked or codes[other] in asked)
    ]
    if not each:
        return []
    first, second = (drawn[[pair[side] for pair in each]] for side in (0, 1))
    shares = shapely.area(shapely.intersection(first, second)) / np.minimum(
        shapely.area(first), shapely.area(second)
    )
    found = [
        Overlap(codes[one], codes[other], float(share))
        for (one, other), share in zip(each, shares, strict=True)
        if share > LEAST_OVERLAP
    ]
    return sorted(found, key=lambda overlap: -overlap.share)
