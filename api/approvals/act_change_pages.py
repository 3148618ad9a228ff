"""What becomes of an official act: its issuer joins or declines citations, a second person confirms, whoever
it belongs to corrects or withdraws it. Each form carries the state of the act it was made for (`seen`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session

from api.approvals import official_acts
from api.approvals.act_pages import act_page
from api.web import auth, transaction
from api.web.errors import status_of
from api.web.language import num, t
from survey.access.viewer import Viewer
from survey.approval import act_changes, issuers, queries
from survey.approval.models import OfficialAct, OfficialActFile
from survey.approval.rows import OfficialActRow
from survey.areas.names import nfc
from survey.problems import Problem
from survey.spelling import whole_number

blueprint = Blueprint("act_changes", __name__, url_prefix="/approvals/acts")

Check = Callable[[Viewer, OfficialActRow], None]
Change = Callable[[Session, Viewer, OfficialAct], str]


@blueprint.post("/<int:act_id>/join")
def join(act_id: int) -> Any:
    """Say for the issuer which of its acts a citation means. Problems 5450, 5451, 5453."""

    def joins(session: Session, viewer: Viewer, citation: OfficialAct) -> str:
        issued = official_acts.visible_act(viewer, whole_number(request.form.get("act", "")) or 0)
        act_changes.join(session, viewer.actor, citation, session.get_one(OfficialAct, issued.id), _seen())
        return t("Đã xác nhận viện dẫn.", "The citation is confirmed.")

    return _change(act_id, official_acts.require_issuer, joins)


@blueprint.post("/<int:act_id>/decline")
def decline(act_id: int) -> Any:
    """Say for the issuer that it issued no such act, and why. Problems 1002, 5450, 5451, 5453."""

    def declines(session: Session, viewer: Viewer, citation: OfficialAct) -> str:
        act_changes.decline(session, viewer.actor, citation, _reason(), _seen())
        return t("Đã ghi: không phải văn bản của đơn vị.", "It is noted that this is no act of the unit.")

    return _change(act_id, official_acts.require_issuer, declines)


@blueprint.post("/<int:act_id>/confirm")
def confirm(act_id: int) -> Any:
    """Confirm an act of a unit outside the program from its scan. Problems 5451, 5453, 5455 to 5457, 6005."""

    def confirms(session: Session, viewer: Viewer, act: OfficialAct) -> str:
        readable = viewer.visible(OfficialActFile.area_code, "paper.read")
        if not queries.files(session, [act.id], readable):
            raise Problem(5456)
        act_changes.confirm(session, viewer.actor, act, _seen())
        return t("Đã xác nhận văn bản theo bản quét.", "The act is confirmed from its scan.")

    return _change(act_id, lambda viewer, act: viewer.require(issuers.KEEP, act.area_code), confirms)


@blueprint.post("/<int:act_id>/withdraw")
def withdraw(act_id: int) -> Any:
    """Withdraw an act, or stop citing it, and say why. Problems 1002, 5450, 5451, 5453."""

    def withdraws(session: Session, viewer: Viewer, act: OfficialAct) -> str:
        act_changes.withdraw(session, viewer.actor, act, _reason(), _seen())
        if act.state == "withdrawn":
            return t("Đã thu hồi văn bản; văn bản vẫn đọc được.", "The act is withdrawn and stays readable.")
        return t("Đã thôi viện dẫn văn bản.", "The act is no longer cited.")

    return _change(act_id, official_acts.require_keeper, withdraws)


@blueprint.route("/<int:act_id>/correct", methods=["GET", "POST"])
def correct(act_id: int) -> Any:
    """Let an act say something else from now on. Problems 5430, 5432, 5437, 5450, 5451, 5453, 5454."""
    viewer = auth.viewer()
    act = official_acts.visible_act(viewer, act_id)
    viewer.require_somewhere(issuers.KEEP)
    official_acts.require_keeper(viewer, act)
    if request.method == "GET":
        return _correct_page(act, {**official_acts.as_form(act), "seen": str(act.changes)})
    try:
        new, reason = official_acts.corrected_from_form(viewer, act)
        with transaction.write() as session:
            row = session.get_one(OfficialAct, act_id)
            joined = act_changes.correct(session, viewer.actor, row, new, reason, _seen())
    except Problem as problem:
        return _correct_page(act, request.form.to_dict(), problem), status_of(problem.number)
    said = t("Đã đính chính; nội dung cũ vẫn đọc được.", "Corrected; what it said before stays readable.")
    if joined:
        said += " " + t(f"{num(joined)} viện dẫn được xác nhận.", f"{num(joined)} citations are confirmed.")
    flash(said, "ok")
    return redirect(url_for("official_acts.show", act_id=act_id))


def _correct_page(act: OfficialActRow, form: dict[str, str], problem: Problem | None = None) -> str:
    return render_template(
        "approvals/correct_act.html",
        act=act,
        form=form,
        problem=problem,
        wrong=official_acts.errors_of(problem, official_acts.CORRECTABLE),
    )


def _change(act_id: int, check: Check, change: Change) -> Any:
    """Do one change to an act that the viewer may see, or tell on its page why not."""
    viewer = auth.viewer()
    act = official_acts.visible_act(viewer, act_id)
    viewer.require_somewhere(issuers.KEEP)
    try:
        check(viewer, act)
        with transaction.write() as session:
            said = change(session, viewer, session.get_one(OfficialAct, act_id))
    except Problem as problem:
        return act_page(viewer, act_id, problem), status_of(problem.number)
    flash(said, "ok")
    return redirect(url_for("official_acts.show", act_id=act_id))


def _seen() -> int:
    """How many changes the form was made after; one that tells none fits no act."""
    told = whole_number(request.form.get("seen", ""))
    return -1 if told is None else told


def _reason() -> str:
    """Why, as the form says. Problem 1002 without."""
    told = nfc(request.form.get("reason", ""))[: official_acts.MOST_REASON]
    if not told:
        raise Problem(1002, fields=t("lý do", "reason"))
    return told
