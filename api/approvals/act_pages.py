"""Official acts (văn bản): the list, keeping or citing one with its scan, what it carries, its totals."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from flask import Blueprint, current_app, flash, redirect, render_template, request, send_file, url_for
from sqlalchemy import ColumnElement, and_, or_

from api.approvals import approved_lists, official_acts
from api.shared import area_names
from api.web import auth, scan_files, transaction
from api.web.errors import status_of
from api.web.language import t, word
from api.web.paging import page_of
from survey.access.viewer import Viewer
from survey.approval import act_changes, actions, issuers, queries
from survey.approval.models import EVERY, AllocationTarget, CaseList, OfficialAct, OfficialActFile
from survey.approval.rows import NewTarget, OfficialActRow
from survey.areas.names import nfc
from survey.problems import Problem
from survey.spelling import whole_number

blueprint = Blueprint("official_acts", __name__, url_prefix="/approvals/acts")

WORKS_KINDS = (EVERY, "new", "repair")
MOST_HOUSEHOLDS, MOST_VND = 1_000_000, 10**15


FILTERS = ("waiting", "second", "cited", "declined", "before", "withdrawn")
"""What the list can be narrowed to: what waits for the viewer, and acts by their state."""


@blueprint.get("")
def index() -> Any:
    """Acts the viewer may see, the newest first, narrowed by number or issuer and by what is to be done."""
    viewer = auth.viewer()
    asked, show = nfc(request.args.get("q", ""))[:60], request.args.get("show", "")
    conditions = [official_acts.visible_acts(viewer), _shown(viewer, show), *_searched(asked)]
    page = page_of(queries.count_acts(viewer.session, *conditions))
    found = queries.acts(viewer.session, *conditions, offset=page.offset, limit=page.size)
    return render_template(
        "approvals/acts.html",
        acts=found,
        scanned=queries.scanned(viewer.session, [act.id for act in found]),
        page=page,
        asked=asked,
        show=show,
        filters=_filter_options(),
        may_keep=viewer.can("official_act.keep"),
    )


def _filter_options() -> list[tuple[str, str]]:
    """The choices of the list, each by its name."""
    return [
        ("", t("tất cả", "all")),
        ("waiting", t("chờ đơn vị tôi xác nhận", "waiting for my unit")),
        ("second", t("chờ người thứ hai xác nhận", "waiting for a second person")),
        *((state, word(f"official_act_state.{state}")) for state in FILTERS[2:]),
    ]


def _shown(viewer: Viewer, show: str) -> ColumnElement[bool]:
    """What is listed; a citation that its issuer confirmed stands with the issuer's act."""
    if show == "waiting":
        return issuers.waiting(viewer)
    if show == "second":
        return issuers.for_a_second(viewer)
    if show in FILTERS:
        return OfficialAct.state == show
    return OfficialAct.state != "joined"


def _searched(asked: str) -> list[ColumnElement[bool]]:
    """Acts whose number, symbol or issuer holds what was typed; a database lowers no Vietnamese letter."""
    if not asked:
        return []
    name = OfficialAct.number.concat("/").concat(OfficialAct.symbol)
    texts = dict.fromkeys((asked, asked.upper(), asked.capitalize()))
    return [
        or_(
            *(
                column.icontains(text, autoescape=True)
                for column in (name, OfficialAct.issuer)
                for text in texts
            )
        )
    ]


@blueprint.route("/new", methods=["GET", "POST"])
def new() -> Any:
    """Keep one act, or cite one of another unit; `cited`: the citation that its issuer now enters.

    Problems 5430 to 5432, 5437, 5438.
    """
    viewer = auth.viewer()
    viewer.require_somewhere("official_act.keep")
    if request.method == "GET":
        cited = request.args.get("cited", type=int)
        return _new_page(
            viewer, official_acts.as_form(official_acts.visible_act(viewer, cited)) if cited else {}
        )
    try:
        with transaction.write() as session:
            act, joined = official_acts.keep_from_form(viewer, session)
            act_id, said = act.id, official_acts.told(act, joined)
    except Problem as problem:
        return _new_page(viewer, request.form, problem), status_of(problem.number)
    flash(said, "ok")
    return redirect(url_for("official_acts.show", act_id=act_id))


def _new_page(viewer: Viewer, form: Mapping[str, str], problem: Problem | None = None) -> str:
    return render_template(
        "approvals/new_act.html",
        problem=problem,
        wrong=official_acts.errors_of(problem),
        form=form,
        issuers=official_acts.issuer_options(viewer),
    )


@blueprint.get("/<int:act_id>")
def show(act_id: int) -> Any:
    """One act: how it stands and what became of it, its scans, the lists and totals it carries."""
    viewer = auth.viewer()
    return act_page(viewer, act_id)


def act_page(viewer: Viewer, act_id: int, problem: Problem | None = None) -> str:
    """The page of an act; what rests on a citation that was joined to it rests on it."""
    act = official_acts.visible_act(viewer, act_id)
    joined = queries.acts(viewer.session, OfficialAct.joined_id == act_id)
    all_ids = [act_id, *(one.id for one in joined)]
    carried = and_(CaseList.official_act_id.in_(all_ids), viewer.visible(CaseList.area_code, "paper.read"))
    readable = viewer.visible(OfficialActFile.area_code, "paper.read")
    return render_template(
        "approvals/act.html",
        act=act,
        doubt=approved_lists.chain_note(act),
        changes=queries.events(viewer.session, act_id),
        issued=official_acts.visible_or_none(viewer, act.joined_id),
        joined=[(one, act_changes.differences(one, act)) for one in joined],
        alike=_alike(viewer, act),
        files=queries.files(viewer.session, all_ids, readable),
        is_scanned=bool(queries.scanned(viewer.session, all_ids)),
        lists=queries.versions(viewer.session, carried),
        targets=queries.targets(
            viewer.session, act_id, viewer.visible(AllocationTarget.area_code, "paper.read")
        ),
        may_keep=viewer.can("official_act.keep"),
        is_issuer=issuers.speaks_for(viewer, act.issuer_code),
        is_keeper=official_acts.is_keeper(viewer, act),
        is_second=official_acts.is_second(viewer, act),
        is_outside=act.issuer_code in queries.outside(viewer.session, viewer.today),
        sets_targets=official_acts.sets_targets(viewer, act),
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


def _alike(viewer: Viewer, act: OfficialActRow) -> list[OfficialActRow]:
    """The issuer's own acts that a citation with another day or symbol may mean: those of the same number."""
    if act.state not in act_changes.CITATIONS or not issuers.speaks_for(viewer, act.issuer_code):
        return []
    of_issuer = and_(OfficialAct.issuer_code == act.issuer_code, OfficialAct.state == "issued")
    found = queries.acts(viewer.session, of_issuer, OfficialAct.number.endswith(act.number.lstrip("0")))
    wanted = act_changes.identity(act.number, "")
    return [one for one in found if act_changes.identity(one.number, "") == wanted]


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
        return act_page(viewer, act_id, problem), status_of(problem.number)
    flash(t("Đã lưu bản quét.", "The scan is kept."), "ok")
    return redirect(url_for("official_acts.show", act_id=act_id))


@blueprint.get("/<int:act_id>/files/<sha256>")
def file(act_id: int, sha256: str) -> Any:
    """One scan, to save and never to run here, for those who may see the area it was added for."""
    viewer = auth.viewer()
    official_acts.visible_act(viewer, act_id)
    readable = viewer.visible(OfficialActFile.area_code, "paper.read")
    found = queries.files(viewer.session, [act_id], readable, OfficialActFile.sha256 == sha256)
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
    """Keep a total that the act sets, or correct it. Problems 5439, 5450 to 5452."""
    viewer = auth.viewer()
    row = official_acts.visible_act(viewer, act_id)
    viewer.require_somewhere("official_act.keep")
    try:
        if not official_acts.sets_targets(viewer, row):
            raise Problem(5450 if row.is_sure else 5452, unit=row.issuer)
        wanted = _target(viewer)
        with transaction.write() as session:
            actions.put_target(session, viewer.actor, session.get_one(OfficialAct, act_id), wanted)
    except Problem as problem:
        return act_page(viewer, act_id, problem), status_of(problem.number)
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
