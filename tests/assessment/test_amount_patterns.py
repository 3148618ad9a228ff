"""What amounts are made of is kept once, whoever comes first."""

from __future__ import annotations

import contextlib
import threading
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

from sqlalchemy import select

from api.web import transaction
from api.web.extensions import db
from survey.assessment import actions
from survey.assessment.models import AmountPattern
from survey.law.assessment import ComponentAmount


def test_two_that_keep_the_same_new_patterns_in_another_order_both_end(app, monkeypatch) -> None:
    both_began, kept = threading.Barrier(2), actions.add_once

    def later(session, row):
        with contextlib.suppress(threading.BrokenBarrierError):
            both_began.wait(0.5)  # passed by nobody where the second waits for the first
        return kept(session, row)

    def keep(amounts: list[int]) -> list[int | None]:
        parts = [ComponentAmount("A.amount", "budget", "LOCAL", each, False, ()) for each in amounts]
        with app.app_context(), transaction.write() as session:
            return [
                actions._pattern(session, SimpleNamespace(components=(part,), if_started=()))
                for part in parts
            ]

    monkeypatch.setattr(actions, "add_once", later)
    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(keep, ([1, 2], [2, 1]))
    assert first == second[::-1]
    assert sorted(first) == sorted(db.session.scalars(select(AmountPattern.id)))
