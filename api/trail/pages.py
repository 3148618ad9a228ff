"""The trail (nhật ký) with filters and as a workbook: for administrators and auditors, within their areas."""

from __future__ import annotations

import base64
import hashlib
import io
from datetime import datetime, time, timedelta
from functools import cache, partial
from pathlib import Path
from typing import Any

from flask import Blueprint, render_template, request, send_file
from markupsafe import Markup
from sqlalchemy import ColumnElement

from api.shared import area_names
from api.shared.workbook import Column, workbook
from api.trail.entry_words import action_words, detail_words, subject_address, subject_words
from api.web import auth, headers, static_files
from api.web.language import minute, t
from api.web.paging import page_of
from api.web.sealer import signer
from survey.access.models import AuditEntry
from survey.access.viewer import Viewer
from survey.days import ZONE
from survey.problems import Problem
from survey.spelling import day
from survey.trail import queries, sealing

blueprint = Blueprint("trail", __name__, url_prefix="/trail")

FILTERS = ("action", "who", "subject", "since", "until", "sealed")
MOST_EXPORTED = 100_000
"""Rows of one workbook; a longer trail is exported by its days."""
WIDTHS = (8, 18, 18, 34, 16, 40, 28, 60, 12)


@blueprint.get("")
def index() -> Any:
    """The entries within my areas, the newest first."""
    viewer = auth.viewer()
    wanted = _wanted()
    condition = _condition(viewer, wanted)
    page = page_of(queries.count(viewer.session, condition))
    late = viewer.now - sealing.LATE
    return render_template(
        "trail/index.html",
        entries=list(queries.entries(viewer.session, condition, offset=page.offset, limit=page.size)),
        page=page,
        wanted=wanted,
        actions=[(code, action_words(code)) for code in queries.actions(viewer.session)],
        checkpoint=sealing.newest(viewer.session),
        late=sealing.unsealed(viewer.session, late),
        action_words=action_words,
        detail_words=detail_words,
        subject_words=subject_words,
        subject_address=partial(subject_address, viewer),
        area_name=partial(area_names.area_name, viewer),
    )


def _wanted() -> dict[str, str]:
    return {name: request.args.get(name, "").strip() for name in FILTERS}


def _condition(viewer: Viewer, wanted: dict[str, str]) -> ColumnElement[bool]:
    """The entries asked for; days are whole days in Viet Nam."""
    until = _start_of(wanted["until"])
    return queries.filtered(
        viewer.visible(AuditEntry.area_code, "audit.read"),
        action=wanted["action"],
        who=wanted["who"],
        subject=wanted["subject"],
        since=_start_of(wanted["since"]),
        until=until + timedelta(days=1) if until else None,
        unsealed=wanted["sealed"] == "no",
    )


def _start_of(text: str) -> datetime | None:
    """The first moment of a day that was typed; none for nothing. Problem 1002."""
    if not text:
        return None
    found = day(text)
    if found is None:
        raise Problem(1002, fields=t("ngày", "day"))
    return datetime.combine(found, time(), ZONE)


@blueprint.get("/entries.xlsx")
def export() -> Any:
    """The same entries as a workbook. Problem 6069 for more than a sheet may hold."""
    viewer = auth.viewer()
    condition = _condition(viewer, _wanted())
    total = queries.count(viewer.session, condition)
    if total > MOST_EXPORTED:
        raise Problem(6069, count=total, most=MOST_EXPORTED)
    heads = (
        t("Số", "No."),
        t("Lúc", "At"),
        t("Tài khoản", "Account"),
        t("Việc", "Action"),
        t("Loại", "Kind"),
        t("Đối tượng", "Subject"),
        t("Địa bàn", "Area"),
        t("Chi tiết", "Details"),
        t("Niêm phong", "Sealed"),
    )
    target = io.BytesIO()
    columns = [Column(title, width) for title, width in zip(heads, WIDTHS, strict=True)]
    with workbook(target, is_long=True) as book:
        sheet = book.sheet(t("Nhật ký", "Trail"), columns)
        for line, one in enumerate(queries.entries(viewer.session, condition), 1):
            told: tuple[Any, ...] = (one.id, minute(one.at), one.username or t("chương trình", "the program"))
            told += (action_words(one.action), subject_words(one.subject_kind), one.subject_id)
            told += (area_names.area_name(viewer, one.area_code), detail_words(one.details), one.sequence)
            for place, value in enumerate(told):
                book.write(sheet, line, place, value)
    target.seek(0)
    name = f"nhat-ky-{viewer.today}.xlsx"
    answer = send_file(target, as_attachment=True, download_name=name)
    answer.headers["Cache-Control"] = "no-store"
    return answer


# --- the page that checks a receipt, for anybody

receipt_blueprint = Blueprint("receipt", __name__)


@receipt_blueprint.get("/receipt")
def receipt() -> Any:
    """Check a receipt in the browser; the page is one file that works as well from a disk, without us."""
    script = _script()
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    headers.allow_script(digest)
    tag = Markup("<script>{}</script>").format(Markup(script))  # noqa: S704  a file of ours
    return render_template("trail/receipt.html", script=tag, key=signer().public)


@cache
def _script() -> str:
    return (Path(static_files.__file__).parents[1] / "static" / "receipt.js").read_text("utf-8")
