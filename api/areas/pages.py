"""One area: its figures, its programmes, the units under it and how far each has come."""

from __future__ import annotations

from collections import Counter
from typing import Any

from flask import Blueprint, render_template

from api.areas.figures import programmes
from api.shared import area_names
from api.web import auth
from survey.access.viewer import Viewer
from survey.areas import queries as areas
from survey.standing import queries as standing
from survey.standing.measures import condition
from survey.standing.models import StandingObstacle
from survey.standing.rollups import Rollup, amounts, rollup

blueprint = Blueprint("areas", __name__, url_prefix="/areas")


@blueprint.get("/<code>")
def area(code: str) -> Any:
    """The overview of one area. Problem 1004 when it is not there for the viewer."""
    viewer = auth.viewer()
    return show_area(viewer, code)


def show_area(viewer: Viewer, code: str, waiting: list[dict[str, Any]] | None = None) -> str:
    """The overview page of an area; `waiting` stands above it on the home page."""
    name = area_names.visible_area(viewer, code)
    found = rollup(viewer.session, code, viewer.today)
    by_programme = programmes(amounts(viewer.session, found.total.money, viewer.today))
    return render_template(
        "areas/area.html",
        area=name,
        crumbs=area_names.crumbs(viewer, code),
        figures=found.total.measures,
        programmes=by_programme,
        amount_vnd=sum(amount_vnd for _, _, amount_vnd in by_programme.values()),
        children=_children(viewer, code, found),
        sees_amounts=viewer.may("amount.read", code),
        may_budget=viewer.may("budget.read", code),
        waiting=waiting or [],
        newest=found.newest_survey,
    )


def _children(viewer: Viewer, code: str, found: Rollup) -> list[dict[str, Any]]:
    """The units under an area with their figures; overdue obstacles are added up along the tree."""
    tree = areas.tree(viewer.session, viewer.today)
    sums = {child: Counter(found.of(child).measures) for child in tree.below.get(code, ())}
    for area_code, told in _overdue(viewer, code):
        unit = next((step for step in tree.path(area_code or "") if step in sums), None)
        if unit is not None:
            sums[unit].update(told)
    return [{"area": tree.names[child], "sums": counted} for child, counted in sums.items()]


def _overdue(viewer: Viewer, code: str) -> list[tuple[str | None, dict[str, int]]]:
    visible = viewer.visible(StandingObstacle.area_code, "household.read")
    inside = area_names.inside(viewer, StandingObstacle.area_code, code)
    late = condition("obstacles_overdue", viewer.today)
    rows = standing.obstacles_by_area(viewer.session, visible, viewer.today, late, *inside)
    return [(village, {"obstacles_overdue": overdue}) for village, _, overdue in rows]
