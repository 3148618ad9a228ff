"""The law in force on a date, as a person reads it: programmes, conditions, values, sources."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Blueprint, render_template, request

from api import clock, places
from api.desk import book_in_force
from api.extensions import db
from api.language import t
from api.law_texts import law_view, own_programme, worked_cases
from survey.areas import queries as areas
from survey.assessment import queries as assessment
from survey.problems import Problem

blueprint = Blueprint("law", __name__)


@blueprint.get("/law")
def index() -> Any:
    """The law of a day (`?on=`), a place (`?area=`) and a release (`?release=`); by default today's."""
    on = _day(request.args.get("on"))
    area_code = request.args.get("area") or _own_area()
    release = request.args.get("release")
    book = assessment.release(db.session(), release) if release else book_in_force(db.session())
    path = areas.path(db.session(), area_code, on) if area_code else ()
    if request.args.get("area") and not path:
        raise Problem(1004, what=request.args["area"][:40])
    return render_template(
        "law/law.html",
        on=on,
        area_name=places.area_name(area_code) if area_code else t("cả nước", "the whole country"),
        area_code=area_code,
        book=book,
        view=law_view(book, on, path),
        cases=worked_cases(),
        example=own_programme(),
        releases=assessment.releases(db.session()),
    )


def _day(text: str | None) -> date:
    """The day asked for. Problem 1002 when it is not a date."""
    if not text:
        return clock.today()
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Problem(1002, fields=f"on={text[:20]}") from None


def _own_area() -> str | None:
    """The viewer's own area, whose overrides they should see."""
    codes = places.own_areas("law.read")
    return codes[0] if codes else None
