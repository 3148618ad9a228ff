"""Official acts (văn bản): the list, keeping one with its scan, what it carries, its totals."""

from __future__ import annotations

from functools import partial
from typing import Any

from flask import Blueprint, current_app, flash, redirect, render_template, request, send_file, url_for
from sqlalchemy import and_

from api.approvals import approved_lists, official_acts
from api.shared import area_names
from api.web import auth, scan_files, transaction
from api.web.errors import status_of
from api.web.language import t
from api.web.paging import page_of
from survey.access.viewer import Viewer
from survey.approval import actions, queries
from survey.approval.models import EVERY, AllocationTarget, CaseList, OfficialAct, OfficialActFile
from survey.approval.rows import NewTarget
from survey.areas.names import nfc
from survey.problems import Problem
from survey.spelling import whole_number

blueprint = Blueprint("official_acts", __name__, url_prefix="/approvals/acts")

WORKS_KINDS = (EVERY, "new", "repair")
MOST_HOUSEHOLDS, MOST_VND = 1_000_000, 10**15


@blueprint.get("")
def index() -> Any:
    """Acts the viewer may see, the newest first."""
    viewer = auth.viewer()
    condition = official_acts.visible_acts(viewer)
    page = page_of(queries.count_acts(viewer.session, condition))
    found = queries.acts(viewer.session, condition, offset=page.offset, limit=page.size)
    return render_template(
        "approvals/acts.html",
        acts=found,
        scanned=queries.scanned(viewer.session, [act.id for act in found]),
        page=page,
        may_keep=viewer.can("official_act.keep"),
    )


@blueprint.route("/new", methods=["GET", "POST"])
def new() -> Any:
    """Keep one act. Problems 5430 to 5432, 5437, 5438."""
    viewer = auth.viewer()
    viewer.require_somewhere("official_act.keep")
    if request.method == "GET":
        return _new_page(viewer)
    try:
        with transaction.write() as session:
            act_id = official_acts.keep_from_form(viewer, session).id
    except Problem as problem:
        return _new_page(viewer, problem), status_of(problem.number)
    flash(t("Đã lưu văn bản.", "The official act is kept."), "ok")
    return redirect(url_for("official_acts.show", act_id=act_id))


def _new_page(viewer: Viewer, problem: Problem | None = None) -> str:
    return render_template(
        "approvals/new_act.html",
        problem=problem,
        wrong=official_acts.errors_of(problem),
        form=request.form,
        issuers=official_acts.issuers(viewer),
        today=viewer.today,
    )


@blueprint.get("/<int:act_id>")
def show(act_id: int) -> Any:
    """One act: what it says, its scans, the lists and totals it carries."""
    viewer = auth.viewer()
    return _page(viewer, act_id)


def _page(viewer: Viewer, act_id: int, problem: Problem | None = None) -> str:
    act = official_acts.visible_act(viewer, act_id)
    carried = and_(CaseList.official_act_id == act_id, viewer.visible(CaseList.area_code, "paper.read"))
    readable = viewer.visible(OfficialActFile.area_code, "paper.read")
    return render_template(
        "approvals/act.html",
        act=act,
        doubt=approved_lists.chain_note(act),
        files=queries.files(viewer.session, act_id, readable),
        is_scanned=bool(queries.scanned(viewer.session, [act_id])),
        lists=queries.versions(viewer.session, carried),
        targets=queries.targets(
            viewer.session, act_id, viewer.visible(AllocationTarget.area_code, "paper.read")
        ),
        may_keep=viewer.can("official_act.keep"),
        sees_amounts=viewer.everywhere("amount.read", "paper.read"),
        own_areas=[
            (code, area_names.named(viewer, code).name)
            for code in area_names.own_areas(viewer, "official_act.keep")
        ],
        programme_options=official_acts.programme_options(viewer),
        works_kinds=WORKS_KINDS,
        year=viewer.today.year,
        unit_name=partial(approved_lists.unit_name, viewer),
        form=request.form,
        problem=problem,
    )


@blueprint.post("/<int:act_id>/files")
def add_file(act_id: int) -> Any:
    """Add a scan to an act that came without one. Problems 5438, 1003, 1002."""
    viewer = auth.viewer()
    official_acts.visible_act(viewer, act_id)
    viewer.require_somewhere("official_act.keep")
    try:
        with transaction.write() as session:
            added = official_acts.add_file_from_form(viewer, session, session.get_one(OfficialAct, act_id))
        if not added and not request.files.get("file"):
            raise Problem(1002, fields=t("tệp", "file"))
    except Problem as problem:
        return _page(viewer, act_id, problem), status_of(problem.number)
    flash(t("Đã lưu bản quét.", "The scan is kept."), "ok")
    return redirect(url_for("official_acts.show", act_id=act_id))


@blueprint.get("/<int:act_id>/files/<sha256>")
def file(act_id: int, sha256: str) -> Any:
    """One scan, to save and never to run here, for those who may see the area it was added for."""
    viewer = auth.viewer()
    official_acts.visible_act(viewer, act_id)
    readable = viewer.visible(OfficialActFile.area_code, "paper.read")
    found = queries.files(viewer.session, act_id, readable, OfficialActFile.sha256 == sha256)
    folder = current_app.config["SETTINGS"].data_folder
    if not found or not scan_files.path_of(folder, sha256, found[0].kind).exists():
        raise Problem(1004, what=sha256[:12])
    kind = found[0].kind
    response = send_file(
        scan_files.path_of(folder, sha256, kind),
        mimetype=scan_files.MIME_TYPES[kind],
        as_attachment=True,
        download_name=f"van-ban-{act_id}-{sha256[:8]}.{kind}",
        max_age=0,
    )
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.cache_control.private = True
    return response


@blueprint.post("/<int:act_id>/targets")
def put_target(act_id: int) -> Any:
    """Keep a total that the act sets, or correct it. Problem 5439."""
    viewer = auth.viewer()
    official_acts.visible_act(viewer, act_id)
    viewer.require_somewhere("official_act.keep")
    try:
        wanted = _target(viewer)
        with transaction.write() as session:
            act = session.get_one(OfficialAct, act_id)
            if queries.target_of(session, act_id, wanted) is not None:
                viewer.require("official_act.keep", act.issuer_code)  # nobody below changes its totals
            actions.put_target(session, viewer.actor, act, wanted)
    except Problem as problem:
        return _page(viewer, act_id, problem), status_of(problem.number)
    flash(t("Đã ghi chỉ tiêu.", "The target is kept."), "ok")
    return redirect(url_for("official_acts.show", act_id=act_id))


def _target(viewer: Viewer) -> NewTarget:
    """The total in the form. Problem 5439 names what is wrong."""
    form = request.form
    code = nfc(form.get("area", ""))
    year, households, amount_vnd = (
        whole_number(form.get(name, "")) for name in ("year", "households", "amount_vnd")
    )
    programme, works_kind = form.get("programme", EVERY), form.get("works_kind", EVERY)
    faults = {
        t("địa bàn", "area"): area_names.exists(viewer, code) and viewer.may("official_act.keep", code),
        t("năm", "year"): year is not None and 2000 <= year <= 2100,
        t("chương trình", "programme"): programme == EVERY
        or programme in dict(official_acts.programme_options(viewer)),
        t("hình thức", "works kind"): works_kind in WORKS_KINDS,
        t("số hộ", "households"): households is not None and 0 <= households <= MOST_HOUSEHOLDS,
        t("số tiền", "money"): amount_vnd is not None and 0 <= amount_vnd <= MOST_VND,
    }
    wrong = [name for name, is_right in faults.items() if not is_right]
    if wrong or year is None or households is None or amount_vnd is None:
        raise Problem(5439, fields=", ".join(wrong))
    return NewTarget(code, year, programme, works_kind, households, amount_vnd)
