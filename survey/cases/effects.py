"""What each kind of act changes on a case beside its state, and its own conditions. Pure.

Each function takes where the case stands and the move, and returns the fields of `Progress` to change;
a condition that fails is a problem: 5403 posting not over, 5404 open objection, 5405 unknown objection or
obstacle, 5406 payment, 5407 recovery, 5408 confirmation missing, 5409 posting's end, 5410 new survey first.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from survey.cases.rows import CaseEvent, Open, Progress
from survey.problems import Problem

Changes = dict[str, Any]


def _registration(progress: Progress, move: CaseEvent) -> Changes:
    """Đăng ký thực hiện trong năm: the year, and new building or repair as the household asks."""
    return {"year": move.values.get("year"), "works_kind": move.values.get("works_kind"), "reason": None}


def _non_registration(progress: Progress, move: CaseEvent) -> Changes:
    """A signed statement of not registering (cam kết không đăng ký), with its reason."""
    return {"reason": move.values.get("reason"), "year": move.values.get("year") or progress.year}


def _meeting(progress: Progress, move: CaseEvent) -> Changes:
    """The village meeting (họp bình xét) confirms the kind of works."""
    return {"works_kind": move.values.get("works_kind") or progress.works_kind}


def _posting(progress: Progress, move: CaseEvent) -> Changes:
    """Niêm yết công khai: from the day of the act until a last day. Problem 5409."""
    until = _date(move.values.get("until"))
    if until is None or until < move.done_on:
        raise Problem(5409, done_on=_day(move.done_on), until=_day(until))
    return {"posted_from": move.done_on, "posted_until": until}


def _return(progress: Progress, move: CaseEvent) -> Changes:
    """Trả lại để bổ sung: where it came from is where it goes on."""
    return {"returned_from": progress.state, "reason": move.values.get("reason")}


def _resubmission(progress: Progress, move: CaseEvent) -> Changes:
    return {"returned_from": None, "reason": None}


def _closing(progress: Progress, move: CaseEvent) -> Changes:
    return {"reason": move.values.get("reason")}


def _approval(progress: Progress, move: CaseEvent) -> Changes:
    """Phê duyệt: after the posting is over and every objection answered. Problems 5403, 5404."""
    if progress.posted_until and move.done_on <= progress.posted_until:
        raise Problem(5403, done_on=_day(move.done_on), until=_day(progress.posted_until))
    if progress.objections:
        raise Problem(5404, since=_day(progress.objections[0].since))
    return {
        "approved_on": move.done_on,
        "programme": move.values.get("programme"),
        "amount_vnd": move.values.get("amount_vnd"),
        "reason": None,
    }


def _start(progress: Progress, move: CaseEvent) -> Changes:
    return {"started_on": move.done_on}


def _stage(progress: Progress, move: CaseEvent) -> Changes:
    return {"finished_on": move.done_on} if move.outcome == "finished" else {}


def _handover(progress: Progress, move: CaseEvent) -> Changes:
    """Bàn giao: only with the household's own confirmation. Problem 5408."""
    if not move.values.get("household_confirms"):
        raise Problem(5408)
    return {}


def _withdrawal(progress: Progress, move: CaseEvent) -> Changes:
    """Đưa ra khỏi danh sách; what was paid in advance must come back."""
    due = max(0, progress.paid_vnd - progress.recovered_vnd)
    return {"reason": move.values.get("reason"), "recovery_due_vnd": due}


def _objection(progress: Progress, move: CaseEvent) -> Changes:
    """Phản ánh, kiến nghị: open until it is answered."""
    values = move.values
    found = Open(
        move.act_id, move.done_on, values.get("about", ""), assessment_id=values.get("assessment_id")
    )
    return {"objections": (*progress.objections, found)}


def _objection_answer(progress: Progress, move: CaseEvent) -> Changes:
    """The answer to an objection; upheld about the house, it needs a new survey. Problems 5405, 5410."""
    answered, rest = _take(progress.objections, move.values.get("objection"))
    if move.done_on < answered.since:
        raise Problem(5402, done_on=_day(move.done_on), since=_day(answered.since))
    about_house = answered.kind == "eligibility" and move.outcome == "upheld"
    if about_house and move.values.get("assessment_id") == answered.assessment_id:
        raise Problem(5410)
    return {"objections": rest}


def _obstacle(progress: Progress, move: CaseEvent) -> Changes:
    """Vướng mắc: its kind, which body leads, until when."""
    values = move.values
    found = Open(
        move.act_id, move.done_on, values.get("kind", ""), values.get("lead"), _date(values.get("due"))
    )
    return {"obstacles": (*progress.obstacles, found)}


def _obstacle_end(progress: Progress, move: CaseEvent) -> Changes:
    _, rest = _take(progress.obstacles, move.values.get("obstacle"))
    return {"obstacles": rest}


def _payment(progress: Progress, move: CaseEvent) -> Changes:
    """A tranche (đợt) paid; each once. Problem 5406."""
    tranche, amount = move.values["tranche"], move.values["amount_vnd"]
    if progress.approved_on and move.done_on < progress.approved_on:
        raise Problem(5402, done_on=_day(move.done_on), since=_day(progress.approved_on))
    if tranche in progress.tranches:
        raise Problem(5406, tranche=tranche)
    return {"tranches": (*progress.tranches, tranche), "paid_vnd": progress.paid_vnd + amount}


def _recovery(progress: Progress, move: CaseEvent) -> Changes:
    """Money that came back (thu hồi), never more than is due. Problem 5407."""
    amount = move.values["amount_vnd"]
    if move.done_on < progress.since:
        raise Problem(5402, done_on=_day(move.done_on), since=_day(progress.since))
    if amount > progress.recovery_due_vnd:
        raise Problem(5407, amount_vnd=amount, due_vnd=progress.recovery_due_vnd)
    return {
        "recovered_vnd": progress.recovered_vnd + amount,
        "recovery_due_vnd": progress.recovery_due_vnd - amount,
    }


def _take(found: tuple[Open, ...], act_id: str | None) -> tuple[Open, tuple[Open, ...]]:
    """The open thing an act names (the only one, if it names none), and the others. Problem 5405."""
    named = [one for one in found if act_id in (None, one.act_id)]
    if not named or (act_id is None and len(named) > 1):
        raise Problem(5405, open=len(found))
    return named[0], tuple(one for one in found if one is not named[0])


def _day(value: date | None) -> str:
    return f"{value:%d/%m/%Y}" if value else "?"


def _date(value: Any) -> date | None:
    """A date of a step's values, which are JSON."""
    return date.fromisoformat(value) if isinstance(value, str) else value


EFFECTS: dict[str, Callable[[Progress, CaseEvent], Changes]] = {
    "registration": _registration,
    "non_registration": _non_registration,
    "meeting": _meeting,
    "posting": _posting,
    "return": _return,
    "resubmission": _resubmission,
    "rejection": _closing,
    "approval": _approval,
    "start": _start,
    "stage": _stage,
    "handover": _handover,
    "withdrawal": _withdrawal,
    "objection": _objection,
    "objection_answer": _objection_answer,
    "obstacle": _obstacle,
    "obstacle_end": _obstacle_end,
    "payment": _payment,
    "recovery": _recovery,
}
