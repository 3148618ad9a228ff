"""Rows as GeoDataFrames, the form in which maps leave for other programs (GeoPackage, GeoJSON, a sheet)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, fields
from typing import TYPE_CHECKING

from shapely.geometry import Point

from maps.crs import DEGREES, METRES
from maps.rows import House, Outline

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

_HOUSE_COLUMNS = [field.name for field in fields(House) if field.name not in ("lon", "lat")]
_OUTLINE_COLUMNS = ["code", "level", "name", "boundary_is_approximate", "uncertainty_m"]


def houses_frame(houses: Sequence[House]) -> GeoDataFrame:
    """One row a house in list order, points in EPSG:4326; a house without a usable point has no geometry.

    Flags are joined by "; ", geographic files hold no lists; missing values stay None, numbers whole.
    """
    import geopandas

    records = [asdict(house) | {"flags": "; ".join(house.flags)} for house in houses]
    columns = {name: _objects([record[name] for record in records]) for name in _HOUSE_COLUMNS}
    points = [Point(*house.point) if house.point else None for house in houses]
    return geopandas.GeoDataFrame(columns, geometry=points, crs=DEGREES)


def outlines_frame(outlines: Sequence[Outline]) -> GeoDataFrame:
    """One row an area, boundaries in EPSG:4326 (the centre where there is no boundary)."""
    import geopandas

    columns = {name: _objects([getattr(outline, name) for outline in outlines]) for name in _OUTLINE_COLUMNS}
    shapes = [outline.point if outline.boundary is None else outline.boundary for outline in outlines]
    return geopandas.GeoDataFrame(columns, geometry=shapes, crs=DEGREES)


def in_metres(frame: GeoDataFrame, crs: str = METRES) -> GeoDataFrame:
    """The same rows in metres, UTM 48N unless another CRS is named."""
    return frame.to_crs(crs)


def _objects(values: list[object]) -> object:
    """A column that keeps None and whole numbers as they are (pandas would turn them into floats)."""
    import pandas

    return pandas.Series(values, dtype=object)
