"""`/api/v1/areas/<code>/budget`: the estimate for programs, amounts in integer đồng."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint

from api.budget.estimate import viewer_estimate
from api.budget.schemas import EstimateOut
from api.web import auth

blueprint = Blueprint(
    "budget_v1", __name__, url_prefix="/api/v1/areas", description="What is needed, and where"
)


@blueprint.get("/<code>/budget")
@blueprint.response(200, EstimateOut)
def estimate(code: str) -> Any:
    """The estimate by sub-area, programme and works kind. Problem 1004 without the right."""
    viewer = auth.viewer()
    return viewer_estimate(viewer, code)
