"""Devices: my own phones and scripts, and those of the accounts I look after; tokens are shown once."""

from __future__ import annotations

import secrets
import uuid
from typing import Any

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from sqlalchemy import or_

from api.web import auth, transaction
from api.web.errors import status_of
from api.web.language import t
from api.web.paging import page_of
from survey.access import devices, queries
from survey.access.models import User
from survey.access.viewer import Viewer
from survey.problems import Problem

blueprint = Blueprint("devices", __name__, url_prefix="/devices")

TOKEN_BYTES = 32


@blueprint.get("")
def index() -> Any:
    """My devices and those I look after."""
    viewer = auth.viewer()
    return _page(viewer)


def _page(viewer: Viewer, problem: Problem | None = None) -> str:
    scope = or_(
        User.id == viewer.user_id,
        queries.manageable(viewer.session, viewer.actor.user_id, viewer.today, "devices.manage"),
    )
    page = page_of(queries.count_devices(viewer.session, scope))
    found = queries.devices(viewer.session, scope, offset=page.offset, limit=page.size)
    return render_template("accounts/devices.html", devices=found, page=page, problem=problem)


@blueprint.post("")
def issue() -> Any:
    """Enrol a device of mine; the answer shows its token once."""
    viewer = auth.viewer()
    token = secrets.token_urlsafe(TOKEN_BYTES)
    label = request.form.get("label", "")
    doing = viewer.actor
    try:
        with transaction.write() as writing:
            devices.issue_device(writing, doing, str(uuid.uuid4()), label, queries.token_hash(token))
    except Problem as problem:
        return _page(viewer, problem), status_of(problem.number)
    response = make_response(render_template("accounts/device_token.html", token=token, label=label))
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.post("/<device_id>/revoke")
def revoke(device_id: str) -> Any:
    """Shut a device out from now on."""
    viewer = auth.viewer()
    doing = viewer.actor
    with transaction.write() as writing:
        devices.revoke_device(writing, doing, device_id)
    flash(t("Đã thu hồi; mã của thiết bị hết dùng được.", "Revoked; its token is dead."), "ok")
    return redirect(url_for("devices.index"))
