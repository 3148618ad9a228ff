"""Where a house's point came from: the survey's answer -> the map's word for it (`point_source.*`)."""

from __future__ import annotations

POINT_SOURCES = {"gnss": "device", "manual": "map", "import": "imported"}
