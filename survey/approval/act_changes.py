"""What becomes of an official act after it was kept; every change is an event, and nothing said is lost."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, aliased

from survey.access.audit import record
from survey.access.rows import Actor
from survey.approval import queries
from survey.approval.models import OfficialAct, OfficialActEvent, UnitOutside
from survey.approval.rows import NewOfficialAct, OfficialActRow
from survey.areas.names import folded_name, normal_name
from survey.db import add_once
from survey.problems import Problem
from survey.words import both

CITATIONS = ("cited", "before", "declined")
"""States of an act that its issuer has not entered."""
JOINABLE = (*CITATIONS, "confirmed")
"""The same with what a second person confirmed for it while it was outside the program."""
CORRECTED = {
    "issued": "issued",
    "confirmed": "cited",
    "cited": "cited",
    "before": "cited",
    "declined": "cited",
}
"""What a corrected act is: the issuer's stays its own, whatever another unit says waits anew."""
WITHDRAWN = {"issued": "withdrawn", **dict.fromkeys(("confirmed", *CITATIONS), "uncited")}


def identity(number: str, symbol: str) -> tuple[str, str]:
    """Number and symbol as they are compared: 0407/qd-ubnd is 407/QĐ-UBND."""
    return folded_name(number).replace(" ", "").lstrip("0"), folded_name(symbol).replace(" ", "")


def same_acts(
    session: Session, issuer_code: str, number: str, symbol: str, signed_on: date, *states: str
) -> list[OfficialAct]:
    """Acts in these states of the same issuer, number, symbol and day, however they were typed."""
    of_day = select(OfficialAct).where(
        OfficialAct.issuer_code == issuer_code,
        OfficialAct.signed_on == signed_on,
        OfficialAct.state.in_(states),
    )
    wanted = identity(number, symbol)
    found = session.scalars(of_day.order_by(OfficialAct.id))
    return [act for act in found if identity(act.number, act.symbol) == wanted]


def differences(citation: OfficialAct | OfficialActRow, act: OfficialAct | OfficialActRow) -> tuple[str, ...]:
    """The fields in which a citation says otherwise than the issuer."""
    found = (
        [] if identity(citation.number, citation.symbol) == identity(act.number, act.symbol) else ["act_name"]
    )
    found += [] if citation.signed_on == act.signed_on else ["signed_on"]
    for field in ("subject", "signer"):
        told = getattr(citation, field)
        if told and normal_name(told) != normal_name(getattr(act, field) or ""):
            found.append(field)
    return tuple(found)


def correct(
    session: Session, actor: Actor, act: OfficialAct, new: NewOfficialAct, reason: str, seen: int
) -> int:
    """Let an act say something else from now on; the event keeps what it said. Gives how many it joined.

    Problems 5430 future day, 5432 kept already, 5451 its state, 5453 changed meanwhile, 5454 nothing changed.
    """
    if new.signed_on > actor.today:
        raise Problem(5430, signed_on=f"{new.signed_on:%d/%m/%Y}", today=f"{actor.today:%d/%m/%Y}")
    state = _allowed(act, CORRECTED)
    before = (act.number, act.symbol, act.signed_on, act.signer, act.subject)
    if before == (new.number, new.symbol, new.signed_on, new.signer, new.subject):
        raise Problem(5454)
    refuse_double(session, new, *(("issued",) if state == "issued" else ("cited", "declined")), but=act.id)
    old = dict(zip(("number", "symbol", "signed_on", "signer", "subject"), before, strict=True))
    _event(session, actor, act, "corrected", seen, reason=reason, before=old)
    act.number, act.symbol, act.signed_on = new.number, new.symbol, new.signed_on
    act.signer, act.subject, act.state = new.signer, new.subject, state
    if not add_once(session, act):
        raise kept_already(new)
    if state == "issued":
        return len(join_same(session, actor, act))
    for issued in same_acts(session, act.issuer_code, act.number, act.symbol, act.signed_on, "issued"):
        join(session, actor, act, issued, act.changes)
        return 1
    return 0


def refuse_double(session: Session, new: NewOfficialAct, *states: str, but: int | None = None) -> None:
    """Problem 5432 for an act that its issuer entered, and for a second citation by the same unit."""
    known = same_acts(session, new.issuer_code, new.number, new.symbol, new.signed_on, *states)
    if any(act.id != but and (act.state == "issued" or act.area_code == new.area_code) for act in known):
        raise kept_already(new)


def wrong_state(act: OfficialAct) -> Problem:
    """Problem 5451: an act in this state does not allow it."""
    return Problem(5451, name=f"{act.number}/{act.symbol}", **both("state", "official_act_state", act.state))


def kept_already(new: NewOfficialAct) -> Problem:
    """Problem 5432: the act is there."""
    return Problem(5432, name=f"{new.number}/{new.symbol}", signed_on=f"{new.signed_on:%d/%m/%Y}")


def join_same(session: Session, actor: Actor, act: OfficialAct) -> list[OfficialAct]:
    """Join every citation of the issuer's act to it, those of one it withdrew too."""
    told = (act.issuer_code, act.number, act.symbol, act.signed_on)
    gone = aliased(OfficialAct)
    of_gone = select(gone.id).where(gone.state == "withdrawn")
    again = select(OfficialAct).where(OfficialAct.joined_id.in_(of_gone), OfficialAct.issuer_code == told[0])
    found = same_acts(session, *told, *JOINABLE)
    found += [
        one
        for one in session.scalars(again)
        if one.signed_on == told[3] and identity(one.number, one.symbol) == identity(*told[1:3])
    ]
    for citation in found:
        join(session, actor, citation, act, citation.changes)
    return found


def join(session: Session, actor: Actor, citation: OfficialAct, act: OfficialAct, seen: int) -> None:
    """Let a citation be the issuer's act. Problems 5451 their states, 5453 changed meanwhile."""
    if act.state != "issued" or act.issuer_code != citation.issuer_code:
        raise wrong_state(act)
    if citation.state == "joined":
        known = session.get(OfficialAct, citation.joined_id)
        if known is None or known.state != "withdrawn":
            raise wrong_state(citation)
    else:
        _allowed(citation, dict.fromkeys(JOINABLE, "joined"))
    _event(session, actor, citation, "joined", seen, other_id=act.id)
    citation.state, citation.joined_id = "joined", act.id
    session.flush()


def decline(session: Session, actor: Actor, citation: OfficialAct, reason: str, seen: int) -> None:
    """Say for the issuer that it issued no such act. Problems 5451, 5453."""
    state = _allowed(citation, dict.fromkeys(("cited", "before"), "declined"))
    _event(session, actor, citation, "declined", seen, reason=reason)
    citation.state = state
    session.flush()


def confirm(session: Session, actor: Actor, act: OfficialAct, seen: int) -> None:
    """Say as a second person that the act is as on its scan, for a unit outside the program.

    Problems 5451, 5453; 5455 the person entered it, 5456 it has no scan, 5457 its issuer uses the program.
    """
    state = _allowed(act, dict.fromkeys(("cited", "before"), "confirmed"))
    if act.issuer_code not in queries.outside(session, actor.today):
        raise Problem(5457, unit=act.issuer)
    wrote = {
        act.kept_by,
        *(event.by for event in queries.events(session, act.id) if event.kind == "corrected"),
    }
    if actor.user_id is None or None in wrote or actor.user_id in wrote:
        raise Problem(5455)
    if not queries.scanned(session, [act.id]):
        raise Problem(5456)
    _event(session, actor, act, "confirmed", seen)
    act.state = state
    session.flush()


def withdraw(session: Session, actor: Actor, act: OfficialAct, reason: str, seen: int) -> None:
    """Withdraw an act, or stop citing one; it stays readable, and so does what rests on it. 5451, 5453."""
    state = _allowed(act, WITHDRAWN)
    _event(session, actor, act, "withdrawn" if state == "withdrawn" else "uncited", seen, reason=reason)
    act.state = state
    session.flush()


def _allowed(act: OfficialAct, becomes: dict[str, str]) -> str:
    """What the act becomes. Problem 5451 from a state in which this is not done."""
    if act.state not in becomes:
        raise wrong_state(act)
    return becomes[act.state]


def _event(
    session: Session,
    actor: Actor,
    act: OfficialAct,
    kind: str,
    seen: int,
    *,
    reason: str | None = None,
    other_id: int | None = None,
    before: dict[str, Any] | None = None,
) -> None:
    """Append what happened, once: problem 5453 where the act is not as it was seen."""
    event = OfficialActEvent(
        official_act_id=act.id,
        place=seen + 1,
        kind=kind,
        by=actor.user_id,
        at=actor.at,
        reason=reason,
        other_id=other_id,
        **(before or {}),
    )
    if act.changes != seen or not add_once(session, event):
        raise Problem(5453)
    act.changes = seen + 1
    record(
        session,
        at=actor.at,
        actor_id=actor.user_id,
        action=f"official_act.{kind}",
        subject_kind="official_act",
        subject_id=act.id,
        area_code=act.area_code,
        before=act.state,
        other=other_id,
        changes=act.changes,
    )


# --- units outside the program


def name_outside(
    session: Session, actor: Actor, code: str, first: date, until: date | None, ground: str
) -> UnitOutside:
    """Name a unit as not using the program from a day on. Problem 5470 where it is named for these days."""
    reaches = or_(UnitOutside.valid_to.is_(None), UnitOutside.valid_to >= first)
    known = select(UnitOutside).where(
        UnitOutside.area_code == code,
        reaches,
        or_(UnitOutside.valid_to.is_(None), UnitOutside.valid_to >= UnitOutside.valid_from),
        *([UnitOutside.valid_from <= until] if until else []),
    )
    unit = UnitOutside(
        area_code=code,
        valid_from=first,
        valid_to=until,
        ground=ground,
        named_by=actor.user_id,
        named_at=actor.at,
    )
    if session.scalar(known) is not None or not add_once(session, unit):
        raise Problem(5470, area_code=code)
    _log_unit(session, actor, "unit_outside.name", unit)
    return unit


def end_outside(session: Session, actor: Actor, unit: UnitOutside, last: date) -> None:
    """Say on which day a unit was outside last; on the day before its first it never was. Problem 5471."""
    if unit.valid_to is not None:
        raise Problem(5471, last=f"{unit.valid_to:%d/%m/%Y}")
    unit.valid_to = last
    unit.ended_by, unit.ended_at = actor.user_id, actor.at
    session.flush()
    _log_unit(session, actor, "unit_outside.end", unit)


def _log_unit(session: Session, actor: Actor, action: str, unit: UnitOutside) -> None:
    record(
        session,
        at=actor.at,
        actor_id=actor.user_id,
        action=action,
        subject_kind="unit_outside",
        subject_id=unit.id,
        area_code=unit.area_code,
        first=unit.valid_from.isoformat(),
        last=unit.valid_to.isoformat() if unit.valid_to else None,
    )
