"""Checks on progress: what a person should look at in an act of building. Flags, never refusals."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy.orm import Session

from survey.cases.rows import NewAct
from survey.registry.models import Household

Flag = dict[str, Any]


def progress_flags(session: Session, new: NewAct, household: Household) -> Iterator[Flag]:
    """Nothing yet."""
    yield from ()
