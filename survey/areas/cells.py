"""Approximate cells: a parent's ground divided among points, each spot going to the nearest point.

Nobody publishes village boundaries; such a cell orients a reader and guesses a village. It is always
flagged approximate, and nobody knows how far it is off.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from math import cos, pi, sin

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from survey.areas.shapes import METRES, polygons, project, project_point

SAME_POINT_M = 1.0
"""Points closer than this are one point: many places are known to a minute of arc only."""
SPREAD_M = 0.5
"""How far points that share one place are pulled apart, so that each gets a slice of its cell."""


def cells(
    points: Sequence[tuple[float, float]], parent: BaseGeometry, crs: str = METRES
) -> list[BaseGeometry | None]:
    """One cell a point, in order, together covering `parent` without overlap. EPSG:4326 in and out.

    Points that share a place get slices of the cell around it. None where a point outside the parent
    is nowhere the nearest one.
    """
    if len(points) < 2:
        return [parent for _ in points]
    sites = _pulled_apart([project_point(lon, lat, crs) for lon, lat in points])
    frame = shapely.box(*_frame(sites, project([parent], crs)[0]))
    divided = shapely.voronoi_polygons(shapely.multipoints(sites), extend_to=frame, ordered=True)
    rough = project(list(shapely.get_parts(divided)), crs, back=True)
    return [polygons(piece) for piece in shapely.intersection(rough, parent)]


def _pulled_apart(sites: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Sites in metres; those sharing a place are set around it in a small circle, in their order."""
    shared: defaultdict[tuple[int, int], list[int]] = defaultdict(list)
    for number, (x, y) in enumerate(sites):
        shared[round(x / SAME_POINT_M), round(y / SAME_POINT_M)].append(number)
    apart = list(sites)
    for (cell_x, cell_y), members in shared.items():
        if len(members) == 1:
            continue
        for turn, number in enumerate(members):
            angle = 2 * pi * turn / len(members)
            apart[number] = (
                cell_x * SAME_POINT_M + SPREAD_M * cos(angle) / 2,
                cell_y * SAME_POINT_M + SPREAD_M * sin(angle) / 2,
            )
    return apart


def _frame(sites: Sequence[tuple[float, float]], parent: BaseGeometry) -> tuple[float, float, float, float]:
    """A box well around parent and sites: the diagram must reach every corner of the parent."""
    low_x, low_y, high_x, high_y = shapely.total_bounds([parent, shapely.multipoints(sites)])
    margin = float(np.hypot(high_x - low_x, high_y - low_y)) + 1_000
    return low_x - margin, low_y - margin, high_x + margin, high_y + margin
