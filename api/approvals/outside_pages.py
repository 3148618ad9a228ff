"""Units that do not use the program (đơn vị chưa dùng phần mềm): named by an administrator above."""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from api.approvals import approved_lists
from api.shared import area_names
from api.web import auth, transaction
from api.web.errors import status_of
from api.web.language import t
from survey.access.viewer import Viewer
from survey.approval import act_changes, issuers, queries
from survey.approval.models import UnitOutside
from survey.areas import queries as areas
from survey.areas.names import nfc
from survey.problems import Problem
from survey.spelling import day as day_of

blueprint = Blueprint("units_outside", __name__, url_prefix="/approvals/units-outside")

NAME = "unit.name_outside"
MOST_CHOICES = 400
MOST_GROUND = 300


@blueprint.get("")
def index() -> Any:
    """Every unit of the viewer's areas that is or was named, with its ground."""
    return _page(auth.viewer())


def _page(viewer: Viewer, problem: Problem | None = None) -> str:
    return render_template(
        "approvals/units_outside.html",
        units=queries.units_outside(viewer.session, viewer.visible(UnitOutside.area_code, "audit.read")),
        options=_options(viewer),
        may_name=partial(_may_name, viewer),
        staff=lambda code: issuers.staff(viewer.session, code, viewer.today),
        today=viewer.today,
        unit_name=partial(approved_lists.unit_name, viewer),
        form=request.form,
        problem=problem,
    )


def _may_name(viewer: Viewer, code: str) -> bool:
    """Whether the viewer administers a level above a unit of today; nobody names the one at the top.

    For a unit that has ended, whoever holds its papers speaks.
    """
    path = areas.tree(viewer.session, viewer.today).path(code)
    return path[:1] == (code,) and bool(viewer.areas(NAME) & set(path[1:]))


def _options(viewer: Viewer) -> list[tuple[str, str]]:
    """The units below the viewer's own, down to communes."""
    names = areas.tree(viewer.session, viewer.today).names
    found = [(code, one.name) for code, one in names.items() if one.level != "village"]
    return [(code, name) for code, name in found if _may_name(viewer, code)][:MOST_CHOICES]


@blueprint.post("")
def name() -> Any:
    """Name a unit from a day on. Problems 5469, 5470, 5472, 5473, 3041."""
    viewer = auth.viewer()
    viewer.require_somewhere(NAME)
    try:
        code, first, until, ground = _told(viewer)
        if not _may_name(viewer, code):
            raise Problem(5469, area_code=code[:20])
        if count := issuers.staff(viewer.session, code, viewer.today):
            raise Problem(5472, unit=approved_lists.unit_name(viewer, code), count=count)
        with transaction.write() as session:
            act_changes.name_outside(session, viewer.actor, code, first, until, ground)
    except Problem as problem:
        return _page(viewer, problem), status_of(problem.number)
    flash(t("Đã ghi đơn vị chưa dùng phần mềm.", "The unit is named as outside the program."), "ok")
    return redirect(url_for("units_outside.index"))


def _told(viewer: Viewer) -> tuple[str, date, date | None, str]:
    """Unit, first and last day and ground of the form. Problem 5473 names what is wrong."""
    form = request.form
    code = area_names.typed_code(viewer.session, nfc(form.get("unit", "")), viewer.today)
    first, until = day_of(form.get("valid_from", "")), day_of(form.get("valid_to", ""))
    ground = nfc(form.get("ground", ""))
    faults = {
        t("đơn vị", "unit"): bool(code),
        t("từ ngày", "from"): first is not None,
        t("đến hết ngày", "until"): not form.get("valid_to") or (until and first and until >= first),
        t("văn bản hoặc lý do", "act or reason"): ground and len(ground) <= MOST_GROUND,
    }
    wrong = [said for said, is_right in faults.items() if not is_right]
    if wrong or first is None:
        raise Problem(5473, fields=", ".join(wrong))
    return code, first, until, ground


@blueprint.post("/<int:unit_id>/end")
def end(unit_id: int) -> Any:
    """Say that the unit uses the program from today on. Problems 1004, 5469, 5471."""
    viewer = auth.viewer()
    viewer.require_somewhere(NAME)
    known = queries.units_outside(
        viewer.session, UnitOutside.id == unit_id, viewer.visible(UnitOutside.area_code, "audit.read")
    )
    if not known:
        raise Problem(1004, what=str(unit_id))
    try:
        if not _may_name(viewer, known[0].area_code):
            raise Problem(5469, area_code=known[0].area_code)
        with transaction.write() as session:
            unit = session.get_one(UnitOutside, unit_id)
            last = max(viewer.today, unit.valid_from) - timedelta(days=1)
            act_changes.end_outside(session, viewer.actor, unit, last)
    except Problem as problem:
        return _page(viewer, problem), status_of(problem.number)
    flash(t("Đã ghi: đơn vị dùng phần mềm từ hôm nay.", "The unit uses the program from today on."), "ok")
    return redirect(url_for("units_outside.index"))
