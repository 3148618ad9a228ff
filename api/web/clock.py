"""The only place that reads the clock: Viet Nam's time zone, or the pinned date of a demonstration."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from flask import current_app

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
EVENING = time(18)
_told: ContextVar[datetime | None] = ContextVar("told", default=None)


def now() -> datetime:
    """This moment in Viet Nam; with a pinned date, the present time of day on that date."""
    if (told := _told.get()) is not None:
        return told
    moment = datetime.now(ZONE)
    pinned: date | None = current_app.config["SETTINGS"].pinned_date
    return moment + timedelta(days=(pinned - moment.date()).days) if pinned else moment


def today() -> date:
    """The working day in Viet Nam (or the pinned one)."""
    return now().date()


@contextmanager
def evening_of(day: date) -> Iterator[datetime]:
    """As if it were the evening of a day: a demonstration is built day by day, so that it has a history."""
    moment = datetime.combine(day, EVENING, ZONE)
    before = _told.set(moment)
    try:
        yield moment
    finally:
        _told.reset(before)
