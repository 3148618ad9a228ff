"""How far two places lie apart, on the ellipsoid."""

from __future__ import annotations

from functools import cache

from pyproj import Geod

Place = tuple[float, float]
"""Degrees in EPSG:4326: longitude, latitude."""


def place_of(lon: float | None, lat: float | None) -> Place | None:
    """A place, or None where nobody said."""
    return None if lon is None or lat is None else (lon, lat)


def distance_m(one: Place | None, other: Place | None) -> float | None:
    """Metres between two places; None where either is unknown."""
    if one is None or other is None:
        return None
    _, _, metres = _globe().inv(*one, *other)
    return float(metres)


@cache
def _globe() -> Geod:
    return Geod(ellps="WGS84")
