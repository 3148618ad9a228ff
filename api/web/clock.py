"""The only place that reads the clock: Viet Nam's time zone, or the pinned date of a demonstration."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from flask import current_app

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")


def now() -> datetime:
    """This moment in Viet Nam; with a pinned date, the present time of day on that date."""
    moment = datetime.now(ZONE)
    pinned: date | None = current_app.config["SETTINGS"].pinned_date
    return moment + timedelta(days=(pinned - moment.date()).days) if pinned else moment


def today() -> date:
    """The working day in Viet Nam (or the pinned one)."""
    return now().date()
