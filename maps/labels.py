"""Where names stand on a map: inside their area, within the frame, away from houses and other names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from maps.frame import Frame
from maps.rows import Outline
from survey.areas.shapes import project_points

GRID = 11  # candidates per side
WIDE = 4.5  # a name is about this many times wider than high, so sideways distance counts less
MOST_HOUSES = 80  # beyond this a sample is enough to find a quiet place
PHONE_PX = (358, 380)  # width and height of the map on a phone, where a name takes the most ground
LETTER_PX, LINE_PX = 7.6, 16
LEAST_FIT = 0.4  # in heights of a line: a name with less room would run over a border or another name
METRES_PER_DEGREE = 110_800  # of latitude, at 22 degrees north


@dataclass(frozen=True, slots=True)
class Label:
    """A name and the position of its middle, EPSG:4326."""

    name: str
    lon: float
    lat: float


def place(outlines: Sequence[Outline], frame: Frame, houses: NDArray[np.float64]) -> list[Label | None]:
    """A label for each outline, None where it does not reach into the frame or its name finds no room.

    `houses` is an (n, 2) array of lon, lat to keep clear of where that is possible. Earlier outlines choose
    first, and the first, the map's own area, is named in any case.
    """
    houses = houses[:: max(1, len(houses) // MOST_HOUSES)]
    placed = np.empty((0, 2))
    labels: list[Label | None] = []
    for outline in outlines:
        spot, fit = _spot(outline, frame, houses, placed)
        if spot is None or (labels and fit < LEAST_FIT):
            labels.append(None)
            continue
        labels.append(Label(outline.name, float(spot[0]), float(spot[1])))
        placed = np.vstack([placed, spot])
    return labels


def _spot(
    outline: Outline, frame: Frame, houses: NDArray[np.float64], placed: NDArray[np.float64]
) -> tuple[NDArray[np.float64] | None, float]:
    """The best place for a name and how well it fits: 1 is one line's height from borders and other names."""
    ground = frame.polygon()
    if outline.boundary is None or outline.boundary.is_empty:
        point = outline.point
        return (
            (np.array([point.x, point.y]), 1.0)
            if point is not None and ground.contains(point)
            else (None, 0.0)
        )
    part = outline.boundary.intersection(ground)
    if part.is_empty or part.area == 0:
        return None, 0.0
    candidates = _candidates(part)
    room = _room(candidates, part, _half_width(outline.name, frame)) / _line_height_deg(frame)
    fit = np.minimum(2 * room, _distances(candidates, placed) / _line_height_m(frame))
    # The tightest decides; houses count, but no name goes missing for them. A little is given for height,
    # where a reader looks first.
    score = np.minimum(np.minimum(fit, 4.0), _distances(candidates, houses) / _line_height_m(frame))
    height = (candidates[:, 1] - candidates[:, 1].min()) / (frame.north - frame.south)
    best = int(np.argmax(np.where(fit < LEAST_FIT, fit - 10, score) + height))
    return candidates[best], float(fit[best])


def _candidates(part: BaseGeometry) -> NDArray[np.float64]:
    west, south, east, north = part.bounds
    xs, ys = np.meshgrid(np.linspace(west, east, GRID), np.linspace(south, north, GRID))
    grid = np.column_stack([xs.ravel(), ys.ravel()])
    shapely.prepare(part)
    inside: NDArray[np.float64] = grid[shapely.contains_xy(part, grid[:, 0], grid[:, 1])]
    if len(inside):
        return inside
    middle = part.representative_point()
    return np.array([[middle.x, middle.y]])


def _room(candidates: NDArray[np.float64], part: BaseGeometry, half: float) -> NDArray[np.float64]:
    """Degrees between a name at each candidate and the edge of its part; negative where it sticks out."""
    room = np.full(len(candidates), np.inf)
    for share in (-1.0, 0.0, 1.0):
        points = shapely.points(candidates + np.array([share * half, 0.0]))
        away = shapely.distance(part.boundary, points)
        room = np.minimum(room, np.where(shapely.intersects(part, points), away, -away))
    return room


def _half_width(name: str, frame: Frame) -> float:
    return len(name) * LETTER_PX / 2 * _degrees_per_px(frame)


def _degrees_per_px(frame: Frame) -> float:
    return max((frame.east - frame.west) / PHONE_PX[0], (frame.north - frame.south) / PHONE_PX[1])


def _line_height_deg(frame: Frame) -> float:
    return LINE_PX * _degrees_per_px(frame)


def _line_height_m(frame: Frame) -> float:
    return _line_height_deg(frame) * METRES_PER_DEGREE


def _distances(candidates: NDArray[np.float64], taken: NDArray[np.float64]) -> NDArray[np.float64]:
    """Metres from each candidate to the nearest thing in the way, sideways counted `WIDE` times less."""
    if not len(taken):
        return np.full(len(candidates), np.inf)
    away = project_points(candidates)[:, None, :] - project_points(taken)[None, :, :]
    nearest: NDArray[np.float64] = np.sqrt((away * away @ np.array([WIDE**-2, 1.0])).min(axis=1))
    return nearest
