"""Twenty officers send at once, over a line that loses requests and answers: everything is kept, once."""

from __future__ import annotations

import hashlib
import http.client
import itertools
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from threading import Barrier, Semaphore, Thread
from typing import Any

import pytest
from acting import step
from cut_line import Cut, CutLine
from fielding import SIGN_IN, bearer
from flask import Flask
from makers import FIRST_DAY, NOON, envelope, jpeg, password_of
from page_server import QuietHandler
from sending import BEFORE, ENVELOPES, point
from shapely.geometry import box
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.serving import make_server

from api.web import photo_files, transaction
from survey.access.actions import create_account
from survey.access.passwords import hashed
from survey.access.rows import Actor, NewAccount, NewAppointment
from survey.areas.actions import put_areas
from survey.areas.rows import AreaInput
from survey.cases.models import Case
from survey.intake.models import ReceivedEnvelope
from survey.registry.models import Household, Photo, Survey

OFFICERS = 20
SURVEYS = 6
LOST = {5: Cut(None), 7: Cut(0.5)}
"""Of the requests, every fifth loses its answer and every seventh is cut in the middle."""


@dataclass
class Officer:
    """One officer with their phone, their village, what they recorded and what they were told."""

    number: int
    port: int = 0
    token: str = ""
    records: list[dict[str, Any]] = field(default_factory=list)
    photos: dict[str, bytes] = field(default_factory=dict)
    receipts: list[dict[str, Any]] = field(default_factory=list)

    @property
    def username(self) -> str:
        """The account's name."""
        return f"officer-{self.number}"

    @property
    def village(self) -> str:
        """The code of the village they work in."""
        return f"W{self.number}"

    @property
    def households(self) -> list[str]:
        """The ids of the households they surveyed: those of the envelopes."""
        return [one["id"] for one in self.records if one["kind"] == "survey"]

    def ask(self, method: str, path: str, content: bytes | None = None) -> tuple[int, Any]:
        """One request by HTTP, again until there is an answer, as the app does: status and JSON."""
        for _ in range(50):
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
            try:
                connection.request(method, path, content, bearer(self.token))
                answer = connection.getresponse()
                return answer.status, json.loads(answer.read())
            except (http.client.HTTPException, OSError):
                continue
            finally:
                connection.close()
        raise AssertionError(f"no answer to {method} {path}")


# --- the world


def west_of(number: int) -> float:
    """Where the village of an officer begins: degrees of longitude."""
    return 105.70 + number * 0.01


def make_officers(session: Session) -> list[Officer]:
    """The officers with their accounts; each has a village of their own in Nam Mẫu."""
    made, password_hash = [Officer(number) for number in range(OFFICERS)], hashed(password_of("officer"))
    for one in made:
        west = west_of(one.number)
        village = AreaInput(
            code=one.village,
            level="village",
            name=f"Thôn {one.number}",
            parent_code="01900",
            boundary=box(west, 22.4, west + 0.01, 22.41),
            uncertainty_m=50.0,
            source="a test",
        )
        put_areas(session, [village], date(2020, 1, 1))
        account = NewAccount(
            one.username, f"Cán bộ {one.number}", NewAppointment("officer", one.village, date(2024, 1, 1))
        )
        doing = Actor(None, FIRST_DAY, NOON)
        create_account(session, doing, account, password_hash, must_change_password=False)
    return made


def record_ten(one: Officer) -> None:
    """Six surveys, two with a photo, and four acts that build on them, in the order they were done."""
    content, sha256 = jpeg((one.number * 12, 80, 90), 200)
    other, other_sha256 = jpeg((90, 80, one.number * 12), 200)
    one.photos = {sha256: content, other_sha256: other}
    announced = [[{"sha256": each, "slot": "front"}] for each in one.photos]
    place = point(west_of(one.number) + 0.005, 22.405)
    for number in range(SURVEYS):
        answers = {"area_code": one.village, "head_name": f"Hộ {one.number}.{number}", "point": place}
        more = {"photos": announced[number]} if number < len(announced) else {}
        one.records.append(envelope(answers, captured_at=BEFORE, **more))
    first, second, *_ = one.households
    one.records += [
        step(first, "registration"),
        step(second, "registration"),
        step(first, "meeting", area_code=one.village),
        step(first, "posting", area_code=one.village),
    ]


@pytest.fixture
def officers(world: Flask) -> list[Officer]:
    """The officers, each with ten records not sent."""
    with transaction.write() as session:
        made = make_officers(session)
    for one in made:
        record_ten(one)
    return made


@contextmanager
def lossy_line_to(app: Flask) -> Iterator[CutLine]:
    """The application served on a free port, and a line to it that loses some of what is sent."""
    server = make_server("127.0.0.1", 0, by_eight(app), threaded=True, request_handler=QuietHandler)
    server.answers = []
    Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    line, count = CutLine(server.server_port), itertools.count(1)
    line.plan = lambda _method, path: None if "/field/" in path else lost(next(count))
    try:
        yield line
    finally:
        line.close()
        server.shutdown()
        server.server_close()


def by_eight(app: Flask) -> Any:
    """The application, asked by as many at once as `nhavung serve` lets in; the others wait their turn."""
    gate = Semaphore(8)

    def answer(environ: Any, start_response: Any) -> Any:
        with gate:
            return app(environ, start_response)

    return answer


def lost(number: int) -> Cut | None:
    """How this request is lost, if it is."""
    return next((cut for every, cut in LOST.items() if number % every == 0), None)


# --- sending


def work(one: Officer, port: int, start: Barrier) -> None:
    """Sign in, wait for the others, then send as the app does: texts, photos, the receipts once more."""
    one.port = port
    told = {"username": one.username, "password": password_of("officer"), "device_label": "Điện thoại"}
    one.token = sign_in(one, told)
    start.wait()
    for part in (one.records[:4], one.records[4:]):
        status, answers = one.ask("POST", f"{ENVELOPES}/batch", json.dumps(part).encode())
        assert status == 200
        assert {answer["status"] for answer in answers} <= {200, 201}
    for sha256, content in one.photos.items():
        assert one.ask("PUT", f"/api/v1/photos/{sha256}", content)[0] in (200, 201)
    one.receipts = [receipt_of(one, record)[1] for record in one.records]


def sign_in(one: Officer, told: dict[str, str]) -> str:
    """The device's token."""
    connection = http.client.HTTPConnection("127.0.0.1", one.port, timeout=60)
    connection.request("POST", SIGN_IN, json.dumps(told).encode(), {"Content-Type": "application/json"})
    answer = json.loads(connection.getresponse().read())
    connection.close()
    return str(answer["token"])


def receipt_of(asking: Officer, record: dict[str, Any]) -> tuple[int, Any]:
    """What the server says to this officer about a record."""
    return asking.ask("GET", f"{ENVELOPES}/{record['id']}/versions/1")


@pytest.fixture
def sent(world: Flask, officers: list[Officer]) -> Iterator[list[Officer]]:
    """The officers after all of them have sent at once; the line is still there."""
    start = Barrier(OFFICERS, timeout=300)
    with lossy_line_to(world) as line, ThreadPoolExecutor(OFFICERS) as pool:
        list(pool.map(lambda one: work(one, line.port, start), officers))
        assert line.breaks
        yield officers


def test_what_20_officers_send_at_once_is_kept_once_and_seen_by_nobody_else(
    sent: list[Officer], world: Flask, session: Session
) -> None:
    assert_everything_is_stored_once(sent, session)
    assert_photos_are_whole(sent, world, session)
    for one, other in zip(sent, sent[1:] + sent[:1], strict=True):
        assert {receipt_of(one, record)[0] for record in other.records} == {404}
        _, told = one.ask("GET", "/api/v1/field/assignment")
        assert {house["id"] for house in told["households"]} == set(one.households)


def assert_everything_is_stored_once(sent: list[Officer], session: Session) -> None:
    """Every record has its row, its sender and its receipt; nothing else is there."""
    rows = session.execute(select(ReceivedEnvelope.envelope_id, ReceivedEnvelope.content_sha256)).all()
    receipts = [receipt for one in sent for receipt in one.receipts]
    assert sorted(map(tuple, rows)) == sorted((each["id"], each["content_sha256"]) for each in receipts)
    assert {each["id"] for each in receipts} == {each["id"] for one in sent for each in one.records}
    assert {(each["state"], *each["missing_photos"]) for each in receipts} == {("stored",)}
    senders = session.execute(
        select(
            ReceivedEnvelope.sender_id, func.count(), func.count(ReceivedEnvelope.device_id.distinct())
        ).group_by(ReceivedEnvelope.sender_id)
    ).all()
    assert [tuple(row[1:]) for row in senders] == [(10, 1)] * OFFICERS
    for table, count in ((Survey, SURVEYS), (Household, SURVEYS), (Case, 2), (Photo, 2)):
        assert session.scalar(select(func.count()).select_from(table)) == count * OFFICERS, table
    states = session.execute(select(Case.state, func.count()).group_by(Case.state)).all()
    assert dict(map(tuple, states)) == {"posted": OFFICERS, "registered": OFFICERS}


def assert_photos_are_whole(sent: list[Officer], world: Flask, session: Session) -> None:
    """Every photo is kept under the hash its officer gave, in a file that is what its name says."""
    kept = dict(map(tuple, session.execute(select(Photo.received_sha256, Photo.stored_sha256)).all()))
    assert set(kept) == {sha256 for one in sent for sha256 in one.photos}
    for stored in kept.values():
        content = photo_files.path_of(world.config["SETTINGS"].data_folder, stored).read_bytes()
        assert hashlib.sha256(content).hexdigest() == stored
