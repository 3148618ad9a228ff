"""The layers of a map: outlines with names, houses, the list beside them, and an operator's tiles if given.

Each takes plain data made from rows and draws with the scripts `api/static/map_*.js`. Houses travel as
columns (one array a field, repeated texts once), which is what keeps 10,000 of them small and fast.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from maps.elements import Part, template
from maps.frame import Frame
from maps.labels import Label, place
from maps.rows import AreaView, House, Outline
from maps.states import state_index, states
from maps.wording import flag_text

NO_POINT = ("missing", "unusable", "withheld")
DEGREE_DIGITS = 5  # 1 m, finer than any phone measures; houses nearer than that share a point
LINE_DIGITS = 5  # 1 m
LINES_PER_FRAME = 2500  # lines keep detail down to this share of the frame's width


class Outlines(Part):
    """Boundaries and names: the area, what lies around it and inside it."""

    _template = template(
        """
        {% macro script(this, kwargs) %}
        nhavung.outlines(nhavung_map, {{ this.data|tojson }});
        {% endmacro %}
        """
    )

    def __init__(self, view: AreaView, frame: Frame) -> None:
        super().__init__("outlines")
        self.data = outline_data(view, frame)


class Houses(Part):
    """The numbered dots and, if `listed`, the list beside the map."""

    _template = template(
        """
        {% macro script(this, kwargs) %}
        const nhavung_houses = nhavung.houses(nhavung_map, {{ this.data|tojson }}, {{ this.text|tojson }});
        nhavung.list(nhavung_houses, "nhavung_list");
        {% endmacro %}
        """
    )

    def __init__(self, houses: Sequence[House], text: dict[str, str], lang: str) -> None:
        super().__init__("houses")
        self.data, self.text = house_data(houses, lang), text


class Tiles(Part):
    """A background from the operator's own tile server, drawn only around the frame.

    `url` is a Leaflet template (`{z}/{x}/{y}`). Whoever configures it must have checked that it shows Hoàng
    Sa and Trường Sa as Vietnamese; tiles are cut to twice the frame, so no village map shows more than its
    region.
    """

    _template = template(
        """
        {% macro script(this, kwargs) %}
        nhavung.tiles(nhavung_map, {{ this.data|tojson }});
        {% endmacro %}
        """
    )

    def __init__(self, url: str, credit: str, frame: Frame) -> None:
        super().__init__("tiles")
        wide = frame.padded(0.5)
        bounds = [[wide.south, wide.west], [wide.north, wide.east]]
        self.data = {"url": url, "credit": credit, "bounds": bounds}


def outline_data(view: AreaView, frame: Frame) -> list[dict[str, Any]]:
    """Each outline as `{kind, name, approximate, rings, label}`; `kind` decides its look in `map.css`."""
    drawn = [("area", view.area)]
    drawn += [("part", outline) for outline in view.parts]
    drawn += [("neighbour", outline) for outline in view.neighbours]
    drawn += [("parent", outline) for outline in view.parents]
    # A parent's name would float over its own villages; it stands in the heading and the locator instead.
    named = [outline for kind, outline in drawn if kind != "parent"]
    labels = place(named, frame, house_points(view.houses))
    labels += [None] * (len(drawn) - len(named))
    tolerance = (frame.east - frame.west) / LINES_PER_FRAME
    return [
        _outline(kind, outline, label, tolerance)
        for (kind, outline), label in zip(drawn, labels, strict=True)
    ]


def house_points(houses: Iterable[House]) -> NDArray[np.float64]:
    """The points of the houses that have one, an (n, 2) array of lon, lat."""
    points = [house.point for house in houses if house.point]
    return np.array(points, dtype=np.float64).reshape(-1, 2)


def house_data(houses: Sequence[House], lang: str) -> dict[str, Any]:
    """The houses as columns, in list order; columns that hold nothing are left out.

    Values that repeat (village, programme, amount, date, source of the point, flags) stand once, in a list of
    their own, and the column holds numbers into it.
    """
    points = [house.point or (None, None) for house in houses]
    columns: dict[str, Any] = {
        "states": [_look(index) for index in range(len(states()))],
        "id": [house.household_id for house in houses],
        "number": [house.number for house in houses],
        "state": [state_index(house.outcome, house.works_kind) for house in houses],
        "lon": [_rounded(lon) for lon, _ in points],
        "lat": [_rounded(lat) for _, lat in points],
    }
    plain: dict[str, Callable[[House], Any]] = {
        "name": lambda house: house.head_name,
        "accuracy": lambda house: None if house.accuracy_m is None else round(house.accuracy_m),
    }
    coded: dict[str, Callable[[House], Any]] = {
        "village": lambda house: house.village_name,
        "programme": lambda house: house.programme,
        "amount": lambda house: house.amount_vnd,
        "day": lambda house: house.surveyed_on and house.surveyed_on.strftime("%d/%m/%Y"),
        "source": source_code,
        "flags": lambda house: tuple(flag_text(flag, lang) for flag in house.flags) or None,
    }
    columns |= {name: _column(houses, read) for name, read in plain.items()}
    for name, read in coded.items():
        columns |= _coded(name, _column(houses, read))
    return {name: column for name, column in columns.items() if column is not None}


def source_code(house: House) -> str | None:
    """A code of `point_source`: where the point came from (None if unknown), or why nothing is drawn."""
    if house.point:
        return None if house.point_source in NO_POINT else house.point_source
    if house.point_source in NO_POINT:
        return house.point_source
    return "missing" if house.lon is None else "unusable"


def _column(houses: Sequence[House], read: Callable[[House], Any]) -> list[Any] | None:
    values = [read(house) for house in houses]
    return values if any(value is not None for value in values) else None


def _coded(name: str, values: list[Any] | None) -> dict[str, Any]:
    """A column as numbers into `<name>s`, the different values in order of first use; -1 is none."""
    if values is None:
        return {}
    distinct = list(dict.fromkeys(value for value in values if value is not None))
    number = {value: index for index, value in enumerate(distinct)}
    return {name: [number.get(value, -1) for value in values], f"{name}_values": distinct}


def _rounded(degrees: float | None) -> float | None:
    return None if degrees is None else round(degrees, DEGREE_DIGITS)


def _look(index: int) -> dict[str, Any]:
    state = states()[index]
    return {
        "code": state.code,
        "fill": state.fill,
        "line": state.line,
        "ink": state.ink,
        "shape": state.shape,
        "dashed": state.dashed,
    }


def _outline(kind: str, outline: Outline, label: Label | None, tolerance: float) -> dict[str, Any]:
    return {
        "kind": kind,
        "name": outline.name,
        "approximate": outline.boundary_is_approximate,
        "rings": rings(outline.boundary, tolerance),
        "label": None if label is None else [round(label.lat, LINE_DIGITS), round(label.lon, LINE_DIGITS)],
    }


def rings(boundary: BaseGeometry | None, tolerance: float) -> list[list[list[float]]]:
    """The rings of a boundary, outer and inner, as [lat, lon] pairs, simplified to `tolerance` degrees."""
    if boundary is None or boundary.is_empty:
        return []
    simple = boundary.simplify(tolerance)
    polygons = [part for part in shapely.get_parts(simple) if part.geom_type == "Polygon"]
    lines = [ring for polygon in polygons for ring in (polygon.exterior, *polygon.interiors)]
    return [np.round(shapely.get_coordinates(line)[:, ::-1], LINE_DIGITS).tolist() for line in lines]
