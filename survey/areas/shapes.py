"""Shapes: mending polygons, and the one place where positions are projected.

Positions are EPSG:4326 (lon, lat); metres are UTM zone 48N unless another CRS is named: VN-2000 read as
WGS 84 lies about 224 m off.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import Transformer
from shapely.geometry.base import BaseGeometry

LON_LAT = "EPSG:4326"
VIET_NAM = (102.0, 6.0, 118.0, 24.0)
"""West, south, east, north in degrees of EPSG:4326, Hoàng Sa and Trường Sa included."""
METRES = "EPSG:32648"
"""UTM zone 48N: Bac Kan and Thai Nguyen; eastern provinces use EPSG:32649 or their VN-2000 zone."""


@cache
def _transformer(source: str, target: str) -> Transformer:
    return Transformer.from_crs(source, target, always_xy=True)


def project_point(lon: float, lat: float, crs: str = METRES) -> tuple[float, float]:
    """(x, y) in metres of `crs`; infinite where the projection has no answer."""
    x, y = _transformer(LON_LAT, crs).transform(lon, lat)
    return float(x), float(y)


def project_points(lon_lat: NDArray[np.float64], crs: str = METRES) -> NDArray[np.float64]:
    """An (n, 2) array of lon, lat as an (n, 2) array of east, north in metres of `crs`."""
    return np.column_stack(_transformer(LON_LAT, crs).transform(lon_lat[:, 0], lon_lat[:, 1]))


def project(
    shapes: Sequence[BaseGeometry] | NDArray[np.object_], crs: str = METRES, *, back: bool = False
) -> list[BaseGeometry]:
    """Shapes from lon/lat to metres of `crs`, or back."""
    mover = _transformer(crs, LON_LAT) if back else _transformer(LON_LAT, crs)

    def moved(points: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack(mover.transform(points[:, 0], points[:, 1]))

    return list(shapely.transform(np.array(shapes, dtype=object), moved))


def in_viet_nam(shapes: Sequence[BaseGeometry | None] | NDArray[np.object_]) -> NDArray[np.bool_]:
    """Which shapes (EPSG:4326) lie wholly around Viet Nam; none of those without coordinates."""
    west, south, east, north = shapely.bounds(np.array(shapes, dtype=object)).T
    inside: NDArray[np.bool_] = (
        (west >= VIET_NAM[0]) & (south >= VIET_NAM[1]) & (east <= VIET_NAM[2]) & (north <= VIET_NAM[3])
    )
    return inside


def polygons(shape: BaseGeometry) -> BaseGeometry | None:
    """The polygon parts of a shape (a cut or a repair may leave lines and points), or None."""
    parts = shapely.get_parts(shape, return_index=False)
    nested = [inner for part in parts for inner in shapely.get_parts(part)]
    kept = [part for part in nested if part.geom_type == "Polygon" and not part.is_empty]
    if not kept:
        return None
    whole: BaseGeometry = kept[0] if len(kept) == 1 else shapely.multipolygons(kept)
    return whole


def mended(shape: BaseGeometry) -> tuple[BaseGeometry | None, str | None]:
    """A valid (multi)polygon and, when it had to be repaired, what was wrong with it.

    None when nothing with an area is left.
    """
    if shapely.is_valid(shape):
        return polygons(shape), None
    return polygons(shapely.make_valid(shape)), shapely.is_valid_reason(shape)
