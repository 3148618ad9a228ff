"""Writes of approval: keep an official act, what it carries, freeze a list. Each leaves its audit entry."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session

from survey.access.audit import record
from survey.access.rows import Actor
from survey.approval import lists, queries
from survey.approval.models import AllocationTarget, CaseList, OfficialAct, OfficialActFile
from survey.approval.rows import ListRow, NewOfficialAct, NewTarget
from survey.areas import queries as areas
from survey.db import add_once
from survey.problems import Problem


def keep_official_act(session: Session, actor: Actor, new: NewOfficialAct) -> OfficialAct:
    """Keep an official act (văn bản). Problems 5430 future day, 5431 unknown issuer, 5432 kept already."""
    if new.signed_on > actor.today:
        raise Problem(5430, signed_on=f"{new.signed_on:%d/%m/%Y}", today=f"{actor.today:%d/%m/%Y}")
    on_that_day = areas.tree(session, new.signed_on).names
    issuer = on_that_day.get(new.issuer_code) or areas.tree(session, actor.today).names.get(new.issuer_code)
    if issuer is None:
        raise Problem(5431, area_code=new.issuer_code)
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
    )
    if not add_once(session, act):
        raise Problem(5432, name=f"{new.number}/{new.symbol}", signed_on=f"{new.signed_on:%d/%m/%Y}")
    _log(session, actor, "official_act.keep", act.id, new.area_code, signed_on=new.signed_on.isoformat())
    return act


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
    """Keep a total that an act sets; the same total again corrects it, and the trail keeps what it was."""
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

    Problems 5433 when nothing differs from the newest version, 5434 when somebody was just as fast.
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
        official_act_id=official_act_id,
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
    """Say which act carries a version; another one corrects it, and the trail keeps what stood there."""
    frozen = session.get_one(CaseList, list_id)
    before = frozen.official_act_id
    if before == act.id:
        return
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
