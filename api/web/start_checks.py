"""What must be true before the program works on data: age, keys, place; else it refuses in words."""

from __future__ import annotations

import os
from datetime import datetime
from importlib.metadata import version

from flask import Flask, current_app
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.web import clock, queue_key, secret_keys, storage, transaction
from api.web.database import Revisions, revisions
from api.web.extensions import db
from api.web.file_locks import hold
from survey.access.audit import record
from survey.access.models import AuditEntry
from survey.operation.actions import note_fingerprint, note_run
from survey.operation.models import Epoch
from survey.problems import Problem
from survey.trail import sealing

RESTORED = "database.restored"
SERVING = "serving.lock"
FROM_PHONES = ("photos", "scans", queue_key.NAME)
"""What lies in a data folder only if a database stood there before."""


def check(app: Flask) -> None:
    """Refuse data that the program or the keys do not fit, else note this start.

    Raises: Problem 8005 the database is gone from beside its photos, 8010 it is older than the program, 8011
    newer, 8001–8004 a key is missing or another one. A full or read-only disk is no refusal: it is read.
    """
    with app.app_context():
        told = revisions()
        if told.found is None:
            raise Problem(1010, reason="empty")
        check_age(told)
        check_keys()
        _hold(app)
        storage.protect(app.config["SETTINGS"].data_folder)
        _note_start()


def _hold(app: Flask) -> None:
    """Hold the data while the process lives, beside others that serve. Problem 8023 during an upgrade."""
    folder = app.config["SETTINGS"].data_folder
    if os.access(folder, os.W_OK):
        app.extensions[SERVING] = lock = hold(folder / SERVING, shared=True)
        if lock is None:
            raise Problem(8023, folder=str(folder))


def check_age(told: Revisions) -> None:
    """Refuse a database that does not fit the program. Problems 8010, 8011."""
    if told.is_future:
        raise Problem(8011, found=told.found, newest=told.newest)
    if told.pending:
        raise Problem(8010, count=told.pending, found=told.found, newest=told.newest)


def check_place(app: Flask) -> None:
    """Refuse to make a new database where one has been lost. Problem 8005."""
    folder = app.config["SETTINGS"].data_folder
    left = [name for name in FROM_PHONES if (folder / name).exists()]
    with app.app_context():
        if left and revisions().found is None:
            raise Problem(8005, found=", ".join(left))


def check_keys() -> dict[str, str]:
    """The fingerprint of each key in use, by its name; within a context. Problems 8002–8004, 4301."""
    session = db.session()
    found = {secret_keys.NAME: secret_keys.check(session)}
    path = current_app.config["SETTINGS"].data_folder / queue_key.NAME
    if queue := queue_key.check(session, path):
        found[queue_key.NAME] = queue
    return found


def _note_start() -> None:
    """Know the keys from now on, and this start: a write that tells whether writing works."""
    now, found = clock.now(), check_keys()
    try:
        with transaction.write() as session:
            for name, fingerprint in found.items():
                note_fingerprint(session, name, fingerprint, now)
            note_run(session, "start", now, now, True, version=version("nhavung"))
            announce_fork(session, now)
    except Problem as problem:
        if problem.number not in storage.FAULTS:
            raise


def announce_fork(session: Session, at: datetime) -> None:
    """Tell the trail, once for each restore, that it goes on from an earlier point: what stood after is gone.

    The last checkpoint that the restored database knows says from where.
    """
    epoch = session.scalars(select(Epoch).order_by(Epoch.number.desc()).limit(1)).first()
    told = select(AuditEntry.id).where(AuditEntry.action == RESTORED, AuditEntry.subject_kind == "database")
    if epoch is None or session.scalar(told.where(AuditEntry.subject_id == epoch.id)):
        return
    known = sealing.newest(session)
    record(
        session,
        at=at,
        actor_id=None,
        action=RESTORED,
        subject_kind="database",
        subject_id=epoch.id,
        generation=epoch.generation,
        restored_to=epoch.restored_to.isoformat(),
        tree_size=known.size if known else 0,
        tree_root=known.root_sha256 if known else None,
    )
