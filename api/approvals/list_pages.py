"""Approved lists: an overview by commune, the versions of one list, one version with what changed."""

from __future__ import annotations

import io
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, send_file
from flask_login import current_user
from sqlalchemy import ColumnElement

from api.approvals import approved_lists, official_acts
from api.approvals.workbook import write_case_list
from api.shared import area_names
from api.web import auth, clock, transaction
from api.web.extensions import db
from api.web.language import minute, t
from api.web.paging import page_of
from survey.approval import actions, lists, queries
from survey.approval.models import CaseList, OfficialAct
from survey.approval.rows import ActRow, ListRow, ListVersion
from survey.areas.names import nfc
from survey.problems import Problem
from survey.registry.models import Household

blueprint = Blueprint("approvals", __name__, url_prefix="/approvals")

PAGE_SIZE = 50
FIRST_YEAR, LAST_YEAR = 2000, 2100


@blueprint.get("")
def index() -> Any:
    """Every commune's list of a year: what it is now, its newest version, its act or *chưa có quyết định*."""
    year = request.args.get("year", 0, type=int)
    year = year if FIRST_YEAR <= year <= LAST_YEAR else clock.today().year
    found = queries.area_lists(
        db.session(),
        auth.visible(Household.area_code, "paper.read"),
        auth.visible(CaseList.area_code, "paper.read"),
        year,
        clock.today(),
        above=official_acts.above("paper.read", clock.today()) - auth.areas("paper.read"),
    )
    page = page_of(len(found), PAGE_SIZE)
    return render_template(
        "approvals/index.html",
        lists=found[page.offset : page.offset + page.size],
        counted=[one for one in found if one.is_commune],
        page=page,
        year=year,
        year_options=[(str(one), str(one)) for one in _years()],
        waiting=_waiting(),
        sees_amounts=auth.everywhere("amount.read", "paper.read"),
        wide=[
            code for code in area_names.own_areas("paper.read") if area_names.named(code).level != "commune"
        ],
        unit_name=approved_lists.unit_name,
    )


def _years() -> list[int]:
    """Years to choose from, newest first."""
    return sorted({*queries.years(db.session()), clock.today().year}, reverse=True)


def _waiting() -> int:
    """How many reviewed cases wait for approval where the viewer may approve."""
    visible = auth.visible(Household.area_code, "case.approve")
    return queries.count_waiting(db.session(), visible) if auth.can("case.approve") else 0


def _of_list(code: str, year: int) -> tuple[ColumnElement[bool], ...]:
    """Conditions for the versions of one list. Problem 1004 where the viewer may not read it."""
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise Problem(1004, what=str(year))
    return CaseList.area_code == approved_lists.list_area(code), CaseList.year == year


@blueprint.get("/lists/<code>/<int:year>")
def show_list(code: str, year: int) -> Any:
    """The versions of one list, and what has changed since the newest."""
    return _list_page(code, year)


def _list_page(code: str, year: int, problem: Problem | None = None) -> str:
    versions = queries.versions(db.session(), *_of_list(code, year))
    last = queries.newest_version(db.session(), code, year)
    sees = approved_lists.viewer(code)
    found, left, rows = approved_lists.changes(code, year, last)
    return render_template(
        "approvals/list.html",
        code=code,
        year=year,
        name=approved_lists.unit_name(code),
        versions=versions,
        last=last,
        changes=approved_lists.told(found, left, sees),
        rows=rows,
        undecided=_undecided(code, year, rows),
        total_vnd=lists.total_vnd(rows),
        sees=sees,
        may_freeze=auth.may("official_act.keep", code) and area_names.exists(code),
        acts=_offered_acts(),
        problem=problem,
    )


def _undecided(code: str, year: int, rows: list[ListRow]) -> int:
    """How many households of today's list no official act carries."""
    decided = queries.decisions_of(db.session(), code, year, clock.today(), now=rows)
    return sum(1 for row in rows if row.case_id not in decided)


def _offered_acts() -> list[tuple[str, str]]:
    """Acts to choose from, the newest first."""
    found = queries.acts(db.session(), official_acts.visible_acts(), limit=200)
    return [(str(act.id), f"{act.name} · {act.signed_on:%d/%m/%Y} · {act.issuer}") for act in found]


@blueprint.post("/lists/<code>/<int:year>")
def freeze(code: str, year: int) -> Any:
    """Make the next version with a reason. Problems 5433, 5434, 1002."""
    _of_list(code, year)
    auth.require("official_act.keep", code)
    reason = nfc(request.form.get("reason", ""))[:500]
    try:
        if not reason:
            raise Problem(1002, fields=t("lý do", "reason"))
        act_id = _chosen_act()
        with transaction.write() as session:
            approved_lists.freeze(session, code, year, reason=reason, official_act_id=act_id)
    except Problem as problem:
        return _list_page(code, year, problem), 400
    flash(t("Đã lập phiên bản mới của danh sách.", "A new version of the list was made."), "ok")
    return redirect(f"/approvals/lists/{code}/{year}")


def _chosen_act() -> int | None:
    """The act chosen in the form, if it is one the viewer may see. Problem 1004."""
    chosen = request.form.get("official_act", "")
    if not chosen:
        return None
    number = int(chosen) if chosen.isascii() and chosen.isdigit() and len(chosen) < 10 else 0
    return official_acts.visible_act(number).id


def _version(code: str, year: int, number: int) -> ListVersion:
    _of_list(code, year)
    found = queries.version(db.session(), code, year, number)
    if found is None:
        raise Problem(1004, what=f"{code} · {year} · {number}")
    return found


@blueprint.get("/lists/<code>/<int:year>/<int:number>")
def show_version(code: str, year: int, number: int) -> Any:
    """One frozen version: its rows, its differences from the one before, whether its hash still holds."""
    found = _version(code, year, number)
    before = queries.version(db.session(), code, year, number - 1)
    sees = approved_lists.viewer(code)
    page = page_of(len(found.rows), PAGE_SIZE)
    decided = _decided(found)
    return render_template(
        "approvals/version.html",
        code=code,
        year=year,
        name=approved_lists.unit_name(code, found.head.made_at.date()),
        version=found,
        head=found.head,
        rows=approved_lists.shown(found.rows, decided, sees, page.offset, page.size),
        undecided=sum(1 for row in found.rows if row.case_id not in decided),
        page=page,
        changes=approved_lists.told(
            lists.differences(before.rows if before else (), found.rows), found.left, sees
        )
        if before
        else [],
        sees=sees,
        doubt=approved_lists.chain_note(found.head.act),
        may_attach=auth.may("official_act.keep", code),
        acts=_offered_acts(),
    )


def _decided(found: ListVersion) -> dict[str, ActRow]:
    """The act that carries each case of a version, as known by that version."""
    head = found.head
    return queries.decisions_of(db.session(), head.area_code, head.year, clock.today(), until=head.id)


@blueprint.post("/lists/<code>/<int:year>/<int:number>/act")
def attach(code: str, year: int, number: int) -> Any:
    """Say which official act carries a version. Problem 1004."""
    found = _version(code, year, number)
    auth.require("official_act.keep", code)
    act_id = _chosen_act()
    if act_id is None:
        raise Problem(1002, fields=t("văn bản", "official act"))
    with transaction.write() as session:
        actions.attach_act(session, auth.actor(), found.head.id, session.get_one(OfficialAct, act_id))
    flash(t("Đã gắn văn bản với phiên bản này.", "The official act now carries this version."), "ok")
    return redirect(f"/approvals/lists/{code}/{year}/{number}")


@blueprint.get("/lists/<code>/<int:year>/<int:number>.xlsx")
def workbook(code: str, year: int, number: int) -> Any:
    """One version as a workbook, names and money by right, with its hash on a hidden sheet."""
    found = _version(code, year, number)
    sees = approved_lists.viewer(code)
    buffer = io.BytesIO()
    write_case_list(
        buffer,
        found,
        approved_lists.shown(found.rows, _decided(found), sees),
        area_name=approved_lists.unit_name(code, found.head.made_at.date()),
        sees=sees,
        exported=f"{minute(clock.now())} · {current_user.full_name}",
    )
    buffer.seek(0)
    name = f"danh-sach-{found.head.area_code}-{year}-phien-ban-{number}.xlsx"
    return send_file(buffer, as_attachment=True, download_name=name)
