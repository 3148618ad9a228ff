"""One area: its figures, its programmes, the units under it and how far each has come."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from flask import Blueprint, render_template

from api import auth, clock, places, worklists
from api.extensions import db
from api.pages.overview import figures
from survey.areas import queries as areas
from survey.assessment import queries as assessment
from survey.assessment.models import AssessmentRow
from survey.cases import lists, machine
from survey.registry.models import Household

blueprint = Blueprint("areas", __name__, url_prefix="/areas")


@blueprint.get("/<code>")
def area(code: str) -> Any:
    """The overview of one area. Problem 1004 when it is not there for the viewer."""
    return show_area(code)


def show_area(code: str, waiting: list[dict[str, Any]] | None = None) -> str:
    """The overview page of an area; `waiting` stands above it on the home page."""
    name = places.visible_area(code)
    visible = auth.visible(Household.area_code, "household.read")
    inside = places.inside(code)
    return render_template(
        "areas/area.html",
        area=name,
        crumbs=places.crumbs(code),
        figures=figures(assessment.counts(db.session(), visible, *inside, as_of=clock.today())),
        children=_children(code, visible),
        sees_amounts=auth.may("amount.read", code),
        may_budget=auth.may("budget.read", code),
        waiting=waiting or [],
        progress=worklists.by_phase(lists.waiting(db.session(), visible, *inside)),
        newest=assessment.newest_survey(db.session(), visible, *inside),
    )


def _children(code: str, visible: Any) -> list[dict[str, Any]]:
    """The units under an area with their households and progress, rolled up in the tree.

    One query for the households, one for the cases, one for the obstacles, however many units there are.
    """
    tree = areas.tree(db.session(), clock.today())
    sums: dict[str, Counter[str]] = {child: Counter() for child in tree.below.get(code, ())}
    for area_code, what, number in _numbers(visible, code):
        unit = next((step for step in tree.path(area_code or "") if step in sums), None)
        if unit is not None:
            sums[unit][what] += number
    return [{"area": tree.names[child], "sums": counted} for child, counted in sums.items()]


def _numbers(visible: Any, code: str) -> Iterator[tuple[str | None, str, int]]:
    """(village, what is counted, how many) of all that stands in an area."""
    for area_code, outcome, kind, households in _grouped(visible, code):
        yield area_code, "households", households
        yield area_code, outcome if outcome != "entitled" else f"entitled_{kind or 'unknown'}", households
    session, inside = db.session(), places.inside(code)
    for village, state, number in lists.states_by_area(session, visible, worklists.LIVE, *inside):
        yield village, "cases", number
        yield village, machine.phases()[state], number
    for village, _, overdue in lists.obstacles_by_area(session, visible, clock.today(), *inside):
        yield village, "overdue", overdue


def _grouped(visible: Any, code: str) -> list[tuple[str, str, str, int]]:
    outcome = assessment.outcome(clock.today())
    keys = (Household.area_code, outcome, AssessmentRow.works_kind)
    return assessment.grouped(db.session(), visible, keys, *places.inside(code))
