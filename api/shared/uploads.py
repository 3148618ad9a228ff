"""Photos and signed scans sent with a page: read, kept on disk without EXIF, tied to what they prove."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from flask import current_app, request, send_file
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from api.web import photo_files
from survey.access.viewer import Viewer
from survey.cases import queries as cases
from survey.intake.envelope import SLOTS
from survey.problems import Problem
from survey.registry import queries as registry
from survey.registry.actions import announce_photos, photo_arrived
from survey.registry.models import Household, Photo

SCAN = cases.SCAN_SLOT


@dataclass(frozen=True, slots=True)
class Upload:
    """One file of a form, and the slot it fills. `sha256` is that of the bytes as they came."""

    slot: str
    sha256: str
    content: bytes

    def announced(self) -> dict[str, str]:
        """As an envelope names it."""
        return {"sha256": self.sha256, "slot": self.slot}


def uploads() -> list[Upload]:
    """The files of this request under `photo.<slot>`; fields left empty are none."""
    found: dict[tuple[str, str], Upload] = {}
    for slot in SLOTS:
        for file in request.files.getlist(f"photo.{slot}"):
            content = file.read() if file.filename else b""
            if content:
                sha256 = hashlib.sha256(content).hexdigest()
                found[(slot, sha256)] = Upload(slot, sha256, content)
    return list(found.values())


def keep(files: Iterable[Upload]) -> dict[str, photo_files.StoredPhoto]:
    """Write the files to disk, by the hash they came under. Problem 4109 for what is no photo.

    This happens before the write transaction: nobody else waits for it.
    """
    folder = current_app.config["SETTINGS"].data_folder
    return {file.sha256: photo_files.store(folder, file.content, file.sha256) for file in files}


def arrived(viewer: Viewer, session: Session, kept: dict[str, photo_files.StoredPhoto]) -> None:
    """Note that announced files are kept; those that were there before stay as they are."""
    announce_photos(session, kept)
    for sha256, stored in kept.items():
        photo = session.get_one(Photo, sha256)
        if photo.stored_sha256 is None:
            photo_arrived(session, sha256, stored, viewer.now)


def shown(viewer: Viewer, house: Household, slot: str) -> bool:
    """Whether the viewer may see photos of this slot: papers hold more than the house does."""
    return slot != SCAN or viewer.may("paper.read", house.area_code)


def of_household(viewer: Viewer, house: Household) -> set[str]:
    """The stored photos of a household's surveys and acts that the viewer may see."""
    surveys = {
        entry.stored_sha256
        for entry in registry.photos(viewer.session, house.id)
        if shown(viewer, house, entry.slot)
    }
    acts = {
        stored.stored_sha256 or ""
        for _, photo, stored in cases.photos(viewer.session, house.id)
        if shown(viewer, house, photo.slot)
    }
    return surveys | acts


def served(viewer: Viewer, house: Household, sha256: str) -> Response:
    """One photo of a household. Problem 1004 when there is none that the viewer may see."""
    path = photo_files.path_of(current_app.config["SETTINGS"].data_folder, sha256)
    if sha256 not in of_household(viewer, house) or not path.exists():
        raise Problem(1004, what=sha256[:12])
    response = send_file(path, mimetype="image/jpeg", etag=sha256, max_age=0)
    response.cache_control.private = True
    return response
