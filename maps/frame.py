"""How much ground a map shows: the frame that orients a stranger and keeps every nearby house inside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from shapely.geometry import Polygon, box

from maps.rows import AreaView, House, Outline
from survey.problems import Problem

MIN_SPAN_DEG = 0.005  # about 550 m: one house alone still shows its surroundings
NEAR_DEG = 0.05  # without a boundary, houses within about 5 km of the middle belong to the picture
PAD = 0.16  # share of the span added on each side: room for the neighbours and their names

# Waters and islands of the đặc khu Hoàng Sa and Trường Sa (lon/lat boxes, a little wider than the units).
ISLAND_UNITS = {
    "Hoàng Sa (Việt Nam)": box(110.9, 15.4, 113.1, 17.3),
    "Trường Sa (Việt Nam)": box(109.3, 6.3, 117.6, 12.1),
}


@dataclass(frozen=True, slots=True)
class Frame:
    """A rectangle in EPSG:4326 degrees."""

    west: float
    south: float
    east: float
    north: float

    def padded(self, share: float) -> Frame:
        """The same frame with `share` of its width and height added on each side (negative shrinks)."""
        dx, dy = share * (self.east - self.west), share * (self.north - self.south)
        return Frame(self.west - dx, self.south - dy, self.east + dx, self.north + dy)

    def holds(self, lon: float, lat: float) -> bool:
        """True if the point lies in the frame or on its edge."""
        return self.west <= lon <= self.east and self.south <= lat <= self.north

    def polygon(self) -> Polygon:
        """For asking what lies in it, in degrees."""
        return box(self.west, self.south, self.east, self.north)


def frame_of(view: AreaView) -> Frame:
    """The frame of a map: the area's outline, else its houses and centre, else the outline of its parent.

    Houses close to the outline widen it; a house far outside does not, it stays reachable from the list.

    Raises: Problem 7002 if nothing has a position; 7003 if the frame reaches Hoàng Sa or Trường Sa.
    """
    core = _core(view)
    reach = core.padded(0.5)
    near = [(x, y) for x, y in _points(view.houses) if reach.holds(x, y)]
    frame = _around([*near, (core.west, core.south), (core.east, core.north)]).padded(PAD)
    refuse_missing_islands(frame)
    return frame


def outside(frame: Frame, houses: Sequence[House]) -> list[House]:
    """The houses that have a point, but not within the frame."""
    return [house for house in houses if house.point and not frame.holds(*house.point)]


def refuse_missing_islands(frame: Frame, drawn: Sequence[str] = ()) -> None:
    """Refuses a frame that reaches an island unit of Viet Nam not among `drawn` (names of `ISLAND_UNITS`).

    Village and commune maps lie inland or at the coast and never reach them. A province's or the nation's map
    must draw and name both units, so it passes their names here; forgetting them is an error, not an option.

    Raises: Problem 7003.
    """
    ground = frame.polygon()
    missing = [name for name, unit in ISLAND_UNITS.items() if name not in drawn and ground.intersects(unit)]
    if missing:
        raise Problem(7003, islands=", ".join(missing))


def _core(view: AreaView) -> Frame:
    for outline in (view.area, *_inside(view.area, view.houses), *view.parents):
        if outline.boundary is not None and not outline.boundary.is_empty:
            return Frame(*outline.boundary.bounds)
    raise Problem(7002, area=view.area.name)


def _inside(area: Outline, houses: Sequence[House]) -> list[Outline]:
    """A stand-in outline around the area's centre and the houses near the middle, if there are any."""
    points = _points(houses)
    if area.point is not None:
        middle = (area.point.x, area.point.y)
    elif points:
        middle = (median(x for x, _ in points), median(y for _, y in points))
    else:
        return []
    near = [p for p in points if abs(p[0] - middle[0]) < NEAR_DEG and abs(p[1] - middle[1]) < NEAR_DEG]
    ground = _around([*near, middle]).polygon()
    return [Outline(code=area.code, level=area.level, name=area.name, boundary=ground)]


def _points(houses: Sequence[House]) -> list[tuple[float, float]]:
    return [house.point for house in houses if house.point]


def _around(points: Sequence[tuple[float, float]]) -> Frame:
    lons, lats = [x for x, _ in points], [y for _, y in points]
    west, east = _at_least(min(lons), max(lons))
    south, north = _at_least(min(lats), max(lats))
    return Frame(west, south, east, north)


def _at_least(low: float, high: float) -> tuple[float, float]:
    missing = max(0.0, MIN_SPAN_DEG - (high - low)) / 2
    return low - missing, high + missing
