"""Open obstacles (vướng mắc): who must clear what until when, as a page and as a workbook."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, request, send_file
from sqlalchemy import ColumnElement

from api import auth, clock, places, worklists
from api.exports.table import Column, table
from api.extensions import db
from api.language import t, word
from api.paging import page_of
from survey.cases import lists
from survey.cases.rows import OpenObstacle

blueprint = Blueprint("obstacles", __name__, url_prefix="/work")

PAGE_SIZE = 50


@blueprint.get("/obstacles")
def index() -> Any:
    """Open obstacles, the first due first; counts by kind and by the body that clears them."""
    area_code = worklists.area_asked()
    names = worklists.sees("person.read", area_code)
    inside, wanted = places.inside(area_code), _obstacle_filters(area_code)
    page = page_of(lists.count_obstacles(db.session(), worklists.visible(), *wanted), PAGE_SIZE)
    found = lists.obstacles(
        db.session(), worklists.visible(), *wanted, names=names, offset=page.offset, limit=page.size
    )
    return render_template(
        "work/obstacles.html",
        obstacles=found,
        page=page,
        kinds=lists.obstacles_by(db.session(), worklists.visible(), lists.obstacle_kind, *inside),
        leads=lists.obstacles_by(db.session(), worklists.visible(), lists.obstacle_lead, *inside),
        overdue=lists.count_obstacles(
            db.session(), worklists.visible(), lists.overdue(clock.today()), *inside
        ),
        total=lists.count_obstacles(db.session(), worklists.visible(), *inside),
        area_code=area_code,
        area_options=worklists.area_options(area_code),
        today=clock.today(),
        area_name=places.area_name,
        may_record=auth.can("case.record"),
    )


def _obstacle_filters(area_code: str | None) -> list[ColumnElement[bool]]:
    conditions = [*places.inside(area_code)]
    if kind := request.args.get("kind"):
        conditions.append(lists.obstacle_kind == kind)
    if lead := request.args.get("lead"):
        conditions.append(lists.obstacle_lead == lead)
    if request.args.get("overdue"):
        conditions.append(lists.overdue(clock.today()))
    return conditions


@blueprint.get("/obstacles.xlsx")
def workbook() -> Any:
    """The open obstacles of the page's filters as a workbook; names by right."""
    area_code = worklists.area_asked()
    found = lists.obstacles(
        db.session(),
        worklists.visible(),
        *_obstacle_filters(area_code),
        names=worklists.sees("person.read", area_code),
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
    rows = [_row(one) for one in found]
    book = table(t("Vướng mắc đang mở", "Open obstacles"), worklists.notes(area_code), columns, rows)
    return send_file(book, as_attachment=True, download_name=f"vuong-mac-{clock.today():%Y%m%d}.xlsx")


def _row(one: OpenObstacle) -> tuple[Any, ...]:
    return (
        one.head_name,
        places.area_name(one.area_code),
        word(f"case_state.{one.state}"),
        word(f"obstacle_kind.{one.kind}"),
        word(f"lead_body.{one.lead}") if one.lead else "",
        one.since,
        one.due,
        t("quá hạn", "overdue") if one.due and one.due < clock.today() else "",
    )
