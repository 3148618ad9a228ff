"""The first page: what waits for me, then the figures of my area."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, url_for

from api.areas.pages import show_area
from api.cases import worklists
from api.shared import area_names
from api.web import auth
from api.web.language import t
from survey.access.viewer import Viewer
from survey.assessment import queries as assessment
from survey.intake import queries as intake
from survey.intake.models import ReceivedEnvelope
from survey.registry.models import Household

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


def waits_for_me(viewer: Viewer) -> list[dict[str, Any]]:
    """What the viewer can act on now, each with the list it opens; empty lines are left out."""
    visible = viewer.visible(Household.area_code, "household.read")
    items = []
    if viewer.can("inbox.read"):
        condition = intake.in_inbox(viewer.visible(ReceivedEnvelope.area_code, "inbox.read"), viewer.user_id)
        items.append(
            {
                "count": intake.count_inbox(viewer.session, condition),
                "label": t("bản ghi chờ xử lý", "records waiting in the inbox"),
                "hint": t("thiếu hoặc sai một câu trả lời", "an answer is missing or wrong"),
                "href": url_for("inbox.index"),
                "tone": "bad",
            }
        )
    for outcome, vi, en in (
        ("needs_information", "hộ cần bổ sung thông tin", "households need information"),
        ("not_registered", "hộ đủ điều kiện nhưng chưa đăng ký", "households eligible but not registered"),
        ("not_assessed", "hộ chưa đối chiếu được", "households not assessed"),
    ):
        count = assessment.count_houses(viewer.session, visible, assessment.outcome(viewer.today) == outcome)
        items.append(
            {
                "count": count,
                "label": t(vi, en),
                "href": url_for("households.index", outcome=outcome),
                "tone": "warn",
            }
        )
    soon = assessment.count_houses(viewer.session, visible, assessment.lapses_soon(viewer.today))
    items.append(
        {
            "count": soon,
            "label": t(
                "hộ có chương trình sắp kết thúc mà chưa phê duyệt hoặc chưa khởi công",
                "households whose programme is about to end, not approved or not begun",
            ),
            "href": url_for("households.index", lapses="soon"),
            "tone": "bad",
        }
    )
    return [item for item in [*items, *worklists.waits_for_me(viewer)] if item["count"]]
