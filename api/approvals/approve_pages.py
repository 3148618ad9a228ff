"""Approve: the reviewed cases that wait, many at once, by one of two doors; new list versions follow.

Whoever has the authority signs here, with their password once more; or a clerk of the deciding unit enters
what was signed on paper, and another one compares it (compare_pages).
"""

from __future__ import annotations

import hashlib
import uuid
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_login import current_user
from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session

from api.approvals import approved_lists, official_acts
from api.approvals import compare_pages as compare
from api.cases import recording
from api.shared import area_names
from api.shared.flag_words import flag_text
from api.web import auth, transaction
from api.web.errors import status_of
from api.web.intake_context import book_in_force, intake_context
from api.web.language import current, day, num, t, word
from api.web.paging import keyset_page
from survey.access.models import CAPACITIES
from survey.access.viewer import Viewer
from survey.approval.chain import Chain, chain_on, signing_unit
from survey.approval.duties import DECIDED
from survey.approval.models import OfficialAct
from survey.approval.queries import not_usable
from survey.approval.rows import USABLE, WaitingCase
from survey.areas import queries as areas
from survey.areas.names import nfc
from survey.assessment.judging import for_approval
from survey.cases import queries as cases
from survey.intake.acts import NOT_FOUND_ENTITLED
from survey.intake.apart import Conflict, look
from survey.intake.queries import TO_COMPARE
from survey.keyset import Slice, Window
from survey.law import Assessment
from survey.problems import Problem
from survey.standing import measures
from survey.standing import queries as standing
from survey.standing.models import StandingLine

blueprint = Blueprint("approving", __name__, url_prefix="/approvals/approve")

PAGE_SIZE = 100
MOST_TOLD = 10
LATER = "later"
"""Chosen in the place of an act: the decision will be added by a day."""
OF_A_RULE = ("rule_unverified",)
"""Flags about the text of a rule: they stand at all households alike, looking at one house tells nothing."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A case that waits, the chain that approves it, why it cannot be approved now (if so), and what a person
    should look at first: each flag's words with its code.
    """

    case: WaitingCase
    chain: Chain | None
    refusal: str | None
    flags: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_plain(self) -> bool:
        """Whether nothing is to be looked at: such households may be chosen together."""
        return self.case.outcome == "entitled" and set(self.flags.values()) <= set(OF_A_RULE)


@blueprint.get("")
def index() -> Any:
    """What waits for approval in the viewer's areas, by village."""
    viewer = auth.viewer()
    return _page(viewer)


def _right(viewer: Viewer) -> str:
    """By which right somebody is here: to sign, else to enter what was signed. Problem 6005."""
    if viewer.can("case.approve") or not viewer.can("decision.enter"):
        viewer.require_somewhere("case.approve")
        return "case.approve"
    return "decision.enter"


def _page(viewer: Viewer, problem: Problem | None = None) -> Any:
    right = _right(viewer)
    on = _done_on() or viewer.today
    conditions = _conditions(viewer)
    reviewed = measures.condition("reviewed", viewer.today)
    page = keyset_page(
        standing.count(viewer.session, reviewed, *conditions),
        standing.PLACE,
        partial(_waiting, viewer, conditions),
        PAGE_SIZE,
    )
    apart = _apart(viewer, [case.household_id for case in page.rows])
    entered = compare.entered(viewer)
    waiting = set().union(*entered) if right != "case.approve" else set()
    told = _flags(viewer, page.rows)
    candidates = [
        replace(_candidate(viewer, case, on, apart, waiting), flags=told.get(case.case_id, {}))
        for case in page.rows
    ]
    plain = sum(1 for one in candidates if one.refusal is None and one.is_plain)
    ready = [one.case for one in candidates if one.refusal is None]
    return render_template(
        "approvals/approve.html",
        candidates=candidates,
        ready=len(ready),
        plain=plain,
        ready_vnd=sum(case.amount_vnd or 0 for case in ready),
        flagged=sum(1 for case in ready if case.flags),
        contrary=sum(1 for case in ready if (case.outcome or "not_assessed") in NOT_FOUND_ENTITLED),
        signs=right == "case.approve",
        waiting=len(entered),
        capacities=[("", t("người đứng đầu", "the head"))]
        + [(one, word(f"capacity.{one}")) for one in CAPACITIES],
        page=page,
        area_code=request.values.get("area", ""),
        area_options=_area_options(viewer),
        chosen=set(request.form.getlist("household")),
        everything=request.args.get("all") == "yes",
        sees_amounts=viewer.everywhere("amount.read", _right(viewer)),
        chains=list(dict.fromkeys(one.chain for one in candidates if one.chain)),
        on=on,
        act_id=str(uuid.uuid4()),
        acts=official_acts.offered_acts(viewer),
        issuers=official_acts.issuer_options(viewer),
        form=request.form,
        is_new=request.form.get("official_act") == "new" or official_acts.is_typed(),
        wrong=official_acts.errors_of(problem),
        area_name=partial(area_names.area_name, viewer),
        problem=problem,
        seen=problem.details.get("seen", "") if problem else "",
    )


def _flags(viewer: Viewer, waiting: list[WaitingCase]) -> dict[str, dict[str, str]]:
    """What is to be looked at in each case: words -> the flag's code; amounts by right."""
    amounts = viewer.everywhere("amount.read", _right(viewer))
    found = cases.flags_of(viewer.session, [case.case_id for case in waiting if case.flags])
    return {
        case_id: {flag_text(flag, amounts=amounts): flag["code"] for flag in flags}
        for case_id, flags in found.items()
    }


def _conditions(viewer: Viewer) -> list[ColumnElement[bool]]:
    """Where the viewer may approve, inside the area the page is filtered by. Problem 1004."""
    area_code = request.values.get("area") or None
    if area_code:
        area_names.visible_area(viewer, area_code, _right(viewer))
    column = StandingLine.area_code
    return [viewer.visible(column, _right(viewer)), *area_names.inside(viewer, column, area_code)]


def _waiting(viewer: Viewer, conditions: list[ColumnElement[bool]], window: Window) -> Slice:
    return standing.reviewed(
        viewer.session,
        *conditions,
        on=_done_on() or viewer.today,
        names=viewer.everywhere("person.read", _right(viewer)),
        amounts=viewer.everywhere("amount.read", _right(viewer)),
        window=window,
    )


def _area_options(viewer: Viewer) -> list[tuple[str, str]]:
    """The viewer's areas and what lies right under them, down to villages."""
    tree = areas.tree(viewer.session, viewer.today)
    options = []
    for own in area_names.own_areas(viewer, _right(viewer)):
        options.append((own, tree.names[own].name))
        for below in tree.below.get(own, ()):
            options.append((below, f"{tree.names[below].name}"))
            if tree.names[below].level == "district":
                options += [(code, f"– {tree.names[code].name}") for code in tree.below.get(below, ())]
    return options


# --- who signs


def _apart(viewer: Viewer, household_ids: list[str]) -> dict[str, Conflict]:
    """The households that whoever signs here may not decide, because of what they did for them before."""
    if _right(viewer) != "case.approve" or not household_ids:
        return {}
    context = intake_context(viewer)
    seen = look(viewer.session, viewer.user_id, DECIDED, household_ids, context, received_on=viewer.today)
    return {one.household_id: one for one in seen.conflicts if one.allowance is None}


def _candidate(
    viewer: Viewer, case: WaitingCase, on: date, apart: Mapping[str, Conflict], entered: set[str]
) -> Candidate:
    if case.household_id in apart:
        return Candidate(case, None, apart[case.household_id].problem.message(current()))
    if case.household_id in entered:
        return Candidate(case, None, t("đã nhập, chờ đối chiếu bản ký", "entered, waits to be compared"))
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
    if approved_lists.commune_of(viewer, case.area_code) is None:
        return t("chưa rõ thuộc xã nào", "commune unknown")
    tree = areas.tree(viewer.session, viewer.today)
    if not viewer.may(_right(viewer), signing_unit(tree, case.area_code, body)):
        return t("do cấp ", "approved by the ") + word(f"level.{body}") + t(" phê duyệt", "")
    return None


# --- approving


@blueprint.post("")
def approve() -> Any:
    """Approve the chosen households and freeze the lists they come to stand on; or enter what was signed.

    Households that this account may not decide are left out and told why; of the others all or none.
    """
    viewer = auth.viewer()
    signs = _right(viewer) == "case.approve"
    try:
        if signs:
            auth.check_current_password(current_user.account, request.form.get("password", ""))
        done = _approve(viewer, signs)
    except Problem as problem:
        return _page(viewer, problem), status_of(problem.number)
    _tell(viewer, done, signs)
    if not signs:
        return redirect(url_for("comparing.index"))
    if len(done.frozen) != 1 or done.left_out:
        return redirect(url_for("approvals.index"))
    code, year = done.frozen[0][:2]
    return redirect(url_for("approvals.show_list", code=code, year=year))


@dataclass(frozen=True, slots=True)
class Approved:
    """How many were approved (or entered), which were left out and why, the lists that got a version; the day
    the decision was signed, and how many were reviewed only after it.
    """

    count: int
    left_out: list[tuple[WaitingCase, Conflict]]
    frozen: list[tuple[str, int]]
    signed_on: date | None
    reviewed_later: int


def _tell(viewer: Viewer, done: Approved, signs: bool) -> None:
    """What was done, and of each household left out which duty stands against it and in whose hands it is."""
    if signs:
        flash(
            t(
                f"Đã phê duyệt {done.count} hộ và lập phiên bản danh sách mới.",
                f"{done.count} households approved.",
            ),
            "ok",
        )
    else:
        flash(
            t(
                f"Đã nhập quyết định cho {done.count} hộ; chờ người khác đối chiếu đúng bản ký.",
                f"Entered for {done.count} households; somebody else compares it with the signed paper.",
            ),
            "ok",
        )
    if done.reviewed_later:
        signed, count = day(done.signed_on), num(done.reviewed_later)
        flash(
            t(
                f"Quyết định ký ngày {signed}, trước ngày rà soát của {count} hộ; xem lại ngày ký.",
                f"Signed on {signed}, before {count} households were reviewed; check the day it was signed.",
            ),
            "warn",
        )
    for case, conflict in done.left_out[:MOST_TOLD]:
        who = ": ".join(filter(None, (area_names.area_name(viewer, case.area_code), case.head_name)))
        flash(f"{who}. {conflict.problem.message(current())}", "warn")
    if more := done.left_out[MOST_TOLD:]:
        flash(t(f"… và {len(more)} hộ khác chưa được phê duyệt.", f"… and {len(more)} others."), "warn")


def _approve(viewer: Viewer, signs: bool) -> Approved:
    """One transaction: the official act, the act of approval a body, the new list versions."""
    done_on = _done_on()
    if done_on is None:
        raise Problem(1002, fields=t("ngày phê duyệt", "day of approval"))
    wanted = sorted(set(request.form.getlist("household")))
    if len(wanted) > PAGE_SIZE:
        raise Problem(5463, got=len(wanted), limit=PAGE_SIZE)
    with transaction.write() as session:
        conditions = [*_conditions(viewer), StandingLine.household_id.in_(wanted)]
        names = viewer.everywhere("person.read", _right(viewer))
        chosen = standing.reviewed(session, *conditions, on=done_on, names=names, amounts=True).rows
        is_entered = not signs and any(of_one & set(wanted) for of_one in compare.entered(viewer))
        if not chosen or len(chosen) != len(wanted) or is_entered:
            raise Problem(5435)
        apart = _apart(viewer, wanted)
        left_out = [(case, apart[case.household_id]) for case in chosen if case.household_id in apart]
        chosen = [case for case in chosen if case.household_id not in apart]
        if not chosen:
            raise Problem(5490, count=len(left_out))
        _check_results(viewer, session, chosen, done_on)
        due_on = _due_on(viewer) if signs else None
        act = None if due_on else _official_act(viewer, session)
        if signs and not (act or due_on):
            raise Problem(5497)
        act_id, signed_on = (act.id, act.signed_on) if act else (None, None)
        _record(viewer, session, chosen, done_on, act_id, signs)
        remark = nfc(request.form.get("reason", ""))[:400]
        frozen = (
            approved_lists.freeze_joined(viewer, session, chosen, done_on, act_id, remark, due_on)
            if signs
            else []
        )
        later = sum(1 for case in chosen if signed_on and signed_on < case.since)
        return Approved(len(chosen), left_out, frozen, signed_on, later)


def _check_results(viewer: Viewer, session: Session, chosen: list[WaitingCase], done_on: date) -> None:
    """What will be recorded is what stood on the page: an interview may have come since, the day be another.

    Problems 5467 a programme that had ended; 5466 another result, told once.
    """
    book = book_in_force(session)
    made = for_approval(session, [case.household_id for case in chosen], book, done_on)
    ended, others = [], []
    for case in chosen:
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


def _record(
    viewer: Viewer,
    session: Session,
    chosen: list[WaitingCase],
    done_on: date,
    act_id: int | None,
    signs: bool,
) -> None:
    """One approval for each body that approves some of them, by programme and day."""
    by_body: defaultdict[str, list[str]] = defaultdict(list)
    for case in chosen:
        by_body[chain_on(case.programme, done_on).list_body].append(case.household_id)
    given = _uuid(request.form.get("act_id"))
    for body, households in sorted(by_body.items()):
        payload = {
            "done_on": done_on.isoformat(),
            "body": body,
            "households": [{"household": household} for household in households],
            "official_act": act_id,
            "against_reason": nfc(request.form.get("against_reason", ""))[:1000],
        }
        if not signs:
            payload |= {name: nfc(request.form.get(name, ""))[:120] for name in ("signed_by", "capacity")}
        told = {name: value for name, value in payload.items() if value not in (None, "")}
        recording.record_within(
            viewer,
            session,
            "approval",
            told,
            act_id=str(uuid.uuid5(given, body)),
            awaits=None if signs else TO_COMPARE,
        )


def _uuid(text: str | None) -> uuid.UUID:
    """The id made with the form; a new one where it was lost."""
    try:
        return uuid.UUID(text or "")
    except ValueError:
        return uuid.uuid4()


def _due_on(viewer: Viewer) -> date | None:
    """The day by which the decision is promised, where nothing says what it is. Problems 5496, 5498."""
    chosen, typed = request.form.get("official_act", ""), request.form.get("decision_due", "").strip()
    if chosen not in ("", LATER) or not (chosen or typed):
        return None
    if official_acts.is_typed():
        if chosen == LATER:
            raise Problem(5496)
        return None
    due_on = official_acts.day_of(typed)
    if due_on is None or due_on < viewer.today:
        raise Problem(5498, today=day(viewer.today))
    return due_on


def _official_act(viewer: Viewer, session: Session) -> OfficialAct | None:
    """The official act chosen or entered with the approval; None is *chưa có quyết định*.

    Problems 5496 where another act is typed beside the chosen one, 5458 where the chosen one does not stand;
    a scan is added to it.
    """
    chosen = request.form.get("official_act", "")
    if chosen == "new" or (not chosen and official_acts.is_typed()):
        return official_acts.keep_from_form(viewer, session)[0]
    if chosen in ("", LATER):
        return None
    number = int(chosen) if chosen.isascii() and chosen.isdigit() and len(chosen) < 10 else 0
    if official_acts.is_another_typed(official_acts.visible_act(viewer, number)):
        raise Problem(5496)
    act = session.get_one(OfficialAct, number)
    if act.state not in USABLE:
        raise not_usable(act)
    official_acts.add_file_from_form(viewer, session, act)
    return act


def _done_on() -> date | None:
    return official_acts.day_of(request.form.get("done_on"))
