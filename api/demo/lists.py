"""The demonstration's official acts and approved lists: the province's total, the districts' lists.

Numbers and totals of Decision 407/QĐ-UBND are the published ones; its day, the districts' decisions and their
days are made up. Two communes' lists stand without an act: *chưa có quyết định*.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from api.demo.areas import OLD_PROVINCE
from api.demo.households import PROGRAMMES
from survey.access.rows import Actor
from survey.approval import actions, queries
from survey.approval.models import CaseList, OfficialAct
from survey.approval.rows import NewOfficialAct, NewTarget
from survey.areas import queries as areas

YEAR = 2025
SIGNED_ON = date(2025, 3, 28)
LISTED_ON = date(2025, 3, 31)
IN_LAW = {"merit": "MERIT-2025", "ntp_spr": "NTP-SPR", "ntp_em": "NTP-EM", "xnt": "XNT-2024"}
EACH_VND = {"new": 60_000_000, "repair": 30_000_000}
WITHOUT_ACT = 2
MADE_UP = "(minh họa: ngày ký giả định)"


def put_lists(session: Session, by: Actor) -> None:
    """The province's act with its totals, an act a district, a frozen list a commune; once."""
    if session.scalar(select(func.count()).select_from(CaseList)):
        return
    tree = areas.tree(session, by.today)
    province, _ = actions.keep_official_act(session, by, _province_act(), is_issuer=True)
    for new in _totals():
        actions.put_target(session, by, province, new)
    for number, district in enumerate(tree.below[OLD_PROVINCE], 1):
        act, _ = actions.keep_official_act(session, by, _district_act(number, district, tree), is_issuer=True)
        _freeze(session, by, act, tree.below.get(district, ()), leave=WITHOUT_ACT if number == 1 else 0)


def _province_act() -> NewOfficialAct:
    return NewOfficialAct(
        number="407",
        symbol="QĐ-UBND",
        signed_on=SIGNED_ON,
        issuer_code=OLD_PROVINCE,
        subject=f"Phê duyệt số lượng hỗ trợ xóa nhà tạm, nhà dột nát năm {YEAR} {MADE_UP}",
        area_code=OLD_PROVINCE,
    )


def _totals() -> list[NewTarget]:
    """4,716 houses in four groups, as published."""
    return [
        NewTarget(OLD_PROVINCE, YEAR, IN_LAW[group], kind, number, number * EACH_VND[kind])
        for group, numbers in PROGRAMMES.items()
        for kind, number in zip(("new", "repair"), numbers, strict=True)
    ]


def _district_act(number: int, district: str, tree: Any) -> NewOfficialAct:
    return NewOfficialAct(
        number=str(800 + number),
        symbol="QĐ-UBND",
        signed_on=LISTED_ON,
        issuer_code=district,
        subject=f"Phê duyệt danh sách hộ được hỗ trợ nhà ở năm {YEAR}, {tree.names[district].name} {MADE_UP}",
        area_code=district,
    )


def _freeze(session: Session, by: Actor, act: OfficialAct, communes: Any, leave: int) -> None:
    """One version a commune; the first `leave` of them have no act yet."""
    for place, commune in enumerate(communes):
        rows = queries.current_rows(session, commune, YEAR, by.today)
        if rows:
            act_id = None if place < leave else act.id
            actions.freeze_list(session, by, commune, YEAR, rows, official_act_id=act_id)
