"""`/api/v1/photos/<sha256>`: the bytes of announced photos; text goes first, photos after."""

from __future__ import annotations

from typing import Any

from flask import current_app, request
from flask_smorest import Blueprint

from api.web import auth, photo_files, transaction
from survey.problems import Problem
from survey.registry.actions import photo_arrived
from survey.registry.models import Photo

blueprint = Blueprint(
    "photos", __name__, url_prefix="/api/v1/photos", description="Photos of announced surveys"
)


@blueprint.put("/<string(length=64):sha256>")
def receive(sha256: str) -> Any:
    """Take the bytes of an announced photo; sending it again changes nothing.

    Problems: 4107 not announced (404), 4108 other bytes (400), 4109 not a photo (400), 1003 too large (413).
    """
    viewer = auth.viewer()
    photo = viewer.session.get(Photo, sha256)
    if photo is None:
        raise Problem(4107, sha256=sha256[:12])
    if photo.stored_sha256:
        return {"sha256": sha256, "state": "stored"}, 200
    # Decoding happens before the write transaction: nobody else waits for it.
    stored = photo_files.store(current_app.config["SETTINGS"].data_folder, request.get_data(), sha256)
    with transaction.write() as session:
        photo_arrived(session, sha256, stored, viewer.now)
    return {"sha256": sha256, "state": "stored"}, 201
