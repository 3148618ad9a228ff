"""Which VN-2000 zone of 3 degrees a province uses on a day: dated data, `vn2000.toml`."""

from __future__ import annotations

import tomllib
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any


def zone(province: str, on: date) -> str | None:
    """The CRS of the province's zone, such as EPSG:9213; None where no source says which one it is."""
    for period in _periods():
        if period.get("from", date.min) <= on <= period.get("until", date.max):
            for epsg, provinces in period["zones"].items():
                if province in provinces:
                    return f"EPSG:{epsg}"
    return None


@cache
def _periods() -> list[dict[str, Any]]:
    periods: list[dict[str, Any]] = tomllib.loads(Path(__file__).with_name("vn2000.toml").read_text("utf-8"))[
        "period"
    ]
    return periods
