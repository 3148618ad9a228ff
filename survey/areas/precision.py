"""How exactly boundaries are drawn, told from the drawing itself: for files whose makers do not say it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from survey.areas.shapes import METRES, project

FINEST_M = 50.0
"""No drawing is believed finer: the maps that communes are drawn on show 50 m as a millimetre."""
COARSE_M = 1_000.0
"""A drawing coarser than this cannot tell in which commune a house near a border stands."""
M_PER_DEGREE = 111_195.0
DECIMALS = 7
"""Decimals of a degree looked at: 7 are a centimetre."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """Half of all border runs in steps longer than `step_m`; coordinates are rounded to `rounded_m`."""

    step_m: float
    rounded_m: float

    @property
    def uncertainty_m(self) -> float:
        """How far the border may be off, in tens of metres: between two corners its run is not known."""
        return ceil(max(self.step_m, self.rounded_m, FINEST_M) / 10) * 10.0


def drawn(boundaries: Sequence[BaseGeometry], crs: str = METRES) -> Drawn | None:
    """How exactly these boundaries (EPSG:4326) are drawn; None without any."""
    lines = shapely.get_parts(shapely.boundary(project(boundaries, crs)))
    points, line = shapely.get_coordinates(lines, return_index=True)
    steps = np.hypot(*np.diff(points, axis=0).T)[np.diff(line) == 0]
    steps = np.sort(steps[steps > 0])
    if not len(steps):
        return None
    run = np.cumsum(steps)
    step_m = float(steps[np.searchsorted(run, run[-1] / 2)])
    return Drawn(step_m, _rounded_m(shapely.get_coordinates(list(boundaries))))


def _rounded_m(degrees: NDArray[np.float64]) -> float:
    """The last decimal that degrees are written with, in metres."""
    for decimals in range(DECIMALS):
        if np.allclose(degrees, np.round(degrees, decimals), rtol=0, atol=10.0 ** -(DECIMALS + 2)):
            return float(M_PER_DEGREE * 10.0**-decimals)
    return float(M_PER_DEGREE * 10.0**-DECIMALS)
