"""The small picture of where an area lies within the next larger one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from shapely.affinity import affine_transform
from shapely.geometry.base import BaseGeometry

from maps.rows import AreaView, Outline
from maps.wording import text
from survey.areas.shapes import project

SIZE = 96.0  # units of the drawing, as many pixels on the page
MARGIN = 4.0
DETAIL = 0.5  # lines keep detail down to half a pixel


@dataclass(frozen=True, slots=True)
class Locator:
    """SVG paths of the parent and of the area in it, with the words beneath."""

    title: str
    view_box: str
    parent: str
    area: str


def locator(view: AreaView, lang: str) -> Locator | None:
    """The area within its nearest parent that has a boundary; None if neither has a position."""
    parent = next((p for p in view.parents if p.boundary is not None), None)
    if parent is None or parent.boundary is None:
        return None
    (ground,) = project([parent.boundary])
    inner = _area_shape(view.area, ground)
    if inner is None:
        return None
    place = _to_box(ground)
    title = text("locator", lang, area=view.area.name, parent=parent.name)
    return Locator(
        title,
        f"0 0 {SIZE:g} {SIZE:g}",
        _path(affine_transform(ground, place)),
        _path(affine_transform(inner, place)),
    )


def _area_shape(area: Outline, ground: BaseGeometry) -> BaseGeometry | None:
    """The area in metres; a small spot around its centre if only that is known."""
    if area.boundary is not None:
        return project([area.boundary])[0]
    if area.point is None:
        return None
    west, _, east, _ = ground.bounds
    return project([area.point])[0].buffer((east - west) / 24)


def _to_box(ground: BaseGeometry) -> list[float]:
    """The affine move (shapely's six numbers) that fits `ground` into the drawing, north up."""
    west, south, east, north = ground.bounds
    scale = (SIZE - 2 * MARGIN) / max(east - west, north - south)
    left = (SIZE - scale * (east - west)) / 2 - scale * west
    top = (SIZE + scale * (north - south)) / 2 + scale * south
    return [scale, 0, 0, -scale, left, top]


def _path(shape: BaseGeometry) -> str:
    simple = shape.simplify(DETAIL)
    polygons = [part for part in shapely.get_parts(simple) if part.geom_type == "Polygon"]
    return "".join(_ring(np.asarray(polygon.exterior.coords)) for polygon in polygons)


def _ring(points: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> str:
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points[:-1]) + "Z"
