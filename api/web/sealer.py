"""The sealer at the edge: every minute by `serve`, or by a command; its key, a file a day for witnesses."""

from __future__ import annotations

import secrets
import threading
from pathlib import Path

from flask import Flask, current_app

from api.web import clock, secret_keys, transaction
from api.web.extensions import db
from survey.trail import notes, sealing

EVERY_S = 60
WITNESS = "checkpoints"
"""Folder of the data folder: a checkpoint a day, for whoever keeps them elsewhere."""


def signer() -> notes.Signer:
    """The key of this installation, read once."""
    kept: notes.Signer | None = current_app.extensions.get("trail_signer")
    if kept is None:
        kept = notes.signer(secret_keys.trail_seed(current_app.config["SETTINGS"]))
        current_app.extensions["trail_signer"] = kept
    return kept


def seal_all(most: int = sealing.AT_A_TIME) -> int | None:
    """Seal everything that waits, some in each transaction; how many, None while another one seals."""
    holder = secrets.token_hex(16)
    sealed = 0
    while True:
        with transaction.write() as session:
            now = clock.now()
            if not sealing.take_lease(session, holder, now):
                return None
            some = sealing.seal(session, signer(), now, most)
            if some < most:
                sealing.end_lease(session, holder, now)
        sealed += some
        if some < most:
            return sealed


def write_witness(path: Path) -> bool:
    """Write the newest checkpoint and the key that checks it; False while there is none."""
    last = sealing.newest(db.session())
    if last is None:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"{last.note}\n{signer().public}\n", "utf-8")
    return True


def start(app: Flask) -> None:
    """Seal every minute while the program serves, and keep a checkpoint of each day."""
    threading.Thread(target=_run, args=(app,), name="sealer", daemon=True).start()


def _run(app: Flask) -> None:
    pause = threading.Event()
    while True:
        try:
            with app.app_context():
                seal_all()
                today = Path(app.config["SETTINGS"].data_folder) / WITNESS / f"{clock.today()}.txt"
                if not today.exists():
                    write_witness(today)
        except Exception:
            app.logger.exception("sealing failed; it is tried again in a minute")
        pause.wait(EVERY_S)
