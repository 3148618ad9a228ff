"""The demonstration: areas, accounts and made-up households of Bắc Kạn; the date is pinned to 15/05/2025."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from api.demo.areas import FIRST_DAY, OLD_PROVINCE, demo_areas
from api.demo.households import POOR_DISTRICTS, Village, count, envelopes
from api.web import clock
from survey.access.actions import create_account
from survey.access.models import Appointment, User
from survey.access.passwords import hashed, one_time
from survey.access.rows import Actor, NewAccount, NewAppointment
from survey.areas import queries as areas
from survey.areas.actions import set_fact
from survey.areas.names import bare_name, normal_name
from survey.cases.rows import NewAct
from survey.intake.models import ReceivedEnvelope
from survey.questionnaire import load_form

PASSWORD = "nhavung-2025"  # noqa: S105  printed on start; `serve` refuses these accounts outside the demonstration
SOURCE = "minh họa / demonstration"


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """An account of the demonstration: one a role. `area` is a commune's bare name, or the province."""

    username: str
    full_name: str
    role: str
    area: str


ACCOUNTS = (
    DemoAccount("khaosat", "Cán bộ khảo sát (minh họa)", "officer", "Nam Mẫu"),
    DemoAccount("canboxa", "Cán bộ xã (minh họa)", "commune", "Nam Mẫu"),
    DemoAccount("banchidao", "Ban Chỉ đạo tỉnh (minh họa)", "committee", "Bắc Kạn"),
    DemoAccount("nguoiky", "Người ký huyện Ba Bể (minh họa)", "signer", "Ba Bể"),
    DemoAccount("taichinh", "Cán bộ tài chính (minh họa)", "finance", "Bắc Kạn"),
    DemoAccount("quantri", "Quản trị viên (minh họa)", "admin", "Bắc Kạn"),
    DemoAccount("kiemtoan", "Kiểm toán (minh họa)", "auditor", "Bắc Kạn"),
)

TEAMS = (
    DemoAccount("tokhaosat", "Tổ khảo sát các xã (minh họa)", "officer", "Bắc Kạn"),
    DemoAccount("canbocacxa", "Cán bộ các xã (minh họa)", "commune", "Bắc Kạn"),
    DemoAccount("kycachuyen", "Lãnh đạo UBND các huyện khác (minh họa)", "signer", "Bắc Kạn"),
)
"""Who did what was done until the pinned day, in place of many people; nobody signs in as them."""
SURVEYING, REVIEWING, SIGNING_HERE, SIGNING = "tokhaosat", "banchidao", "nguoiky", "kycachuyen"
DONE_BY = dict.fromkeys(("registration", "non_registration", "meeting", "posting"), "canbocacxa")
DONE_BY |= {"review": REVIEWING, "approval": SIGNING}
"""By kind of act; what is not named here is seen at the house by whoever surveys."""


def has_areas(session: Session) -> bool:
    """Whether the demonstration's areas and accounts are there already."""
    return bool(areas.roots(session, clock.today()))


def put_areas_and_accounts(session: Session) -> None:
    """Bắc Kạn's units old and new, what the law asks of them, and one account a role."""
    demo_areas(session)
    tree = areas.tree(session, clock.today())
    names = {code: normal_name(bare_name(name.name)) for code, name in tree.names.items()}
    poor = {normal_name(district) for district in POOR_DISTRICTS}
    set_fact(session, OLD_PROVINCE, "minority_area", True, FIRST_DAY, source=SOURCE)
    set_fact(session, OLD_PROVINCE, "disaster_prone", False, FIRST_DAY, source=SOURCE)
    for code, name in tree.names.items():
        if name.level == "district":
            until = date(2025, 6, 30)
            set_fact(
                session, code, "poor_district", names[code] in poor, FIRST_DAY, source=SOURCE, until=until
            )
    operator = Actor(None, clock.today(), clock.now())
    secret, of_teams = hashed(PASSWORD), hashed(one_time())
    for account in (*ACCOUNTS, *TEAMS):
        code = next(
            (
                code
                for code, name in names.items()
                if name == normal_name(account.area) and tree.names[code].level != "village"
            ),
            OLD_PROVINCE,
        )
        post = NewAppointment(account.role, OLD_PROVINCE if account.area == "Bắc Kạn" else code, FIRST_DAY)
        new = NewAccount(account.username, account.full_name, post)
        password_hash = of_teams if account in TEAMS else secret
        create_account(session, operator, new, password_hash, must_change_password=False, is_demo=True)


def doers(session: Session) -> Callable[[NewAct], int]:
    """Who does an act of the demonstration: several people, since duties are apart."""
    wanted = [account.username for account in (*ACCOUNTS, *TEAMS)]
    found = session.execute(select(User.username, User.id).where(User.username.in_(wanted)))
    ids: dict[str, int] = dict(found.all())
    tree = areas.tree(session, FIRST_DAY)
    held = select(Appointment.area_code).where(Appointment.user_id == ids[SIGNING_HERE])
    here = session.scalars(held).one()

    def doer(new: NewAct) -> int:
        is_here = new.kind == "approval" and here in tree.path(new.area_code or "")
        return ids[SIGNING_HERE if is_here else DONE_BY.get(new.kind, SURVEYING)]

    return doer


def surveyor(session: Session) -> int:
    """Who sent the surveys of the demonstration."""
    return session.scalars(select(User.id).where(User.username == SURVEYING)).one()


def villages(session: Session) -> list[Village]:
    """The villages of the demonstration with their commune and district."""
    on = clock.today()
    tree = areas.tree(session, on)
    found = []
    for area in areas.areas(session, None, on, "village"):
        way = tree.path(area.code)
        above = {tree.names[step].level: bare(tree.names[step].name) for step in way}
        if area.point and OLD_PROVINCE in way:
            found.append(Village(area.code, *area.point, above["commune"], above["district"]))
    return found


def bare(name: str) -> str:
    """A unit's name without its kind, letters as written: `Xã Nam Mẫu` -> `Nam Mẫu`."""
    short = bare_name(name)
    return name[-len(short) :] if normal_name(name).endswith(short) else name


def households_to_come(session: Session) -> list[dict[str, Any]]:
    """The made-up envelopes that were not received yet, as they were made; empty when all are there."""
    there = session.scalar(select(func.count()).select_from(ReceivedEnvelope)) or 0
    if there >= count():
        return []
    made = envelopes(villages(session), load_form().version)
    return sorted(made, key=lambda one: str(one["captured_at"]))[there:]
