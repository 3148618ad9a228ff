"""The budget of an area: the page and the workbook."""

from __future__ import annotations

import io
from typing import Any

from flask import Blueprint, redirect, render_template, send_file, url_for
from flask_login import current_user

from api.budget.estimate import viewer_estimate, write_workbook
from api.shared import area_names
from api.shared.law_texts import unverified_notes
from api.web import auth
from api.web.language import t

blueprint = Blueprint("budget", __name__)


@blueprint.get("/budget")
def index() -> Any:
    """The budget of the viewer's own area."""
    viewer = auth.viewer()
    codes = area_names.own_areas(viewer, "budget.read")
    return redirect(url_for("budget.page", code=codes[0]) if codes else url_for("home.index"))


@blueprint.get("/areas/<code>/budget")
def page(code: str) -> Any:
    """The estimate by sub-area, programme and works kind; every line opens its households."""
    viewer = auth.viewer()
    estimate = viewer_estimate(viewer, code)
    return render_template(
        "budget/budget.html",
        estimate=estimate,
        crumbs=area_names.crumbs(viewer, code, t("Dự toán", "Budget")),
        notes=unverified_notes(viewer, estimate.release_sha256s),
    )


@blueprint.get("/areas/<code>/budget.xlsx")
def workbook(code: str) -> Any:
    """The estimate as a workbook with the households behind it."""
    viewer = auth.viewer()
    estimate = viewer_estimate(viewer, code)
    buffer = io.BytesIO()
    page_url = url_for("budget.page", code=code, _external=True)
    write_workbook(viewer, buffer, estimate, current_user.full_name, page=page_url)
    buffer.seek(0)
    name = f"du-toan-{code}-{estimate.as_of:%Y%m%d}.xlsx"
    return send_file(buffer, as_attachment=True, download_name=name)
