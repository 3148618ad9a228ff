"""`/status`: how the system is (tình trạng hệ thống), for administrators and auditors."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template

from api.status.communes import communes
from api.status.findings import LEVELS, findings
from api.web import auth

blueprint = Blueprint("status", __name__)


@blueprint.get("/status")
def index() -> Any:
    """What needs attention first, then what is well, then when each commune was last heard of."""
    viewer = auth.viewer()
    found = findings(viewer, viewer.now)
    counts = {level: sum(one.level == level for one in found) for level in LEVELS}
    return render_template("status/status.html", findings=found, counts=counts, communes=communes(viewer))
