"""Which layer a viewer gets of an area, and in which coordinate system."""

from __future__ import annotations

from sqlalchemy import and_

from api.gis.houses import households
from api.gis.layers import Layer
from api.gis.units import units
from api.shared import area_names
from survey.access.viewer import Viewer
from survey.areas import queries as areas
from survey.areas import vn2000
from survey.areas.rows import Name
from survey.areas.shapes import LON_LAT
from survey.problems import Problem
from survey.standing.models import StandingLine

NAMED_CRS = ("wgs84", "vn2000")


def layer_of(viewer: Viewer, kind: str, area_code: str, *, with_names: bool = True) -> Layer:
    """The `households`, `villages` or `communes` of an area on today's units, by the viewer's rights.

    Without names to hand it on. Raises: Problem 7022 no such units in the area.
    """
    seen = viewer.visible(StandingLine.area_code, "household.read")
    visible = and_(seen, *area_names.inside(viewer, StandingLine.area_code, area_code))
    amounts = viewer.may("amount.read", area_code)
    if kind == "households":
        names = with_names and viewer.may("person.read", area_code)
        return households(viewer.session, visible, viewer.today, names=names, amounts=amounts)
    return units(kind, viewer.session, area_code, visible, viewer.today, amounts=amounts)


def crs_of(viewer: Viewer, named: str, area_code: str) -> str:
    """The CRS that `wgs84` or `vn2000` (the zone of the area's province) is, or the EPSG code itself.

    Raises: Problem 7021 the province's zone is not known, 3021 an unknown CRS.
    """
    if named == "wgs84":
        return LON_LAT
    if named != "vn2000":
        return _known(named)
    zone = zone_of(viewer, area_code)
    if zone is None:
        raise Problem(7021, province=_province(viewer, area_code).name)
    return zone


def zone_of(viewer: Viewer, area_code: str) -> str | None:
    """The CRS of the VN-2000 zone of the area's province; None where no source says which one it is."""
    return vn2000.zone(_province(viewer, area_code).code, viewer.today)


def _province(viewer: Viewer, area_code: str) -> Name:
    """The unit at the top of an area."""
    tree = areas.tree(viewer.session, viewer.today)
    return tree.names[tree.path(area_code)[-1]]


def _known(crs: str) -> str:
    from pyproj import CRS
    from pyproj.exceptions import CRSError

    try:
        known = CRS.from_user_input(crs)
    except CRSError as error:
        raise Problem(3021, crs=crs) from error
    if not (known.is_projected or (known.is_geographic and len(known.axis_info) == 2)):
        raise Problem(3021, crs=crs)  # heights or the earth's centre: no map is drawn in these
    return crs
