"""Writes of approval: keep an official act, what it carries, freeze a list. Each leaves its audit entry."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy.orm import Session

from survey.access.audit import record
from survey.access.rows import Actor
from survey.approval import act_changes, lists, queries
from survey.approval.models import AllocationTarget, CaseList, OfficialAct, OfficialActFile, PromisedDecision
from survey.approval.rows import USABLE, ListRow, NewOfficialAct, NewTarget
from survey.areas import queries as areas
from survey.db import add_once
from survey.problems import Problem


def keep_official_act(
    session: Session, actor: Actor, new: NewOfficialAct, *, is_issuer: bool
) -> tuple[OfficialAct, list[OfficialAct]]:
    """Keep an official act (văn bản) that its issuer enters, with the citations that this joins to it, or
    cite one (viện dẫn). Problems 5430 future day, 5431 unknown issuer, 5432 kept already.
    """
    if new.signed_on > actor.today:
        raise Problem(5430, signed_on=f"{new.signed_on:%d/%m/%Y}", today=f"{actor.today:%d/%m/%Y}")
    on_that_day = areas.tree(session, new.signed_on).names
    issuer = on_that_day.get(new.issuer_code) or areas.tree(session, actor.today).names.get(new.issuer_code)
    if issuer is None:
        raise Problem(5431, area_code=new.issuer_code)
    others = () if is_issuer else ("cited", "declined")
    act_changes.refuse_double(session, new, "issued", *others)
    act = OfficialAct(
        number=new.number,
        symbol=new.symbol,
        signed_on=new.signed_on,
        issuer_code=issuer.code,
        issuer_level=issuer.level,
        issuer=issuer.name,
        area_code=new.area_code,
        signer=new.signer,
        subject=new.subject,
        kept_by=actor.user_id,
        kept_at=actor.at,
        state="issued" if is_issuer else "cited",
    )
    if not add_once(session, act):
        raise act_changes.kept_already(new)
    day = new.signed_on.isoformat()
    _log(session, actor, "official_act.keep", act.id, new.area_code, signed_on=day, state=act.state)
    return act, act_changes.join_same(session, actor, act) if is_issuer else []


def add_file(
    session: Session, actor: Actor, act: OfficialAct, area_code: str, *, sha256: str, kind: str, size: int
) -> bool:
    """Tie a scan to an act, for those who may see `area_code`; False when it is tied already."""
    file = OfficialActFile(
        official_act_id=act.id,
        sha256=sha256,
        kind=kind,
        size_bytes=size,
        area_code=area_code,
        added_by=actor.user_id,
        added_at=actor.at,
    )
    if not add_once(session, file):
        return False
    _log(session, actor, "official_act.add_file", act.id, area_code, sha256=sha256, size_bytes=size)
    return True


def put_target(session: Session, actor: Actor, act: OfficialAct, new: NewTarget) -> AllocationTarget:
    """Keep a total that an act sets; the same total again corrects it, and the trail keeps what it was.

    Problem 5451 for an act that sets no totals any more, or whose totals a second person has confirmed.
    """
    if act.state not in ("issued", "cited"):
        raise act_changes.wrong_state(act)
    target = queries.target_of(session, act.id, new)
    before = [target.households, target.amount_vnd] if target else []
    if target is None:
        target = AllocationTarget(
            official_act_id=act.id,
            area_code=new.area_code,
            year=new.year,
            programme=new.programme,
            works_kind=new.works_kind,
        )
        session.add(target)
    target.households, target.amount_vnd = new.households, new.amount_vnd
    session.flush()
    numbers = [target.households, target.amount_vnd]
    _log(session, actor, "official_act.put_target", act.id, new.area_code, before=before, now=numbers)
    return target


def freeze_list(
    session: Session,
    actor: Actor,
    area_code: str,
    year: int,
    rows: Sequence[ListRow],
    *,
    reason: str | None = None,
    official_act_id: int | None = None,
) -> CaseList:
    """Freeze an area's list of a year as its next version.

    Problems 5433 when nothing differs from the newest version, 5434 when somebody was just as fast, 5458 for
    an act that is withdrawn.
    """
    last = queries.newest_version(session, area_code, year)
    found = lists.differences(last.rows if last else (), rows)
    if not found:
        raise Problem(5433, version=last.head.version if last else 0)
    version = (last.head.version if last else 0) + 1
    kept = lists.stored(rows)
    left = lists.stored_left(queries.left(session, found.removed))
    frozen = CaseList(
        area_code=area_code,
        year=year,
        version=version,
        sha256=lists.sha256_of(lists.canonical(area_code, year, version, kept, left)),
        rows=kept,
        left=left,
        households=len(kept),
        amount_vnd=lists.total_vnd(rows),
        made_by=actor.user_id,
        made_at=actor.at,
        reason=reason,
        official_act_id=_usable(session, official_act_id),
    )
    if not add_once(session, frozen):
        raise Problem(5434, version=version)
    _log(
        session,
        actor,
        "case_list.freeze",
        frozen.id,
        area_code,
        kind="case_list",
        official_act=official_act_id,
        year=year,
        version=version,
        sha256=frozen.sha256,
        households=len(kept),
    )
    return frozen


def attach_act(session: Session, actor: Actor, list_id: int, act: OfficialAct) -> None:
    """Say which act carries a version; another one corrects it, and the trail keeps what stood there.

    Problem 5458 for an act that is withdrawn.
    """
    frozen = session.get_one(CaseList, list_id)
    before = frozen.official_act_id
    if before == act.id:
        return
    _usable(session, act.id)
    frozen.official_act_id = act.id
    session.flush()
    _log(
        session,
        actor,
        "case_list.attach_act",
        list_id,
        frozen.area_code,
        kind="case_list",
        official_act=act.id,
        before=before,
    )


def promise_decision(session: Session, actor: Actor, list_id: int, due_on: date) -> None:
    """Note by when the decision of a version is due; a version promised already keeps its first day."""
    promised = PromisedDecision(
        case_list_id=list_id, due_on=due_on, promised_by=actor.user_id, promised_at=actor.at
    )
    if add_once(session, promised):
        area_code = session.get_one(CaseList, list_id).area_code
        _log(session, actor, "case_list.promise_act", list_id, area_code, kind="case_list", due=f"{due_on}")


def _usable(session: Session, act_id: int | None) -> int | None:
    """The same act, if a list may be tied to it. Problem 5458 for one that is withdrawn or not known."""
    act = session.get_one(OfficialAct, act_id) if act_id else None
    if act is not None and act.state not in USABLE:
        raise queries.not_usable(act)
    return act_id


def _log(
    session: Session,
    actor: Actor,
    action: str,
    subject_id: int,
    area_code: str | None,
    *,
    kind: str = "official_act",
    **details: str | int | list[int] | None,
) -> None:
    record(
        session,
        at=actor.at,
        actor_id=actor.user_id,
        action=action,
        subject_kind=kind,
        subject_id=subject_id,
        area_code=area_code,
        **details,
    )
