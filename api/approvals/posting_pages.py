"""Postings as staff see them: what is posted, its page on the web, and what people wrote there."""

from __future__ import annotations

import uuid
from functools import partial
from typing import Any

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for

from api.cases import recording
from api.forms.parsing import parse
from api.shared import area_names
from api.web import auth, transaction
from api.web.errors import status_of
from api.web.language import t, word
from api.web.paging import page_of
from survey.access.viewer import Viewer
from survey.approval import postings
from survey.approval.models import NoticePage, PublicObjection
from survey.approval.rows import PublicNotice
from survey.areas.names import nfc
from survey.cases.models import Act
from survey.keyset import Window
from survey.problems import Problem
from survey.questionnaire import load_form
from survey.standing import queries as standing
from survey.standing.models import StandingLine

blueprint = Blueprint("postings", __name__, url_prefix="/approvals/postings")

MOST_HOUSES = 500
ABOUT = ("missing_from_list", "eligibility", "works_kind", "amount", "quality", "other")


@blueprint.get("")
def index() -> Any:
    """Postings of the viewer's areas, the newest first."""
    viewer = auth.viewer()
    visible = viewer.visible(Act.area_code, "paper.read")
    page = page_of(postings.count_postings(viewer.session, visible))
    return render_template(
        "approvals/postings.html",
        postings=postings.postings(viewer.session, visible, offset=page.offset, limit=page.size),
        page=page,
        today=viewer.today,
        is_on=is_on(),
        area_name=partial(area_names.area_name, viewer),
        sees_objections=viewer.can("inbox.read"),
    )


def is_on() -> bool:
    """Whether the province turned postings on the web on."""
    on: bool = current_app.config["SETTINGS"].public_postings
    return on


def _posting(viewer: Viewer, act_id: str) -> PublicNotice:
    found = postings.posting(viewer.session, act_id, viewer.visible(Act.area_code, "paper.read"))
    if found is None:
        raise Problem(1004, what=act_id[:36])
    return found


@blueprint.get("/<act_id>")
def show(act_id: str) -> Any:
    """One posting: its households, its page, the objections that came by it."""
    viewer = auth.viewer()
    return _page(viewer, act_id)


def _page(viewer: Viewer, act_id: str, problem: Problem | None = None) -> str:
    found = _posting(viewer, act_id)
    sees_objections = viewer.may("inbox.read", found.area_code)
    written = (
        postings.objections(viewer.session, NoticePage.posting_id == found.act_id) if sees_objections else []
    )
    may_settle = viewer.may("posting.publish", found.area_code)
    return render_template(
        "approvals/posting.html",
        posting=found,
        houses=postings.houses(viewer.session, found.act_id, viewer.today),
        place=area_names.area_name(viewer, found.area_code),
        area_name=partial(area_names.area_name, viewer),
        names=viewer.may("person.read", found.area_code),
        amounts=viewer.may("amount.read", found.area_code),
        address=f"{request.host_url}p/{found.token}" if found.token else None,
        is_on=is_on(),
        is_over=found.until < viewer.today,
        may_publish=may_settle,
        sees_objections=sees_objections,
        objections=written,
        household_options=_houses_nearby(viewer, found) if may_settle and written else [],
        about_options=[(code, word(f"objection_about.{code}")) for code in ABOUT],
        problem=problem,
    )


def _houses_nearby(viewer: Viewer, found: PublicNotice) -> list[tuple[str, str]]:
    """Households an objection may be about: those posted, then the others of the village or commune."""
    visible = viewer.visible(StandingLine.area_code, "case.record")
    inside = area_names.inside(viewer, StandingLine.area_code, found.area_code)
    nearby = Window(standing.PLACE, MOST_HOUSES)
    houses = standing.houses_in(
        viewer.session, visible, *inside, on=viewer.today, names=True, amounts=False, window=nearby
    )
    posted = {house.household_id for house in postings.houses(viewer.session, found.act_id, viewer.today)}
    unknown, is_posted = t("chưa rõ tên", "name unknown"), t("có trong danh sách", "on the list")
    named = [
        (
            house.household_id,
            f"{house.head_name or unknown} · {area_names.area_name(viewer, house.village_code)}"
            + (f" · {is_posted}" if house.household_id in posted else ""),
        )
        for house in houses.rows
    ]
    return [("", "–"), *sorted(named, key=lambda option: option[0] not in posted)]


# --- the page on the web


@blueprint.post("/<act_id>/publish")
def publish(act_id: str) -> Any:
    """Put a posting on the web. Problems 5448 switched off, 5441, 5442."""
    viewer = auth.viewer()
    found = _posting(viewer, act_id)
    viewer.require("posting.publish", found.area_code)
    try:
        if not is_on():
            raise Problem(5448)
        with transaction.write() as session:
            postings.publish(session, viewer.actor, _posting(viewer, act_id))
    except Problem as problem:
        return _page(viewer, act_id, problem), status_of(problem.number)
    flash(t("Đã đăng trang niêm yết.", "The posting is on the web."), "ok")
    return redirect(url_for("postings.show", act_id=found.act_id))


@blueprint.post("/<act_id>/withdraw")
def withdraw(act_id: str) -> Any:
    """Take the page of a posting off the web at once."""
    viewer = auth.viewer()
    found = _posting(viewer, act_id)
    viewer.require("posting.publish", found.area_code)
    if found.publication_id is not None:
        with transaction.write() as session:
            postings.withdraw(session, viewer.actor, session.get_one(NoticePage, found.publication_id))
    flash(t("Đã gỡ trang niêm yết.", "The page was withdrawn."), "ok")
    return redirect(url_for("postings.show", act_id=found.act_id))


# --- objections from the web


def _written(viewer: Viewer, objection_id: int) -> tuple[PublicObjection, NoticePage]:
    """One objection in an area whose postings the viewer may publish. Problem 1004, 6005."""
    found = postings.objections(
        viewer.session,
        PublicObjection.id == objection_id,
        viewer.visible(NoticePage.area_code, "paper.read"),
    )
    if not found:
        raise Problem(1004, what=str(objection_id))
    viewer.require("posting.publish", found[0][1].area_code)
    return found[0]


@blueprint.post("/objections/<int:objection_id>/act")
def make_act(objection_id: int) -> Any:
    """Turn what somebody wrote into an objection of a household. Problems 5420, 5444."""
    viewer = auth.viewer()
    _, page = _written(viewer, objection_id)
    done_on = request.form.get("done_on") or viewer.today.isoformat()
    payload = {
        "household": request.form.get("household", ""),
        "done_on": parse(load_form("objection").questions["done_on"], done_on),
        "about": request.form.get("about", ""),
        "channel": "web",
        "content": nfc(request.form.get("content", ""))[:2000],
    }
    try:
        with transaction.write() as session:
            written, page = _written(viewer, objection_id)
            act_id = str(uuid.uuid5(uuid.NAMESPACE_OID, f"{page.token}/{written.id}"))
            if written.name:
                payload["objector"] = written.name
            postings.settle_objection(session, viewer.actor, written, page, act_id=act_id)
            recording.record_within(viewer, session, "objection", payload, act_id=act_id)
    except Problem as problem:
        return _page(viewer, page.posting_id, problem), status_of(problem.number)
    flash(t("Đã chuyển thành phản ánh của hộ.", "It is an objection of the household now."), "ok")
    return redirect(url_for("postings.show", act_id=page.posting_id))


@blueprint.post("/objections/<int:objection_id>/settle")
def settle(objection_id: int) -> Any:
    """Close what somebody wrote with a reason: it names no household, or says thanks. Problems 1002, 5444."""
    viewer = auth.viewer()
    _, page = _written(viewer, objection_id)
    reason = nfc(request.form.get("reason", ""))[:300]
    try:
        if not reason:
            raise Problem(1002, fields=t("lý do", "reason"))
        with transaction.write() as session:
            written, page = _written(viewer, objection_id)
            postings.settle_objection(session, viewer.actor, written, page, reason=reason)
    except Problem as problem:
        return _page(viewer, page.posting_id, problem), status_of(problem.number)
    flash(t("Đã xử lý phản ánh.", "The objection is settled."), "ok")
    return redirect(url_for("postings.show", act_id=page.posting_id))
