"""The budget of an area: the page, the workbook, and the same figures as JSON."""

from __future__ import annotations

import io
from typing import Any

from flask import Blueprint, jsonify, redirect, render_template, send_file
from flask_login import current_user

from api import auth, clock, places
from api.budgets import write_workbook
from api.extensions import db
from api.language import t
from api.law_texts import unverified_notes
from survey.finance import queries as finance
from survey.finance.rows import Estimate
from survey.registry.models import Household

blueprint = Blueprint("budget", __name__)


@blueprint.get("/budget")
def index() -> Any:
    """The budget of the viewer's own area."""
    codes = sorted(code for code in auth.areas("budget.read") if places.exists(code))
    return redirect(f"/areas/{codes[0]}/budget" if codes else "/")


@blueprint.get("/areas/<code>/budget")
def page(code: str) -> Any:
    """The estimate by sub-area, programme and works kind; every line opens its households."""
    estimate = _estimate(code)
    return render_template(
        "budget/budget.html",
        estimate=estimate,
        crumbs=places.crumbs(code, t("Dự toán", "Budget")),
        notes=unverified_notes(estimate.release_sha256s),
    )


@blueprint.get("/api/v1/areas/<code>/budget")
def as_json(code: str) -> Any:
    """The estimate as JSON, amounts in integer đồng."""
    estimate = _estimate(code)
    return jsonify(
        {
            "area_code": estimate.area_code,
            "as_of": estimate.as_of.isoformat(),
            "law": estimate.release_sha256s,
            "households": estimate.households,
            "amount_vnd": estimate.amount_vnd,
            "provisional_households": estimate.provisional_households,
            "lines": estimate.lines,
            "outside": estimate.outside,
        }
    )


@blueprint.get("/areas/<code>/budget.xlsx")
def workbook(code: str) -> Any:
    """The estimate as a workbook with the households behind it."""
    estimate = _estimate(code)
    buffer = io.BytesIO()
    write_workbook(
        buffer, estimate, current_user.full_name, _condition(code), names=auth.may("person.read", code)
    )
    buffer.seek(0)
    name = f"du-toan-{code}-{estimate.as_of:%Y%m%d}.xlsx"
    return send_file(buffer, as_attachment=True, download_name=name)


def _estimate(code: str) -> Estimate:
    places.visible_area(code, "budget.read")
    return finance.estimate(db.session(), _condition(code), code, clock.today())


def _condition(code: str) -> Any:
    """The viewer's households inside the area; a root area answers for unplaced houses too."""
    visible = auth.visible(Household.area_code, "budget.read")
    if places.is_root(code):
        return visible
    return visible & places.inside(code)[0]
