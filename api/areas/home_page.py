"""The first page: what waits for me, then the figures of my area."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, url_for

from api.areas.pages import show_area
from api.cases import worklists
from api.shared import area_names
from api.web import auth
from api.web.language import day, t
from survey.access.viewer import Viewer
from survey.approval import issuers
from survey.approval import queries as approval
from survey.approval.models import CaseList
from survey.intake import queries as intake
from survey.intake.models import ReceivedEnvelope
from survey.trail import sealing

blueprint = Blueprint("home", __name__)


@blueprint.get("/")
def index() -> Any:
    """The overview of the area I am answerable for; several areas are offered as a choice."""
    viewer = auth.viewer()
    known = area_names.own_areas(viewer, "household.read")
    if len(known) == 1:
        return show_area(viewer, known[0], waiting=waits_for_me(viewer))
    return render_template(
        "areas/choose.html",
        areas=[area_names.named(viewer, code) for code in known],
        waiting=waits_for_me(viewer),
    )


TOLD = {
    "needs_information": ("outcome", "needs_information", "warn"),
    "not_assessed": ("outcome", "not_assessed", "warn"),
    "lapses_soon": ("lapses", "soon", "bad"),
}
"""What is looked at in the list of households: measure -> the list's filter and its value, and the tone."""


def waits_for_me(viewer: Viewer) -> list[dict[str, Any]]:
    """What the viewer can act on now, each with the list it opens; empty lines are left out."""
    items = []
    if viewer.can("inbox.read"):
        condition = intake.in_inbox(viewer.visible(ReceivedEnvelope.area_code, "inbox.read"), viewer.user_id)
        items.append(
            {
                "counts": "records",
                "count": intake.count_inbox(viewer.session, condition),
                "label": t("bản ghi chờ xử lý", "records waiting in the inbox"),
                "hint": t("thiếu hoặc sai một câu trả lời", "an answer is missing or wrong"),
                "href": url_for("inbox.index"),
                "tone": "bad",
            }
        )
    if viewer.can("audit.read"):
        items.append(
            {
                "count": sealing.unsealed(viewer.session, viewer.now - sealing.LATE),
                "label": t("mục nhật ký quá 10 phút chưa niêm phong", "entries not sealed after ten minutes"),
                "hint": t("chạy nhavung trail seal ở máy chủ", "run nhavung trail seal at the server"),
                "href": url_for("trail.index", sealed="no"),
                "tone": "bad",
            }
        )
    counts, _ = worklists.figures(viewer)
    items += [
        worklists.item(code, counts[code], url_for("households.index", **dict[str, Any]({name: value})), tone)
        for code, (name, value, tone) in TOLD.items()
    ]
    items += _due_decisions(viewer)
    return [one for one in [*items, *_acts(viewer), *worklists.waits_for_me(viewer)] if one["count"]]


def _due_decisions(viewer: Viewer) -> list[dict[str, Any]]:
    """Lists approved before their decision had a number, with the day by which it was promised."""
    if not viewer.can(issuers.KEEP):
        return []
    due = approval.due_decisions(viewer.session, viewer.visible(CaseList.area_code, issuers.KEEP))
    if not due:
        return []
    first = due[0]
    return [
        {
            "counts": "lists",
            "count": len(due),
            "label": t("danh sách chờ bổ sung quyết định", "lists whose decision is to be added"),
            "hint": t("hạn sớm nhất ", "the first due ") + day(first.due_on),
            "href": url_for(
                "approvals.show_version", code=first.area_code, year=first.year, number=first.version
            ),
            "tone": "bad" if first.due_on < viewer.today else "warn",
        }
    ]


def _acts(viewer: Viewer) -> list[dict[str, Any]]:
    """Official acts that wait for the viewer: as its issuer, a second person, or who cited it."""
    counts = issuers.counts(viewer)
    return [
        {
            "count": counts.waiting,
            "label": t("văn bản được viện dẫn, chờ xác nhận", "acts cited, waiting to be confirmed"),
            "hint": t("đơn vị khác viện dẫn văn bản của đơn vị bạn", "others cite acts of your unit"),
            "href": url_for("official_acts.index", show="waiting"),
            "tone": "warn",
        },
        {
            "count": counts.second,
            "label": t("văn bản chờ người thứ hai xác nhận", "acts waiting for a second person"),
            "hint": t("cơ quan ban hành chưa dùng phần mềm", "their issuer is outside the program"),
            "href": url_for("official_acts.index", show="second"),
            "tone": "warn",
        },
        {
            "count": counts.declined,
            "label": t("viện dẫn không được công nhận", "citations their issuer does not know"),
            "hint": t("đính chính hoặc thôi viện dẫn", "correct them or stop citing"),
            "href": url_for("official_acts.index", show="declined"),
            "tone": "bad",
        },
    ]
