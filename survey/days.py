"""Days as people here count them: a moment belongs to the day it had in Viet Nam."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")


def day_of(moment: datetime) -> date:
    """The day of a moment in Viet Nam."""
    return moment.astimezone(ZONE).date()
