"""Compare: decisions that a clerk entered from paper wait until another one has seen the signed paper.

Đối chiếu đúng bản ký: who signed, who entered and who compared are three facts, kept with the act. Until then
nothing takes effect; then it does with its own day.
"""

from __future__ import annotations

import json
from datetime import date
from functools import partial
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from api.approvals import approved_lists, official_acts
from api.forms import faults as form_faults
from api.shared import area_names
from api.web import auth, transaction
from api.web.errors import status_of
from api.web.intake_context import intake_context
from api.web.language import current, t
from survey.access import queries as access
from survey.access.viewer import Viewer, refusal
from survey.approval.duties import CONFIRMED
from survey.approval.rows import WaitingCase
from survey.areas.names import nfc
from survey.intake import actions, apart, queries
from survey.intake.models import ReceivedEnvelope
from survey.intake.rows import STORED
from survey.problems import Problem
from survey.standing import queries as standing
from survey.standing.models import StandingLine

blueprint = Blueprint("comparing", __name__, url_prefix="/approvals/compare")

RIGHTS = ("decision.enter", "case.approve")
"""Who sees what waits: clerks, who enter and compare, and whoever signs."""


def _visible(viewer: Viewer, column: Any) -> Any:
    for right in RIGHTS:
        if viewer.can(right):
            return viewer.visible(column, right)
    raise refusal(RIGHTS[0])


def entered(viewer: Viewer) -> list[set[str]]:
    """The households of each entered decision that waits to be compared in the viewer's units."""
    rows = queries.to_compare(viewer.session, _visible(viewer, ReceivedEnvelope.area_code))
    payloads = (json.loads(row.body or "{}").get("payload", {}) for row in rows)
    return [{one["household"] for one in payload.get("households", ())} for payload in payloads]


@blueprint.get("")
def index() -> Any:
    """The decisions that were entered and wait, oldest first."""
    viewer = auth.viewer()
    rows = queries.to_compare(viewer.session, _visible(viewer, ReceivedEnvelope.area_code))
    return render_template(
        "approvals/to_compare.html",
        waiting=[_told(viewer, row) for row in rows],
        area_name=partial(area_names.area_name, viewer),
    )


def _row(viewer: Viewer, row_id: int) -> ReceivedEnvelope:
    """One entered decision that waits where the viewer may see it. Problem 1004."""
    rows = queries.to_compare(viewer.session, _visible(viewer, ReceivedEnvelope.area_code))
    found = next((row for row in rows if row.id == row_id), None)
    if found is None:
        raise Problem(1004, what=t(f"quyết định chờ đối chiếu {row_id}", f"decision to compare {row_id}"))
    return found


def _told(viewer: Viewer, row: ReceivedEnvelope) -> dict[str, Any]:
    """What an entered decision says: its day, who signed, who entered it, how many households."""
    payload = json.loads(row.body or "{}").get("payload", {})
    account = access.account(viewer.session, row.sender_id) if row.sender_id else None
    return {
        "row": row,
        "payload": payload,
        "done_on": date.fromisoformat(payload["done_on"]),
        "households": [one["household"] for one in payload["households"]],
        "entered_by": account.full_name if account else None,
    }


@blueprint.get("/<int:row_id>")
def show(row_id: int) -> Any:
    """One entered decision beside its scan: compare it, or send it back."""
    viewer = auth.viewer()
    return _page(viewer, _row(viewer, row_id))


def _page(viewer: Viewer, row: ReceivedEnvelope, problem: Problem | None = None) -> str:
    told = _told(viewer, row)
    cases = _cases(viewer, told)
    number = told["payload"].get("official_act")
    return render_template(
        "approvals/compare.html",
        **told,
        cases=cases,
        total_vnd=sum(case.amount_vnd or 0 for case in cases),
        sees_amounts=viewer.everywhere("amount.read", "household.read"),
        official_act=official_acts.visible_act(viewer, number) if number else None,
        hindrance=_hindrance(viewer, row, told),
        problem=problem,
        faults=[str(fault[current()]) for fault in form_faults.of(problem)],
        area_name=partial(area_names.area_name, viewer),
    )


def _cases(viewer: Viewer, told: dict[str, Any]) -> list[WaitingCase]:
    """The households as they stand, in the order of places."""
    return standing.reviewed(
        viewer.session,
        _visible(viewer, StandingLine.area_code),
        StandingLine.household_id.in_(told["households"]),
        on=told["done_on"],
        names=viewer.everywhere("person.read", "household.read"),
        amounts=viewer.everywhere("amount.read", "household.read"),
    ).rows


def _hindrance(viewer: Viewer, row: ReceivedEnvelope, told: dict[str, Any]) -> str | None:
    """Why the viewer is not the one who compares it; None when they may."""
    if not viewer.can("decision.enter"):
        return t("Cán bộ của đơn vị đối chiếu, không phải người ký.", "Clerks compare it, not whoever signs.")
    seen = apart.look(
        viewer.session,
        viewer.user_id,
        CONFIRMED,
        told["households"],
        intake_context(viewer),
        received_on=viewer.today,
        entered_by=apart.senders(viewer.session, row.envelope_id),
    )
    refused = next((one for one in seen.conflicts if one.allowance is None), None)
    return refused.problem.message(current()) if refused else None


@blueprint.post("/<int:row_id>")
def confirm(row_id: int) -> Any:
    """It matches the signed paper: the decision takes effect and the lists get their version."""
    viewer = auth.viewer()
    viewer.require_somewhere("decision.enter")
    row = _row(viewer, row_id)
    told = _told(viewer, row)
    try:
        with transaction.write() as session:
            cases = _cases(viewer, told)
            receipt = actions.confirm(session, row_id, intake_context(viewer))
            if receipt.state != STORED:
                raise Problem(5420, rows=receipt.faults)
            number = told["payload"].get("official_act")
            approved_lists.freeze_joined(viewer, session, cases, told["done_on"], number)
    except Problem as problem:
        return _page(viewer, _row(viewer, row_id), problem), status_of(problem.number)
    count = len(told["households"])
    flash(
        t(
            f"Đã đối chiếu đúng bản ký: {count} hộ được phê duyệt, danh sách có phiên bản mới.",
            f"Compared with the signed paper: {count} households are approved, the list has a new version.",
        ),
        "ok",
    )
    return redirect(url_for("comparing.index"))


@blueprint.post("/<int:row_id>/back")
def send_back(row_id: int) -> Any:
    """It does not match: set aside with what differs; its content stays kept, and it can be entered anew."""
    viewer = auth.viewer()
    row = _row(viewer, row_id)
    viewer.require("decision.enter", row.area_code)
    reason = nfc(request.form.get("reason", ""))[:200]
    if not reason:
        return _page(viewer, row, Problem(1002, fields=t("điểm không khớp", "what differs"))), 400
    with transaction.write() as session:
        actions.set_aside(session, row_id, reason, intake_context(viewer))
    flash(
        t(
            "Đã trả lại: bản nhập được cất cùng lý do, các hộ vẫn chờ phê duyệt.",
            "Sent back: what was entered is kept with the reason, the households still wait.",
        ),
        "ok",
    )
    return redirect(url_for("comparing.index"))
