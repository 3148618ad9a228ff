"""The one place where positions are projected: EPSG:4326 degrees to metres and back.

Metres are UTM zone 48N (EPSG:32648) unless a province names its VN-2000 zone. A CRS is always named: VN-2000
read as WGS 84 lies about 224 m off.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

DEGREES = "EPSG:4326"
METRES = "EPSG:32648"


@cache
def _transformer(source: str, target: str) -> Any:
    from pyproj import Transformer

    return Transformer.from_crs(source, target, always_xy=True)


def to_metres(geometry: BaseGeometry, crs: str = METRES) -> BaseGeometry:
    """`geometry` (EPSG:4326, lon/lat) in metres of `crs`."""
    return _project(geometry, DEGREES, crs)


def points_to_metres(lon_lat: NDArray[np.float64], crs: str = METRES) -> NDArray[np.float64]:
    """An (n, 2) array of lon, lat in degrees as an (n, 2) array of east, north in metres of `crs`."""
    east, north = _transformer(DEGREES, crs).transform(lon_lat[:, 0], lon_lat[:, 1])
    return np.column_stack([east, north])


def _project(geometry: BaseGeometry, source: str, target: str) -> BaseGeometry:
    move = _transformer(source, target).transform
    return shapely.transform(geometry, lambda xy: np.column_stack(move(xy[:, 0], xy[:, 1])))
