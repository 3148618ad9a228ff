"""Approve: the reviewed cases that wait, many at once, with the act that says so; new versions follow."""

from __future__ import annotations

import hashlib
import uuid
from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session

from api.approvals import approved_lists, official_acts
from api.cases import recording
from api.shared import area_names
from api.web import auth, transaction
from api.web.errors import status_of
from api.web.intake_context import book_in_force
from api.web.language import current, day, num, t, word
from api.web.paging import keyset_page
from survey.access.viewer import Viewer
from survey.approval import actions, queries
from survey.approval.chain import Chain, chain_on, signing_unit
from survey.approval.models import OfficialAct
from survey.approval.rows import WaitingCase
from survey.areas import queries as areas
from survey.areas.names import nfc
from survey.assessment.judging import for_approval
from survey.keyset import Slice, Window
from survey.law import Assessment
from survey.problems import Problem
from survey.standing import measures
from survey.standing import queries as standing
from survey.standing.models import StandingLine

blueprint = Blueprint("approving", __name__, url_prefix="/approvals/approve")

NOTHING_NEW = 5433
PAGE_SIZE = 100
MOST_TOLD = 10


@dataclass(frozen=True, slots=True)
class Candidate:
    """A case that waits, the chain that approves it, and why it cannot be approved now (if so)."""

    case: WaitingCase
    chain: Chain | None
    refusal: str | None


@blueprint.get("")
def index() -> Any:
    """What waits for approval in the viewer's areas, by village."""
    viewer = auth.viewer()
    return _page(viewer)


def _page(viewer: Viewer, problem: Problem | None = None) -> Any:
    viewer.require_somewhere("case.approve")
    on = _done_on() or viewer.today
    conditions = _conditions(viewer)
    reviewed = measures.condition("reviewed", viewer.today)
    page = keyset_page(
        standing.count(viewer.session, reviewed, *conditions),
        standing.PLACE,
        partial(_waiting, viewer, conditions),
        PAGE_SIZE,
    )
    candidates = [_candidate(viewer, case, on) for case in page.rows]
    return render_template(
        "approvals/approve.html",
        candidates=candidates,
        ready=sum(1 for one in candidates if one.refusal is None),
        page=page,
        area_code=request.values.get("area", ""),
        area_options=_area_options(viewer),
        chosen=set(request.form.getlist("household")),
        everything=request.args.get("all") == "yes",
        sees_amounts=viewer.everywhere("amount.read", "case.approve"),
        chains=list(dict.fromkeys(one.chain for one in candidates if one.chain)),
        on=on,
        act_id=str(uuid.uuid4()),
        acts=official_acts.offered_acts(viewer),
        issuers=official_acts.issuer_options(viewer),
        form=request.form,
        wrong=official_acts.errors_of(problem),
        area_name=partial(area_names.area_name, viewer),
        problem=problem,
        seen=problem.details.get("seen", "") if problem else "",
    )


def _conditions(viewer: Viewer) -> list[ColumnElement[bool]]:
    """Where the viewer may approve, inside the area the page is filtered by. Problem 1004."""
    area_code = request.values.get("area") or None
    if area_code:
        area_names.visible_area(viewer, area_code, "case.approve")
    column = StandingLine.area_code
    return [viewer.visible(column, "case.approve"), *area_names.inside(viewer, column, area_code)]


def _waiting(viewer: Viewer, conditions: list[ColumnElement[bool]], window: Window) -> Slice:
    return standing.reviewed(
        viewer.session,
        *conditions,
        on=_done_on() or viewer.today,
        names=viewer.everywhere("person.read", "case.approve"),
        amounts=viewer.everywhere("amount.read", "case.approve"),
        window=window,
    )


def _area_options(viewer: Viewer) -> list[tuple[str, str]]:
    """The viewer's areas and what lies right under them, down to villages."""
    tree = areas.tree(viewer.session, viewer.today)
    options = []
    for own in area_names.own_areas(viewer, "case.approve"):
        options.append((own, tree.names[own].name))
        for below in tree.below.get(own, ()):
            options.append((below, f"{tree.names[below].name}"))
            if tree.names[below].level == "district":
                options += [(code, f"– {tree.names[code].name}") for code in tree.below.get(below, ())]
    return options


# --- who signs


def _candidate(viewer: Viewer, case: WaitingCase, on: date) -> Candidate:
    try:
        chain = chain_on(case.programme, on)
    except Problem as problem:
        return Candidate(case, None, problem.message(current()))
    return Candidate(case, chain, _refusal(viewer, case, chain.list_body, on))


def _refusal(viewer: Viewer, case: WaitingCase, body: str, on: date) -> str | None:
    """Why this case cannot be approved by the viewer on that day, in words."""
    if case.objections:
        return t("còn phản ánh chưa trả lời", "an objection is open")
    if case.posted_until and on <= case.posted_until:
        return t("còn niêm yết đến hết ", "posted until the end of ") + day(case.posted_until)
    if _commune(viewer, case.area_code) is None:
        return t("chưa rõ thuộc xã nào", "commune unknown")
    tree = areas.tree(viewer.session, viewer.today)
    if not viewer.may("case.approve", signing_unit(tree, case.area_code, body)):
        return t("do cấp ", "approved by the ") + word(f"level.{body}") + t(" phê duyệt", "")
    return None


def _commune(viewer: Viewer, area_code: str | None) -> str | None:
    return queries.commune_of(areas.tree(viewer.session, viewer.today), area_code)


# --- approving


@blueprint.post("")
def approve() -> Any:
    """Approve the chosen households and freeze the lists they come to stand on; all of it or nothing."""
    viewer = auth.viewer()
    viewer.require_somewhere("case.approve")
    try:
        count, frozen = _approve(viewer)
    except Problem as problem:
        return _page(viewer, problem), status_of(problem.number)
    flash(
        t(f"Đã phê duyệt {count} hộ và lập phiên bản danh sách mới.", f"{count} households approved."), "ok"
    )
    if len(frozen) != 1:
        return redirect(url_for("approvals.index"))
    code, year = frozen[0][:2]
    return redirect(url_for("approvals.show_list", code=code, year=year))


def _approve(viewer: Viewer) -> tuple[int, list[tuple[str, int]]]:
    """One transaction: the act of approval a body, the official act, the new list versions."""
    done_on = _done_on()
    if done_on is None:
        raise Problem(1002, fields=t("ngày phê duyệt", "day of approval"))
    wanted = sorted(set(request.form.getlist("household")))
    if len(wanted) > PAGE_SIZE:
        raise Problem(5463, got=len(wanted), limit=PAGE_SIZE)
    with transaction.write() as session:
        conditions = [*_conditions(viewer), StandingLine.household_id.in_(wanted)]
        cases = standing.reviewed(session, *conditions, on=done_on, names=False, amounts=True).rows
        if not cases or len(cases) != len(wanted):
            raise Problem(5435)
        _check_results(viewer, session, cases, done_on)
        _record(viewer, session, cases, done_on)
        act_id = _official_act(viewer, session)
        return len(cases), _freeze(viewer, session, cases, done_on, act_id)


def _check_results(viewer: Viewer, session: Session, cases: list[WaitingCase], done_on: date) -> None:
    """What will be recorded is what stood on the page: an interview may have come since, the day be another.

    Problems 5467 a programme that had ended; 5466 another result, told once.
    """
    book = book_in_force(session)
    made = for_approval(session, [case.household_id for case in cases], book, done_on)
    ended, others = [], []
    for case in cases:
        found = made.get(case.household_id)
        told = found.made if found else None
        if told is not None and told.lapses_on is not None and told.lapses_on <= done_on:
            ended.append((case, told))
        elif told is not None and (told.programme, told.amount_vnd) != (case.programme, case.amount_vnd):
            others.append((case, told))
    if ended:
        raise Problem(5467, count=len(ended), on=day(done_on), **_told_of(viewer, ended))
    seen = _seen(done_on, others)
    if others and request.form.get("seen") != seen:
        raise Problem(5466, count=len(others), on=day(done_on), seen=seen, **_told_of(viewer, others))


def _seen(done_on: date, others: list[tuple[WaitingCase, Assessment]]) -> str:
    """A mark of what was told, so that the same is not told twice and something else is."""
    told = sorted((case.household_id, made.programme, made.amount_vnd) for case, made in others)
    return hashlib.sha256(repr((done_on, told)).encode()).hexdigest()


def _told_of(viewer: Viewer, found: list[tuple[WaitingCase, Assessment]]) -> dict[str, str]:
    """The households by place, with what is paid now and on the day; amounts by right."""
    shown = []
    for case, made in found[:MOST_TOLD]:
        place = area_names.area_name(viewer, case.area_code)
        sees = viewer.may("amount.read", case.area_code)
        amounts = f": {num(case.amount_vnd)} → {num(made.amount_vnd)} đồng" if sees else ""
        shown.append(f"{place}{amounts}")
    text = "; ".join(shown) + (" …" if len(found) > MOST_TOLD else "")
    return {"told_vi": text, "told_en": text}


def _record(viewer: Viewer, session: Session, cases: list[WaitingCase], done_on: date) -> None:
    """One approval for each body that approves some of them, by programme and day."""
    by_body: defaultdict[str, list[str]] = defaultdict(list)
    for case in cases:
        by_body[chain_on(case.programme, done_on).list_body].append(case.household_id)
    given = _uuid(request.form.get("act_id"))
    for body, households in sorted(by_body.items()):
        payload = {
            "done_on": done_on.isoformat(),
            "body": body,
            "households": [{"household": household} for household in households],
        }
        recording.record_within(viewer, session, "approval", payload, act_id=str(uuid.uuid5(given, body)))


def _uuid(text: str | None) -> uuid.UUID:
    """The id made with the form; a new one where it was lost."""
    try:
        return uuid.UUID(text or "")
    except ValueError:
        return uuid.uuid4()


def _official_act(viewer: Viewer, session: Session) -> int | None:
    """The official act chosen or entered with the approval; None is *chưa có quyết định*."""
    chosen = request.form.get("official_act", "")
    if chosen == "new":
        return official_acts.keep_from_form(viewer, session)[0].id
    if not chosen:
        return None
    number = int(chosen) if chosen.isascii() and chosen.isdigit() and len(chosen) < 10 else 0
    official_acts.visible_act(viewer, number)
    return session.get_one(OfficialAct, number).id


def _freeze(
    viewer: Viewer, session: Session, cases: list[WaitingCase], done_on: date, act_id: int | None
) -> list[tuple[str, int]]:
    """A new version of every list (commune, year) that a household joined. Problem 5436 without commune."""
    lists = {(_commune(viewer, case.area_code), case.year or done_on.year) for case in cases}
    placeless = [case for case in cases if _commune(viewer, case.area_code) is None]
    if placeless:
        raise Problem(5436, count=len(placeless))
    remark = nfc(request.form.get("reason", ""))[:400]
    reason = f"Phê duyệt ngày {done_on:%d/%m/%Y}" + (f": {remark}" if remark else "")
    joined = sorted((code, year) for code, year in lists if code)
    for commune, year in joined:
        _freeze_one(viewer, session, commune, year, reason, act_id)
    return joined


def _freeze_one(
    viewer: Viewer, session: Session, commune: str, year: int, reason: str, act_id: int | None
) -> None:
    """A new version; where a household only came back after a revocation, the one there is stands."""
    try:
        approved_lists.freeze(viewer, session, commune, year, reason=reason, official_act_id=act_id)
    except Problem as problem:
        last = queries.newest_version(session, commune, year)
        if problem.number != NOTHING_NEW or last is None:
            raise
        if act_id is not None:
            actions.attach_act(session, viewer.actor, last.head.id, session.get_one(OfficialAct, act_id))


def _done_on() -> date | None:
    return official_acts.day_of(request.form.get("done_on"))
