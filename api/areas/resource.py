"""`/api/v1/areas`: the units one may see."""

from __future__ import annotations

from typing import Any

from flask import jsonify
from flask_smorest import Blueprint

from api.web import auth
from survey.areas import queries
from survey.problems import Problem

blueprint = Blueprint("areas_v1", __name__, url_prefix="/api/v1/areas", description="Administrative units")


@blueprint.get("/<code>/children")
def children(code: str) -> Any:
    """The units directly below one, in Vietnamese order. Problem 1004 when it is not there for you."""
    viewer = auth.viewer()
    today = viewer.today
    if not viewer.may("household.read", code):
        raise Problem(1004, what=code)
    rows = queries.children(viewer.session, code, today)
    return jsonify([{"code": row.code, "level": row.level, "name": row.name} for row in rows])
