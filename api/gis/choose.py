"""Which layer is asked for, and in which coordinate system."""

from __future__ import annotations

from datetime import date

from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session

from api.gis.houses import households
from api.gis.layers import Layer
from api.gis.units import units
from survey.areas import vn2000
from survey.areas.shapes import LON_LAT
from survey.areas.tree import Tree
from survey.problems import Problem

NAMED_CRS = ("wgs84", "vn2000")


def layer_of(
    kind: str,
    session: Session,
    area_code: str,
    visible: ColumnElement[bool],
    today: date,
    *,
    names: bool,
    amounts: bool,
) -> Layer:
    """The `households`, `villages` or `communes` of an area on today's units.

    `visible` selects the households, those of the area only; heads' names and amounts are columns only with
    `names` and `amounts`. Raises: Problem 7022 no such units in the area.
    """
    if kind == "households":
        return households(session, visible, today, names=names, amounts=amounts)
    return units(kind, session, area_code, visible, today, amounts=amounts)


def crs_of(named: str, tree: Tree, area_code: str, today: date) -> str:
    """The CRS that `wgs84` or `vn2000` (the zone of the area's province) is, or the EPSG code itself.

    Raises: Problem 7021 the province's zone is not known, 3021 an unknown CRS.
    """
    if named == "wgs84":
        return LON_LAT
    if named != "vn2000":
        return _known(named)
    zone = zone_of(tree, area_code, today)
    if zone is None:
        raise Problem(7021, province=tree.names[tree.path(area_code)[-1]].name)
    return zone


def zone_of(tree: Tree, area_code: str, today: date) -> str | None:
    """The CRS of the VN-2000 zone of the area's province; None where no source says which one it is."""
    return vn2000.zone(tree.path(area_code)[-1], today)


def _known(crs: str) -> str:
    from pyproj import CRS
    from pyproj.exceptions import CRSError

    try:
        CRS.from_user_input(crs)
    except CRSError as error:
        raise Problem(3021, crs=crs) from error
    return crs
