"""Which village and commune a point lies in on a day, and how far from the border.

Nothing is moved or dropped: outside every area and near a border are answers, not errors.
Positions EPSG:4326; distances in metres of UTM zone 48N unless another CRS is named.
"""

from __future__ import annotations

from collections import OrderedDict, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from math import isfinite
from threading import Lock

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import Point
from sqlalchemy.orm import Session

from survey.areas.queries import areas
from survey.areas.rows import Area, Place
from survey.areas.shapes import LON_LAT, METRES, project, project_point
from survey.areas.tree import Tree, revision, tree

LOCATORS_KEPT = 4
_locators: OrderedDict[tuple[str, date, str], Locator] = OrderedDict()
_guard = Lock()


def locate(session: Session, lon: float, lat: float, on: date, crs: str = METRES) -> Place:
    """Village, commune and metres to the commune's border for a point on a day."""
    return locator(session, on, crs).place(lon, lat)


def locator(session: Session, on: date, crs: str = METRES) -> Locator:
    """The areas of a day ready for many points; kept in the process until areas change."""
    key = (revision(session), on, crs)
    with _guard:
        if key in _locators:
            _locators.move_to_end(key)
            return _locators[key]
    built = Locator(areas(session, None, on), tree(session, on), crs)
    with _guard:
        _locators[key] = built
        while len(_locators) > LOCATORS_KEPT:
            _locators.popitem(last=False)
    return built


@dataclass(frozen=True, slots=True)
class _Layer:
    """Areas with a boundary, in one index: shapes in lon/lat, their outlines in metres."""

    areas: tuple[Area, ...]
    index: shapely.STRtree
    shapes: NDArray[np.object_]
    ground: NDArray[np.object_]
    borders: NDArray[np.object_]

    def holding(self, point: Point) -> list[int]:
        """Numbers of the areas the point lies in or on, in their order."""
        near = self.index.query(point)
        # The index would test unprepared polygons; prepared ones answer ten times faster.
        inside: list[int] = near[shapely.intersects_xy(self.shapes[near], point.x, point.y)].tolist()
        return sorted(inside)


def _layer(shaped: Sequence[Area], crs: str) -> _Layer:
    shapes = np.array([area.boundary for area in shaped], dtype=object)
    ground = np.array(project(shapes, crs), dtype=object)
    borders = shapely.boundary(ground)
    shapely.prepare(shapes)
    return _Layer(tuple(shaped), shapely.STRtree(shapes), shapes, ground, borders)


class Locator:
    """The areas of one day, indexed. Build it once (0.1 s for a province), ask it often."""

    def __init__(self, known: Sequence[Area], names: Tree, crs: str = METRES) -> None:
        shaped = [area for area in known if area.boundary is not None]
        self.crs = crs
        self.villages = _layer([area for area in shaped if area.level == "village"], crs)
        self.communes = _layer([area for area in shaped if area.level == "commune"], crs)
        self.wider = _layer([area for area in shaped if area.level in ("district", "province")], crs)
        self.commune_of = [self._commune_of(area, names) for area in self.villages.areas]
        self.villages_in: defaultdict[str | None, list[int]] = defaultdict(list)
        for number, commune in enumerate(self.commune_of):
            self.villages_in[commune].append(number)
        layers = (self.wider, self.communes, self.villages)
        self._by_code: dict[str, tuple[_Layer | None, int]] = {
            area.code: (layer, number) for layer in layers for number, area in enumerate(layer.areas)
        }

    @staticmethod
    def _commune_of(village: Area, names: Tree) -> str | None:
        above = names.path(village.code)[1:]
        return next((code for code in above if names.names[code].level == "commune"), None)

    def place(self, lon: float, lat: float) -> Place:
        """Where the point lies. Both numbers in degrees; anything finite is answered."""
        point = shapely.points(lon, lat)
        spot = shapely.points(*project_point(lon, lat, self.crs))
        found = self.communes.holding(point)
        if found:
            return self._in_commune(found[0], point, spot)
        inside = self.villages.holding(point)
        if inside:
            village = self.villages.areas[inside[0]]
            loose = village.uncertainty_m is None
            return Place(village.code, self.commune_of[inside[0]], None, near_border=loose, outside=False)
        if self.wider.holding(point):
            return Place(None, None, None, near_border=False, outside=False)
        return self._outside(spot)

    def communes_holding(self, points: Sequence[tuple[float, float] | None]) -> list[list[str]]:
        """The codes of the communes that each of many points (lon, lat) lies in or on: one spatial join."""
        from geopandas import GeoDataFrame, GeoSeries

        spots = GeoSeries([None if point is None else Point(point) for point in points], crs=LON_LAT)
        numbers = range(len(self.communes.areas))
        communes = GeoDataFrame({"commune": numbers}, geometry=list(self.communes.shapes), crs=LON_LAT)
        joined = spots.to_frame("geometry").sjoin(communes).sort_values("commune")
        found: list[list[str]] = [[] for _ in points]
        for number, commune in joined["commune"].items():
            found[number].append(self.communes.areas[commune].code)
        return found

    def _in_commune(self, number: int, point: Point, spot: Point) -> Place:
        commune = self.communes.areas[number]
        distance_m = float(shapely.distance(self.communes.borders[number], spot))
        near = distance_m <= commune.reach_m
        village = self._village_in(commune.code, point, spot)
        return Place(village, commune.code, distance_m, near_border=near, outside=False)

    def _village_in(self, commune: str, point: Point, spot: Point) -> str | None:
        """The village of this commune that holds the point, or whose stated uncertainty reaches it.

        Cells drawn on one source leave slivers along the border of another.
        """
        for number in self.villages.holding(point):
            if self.commune_of[number] == commune:
                return self.villages.areas[number].code
        near = []
        for number in self.villages_in.get(commune, ()):
            distance_m = float(shapely.distance(self.villages.ground[number], spot))
            reach_m = self.villages.areas[number].uncertainty_m
            if reach_m is None or distance_m <= reach_m:
                near.append((distance_m, self.villages.areas[number].code))
        return min(near)[1] if near else None

    def _outside(self, spot: Point) -> Place:
        """In no area: how far to the nearest. With no boundary known at all nothing can be said."""
        layers = [layer for layer in (self.communes, self.villages, self.wider) if layer.areas]
        if not layers:
            return Place(None, None, None, near_border=False, outside=False)
        if not (isfinite(spot.x) and isfinite(spot.y)):
            return Place(None, None, None, near_border=False, outside=True)
        distances = shapely.distance(layers[0].ground, spot)
        number = int(distances.argmin())
        distance_m, nearest = float(distances[number]), layers[0].areas[number]
        near = distance_m <= nearest.reach_m
        return Place(None, None, distance_m, near_border=near, outside=True, nearest_code=nearest.code)

    def agreement(self, lon: float, lat: float, code: str, accuracy_m: float = 0.0) -> str:
        """How a point agrees with the village or commune a person named: a word, never a refusal.

        `inside`; `near_border`: outside, but no further than the boundary may be off and the fix inaccurate;
        `elsewhere`; `unknown`: no boundary of that unit.
        """
        distance_m = self.beyond_m(lon, lat, code)
        if distance_m is None:
            return "unknown"
        layer, number = self._witness(code)
        if distance_m == 0 or layer is None:
            return "inside"
        return "near_border" if distance_m <= layer.areas[number].reach_m + accuracy_m else "elsewhere"

    def beyond_m(self, lon: float, lat: float, code: str) -> float | None:
        """Metres from the point to the unit a person named, 0 inside it; None without a boundary of it.

        A village's boundary of which nobody said how far it may be off is no witness: its commune's is asked.
        """
        layer, number = self._witness(code)
        if layer is None:
            return None
        return float(shapely.distance(layer.ground[number], Point(project_point(lon, lat, self.crs))))

    def _witness(self, code: str) -> tuple[_Layer | None, int]:
        """The layer and number of the area that can tell whether a point lies in `code`."""
        layer, number = self._by_code.get(code, (None, 0))
        if layer is not self.villages or layer.areas[number].uncertainty_m is not None:
            return layer, number
        return self._by_code.get(self.commune_of[number] or "", (layer, number))
