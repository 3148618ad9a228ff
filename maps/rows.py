"""What a map is drawn from: plain frozen rows, already cut to what the viewer may see.

All positions are EPSG:4326 degrees, longitude first. A value the viewer has no right to (a name, an amount,
an exact point) is None here: nothing below this module decides about rights.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from shapely.geometry import Point
from shapely.geometry.base import BaseGeometry


def usable_point(lon: float | None, lat: float | None) -> tuple[float, float] | None:
    """(lon, lat) if a house can be drawn there: both given, on the globe and not at 0, 0."""
    if lon is None or lat is None or (lon == 0 and lat == 0):
        return None
    return (lon, lat) if abs(lon) <= 180 and abs(lat) <= 90 else None


@dataclass(frozen=True, slots=True)
class House:
    """One house of the list beside the map; `number` is the same in the list and on the map.

    `lon`, `lat` are None when there is no usable point; `point_source` (words: `point_source.*`) then says
    why, and otherwise where the point came from. `accuracy_m` is the radius the device stated. `outcome` and
    `works_kind` are codes of the glossary. `programme` is its short title, `flags` are glossary codes or
    sentences. `amount_vnd` is whole đồng.
    """

    household_id: str
    number: int
    head_name: str | None
    lon: float | None
    lat: float | None
    accuracy_m: float | None
    village_name: str
    outcome: str
    programme: str | None = None
    works_kind: str | None = None
    amount_vnd: int | None = None
    flags: tuple[str, ...] = ()
    surveyed_on: date | None = None
    point_source: str = "device"

    @property
    def point(self) -> tuple[float, float] | None:
        """Longitude and latitude if the house can be drawn."""
        return usable_point(self.lon, self.lat)


@dataclass(frozen=True, slots=True)
class Outline:
    """An area's name, its boundary and centre in EPSG:4326 (either may be missing), and how sure its line is.

    `uncertainty_m` is None when nobody stated it; an approximate boundary (a cell around a point) is drawn
    dashed.
    """

    code: str
    level: str
    name: str
    boundary: BaseGeometry | None = None
    point: Point | None = None
    boundary_is_approximate: bool = False
    uncertainty_m: float | None = None


@dataclass(frozen=True, slots=True)
class AreaView:
    """Everything one map of a village or commune shows.

    `parents` runs upward (commune first), `neighbours` lie around the area, `parts` inside it (the villages
    of a commune). `as_of` is the report date and `sources` are sentences naming where figures and lines come
    from.
    """

    area: Outline
    houses: Sequence[House]
    as_of: date
    parents: tuple[Outline, ...] = ()
    neighbours: tuple[Outline, ...] = ()
    parts: tuple[Outline, ...] = ()
    sources: tuple[str, ...] = field(default=())
