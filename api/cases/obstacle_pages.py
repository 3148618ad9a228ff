"""Open obstacles (vướng mắc): who must clear what where until when, as a page and as a workbook."""

from __future__ import annotations

from collections import Counter
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
from api.web.paging import keyset_page
from survey.access.viewer import Viewer
from survey.areas import queries as areas
from survey.areas.tree import Tree
from survey.cases.rows import OpenObstacle
from survey.standing import measures
from survey.standing import queries as standing
from survey.standing.models import StandingObstacle
from survey.standing.rollups import Hindrance, tally

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
    wanted = _obstacle_filters(viewer, area_code)
    known = worklists.obstacles(viewer, area_code)
    chosen = partial(_is_chosen, viewer)
    page = keyset_page(
        tally(known, chosen=chosen).total(),
        standing.FIRST_DUE,
        lambda window: standing.obstacles(
            viewer.session, worklists.visible_obstacles(viewer), *wanted, names=names, window=window
        ),
        PAGE_SIZE,
    )
    return render_template(
        "cases/obstacles.html",
        obstacles=page.rows,
        page=page,
        kinds=_most_frequent(tally(known, lambda one: one.kind)),
        leads=_most_frequent(tally(known, lambda one: one.lead)),
        units=_by_unit(viewer, area_code, known),
        first_units=FIRST_UNITS,
        overdue=tally(known, chosen=lambda one: one.is_overdue(viewer.today)).total(),
        total=known.total(),
        area_code=area_code,
        area_options=worklists.area_options(viewer, area_code),
        today=viewer.today,
        area_name=partial(area_names.area_name, viewer),
        may_record=viewer.can("case.record"),
    )


def _most_frequent(counted: Counter[str]) -> list[tuple[str, int]]:
    """What is told, the most frequent first."""
    return sorted(
        ((code, number) for code, number in counted.items() if code), key=lambda one: (-one[1], one[0])
    )


def _is_chosen(viewer: Viewer, one: Hindrance) -> bool:
    """The filters of the list but the area, of obstacles counted."""
    asked = request.args
    return (
        asked.get("kind", "") in ("", one.kind)
        and asked.get("lead", "") in ("", one.lead)
        and (not asked.get("overdue") or one.is_overdue(viewer.today))
    )


def _obstacle_filters(viewer: Viewer, area_code: str | None) -> list[ColumnElement[bool]]:
    conditions = [*area_names.inside(viewer, StandingObstacle.area_code, area_code)]
    if kind := request.args.get("kind"):
        conditions.append(StandingObstacle.kind == kind)
    if lead := request.args.get("lead"):
        conditions.append(StandingObstacle.lead == lead)
    if request.args.get("overdue"):
        conditions.append(measures.condition("obstacles_overdue", viewer.today))
    return conditions


def _by_unit(viewer: Viewer, area_code: str | None, known: Counter[Hindrance]) -> list[UnitCount]:
    """What the list holds by the units right under the one looked at, or by those of the viewer's posts, the
    most overdue first; nothing for a village.
    """
    tree, today = areas.tree(viewer.session, viewer.today), viewer.today
    chosen = partial(_is_chosen, viewer)
    late = tally(known, lambda one: one.unit, lambda one: chosen(one) and one.is_overdue(today))
    found = [
        UnitCount(unit, _unit_name(tree, unit), number, late[unit])
        for unit, number in tally(known, lambda one: one.unit, chosen).items()
    ]
    in_order = sorted(found, key=lambda row: (-row.overdue, -row.open, row.code or "~"))
    own = [area_code] if area_code else area_names.own_areas(viewer, "household.read")
    return in_order if len(own) > 1 or any(tree.below.get(code) for code in own) else []


def _unit_name(tree: Tree, unit: str | None) -> str:
    return tree.names[unit].name if unit else t("chưa rõ đơn vị bên dưới", "unit below unknown")


@blueprint.get("/obstacles.xlsx")
def workbook() -> Any:
    """The open obstacles of the page's filters as a workbook; names by right."""
    viewer = auth.viewer()
    area_code = worklists.area_asked(viewer)
    found = standing.obstacles(
        viewer.session,
        worklists.visible_obstacles(viewer),
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
    rows = [_row(viewer, one) for one in found.rows]
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
