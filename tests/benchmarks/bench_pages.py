"""Pages of a province with many households: p50 and p95 for the province, a commune, an officer.

python tests/benchmarks/bench_pages.py [--households 50000] [--database URL] [--times 15]

What pages read is made in bulk with a fixed seed: households with a head's name in communes of ten villages,
the words of the name, how they stand, their cases and obstacles. With `--database` an
empty PostgreSQL, or one filled by this before; without it SQLite.
"""

from __future__ import annotations

import argparse
import random
import statistics
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import func, insert, select, text

sys.path.insert(0, str(Path(__file__).parents[1]))
from makers import FIRST_DAY, NOON

from api.app import create_app
from api.web import transaction
from api.web.config import from_environment
from api.web.database import upgrade
from survey.access.actions import create_account
from survey.access.passwords import hashed
from survey.access.rows import Actor, NewAccount, NewAppointment
from survey.areas.models import AreaParent, AreaRow
from survey.areas.names import folded_name, name_words, person_sort_key, sort_key
from survey.assessment.models import AmountPattern
from survey.cases import machine
from survey.registry.models import Household, NameWord, Person
from survey.standing.models import CommuneRevision, StandingLine, StandingObstacle
from survey.standing.rows import NO_CASE

SEED = 20251
IN_DISTRICT, VILLAGES, IN_VILLAGE = 50, 10, 12
FIRST = date(2020, 1, 1)
CHUNK = 5_000
PASSWORD = "mật khẩu để đo"
NAMES = (("Nông", "Triệu", "Lý", "Hoàng", "Bàn"), ("Văn", "Thị", "Đức"), ("An", "Bình", "Cúc", "Dũng", "Hoa"))
WEIGHTS = {"none": 12, "not_registered": 2, "registered": 4, "endorsed": 2, "posted": 2, "reviewed": 6}
WEIGHTS |= {"approved": 24, "started": 10, "foundation": 6, "frame": 4, "roof": 4, "finished": 4}
WEIGHTS |= {"accepted": 2, "handed_over": 18}
OUTCOMES = {"entitled": 80, "not_registered": 3, "needs_information": 6, "not_entitled": 11}
AMOUNTS = {"new": 60_000_000, "repair": 30_000_000}
PEOPLE = {"tinh": ("committee", "P"), "xa": ("commune", "C0001"), "canbo": ("officer", "C0001")}
PAGES = {
    "home": "/",
    "area": "/areas/{area}",
    "work": "/work",
    "list: approved": "/work/list?state=approved",
    "households": "/households",
    "households, page 40": "/households?page=40",
    "search": "/households?q=nong+van+an",
    "obstacles": "/work/obstacles",
    "approvals": "/approvals",
    "budget": "/budget/{area}",
}


def main(households: int = 50_000, url: str | None = None, times: int = 15) -> None:
    """Fill a database and print the figures."""
    with tempfile.TemporaryDirectory() as folder:
        app = _app(Path(folder), url)
        began = time.perf_counter()
        with app.app_context(), transaction.write() as session:
            if session.scalar(select(func.count()).select_from(StandingLine)) == 0:
                _fill(session, households)
        with app.app_context(), transaction.write() as session:
            session.execute(text("ANALYZE"))
        print(f"{households} households, {app.config['SQLALCHEMY_DATABASE_URI'].split(':')[0]}", end=", ")
        print(f"made in {time.perf_counter() - began:.0f} s")
        for username, (role, area) in PEOPLE.items():
            _measure(app, username, role, area, times)


def _app(folder: Path, url: str | None) -> Flask:
    settings = from_environment(
        {
            "NHAVUNG_DATA_FOLDER": str(folder),
            "NHAVUNG_DATABASE_URL": url or f"sqlite:///{folder / 'pages.sqlite'}",
            "NHAVUNG_PINNED_DATE": FIRST_DAY.isoformat(),
        }
    )
    app = create_app(settings, RATELIMIT_ENABLED=False, WTF_CSRF_ENABLED=False)
    upgrade(app)
    return app


def _fill(session: Any, households: int) -> None:
    chance = random.Random(SEED)
    communes = -(-households // (VILLAGES * IN_VILLAGE))
    _put_areas(session, communes)
    pattern = AmountPattern(sha256="0" * 64, parts=_parts("new"), later=[])
    session.add(pattern)
    session.flush()
    for rows in _chunks(_household(chance, number) for number in range(households)):
        for table in (Person, Household, StandingLine, StandingObstacle):
            made = [row[table] for row in rows if table in row]
            if made:
                session.connection().execute(insert(table), made)
        session.connection().execute(insert(NameWord), [one for row in rows for one in _words(row[Person])])
    codes = [f"C{number:04d}" for number in range(communes)]
    session.execute(insert(CommuneRevision), [{"commune_code": code, "revision": 1} for code in codes])
    for username, (role, area) in PEOPLE.items():
        new = NewAccount(username, "Người đo", NewAppointment(role, area, FIRST))
        by = Actor(None, FIRST_DAY, NOON)
        create_account(session, by, new, hashed(PASSWORD), must_change_password=False)


def _parts(kind: str) -> list[dict[str, Any]]:
    told = {"code": "XNT-2024.amount", "kind": "budget", "payer": "", "is_apart": False}
    return [told | {"amount_vnd": AMOUNTS[kind]}]


def _put_areas(session: Any, communes: int) -> None:
    units = [("P", "province", "Tỉnh Đo", None)]
    units += [(f"D{one}", "district", f"Huyện {one}", "P") for one in range(-(-communes // IN_DISTRICT))]
    for number in range(communes):
        code = f"C{number:04d}"
        units.append((code, "commune", f"Xã {number}", f"D{number // IN_DISTRICT}"))
        units += [(f"{code}-{one}", "village", f"Thôn {one}", code) for one in range(VILLAGES)]
    dated = {"valid_from": FIRST, "valid_to": None}
    rows = [
        {
            "code": code,
            "level": level,
            "name": name,
            "sort_key": sort_key(name),
            "folded_name": folded_name(name),
            "source": "a benchmark",
            **dated,
        }
        for code, level, name, _ in units
    ]
    session.execute(insert(AreaRow), rows)
    links = [{"child": code, "parent": parent, **dated} for code, _, _, parent in units if parent]
    session.execute(insert(AreaParent), links)


def _chunks(rows: Iterator[Any]) -> Iterator[list[Any]]:
    some: list[Any] = []
    for row in rows:
        some.append(row)
        if len(some) == CHUNK:
            yield some
            some = []
    if some:
        yield some


def _household(chance: random.Random, number: int) -> dict[Any, dict[str, Any]]:
    """The rows of one household by table."""
    name = " ".join(chance.choice(part) for part in NAMES)
    household_id, person_id = (str(uuid.UUID(int=chance.getrandbits(128))) for _ in range(2))
    village = number // IN_VILLAGE
    commune = f"C{village // VILLAGES:04d}"
    place = {"area_code": f"{commune}-{village % VILLAGES}", "is_training": False}
    kind = chance.choices(("new", "repair"), (80, 20))[0]
    state = chance.choices(list(WEIGHTS), list(WEIGHTS.values()))[0]
    outcome = "entitled" if state != "none" else chance.choices(list(OUTCOMES), list(OUTCOMES.values()))[0]
    case_id = str(uuid.UUID(int=chance.getrandbits(128))) if state != "none" else None
    is_hindered = state == "approved" and chance.random() < 0.3
    line = {
        **place,
        **(NO_CASE if case_id is None else _case(chance, case_id, state, kind, is_hindered)),
        "household_id": household_id,
        "is_newest": True,
        "from_at": NOON - timedelta(days=chance.randrange(60)),
        "to_at": None,
        "cause": "act",
        "cause_id": None,
        "commune_code": commune,
        "has_point": chance.random() > 0.02,
        "survey_id": None,
        "surveyed_on": FIRST_DAY - timedelta(days=chance.randrange(30, 90)),
        "visited_on": FIRST_DAY - timedelta(days=chance.randrange(30)),
        "outcome": outcome,
        "house_class": "temporary_or_dilapidated",
        "programme": "XNT-2024",
        "works_kind": kind,
        "amount_vnd": AMOUNTS[kind] if outcome == "entitled" else None,
        "amount_pattern_id": 1 if outcome == "entitled" else None,
        "is_provisional": False,
        "lapses_on": None,
        "release_sha256": None,
        "is_beside": False,
        "survey_flags": chance.randrange(2),
    }
    rows: dict[Any, dict[str, Any]] = {
        Person: _person(household_id, person_id, name),
        Household: _place_of(household_id, person_id, name, place, chance),
        StandingLine: line,
    }
    if is_hindered:
        told = {
            name: line[name] for name in ("household_id", "case_id", "case_state", "area_code", "is_training")
        }
        told |= {
            "from_at": line["from_at"],
            "to_at": None,
            "act_id": str(uuid.UUID(int=chance.getrandbits(128))),
        }
        told |= {"kind": line["obstacle_kind"], "lead": line["obstacle_lead"], "since": line["since"]}
        rows[StandingObstacle] = told | {"due_on": line["obstacle_due_on"]}
    return rows


def _case(chance: random.Random, case_id: str, state: str, kind: str, is_hindered: bool) -> dict[str, Any]:
    is_begun = machine.phases()[state] in ("under_way", "done")
    since = FIRST_DAY - timedelta(days=chance.randrange(45))
    return NO_CASE | {
        "case_id": case_id,
        "case_state": state,
        "since": since,
        "year": 2025,
        "case_works_kind": kind,
        "case_programme": "XNT-2024",
        "case_amount_vnd": AMOUNTS[kind],
        "approved_on": date(2025, 3, 31),
        "started_on": since if is_begun else None,
        "lacks_scan": chance.random() < 0.1,
        "objections": int(chance.random() < 0.01),
        "obstacles": int(is_hindered),
        "obstacle_kind": "land_certificate" if is_hindered else None,
        "obstacle_lead": "land_office" if is_hindered else None,
        "obstacle_due_on": FIRST_DAY + timedelta(days=chance.randrange(-10, 20)) if is_hindered else None,
    }


def _person(household_id: str, person_id: str, name: str) -> dict[str, Any]:
    told = {"id": person_id, "household_id": household_id, "role": "head", "position": 0, "full_name": name}
    return told | {"folded_name": folded_name(name), "created_at": datetime.now(NOON.tzinfo)}


def _words(person: dict[str, Any]) -> list[dict[str, Any]]:
    words = name_words(person["full_name"])
    return [{"word": word, "household_id": person["household_id"]} for word in sorted(words)]


def _place_of(
    household_id: str, person_id: str, name: str, place: dict[str, Any], chance: random.Random
) -> dict[str, Any]:
    told = {"id": household_id, "head_person_id": person_id, "sort_key": person_sort_key(name), **place}
    point = {"lon": 105.6 + chance.random(), "lat": 22.2 + chance.random(), "point_source": "gnss"}
    return told | point | {"created_at": NOON}


def _measure(app: Flask, username: str, role: str, area: str, times: int) -> None:
    client = app.test_client()
    answer = client.post("/sign-in", data={"username": username, "password": PASSWORD})
    assert answer.status_code in (302, 303), answer.status_code
    for name, address in PAGES.items():
        spent = []
        for _ in range(times + 1):
            began = time.perf_counter()
            answer = client.get(address.format(area=area))
            spent.append(1000 * (time.perf_counter() - began))
            if answer.status_code != 200:
                break
        if answer.status_code == 200:
            first, warm = spent[0], sorted(spent[1:])
            p95 = warm[max(0, round(0.95 * len(warm)) - 1)]
            print(
                f"  {role:10} {name:22} {statistics.median(warm):7.0f} ms  p95 {p95:7.0f}",
                f" first {first:7.0f}",
                flush=True,
            )


if __name__ == "__main__":
    asked = argparse.ArgumentParser()
    asked.add_argument("--households", type=int, default=50_000)
    asked.add_argument("--database")
    asked.add_argument("--times", type=int, default=15)
    told = asked.parse_args()
    main(told.households, told.database, told.times)
