"""Open obstacles (vướng mắc): who must clear what where until when, as a page and as a workbook."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

from flask import Blueprint, render_template, request, send_file
from sqlalchemy import ColumnElement

from api.cases import worklists
from api.shared import area_names
from api.shared.workbook import Column, table
from api.web import auth
from api.web.language import t, word
from api.web.paging import page_of
from survey.access.viewer import Viewer
from survey.areas import queries as areas
from survey.areas.tree import Tree
from survey.cases.rows import OpenObstacle
from survey.standing import measures
from survey.standing import queries as standing
from survey.standing.models import StandingObstacle

blueprint = Blueprint("obstacles", __name__, url_prefix="/work")

PAGE_SIZE = 50
FIRST_UNITS = 8
"""Units shown at once; the others, less urgent, open beneath."""


@dataclass(slots=True)
class UnitCount:
    """Open obstacles of one unit; without a code: of households that no unit below is known for."""

    code: str | None
    name: str
    open: int = 0
    overdue: int = 0


@blueprint.get("/obstacles")
def index() -> Any:
    """Open obstacles, the first due first; counts by kind, by the body that clears them, by area."""
    viewer = auth.viewer()
    area_code = worklists.area_asked(viewer)
    names = worklists.sees(viewer, "person.read", area_code)
    inside, wanted = (
        area_names.inside(viewer, StandingObstacle.area_code, area_code),
        _obstacle_filters(viewer, area_code),
    )
    page = page_of(standing.count_obstacles(viewer.session, _visible(viewer), *wanted), PAGE_SIZE)
    found = standing.obstacles(
        viewer.session, _visible(viewer), *wanted, names=names, offset=page.offset, limit=page.size
    )
    return render_template(
        "cases/obstacles.html",
        obstacles=found,
        page=page,
        kinds=standing.obstacles_by(viewer.session, _visible(viewer), StandingObstacle.kind, *inside),
        leads=standing.obstacles_by(viewer.session, _visible(viewer), StandingObstacle.lead, *inside),
        units=_by_unit(viewer, area_code, wanted),
        first_units=FIRST_UNITS,
        overdue=standing.count_obstacles(
            viewer.session, _visible(viewer), measures.condition("obstacles_overdue", viewer.today), *inside
        ),
        total=standing.count_obstacles(viewer.session, _visible(viewer), *inside),
        area_code=area_code,
        area_options=worklists.area_options(viewer, area_code),
        today=viewer.today,
        area_name=partial(area_names.area_name, viewer),
        may_record=viewer.can("case.record"),
    )


def _visible(viewer: Viewer) -> ColumnElement[bool]:
    """Obstacles of the viewer's areas."""
    return viewer.visible(StandingObstacle.area_code, "household.read")


def _obstacle_filters(viewer: Viewer, area_code: str | None) -> list[ColumnElement[bool]]:
    conditions = [*area_names.inside(viewer, StandingObstacle.area_code, area_code)]
    if kind := request.args.get("kind"):
        conditions.append(StandingObstacle.kind == kind)
    if lead := request.args.get("lead"):
        conditions.append(StandingObstacle.lead == lead)
    if request.args.get("overdue"):
        conditions.append(measures.condition("obstacles_overdue", viewer.today))
    return conditions


def _by_unit(viewer: Viewer, area_code: str | None, wanted: list[ColumnElement[bool]]) -> list[UnitCount]:
    """What the list holds by the units right under the one looked at, the most overdue first."""
    tree = areas.tree(viewer.session, viewer.today)
    under = _units_under(viewer, tree, area_code)
    found: dict[str | None, UnitCount] = {}
    rows = standing.obstacles_by_area(viewer.session, _visible(viewer), viewer.today, *wanted)
    for code, count, late in rows:
        unit = next((step for step in tree.path(code or "") if step in under), None)
        name = tree.names[unit].name if unit else t("chưa rõ đơn vị bên dưới", "unit below unknown")
        row = found.setdefault(unit, UnitCount(unit, name))
        row.open, row.overdue = row.open + count, row.overdue + late
    in_order = sorted(found.values(), key=lambda row: (-row.overdue, -row.open, row.code or "~"))
    return in_order if under else []


def _units_under(viewer: Viewer, tree: Tree, area_code: str | None) -> set[str]:
    """The units to tell apart: those under the area, or under the viewer's only one, or the viewer's own."""
    own = set(area_names.own_areas(viewer, "household.read"))
    tops = [area_code] if area_code else [code for code in own if not own & {*tree.path(code)[1:]}]
    return set(tree.below.get(tops[0], ())) if len(tops) == 1 else set(tops)


@blueprint.get("/obstacles.xlsx")
def workbook() -> Any:
    """The open obstacles of the page's filters as a workbook; names by right."""
    viewer = auth.viewer()
    area_code = worklists.area_asked(viewer)
    found = standing.obstacles(
        viewer.session,
        _visible(viewer),
        *_obstacle_filters(viewer, area_code),
        names=worklists.sees(viewer, "person.read", area_code),
    )
    columns = (
        Column(t("Chủ hộ", "Head"), 28),
        Column(t("Nơi ở", "Place"), 28),
        Column(t("Trạng thái hồ sơ", "State"), 26),
        Column(t("Vướng mắc", "Obstacle"), 30),
        Column(t("Cơ quan chủ trì gỡ", "Lead body"), 26),
        Column(t("Từ ngày", "Since"), 12),
        Column(t("Hạn gỡ", "Due"), 12),
        Column(t("Quá hạn", "Overdue"), 10),
    )
    rows = [_row(viewer, one) for one in found]
    book = table(t("Vướng mắc đang mở", "Open obstacles"), worklists.notes(viewer, area_code), columns, rows)
    return send_file(book, as_attachment=True, download_name=f"vuong-mac-{viewer.today:%Y%m%d}.xlsx")


def _row(viewer: Viewer, one: OpenObstacle) -> tuple[Any, ...]:
    return (
        one.head_name,
        area_names.area_name(viewer, one.area_code),
        word(f"case_state.{one.state}"),
        word(f"obstacle_kind.{one.kind}"),
        word(f"lead_body.{one.lead}") if one.lead else "",
        one.since,
        one.due,
        t("quá hạn", "overdue") if one.due and one.due < viewer.today else "",
    )
