"""Who receives, when and by which law: what the edge tells the intake."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from pathlib import Path

from flask import current_app
from sqlalchemy.orm import Session

from survey import law
from survey.access.viewer import Viewer
from survey.approval.duties import duty_book
from survey.assessment import queries as assessment
from survey.db import once
from survey.intake.rows import IntakeContext

BOOK_KEPT = "book_in_force"


@cache
def book_of_files(folder: str | None) -> law.LawBook:
    """The law files: the operator's folder over the shipped ones. Read once."""
    return law.load_book(Path(folder) if folder else None)


def book_in_force(session: Session) -> law.LawBook:
    """The law released last; before the first release, the law files. Asked once a transaction."""
    folder = current_app.config["SETTINGS"].law_folder
    return once(
        session,
        BOOK_KEPT,
        lambda: assessment.in_force(session) or book_of_files(str(folder) if folder else None),
    )


def intake_context(viewer: Viewer) -> IntakeContext:
    """The intake's desk for whoever sends; the device is that of the token, not what a record says.

    Problem 6001 for a stranger: nobody is the operator by having no account.
    """
    user_id, book = viewer.actor.user_id, book_in_force(viewer.session)
    posts = {} if user_id is None else {user_id: viewer.posts}
    # The token of a device that was shut out opens nothing.
    revoked: dict[str, datetime | None] = {} if viewer.device_id is None else {viewer.device_id: None}
    duties = duty_book(current_app.config["SETTINGS"].duties_file)
    return IntakeContext(user_id, viewer.device_id, viewer.today, viewer.now, book, posts, revoked, duties)
