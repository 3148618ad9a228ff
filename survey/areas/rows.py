"""What the queries of this room hand out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from shapely.geometry.base import BaseGeometry

from survey.problems import Problem

UNSTATED_M = 2_000.0
"""How far a boundary may be off of which nobody said it: more than any map of communes in use is (1:250,000:
500 m; VN-2000 read as WGS 84: 224 m; a place known to a minute of arc: 1,850 m)."""
APPROXIMATE_M = 10_000.0
"""The same of a cell drawn around a point: as wide as a commune."""


@dataclass(frozen=True, slots=True)
class Area:
    """A unit on a day. `point` is (lon, lat); `boundary` a shapely (multi)polygon, EPSG:4326.

    `uncertainty_m` None: nobody said how far the boundary may be off. `parent_code` is the unit it
    belongs to on that day, mergers followed.
    """

    code: str
    level: str
    name: str
    parent_code: str | None
    valid_from: date
    valid_to: date | None
    point: tuple[float, float] | None
    boundary: BaseGeometry | None
    uncertainty_m: float | None
    boundary_is_approximate: bool
    source: str

    @property
    def reach_m(self) -> float:
        """How far the boundary may be off, as stated or at most."""
        if self.uncertainty_m is not None:
            return self.uncertainty_m
        return APPROXIMATE_M if self.boundary_is_approximate else UNSTATED_M


@dataclass(frozen=True, slots=True)
class Name:
    """A unit without its shape: for lists, menus and searches."""

    code: str
    level: str
    name: str
    parent_code: str | None
    sort_key: str


@dataclass(frozen=True, slots=True)
class Match:
    """Units found by name. `exact` carry the name itself; `candidates` only look alike: ask a person."""

    exact: tuple[Name, ...]
    candidates: tuple[Name, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a point lies. Distances in metres.

    `border_distance_m` is to the commune's border or, outside every area, to the nearest area
    (`nearest_code`). `near_border`: as near to that border as it may be off, so the point may lie on
    the other side. `outside`: in no area.
    """

    village_code: str | None
    commune_code: str | None
    border_distance_m: float | None
    near_border: bool
    outside: bool
    nearest_code: str | None = None


@dataclass(frozen=True, slots=True)
class AreaInput:
    """A unit as an official list or a map file gives it, for one day on; see `Area` for the shapes."""

    code: str
    level: str
    name: str
    parent_code: str | None = None
    point: tuple[float, float] | None = None
    boundary: BaseGeometry | None = None
    uncertainty_m: float | None = None
    boundary_is_approximate: bool = False
    source: str = ""


@dataclass(frozen=True, slots=True)
class Pair:
    """`old` became `new` (wholly or in part)."""

    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of one given row; `problem` says why it was refused."""

    outcome: Literal["added", "changed", "unchanged", "refused"]
    problem: Problem | None = None
