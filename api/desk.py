"""Who receives, when and by which law: what the edge tells the intake."""

from __future__ import annotations

from functools import cache

from flask import current_app
from sqlalchemy.orm import Session

from api import clock
from survey import law
from survey.assessment import queries as assessment
from survey.intake.actions import Desk


@cache
def shipped_book(folder: str | None) -> law.Book:
    """The law files: the operator's folder over the shipped ones. Read once."""
    from pathlib import Path

    return law.load_book(Path(folder) if folder else None)


def book_in_force(session: Session) -> law.Book:
    """The law released last; before the first release, the law files as they are."""
    folder = current_app.config["SETTINGS"].law_folder
    return assessment.in_force(session) or shipped_book(str(folder) if folder else None)


def desk(session: Session, sender_id: int | None) -> Desk:
    """The intake's desk for this request."""
    return Desk(sender_id=sender_id, today=clock.today(), now=clock.now(), book=book_in_force(session))
