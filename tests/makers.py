"""Makers of test things with sensible defaults, and a small province with named people.

The province: Bắc Kạn (06) with the communes Nam Mẫu (two villages) and Xuân Lạc (one), square boundaries near
the real place. People: one a role, the password of each is `mật khẩu <username>`.
"""

from __future__ import annotations

import hashlib
import io
import uuid
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

FIRST_DAY = date(2025, 5, 15)
NOON = datetime(2025, 5, 15, 12, 0, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))


def new_id() -> str:
    """A fresh UUID."""
    return str(uuid.uuid4())


def payload(**answers: Any) -> dict[str, Any]:
    """The answers of an interview at a clearly temporary house of a poor family; None removes an answer."""
    values: dict[str, Any] = {
        "visit": "interviewed",
        "area_code": "V1",
        "point": {"lon": 105.62, "lat": 22.42, "accuracy_m": 8.0, "source": "gnss"},
        "head_name": "Triệu Văn Tâm",
        "head_birth_year": 1970,
        "people": 4,
        "ethnic_minority": True,
        "house_tenure": "own",
        "area_m2": 36.0,
        "foundation_material": "earth",
        "frame_material": "temporary_wood",
        "wall_material": "bamboo",
        "roof_frame_material": "bamboo",
        "roof_material": "leaf",
        "year_built": 2001,
        "ever_repaired": False,
        "degraded": True,
        "near_collapse": False,
        "disaster_damage": "none",
        "land_disputed": False,
        "planning_breach": False,
        "must_demolish": False,
        "works_kind": "new",
        "registered": True,
        "has_earlier_help": False,
        "status_records": [
            {
                "kind": "poverty_status",
                "value": "poor",
                "year": 2025,
                "deciding_body": "UBND xã Nam Mẫu",
                "decision_number": "12/QĐ-UBND",
            },
            {"kind": "merit_status", "value": "not_recognised", "year": 2025},
        ],
    }
    values.update(answers)
    return {code: value for code, value in values.items() if value is not None}


def envelope(answers: dict[str, Any] | None = None, **fields: Any) -> dict[str, Any]:
    """An envelope as a phone sends it."""
    from survey.questionnaire import load_form

    values = {
        "id": new_id(),
        "kind": "survey",
        "form": "household",
        "form_version": load_form("household").version,
        "base_version": 0,
        "captured_at": "2025-05-15T09:30:00+07:00",
        "payload": payload(**(answers or {})),
        "photos": [],
    }
    values.update(fields)
    return values


def jpeg(colour: str = "green", width_px: int = 64, exif: bool = False) -> tuple[bytes, str]:
    """A small real photo and its SHA-256; with `exif` it carries a description that must not survive."""
    from PIL import Image

    buffer = io.BytesIO()
    image = Image.new("RGB", (width_px, 48), colour)
    data = image.getexif()
    if exif:
        data[0x010E] = "toạ độ nhà"
    image.save(buffer, "JPEG", exif=data)
    return buffer.getvalue(), hashlib.sha256(buffer.getvalue()).hexdigest()


SQUARES = {
    # code: (level, name, parent, west, south, east, north)
    "06": ("province", "Bắc Kạn", None, 105.4, 22.0, 106.2, 22.7),
    "01900": ("commune", "Nam Mẫu", "06", 105.58, 22.38, 105.66, 22.46),
    "01901": ("commune", "Xuân Lạc", "06", 105.50, 22.38, 105.58, 22.46),
    "V1": ("village", "Thôn 1", "01900", 105.60, 22.40, 105.64, 22.44),
    "V2": ("village", "Thôn 2", "01900", 105.64, 22.40, 105.66, 22.44),
    "V3": ("village", "Thôn 1", "01901", 105.52, 22.40, 105.56, 22.44),
}
PEOPLE = {
    # username: (full name, role, area)
    "lan": ("Hoàng Thị Lan", "officer", "01900"),
    "duy": ("Nông Văn Duy", "officer", "01901"),
    "mai": ("Triệu Thị Mai", "commune", "01900"),
    "son": ("Bàn Văn Sơn", "committee", "06"),
    "hoa": ("Lý Thị Hoa", "finance", "06"),
    "admin": ("Quản trị tỉnh", "admin", "06"),
    "binh": ("Đặng Văn Bình", "auditor", "06"),
}


SIGNERS = {"son": "06", "tu": "06"}
"""Who of them is a signer (người có thẩm quyền ký) of a deciding body too, beside their own post."""
MORE_PEOPLE = {
    "ky": ("Hà Văn Ký", "signer", "06"),
    "nga": ("Ma Thị Nga", "commune", "06"),
    "thu": ("Lường Thị Thu", "commune", "06"),
    "tu": ("Nông Văn Tự", "commune", "06"),
    "admin2": ("Quản trị thứ hai", "admin", "06"),
}
"""People whom only some tests need: another signer, clerks of the deciding unit, one who is clerk and signer,
a second administrator.
"""


def password_of(username: str) -> str:
    """The password of a named test person."""
    return f"mật khẩu {username}"


def make_world(session: Session) -> None:
    """The small province and its people."""
    make_areas(session)
    for username in PEOPLE:
        make_person(session, username)


def make_areas(session: Session, on: date = date(2020, 1, 1)) -> None:
    """The province, its communes and villages, as squares known to 50 m."""
    from shapely.geometry import box

    from survey.areas.actions import put_areas, set_fact
    from survey.areas.rows import AreaInput

    for level in ("province", "commune", "village"):
        units = [
            AreaInput(
                code=code,
                level=square[0],
                name=square[1],
                parent_code=square[2],
                boundary=box(*square[3:]),
                uncertainty_m=50.0,
                source="a test",
            )
            for code, square in SQUARES.items()
            if square[0] == level
        ]
        put_areas(session, units, on)
    for fact in ("poor_district", "disaster_prone", "minority_area"):
        set_fact(session, "06", fact, False, on, source="a test")


def make_person(session: Session, username: str) -> int:
    """One named person with their post and password; returns the account's id."""
    from survey.access.actions import create_account, grant_post
    from survey.access.rows import Actor, NewAccount, NewAppointment

    name, role, area = {**PEOPLE, **MORE_PEOPLE}[username]
    post = NewAppointment(role, area, date(2024, 1, 1))
    operator = Actor(None, FIRST_DAY, NOON)
    user = create_account(
        session, operator, NewAccount(username, name, post), _hash(username), must_change_password=False
    )
    if username in SIGNERS:
        grant_post(session, operator, user.id, NewAppointment("signer", SIGNERS[username], date(2024, 1, 1)))
    return user.id


_hashes: dict[str, str] = {}


def _hash(username: str) -> str:
    """A hash of the program's kind that is tried quickly: its cost stands in it, and sign-ins are many."""
    from argon2 import PasswordHasher

    if username not in _hashes:
        _hashes[username] = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(
            password_of(username)
        )
    return _hashes[username]
