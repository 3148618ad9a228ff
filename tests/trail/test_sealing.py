"""The sealer: in a sequence of its own, one at a time, killed anywhere it goes on where it stopped."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from threading import Thread
from typing import Any

import pytest
from fielding import as_phone
from makers import NOON, envelope
from sending import BEFORE, ENVELOPES, send_village
from sqlalchemy import delete, event, select
from sqlalchemy.orm import Session

from api.web import clock, transaction
from api.web.database import upgrade
from api.web.extensions import db
from api.web.sealer import seal_all
from survey.access.audit import record
from survey.access.models import AuditEntry
from survey.trail import sealing
from survey.trail.models import Checkpoint, WriteSet

NEXT_DAY = date(2025, 5, 16)
"""When a lease that nobody gave back has ended."""


class Killed(BaseException):
    """The process is gone."""


@contextmanager
def killed(at: int, name: str) -> Iterator[None]:
    """The process dies in the transaction of this number: before its commit, or as it begins."""
    seen = 0

    def die(connection: Any) -> None:
        nonlocal seen
        seen += connection.get_execution_options().get("begin") == "IMMEDIATE"
        if seen == at:
            raise Killed

    event.listen(db.engine, name, die)
    try:
        yield
    finally:
        event.remove(db.engine, name, die)
        db.session.remove()


def places() -> list[int | None]:
    """Every entry's place in the tree, in the order of ids."""
    db.session.rollback()
    return list(db.session.scalars(select(AuditEntry.sequence).order_by(AuditEntry.id)))


def entries(session: Any, count: int) -> None:
    """So many entries of no account."""
    for number in range(count):
        record(session, at=NOON, actor_id=None, action="tested", subject_kind="test", subject_id=number)


@pytest.mark.parametrize("name", ["begin", "commit"])
@pytest.mark.parametrize("at", [1, 2, 3, 4])
def test_killed_at_any_commit_the_next_sealer_goes_on(at, name, world, run) -> None:
    with transaction.write() as session:
        entries(session, 5)
    waiting = len(places())
    most = waiting // 3
    with killed(at, name), pytest.raises(Killed):
        seal_all(most)
    with clock.evening_of(NEXT_DAY):
        assert seal_all(most) is not None
    assert sorted(places()) == list(range(waiting))
    ended, said = run("verify")
    assert ended == 0, said


def test_an_entry_committed_after_later_ones_is_sealed_all_the_same(world, run) -> None:
    if db.engine.dialect.name == "sqlite":
        pytest.skip("SQLite has one writer: entries are committed in the order of their ids")
    seal_all()
    with Session(db.engine) as slow:
        entries(slow, 1)
        slow.flush()
        with transaction.write() as session:
            entries(session, 1)
        assert seal_all() == 1
        slow.commit()
    assert places()[-2] is None
    assert seal_all() == 1
    assert places()[-2] == places()[-1] + 1
    assert run("verify")[0] == 0


def test_two_sealers_at_once_make_one_tree(world, run) -> None:
    with transaction.write() as session:
        entries(session, 60)
    waiting = len(places())
    db.session.remove()
    done: list[int | None] = []

    def sealing_too() -> None:
        with world.app_context():
            done.append(seal_all(7))
            db.session.remove()

    threads = [Thread(target=sealing_too) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(one or 0 for one in done) == waiting
    assert sorted(places()) == list(range(waiting))
    assert run("verify")[0] == 0


def test_one_holds_the_lease_and_another_takes_it_when_it_has_ended(world) -> None:
    with transaction.write() as session:
        assert sealing.take_lease(session, "one", NOON)
        assert sealing.take_lease(session, "one", NOON + timedelta(minutes=1))
        assert not sealing.take_lease(session, "two", NOON + timedelta(minutes=2))
        assert sealing.take_lease(session, "two", NOON + timedelta(minutes=4))
        assert not sealing.take_lease(session, "one", NOON + timedelta(minutes=4))
        assert sealing.take_lease(session, "one", NOON - timedelta(days=1)), "a clock stood wrong"
        sealing.end_lease(session, "one", NOON)
        assert sealing.take_lease(session, "two", NOON)


def test_nothing_waiting_makes_no_checkpoint(world) -> None:
    seal_all()
    before = db.session.scalar(select(db.func.count()).select_from(Checkpoint))
    assert seal_all() == 0
    assert db.session.scalar(select(db.func.count()).select_from(Checkpoint)) == before


def test_a_savepoint_undone_was_never_written(world, run) -> None:
    phone = as_phone(world, "lan")
    sent = [envelope(captured_at=BEFORE), {**envelope(), "base_version": 7}, envelope(captured_at=BEFORE)]
    answers = phone.post(f"{ENVELOPES}/batch", json=sent).json
    assert [one["status"] for one in answers][::2] == [201, 201]
    seal_all()
    ended, said = run("verify")
    assert ended == 0, said


def test_data_from_before_the_trail_is_noted_and_a_beginning_that_broke_off_goes_on(world, run) -> None:
    send_village(as_phone(world, "lan"))
    with transaction.write() as session:
        session.execute(delete(WriteSet))
        session.execute(delete(AuditEntry))
    upgrade(world)
    with transaction.write() as session:  # it broke off after some tables
        begun = session.scalar(select(AuditEntry).where(AuditEntry.action == "trail.begun"))
        last = session.scalar(select(AuditEntry).where(AuditEntry.subject_id == "persons"))
        later = select(AuditEntry.transaction_id).where(AuditEntry.id >= last.id)
        session.execute(delete(WriteSet).where(WriteSet.transaction_id.in_(later)))
        session.execute(delete(AuditEntry).where(AuditEntry.id >= last.id))
        assert begun.details["persons"] == 7
    upgrade(world)
    seal_all()
    ended, said = run("verify")
    assert ended == 0, said
    before = len(places())
    upgrade(world)
    assert len(places()) == before
