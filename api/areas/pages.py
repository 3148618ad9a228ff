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
from survey.standing.rollups import Rollup, amounts, rollup, tally

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
    """The units under an area with their figures, those of overdue obstacles too."""
    tree = areas.tree(viewer.session, viewer.today)
    overdue = tally(found.obstacles, lambda one: one.unit, lambda one: one.is_overdue(viewer.today))
    return [
        {
            "area": tree.names[child],
            "sums": found.of(child).measures + Counter(obstacles_overdue=overdue[child]),
        }
        for child in tree.below.get(code, ())
    ]
