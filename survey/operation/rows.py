"""What queries of operation hand out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Run:
    """A backup, drill, upgrade or check that was run."""

    kind: str
    began_at: datetime
    ended_at: datetime
    is_good: bool
    details: Mapping[str, Any]
