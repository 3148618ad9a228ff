"""The villages or communes of an area as a frame: boundary, and the figures of the households in each."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session

from api.gis.layers import Column, Layer, about, columns_of, frame
from survey.areas import queries as areas
from survey.areas.rows import Area
from survey.areas.tree import Tree
from survey.problems import Problem
from survey.standing import measures
from survey.standing import queries as standing
from survey.words import both

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

LEVELS = {"villages": "village", "communes": "commune"}
MEASURES = (
    *("households", "without_point", "entitled", "entitled_new", "entitled_repair"),
    *("needs_information", "not_registered", "lapsed", "not_entitled", "not_assessed"),
)
"""The measures that are columns of a unit."""


def units(
    kind: str,
    session: Session,
    area_code: str,
    visible: ColumnElement[bool],
    today: date,
    *,
    amounts: bool,
) -> Layer:
    """The villages or communes of an area today; `visible` selects the households they count.

    Raises: Problem 7022 where the area has none.
    """
    columns = columns_of("units", names=False, amounts=amounts)
    found = _units(session, area_code, LEVELS[kind], today)
    frames = [_unit_frame(session, found, columns, visible, today)]
    return Layer(kind, about(kind, today), columns, len(found), frames)


def _units(session: Session, area_code: str, level: str, today: date) -> list[Area]:
    """The units of a level in the area, itself included, in Vietnamese order."""
    inside = session.scalars(areas.subtree([area_code], today))
    found = areas.areas(session, sorted(set(inside)), today, level)
    if not found:
        name = areas.tree(session, today).names[area_code].name
        raise Problem(7022, area=name, **both("level", "level", level))
    return found


def _unit_frame(
    session: Session,
    units: Sequence[Area],
    columns: Sequence[Column],
    visible: ColumnElement[bool],
    today: date,
) -> GeoDataFrame:
    """Units with their boundary (none: no geometry) and the figures of the households in them."""
    tree = areas.tree(session, today)
    figures = _figures(session, visible, {unit.code for unit in units}, tree, today)
    rows = [
        {
            "code": unit.code,
            "name": unit.name,
            "parent_code": unit.parent_code,
            "parent": tree.names[unit.parent_code].name if unit.parent_code else None,
            **{column.name: figures[unit.code][column.name] for column in columns if column.type == "Int64"},
            "is_approximate": unit.boundary_is_approximate,
            "uncertainty_m": unit.uncertainty_m,
            "lon": unit.point[0] if unit.point else None,
            "lat": unit.point[1] if unit.point else None,
            "source": unit.source,
        }
        for unit in units
    ]
    return frame(rows, [unit.boundary for unit in units], columns)


def _figures(
    session: Session, visible: ColumnElement[bool], codes: set[str], tree: Tree, today: date
) -> defaultdict[str, Counter[str]]:
    """For each unit its whole numbers by column, rolled up in today's tree."""
    figures: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for area_code, told in measures.by_area(session, MEASURES, visible, on=today).items():
        unit = next((step for step in tree.path(area_code or "") if step in codes), None)
        if unit is not None:
            figures[unit].update(told)
    for area_code, amount_vnd in standing.amounts_by_area(session, visible, on=today).items():
        unit = next((step for step in tree.path(area_code or "") if step in codes), None)
        if unit is not None:
            figures[unit]["amount_vnd"] += amount_vnd
    return figures
