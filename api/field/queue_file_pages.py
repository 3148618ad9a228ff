"""Queue files by page: what a phone saved is uploaded, and what became of each record is said in words."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, request
from flask_login import current_user

from api.field import queue_files
from api.web import auth
from api.web.errors import status_of
from survey.access import queries
from survey.access.viewer import Viewer
from survey.problems import Problem

blueprint = Blueprint("queue_files", __name__, url_prefix="/inbox/queue")


@blueprint.url_value_preprocessor
def allow_a_file(_endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """A signed-in person may send more than other forms; this runs before the form is first read."""
    if current_user.is_authenticated:
        request.max_content_length = queue_files.MAX_UPLOAD_BYTES


@blueprint.get("")
def form() -> Any:
    """Where to choose the file."""
    return _page()


@blueprint.post("")
def take() -> Any:
    """Receive the file's records and photos; the page that answers says what became of each."""
    viewer = auth.viewer()
    upload = request.files.get("file")
    try:
        if upload is None or not upload.filename:
            raise Problem(4310, reason="–")
        with upload.stream as content:
            file = queue_files.read(viewer, content.read())
        _require_same_area(viewer, file)
        return _page(report=queue_files.receive(viewer, file))
    except Problem as problem:
        return _page(problem=problem), status_of(problem.number)


def _require_same_area(viewer: Viewer, file: queue_files.QueueFile) -> None:
    """Refuse a file of somebody who never had a post where this person mends records. Problem 4314."""
    held = {post.area_code for post in queries.posts(viewer.session, [file.account.id])}
    if not any(viewer.may("inbox.mend", code) for code in held):
        raise Problem(4314, username=file.account.username)


def _page(report: queue_files.Report | None = None, problem: Problem | None = None) -> str:
    limit_mb = queue_files.MAX_UPLOAD_BYTES // 2**20
    return render_template("field/queue.html", report=report, problem=problem, limit_mb=limit_mb)
