"""The law in force on a date, as a person reads it: programmes, conditions, values, sources."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Blueprint, render_template, request

from api.law.example import own_programme
from api.shared import area_names
from api.shared.law_texts import law_view, worked_cases
from api.web import auth
from api.web.intake_context import book_in_force
from api.web.language import t
from survey.access.viewer import Viewer
from survey.areas import queries as areas
from survey.assessment import queries as assessment
from survey.problems import Problem
from survey.spelling import day

blueprint = Blueprint("law", __name__)


@blueprint.get("/law")
def index() -> Any:
    """The law of a day (`?on=`), a place (`?area=`) and a release (`?release=`); by default today's."""
    viewer = auth.viewer()
    on = _day(viewer, request.args.get("on"))
    area_code = request.args.get("area") or _own_area(viewer)
    release = request.args.get("release")
    book = assessment.release(viewer.session, release) if release else book_in_force(viewer.session)
    path = areas.path(viewer.session, area_code, on) if area_code else ()
    if request.args.get("area") and not path:
        raise Problem(1004, what=request.args["area"][:40])
    return render_template(
        "law/law.html",
        on=on,
        area_name=area_names.area_name(viewer, area_code) if area_code else t("cả nước", "the whole country"),
        area_code=area_code,
        book=book,
        view=law_view(book, on, path),
        cases=worked_cases(),
        example=own_programme(),
        releases=assessment.releases(viewer.session),
    )


def _day(viewer: Viewer, text: str | None) -> date:
    """The day asked for. Problem 1002 when it is not a date."""
    if not text:
        return viewer.today
    found = day(text)
    if found is None:
        raise Problem(1002, fields=f"on={text[:20]}")
    return found


def _own_area(viewer: Viewer) -> str | None:
    """The viewer's own area, whose overrides they should see."""
    codes = area_names.own_areas(viewer, "law.read")
    return codes[0] if codes else None
