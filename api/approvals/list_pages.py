"""Approved lists: an overview by commune, the versions of one list, one version with what changed."""

from __future__ import annotations

import io
from functools import partial
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, send_file, url_for
from flask_login import current_user
from sqlalchemy import ColumnElement, or_

from api.approvals import approved_lists, official_acts
from api.approvals.workbook import write_case_list
from api.shared import area_names
from api.shared.act_words import hands_of_decision
from api.web import auth, transaction
from api.web.language import minute, t
from api.web.paging import page_of
from survey.access.viewer import Viewer
from survey.approval import actions, lists, queries
from survey.approval.models import CaseList, OfficialAct
from survey.approval.rows import ListRow, ListVersion, OfficialActRow
from survey.areas.names import nfc
from survey.problems import Problem
from survey.registry.models import Household
from survey.standing import measures
from survey.standing import queries as standing
from survey.standing.approved_lists import area_lists
from survey.standing.models import StandingLine
from survey.trail import sealing

blueprint = Blueprint("approvals", __name__, url_prefix="/approvals")

PAGE_SIZE = 50
FIRST_YEAR, LAST_YEAR = 2000, 2100


@blueprint.get("")
def index() -> Any:
    """Every commune's list of a year: what it is now, its newest version, its act or *chưa có quyết định*."""
    viewer = auth.viewer()
    year = request.args.get("year", 0, type=int)
    year = year if FIRST_YEAR <= year <= LAST_YEAR else viewer.today.year
    above = official_acts.above(viewer, "paper.read", viewer.today) - viewer.areas("paper.read")
    seen = or_(viewer.visible(CaseList.area_code, "paper.read"), CaseList.area_code.in_(above))
    found = area_lists(
        viewer.session,
        viewer.areas("paper.read"),
        viewer.visible(Household.area_code, "paper.read"),
        year,
        viewer.today,
        queries.versions(viewer.session, seen, CaseList.year == year),
        above=above,
    )
    page = page_of(len(found), PAGE_SIZE)
    return render_template(
        "approvals/index.html",
        lists=found[page.offset : page.offset + page.size],
        counted=[one for one in found if one.is_commune],
        page=page,
        year=year,
        year_options=[(str(one), str(one)) for one in _years(viewer)],
        waiting=_waiting(viewer),
        sees_amounts=viewer.everywhere("amount.read", "paper.read"),
        wide=[
            code
            for code in area_names.own_areas(viewer, "paper.read")
            if area_names.named(viewer, code).level != "commune"
        ],
        unit_name=partial(approved_lists.unit_name, viewer),
    )


def _years(viewer: Viewer) -> list[int]:
    """Years to choose from, newest first."""
    return sorted({*queries.years(viewer.session), viewer.today.year}, reverse=True)


def _waiting(viewer: Viewer) -> int:
    """How many reviewed cases wait for approval where the viewer may approve."""
    right = "case.approve" if viewer.can("case.approve") else "decision.enter"
    visible = viewer.visible(StandingLine.area_code, right)
    return standing.count(viewer.session, visible, measures.condition("reviewed", viewer.today))


def _of_list(viewer: Viewer, code: str, year: int) -> tuple[ColumnElement[bool], ...]:
    """Conditions for the versions of one list. Problem 1004 where the viewer may not read it."""
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise Problem(1004, what=str(year))
    return CaseList.area_code == approved_lists.list_area(viewer, code), CaseList.year == year


@blueprint.get("/lists/<code>/<int:year>")
def show_list(code: str, year: int) -> Any:
    """The versions of one list, and what has changed since the newest."""
    viewer = auth.viewer()
    return _list_page(viewer, code, year)


def _list_page(viewer: Viewer, code: str, year: int, problem: Problem | None = None) -> str:
    versions = queries.versions(viewer.session, *_of_list(viewer, code, year))
    last = queries.newest_version(viewer.session, code, year)
    sees = approved_lists.sight(viewer, code)
    found, left, rows = approved_lists.changes(viewer, code, year, last)
    return render_template(
        "approvals/list.html",
        code=code,
        year=year,
        name=approved_lists.unit_name(viewer, code),
        versions=versions,
        last=last,
        changes=approved_lists.told(viewer, found, left, sees),
        rows=rows,
        undecided=_undecided(viewer, code, year, rows),
        total_vnd=lists.total_vnd(rows),
        sees=sees,
        may_freeze=viewer.may("official_act.keep", code) and area_names.exists(viewer, code),
        acts=official_acts.offered_acts(viewer),
        problem=problem,
    )


def _undecided(viewer: Viewer, code: str, year: int, rows: list[ListRow]) -> int:
    """How many households of today's list no official act carries."""
    decided = queries.decisions_of(viewer.session, code, year, viewer.today, now=rows)
    return sum(1 for row in rows if row.case_id not in decided)


@blueprint.post("/lists/<code>/<int:year>")
def freeze(code: str, year: int) -> Any:
    """Make the next version with a reason. Problems 5433, 5434, 1002."""
    viewer = auth.viewer()
    _of_list(viewer, code, year)
    viewer.require("official_act.keep", code)
    reason = nfc(request.form.get("reason", ""))[:500]
    try:
        if not reason:
            raise Problem(1002, fields=t("lý do", "reason"))
        act_id = _chosen_act(viewer)
        with transaction.write() as session:
            approved_lists.freeze(viewer, session, code, year, reason=reason, official_act_id=act_id)
    except Problem as problem:
        return _list_page(viewer, code, year, problem), 400
    flash(t("Đã lập phiên bản mới của danh sách.", "A new version of the list was made."), "ok")
    return redirect(url_for("approvals.show_list", code=code, year=year))


def _chosen_act(viewer: Viewer) -> int | None:
    """The act chosen in the form, if it is one the viewer may see. Problem 1004."""
    chosen = request.form.get("official_act", "")
    if not chosen:
        return None
    number = int(chosen) if chosen.isascii() and chosen.isdigit() and len(chosen) < 10 else 0
    return official_acts.visible_act(viewer, number).id


def _version(viewer: Viewer, code: str, year: int, number: int) -> ListVersion:
    _of_list(viewer, code, year)
    found = queries.version(viewer.session, code, year, number)
    if found is None:
        raise Problem(1004, what=f"{code} · {year} · {number}")
    return found


@blueprint.get("/lists/<code>/<int:year>/<int:number>")
def show_version(code: str, year: int, number: int) -> Any:
    """One frozen version: its rows, its differences from the one before, whether its hash still holds."""
    viewer = auth.viewer()
    found = _version(viewer, code, year, number)
    before = queries.version(viewer.session, code, year, number - 1)
    sees = approved_lists.sight(viewer, code)
    page = page_of(len(found.rows), PAGE_SIZE)
    decided = _decided(viewer, found)
    return render_template(
        "approvals/version.html",
        code=code,
        year=year,
        name=approved_lists.unit_name(viewer, code, found.head.made_at.date()),
        version=found,
        head=found.head,
        rows=approved_lists.shown(viewer, found.rows, decided, sees, page.offset, page.size),
        undecided=sum(1 for row in found.rows if row.case_id not in decided),
        page=page,
        changes=approved_lists.told(
            viewer, lists.differences(before.rows if before else (), found.rows), found.left, sees
        )
        if before
        else [],
        sees=sees,
        doubt=approved_lists.chain_note(found.head.act),
        decisions=queries.decisions_behind(viewer.session, [row.case_id for row in found.rows]),
        hands=hands_of_decision,
        may_attach=viewer.may("official_act.keep", code),
        acts=official_acts.offered_acts(viewer),
    )


def _decided(viewer: Viewer, found: ListVersion) -> dict[str, OfficialActRow]:
    """The act that carries each case of a version, as known by that version."""
    head = found.head
    return queries.decisions_of(viewer.session, head.area_code, head.year, viewer.today, until=head.id)


@blueprint.post("/lists/<code>/<int:year>/<int:number>/act")
def attach(code: str, year: int, number: int) -> Any:
    """Say which official act carries a version. Problem 1004."""
    viewer = auth.viewer()
    found = _version(viewer, code, year, number)
    viewer.require("official_act.keep", code)
    act_id = _chosen_act(viewer)
    if act_id is None:
        raise Problem(1002, fields=t("văn bản", "official act"))
    with transaction.write() as session:
        actions.attach_act(session, viewer.actor, found.head.id, session.get_one(OfficialAct, act_id))
    flash(t("Đã gắn văn bản với phiên bản này.", "The official act now carries this version."), "ok")
    return redirect(url_for("approvals.show_version", code=code, year=year, number=number))


@blueprint.get("/lists/<code>/<int:year>/<int:number>.xlsx")
def workbook(code: str, year: int, number: int) -> Any:
    """One version as a workbook, names and money by right, with its hash on a hidden sheet."""
    viewer = auth.viewer()
    found = _version(viewer, code, year, number)
    sees = approved_lists.sight(viewer, code)
    buffer = io.BytesIO()
    write_case_list(
        viewer,
        buffer,
        found,
        approved_lists.shown(viewer, found.rows, _decided(viewer, found), sees),
        area_name=approved_lists.unit_name(viewer, code, found.head.made_at.date()),
        sees=sees,
        exported=f"{minute(viewer.now)} · {current_user.full_name}",
        checkpoint=sealing.newest(viewer.session),
    )
    buffer.seek(0)
    name = f"danh-sach-{found.head.area_code}-{year}-phien-ban-{number}.xlsx"
    return send_file(buffer, as_attachment=True, download_name=name)
