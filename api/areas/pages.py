"""One area: its figures, its programmes, the units under it and how far each has come."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from flask import Blueprint, render_template

from api.areas.figures import figures
from api.cases import worklists
from api.shared import area_names
from api.web import auth
from survey.access.viewer import Viewer
from survey.areas import queries as areas
from survey.assessment import queries as assessment
from survey.assessment.models import AssessmentRow
from survey.cases import lists, machine
from survey.registry.models import Household

blueprint = Blueprint("areas", __name__, url_prefix="/areas")


@blueprint.get("/<code>")
def area(code: str) -> Any:
    """The overview of one area. Problem 1004 when it is not there for the viewer."""
    viewer = auth.viewer()
    return show_area(viewer, code)


def show_area(viewer: Viewer, code: str, waiting: list[dict[str, Any]] | None = None) -> str:
    """The overview page of an area; `waiting` stands above it on the home page."""
    name = area_names.visible_area(viewer, code)
    visible = viewer.visible(Household.area_code, "household.read")
    inside = area_names.inside(viewer, code)
    return render_template(
        "areas/area.html",
        area=name,
        crumbs=area_names.crumbs(viewer, code),
        figures=figures(assessment.counts(viewer.session, visible, *inside, as_of=viewer.today)),
        children=_children(viewer, code, visible),
        sees_amounts=viewer.may("amount.read", code),
        may_budget=viewer.may("budget.read", code),
        waiting=waiting or [],
        progress=worklists.by_phase(lists.waiting(viewer.session, visible, *inside)),
        newest=assessment.newest_survey(viewer.session, visible, *inside),
    )


def _children(viewer: Viewer, code: str, visible: Any) -> list[dict[str, Any]]:
    """The units under an area with their households and progress, rolled up in the tree.

    One query for the households, one for the cases, one for the obstacles, however many units there are.
    """
    tree = areas.tree(viewer.session, viewer.today)
    sums: dict[str, Counter[str]] = {child: Counter() for child in tree.below.get(code, ())}
    for area_code, what, number in _numbers(viewer, visible, code):
        unit = next((step for step in tree.path(area_code or "") if step in sums), None)
        if unit is not None:
            sums[unit][what] += number
    return [{"area": tree.names[child], "sums": counted} for child, counted in sums.items()]


def _numbers(viewer: Viewer, visible: Any, code: str) -> Iterator[tuple[str | None, str, int]]:
    """(village, what is counted, how many) of all that stands in an area."""
    for area_code, outcome, kind, households in _grouped(viewer, visible, code):
        yield area_code, "households", households
        yield area_code, outcome if outcome != "entitled" else f"entitled_{kind or 'unknown'}", households
    session, inside = viewer.session, area_names.inside(viewer, code)
    for village, state, number in lists.states_by_area(session, visible, worklists.LIVE, *inside):
        yield village, "cases", number
        yield village, machine.phases()[state], number
    for village, _, overdue in lists.obstacles_by_area(session, visible, viewer.today, *inside):
        yield village, "overdue", overdue


def _grouped(viewer: Viewer, visible: Any, code: str) -> list[tuple[str, str, str, int]]:
    outcome = assessment.outcome(viewer.today)
    keys = (Household.area_code, outcome, AssessmentRow.works_kind)
    return assessment.grouped(viewer.session, visible, keys, *area_names.inside(viewer, code))
