"""Queue files: what waited on a phone, saved to a file and handed over (tệp hàng đợi).

The file is JSON: `{format, version, officer: {id, username}, device_id, wrapped_key, saved_at,
records: [{id, iv, data}], photos: [{sha256, iv, data}]}`. The data key is wrapped for the server (see
`queue_keys`); each record is the text of an envelope, each photo its bytes, under AES-256-GCM, in base64.
Every record is received as its officer, on its own: one that cannot be opened never blocks another. Doing it
again doubles nothing.
"""

from __future__ import annotations

import base64
import hashlib
import itertools
import json
import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from flask import current_app

from api.field import queue_keys
from api.shared.batches import receive_each
from api.web import errors, photo_files, transaction
from api.web.intake_context import intake_context
from survey import words
from survey.access import queries as access
from survey.access.audit import record
from survey.access.models import Device
from survey.access.rows import Account
from survey.access.viewer import Viewer
from survey.intake import queries as intake
from survey.intake.envelope import read as read_envelope
from survey.intake.rows import STORED, Envelope, Receipt
from survey.problems import Problem
from survey.registry.actions import photo_arrived
from survey.registry.models import Photo

FORMAT, VERSION = "nhavung-queue", 1
MAX_BYTES = 256 * 1024 * 1024
"""A month of work with photos; a file is held in memory while it is read."""
MAX_UPLOAD_BYTES = 96 * 1024 * 1024
"""By page: a week of one phone with its photos; more goes by the command line, beside the server."""
MAX_RECORDS, MAX_PHOTOS = 5_000, 20_000
NONCE_BYTES = 12
NAME_LENGTH = 80
LARGEST_ID = 2**31 - 1
OUTCOMES = ("stored", "waiting", "known", "refused")
Sealed = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class QueueFile:
    """A file of the right outer shape whose data key could be unwrapped; nothing of it is opened yet."""

    sha256: str
    account: Account
    device_id: str | None
    is_proven: bool
    is_revoked: bool
    key: bytes
    records: Sequence[Sealed]
    photos: Sequence[Sealed]


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one record or photo: one of `OUTCOMES`, and `texts` that say it in both languages."""

    kind: str
    place: int
    name: str
    outcome: str
    texts: Mapping[str, str]
    problem: int | None = None
    household_id: str | None = None


@dataclass(slots=True)
class Report:
    """What became of a whole file."""

    sha256: str
    officer: str
    is_revoked: bool = False
    results: list[Result] = field(default_factory=list)

    def count(self, kind: str) -> dict[str, int]:
        """How many records (or photos) came to each outcome; they add up to all in the file."""
        found = Counter(one.outcome for one in self.results if one.kind == kind)
        return {outcome: found[outcome] for outcome in OUTCOMES}

    @property
    def refused(self) -> list[Result]:
        """What could not be taken, in the order of the file."""
        return [one for one in self.results if one.outcome == "refused"]


# --- reading


def read(viewer: Viewer, content: bytes, *, must_prove: bool = True) -> QueueFile:
    """Check the outer shape of a file and unwrap its data key. Problems 4302-4304, 4310-4313.

    Whose file it is follows from its data key, which only the phone and this server know. Without
    `must_prove` a key the server does not know is taken too: somebody else vouches for the file.
    """
    refuse_large(len(content))
    raw = _parsed(content)
    data_key = queue_keys.unwrap(raw.get("wrapped_key"))
    account = _account(viewer, raw.get("officer"))
    if data_key.officer_id != account.id:
        raise Problem(4303)
    device_id = access.device_of_key(viewer.session, account.id, hashlib.sha256(data_key.key).hexdigest())
    if device_id is None and must_prove:
        raise Problem(4304, username=account.username)
    is_proven = device_id is not None
    device_id = device_id or _device_named(viewer, account, raw.get("device_id"))
    return QueueFile(
        sha256=hashlib.sha256(content).hexdigest(),
        account=account,
        device_id=device_id,
        is_proven=is_proven,
        is_revoked=_is_revoked(viewer, device_id),
        key=data_key.key,
        records=_list(raw, "records", MAX_RECORDS, "bản ghi", "records"),
        photos=_list(raw, "photos", MAX_PHOTOS, "ảnh", "photos"),
    )


def refuse_large(size_bytes: int) -> None:
    """Stop before a file is read that would not fit in memory. Problem 4312."""
    if size_bytes > MAX_BYTES:
        raise Problem(4312, got=size_bytes, limit=MAX_BYTES, what_vi="byte", what_en="bytes")


def _parsed(content: bytes) -> dict[str, Any]:
    """The JSON object of a queue file of our version. Problems 4310, 4311."""
    try:
        raw = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise Problem(4310, reason=type(error).__name__) from None
    if not isinstance(raw, dict) or raw.get("format") != FORMAT:
        raise Problem(4310, reason=f'format = "{FORMAT}"?')
    if raw.get("version") != VERSION:
        raise Problem(4311, got=str(raw.get("version"))[:20], expected=VERSION)
    return raw


def _list(raw: Mapping[str, Any], name: str, limit: int, vi: str, en: str) -> list[Sealed]:
    """The records or photos of a file; whatever an entry is, it gets its own result later."""
    entries = raw.get(name, [])
    if not isinstance(entries, list):
        raise Problem(4310, reason=name)
    if len(entries) > limit:
        raise Problem(4312, got=len(entries), limit=limit, what_vi=vi, what_en=en)
    return [entry if isinstance(entry, dict) else {} for entry in entries]


def _account(viewer: Viewer, officer: Any) -> Account:
    """The account the file names. Problems 4310, 4313."""
    officer_id = officer.get("id") if isinstance(officer, dict) else None
    if type(officer_id) is not int:
        raise Problem(4310, reason="officer.id")
    account = access.account(viewer.session, officer_id) if 0 < officer_id <= LARGEST_ID else None
    if account is None:
        raise Problem(4313, officer=officer_id)
    return account


def _is_revoked(viewer: Viewer, device_id: str | None) -> bool:
    device = viewer.session.get(Device, device_id) if device_id else None
    return device is not None and device.revoked_at is not None


def _device_named(viewer: Viewer, account: Account, told: Any) -> str | None:
    """The device that a file somebody vouches for names, if it is or was this officer's."""
    try:
        device = viewer.session.get(Device, str(uuid.UUID(told)))
    except (ValueError, TypeError, AttributeError):
        return None
    return device.id if device and device.user_id == account.id else None


# --- receiving


def receive(viewer: Viewer, file: QueueFile, on_progress: Callable[[int], Any] | None = None) -> Report:
    """Receive every record as the file's officer, then store the photos; the viewer hands it in."""
    report = Report(file.sha256, file.account.username, file.is_revoked)
    photos = (_photo(viewer, file, place, sealed) for place, sealed in enumerate(file.photos, 1))
    for result in itertools.chain(_records(viewer, file), photos):
        report.results.append(result)
        if on_progress:
            on_progress(1)
    _note(viewer, file, report)
    return report


def _records(viewer: Viewer, file: QueueFile) -> Iterator[Result]:
    """Every record's own result, in their order."""
    readable = [_readable(viewer, file, sealed) for sealed in file.records]
    received = receive_each(
        [each for each in readable if isinstance(each, Envelope)],
        lambda: replace(
            intake_context(viewer), sender_id=file.account.id, device_id=file.device_id, is_from_file=True
        ),
    )
    for place, (sealed, each) in enumerate(zip(file.records, readable, strict=True), 1):
        name = str(sealed.get("id"))[:NAME_LENGTH]
        outcome = next(received) if isinstance(each, Envelope) else each
        if isinstance(outcome, Exception):
            yield _refused("record", place, name, outcome)
        else:
            yield _received(place, name, outcome)


def _readable(viewer: Viewer, file: QueueFile, sealed: Sealed) -> Envelope | Exception:
    """One record opened and read, or why it cannot be taken from a file."""
    try:
        envelope = read_envelope(_json(_opened(file.key, sealed, 4315)))
        _refuse_others(viewer, envelope, file.account.id)
        return envelope
    except Exception as error:
        return error


def _refuse_others(viewer: Viewer, envelope: Envelope, officer_id: int) -> None:
    """A file corrects what its officer sent, and nobody else's work. Problem 4118."""
    first = intake.version(viewer.session, envelope.id, 1) if envelope.base_version else None
    if first is not None and first.sender_id != officer_id:
        raise Problem(4118)


def _json(text: bytes) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Problem(4315, reason=type(error).__name__) from None


def _received(place: int, name: str, receipt: Receipt) -> Result:
    state = "stored" if receipt.state == STORED else "waiting"
    said = {lang: words.word(f"queue_outcome.{state}", lang) for lang in words.LANGUAGES}
    if not receipt.is_new:
        said = {lang: f"{words.word('queue_outcome.known', lang)}; {said[lang]}" for lang in words.LANGUAGES}
    for fault in receipt.faults[:3]:
        said = {lang: f"{said[lang]} {fault[lang]}" for lang in words.LANGUAGES}
    outcome = state if receipt.is_new else "known"
    return Result("record", place, name, outcome, said, household_id=receipt.household_id)


def _photo(viewer: Viewer, file: QueueFile, place: int, sealed: Sealed) -> Result:
    """One photo, stored as if the phone had sent it; its record must have announced it."""
    sha256 = str(sealed.get("sha256"))[:64]
    try:
        known = viewer.session.get(Photo, sha256) if sha256.isalnum() else None
        if known is None:
            raise Problem(4107, sha256=sha256[:12])
        if known.stored_sha256:
            return _photo_kept(place, sha256, "known")
        content = _opened(file.key, sealed, 4316)
        stored = photo_files.store(current_app.config["SETTINGS"].data_folder, content, sha256)
        with transaction.write() as session:
            photo_arrived(session, sha256, stored, viewer.now)
        return _photo_kept(place, sha256, "stored")
    except Exception as error:
        return _refused("photo", place, sha256, error)


def _photo_kept(place: int, sha256: str, outcome: str) -> Result:
    said = {lang: words.word(f"queue_photo.{outcome}", lang) for lang in words.LANGUAGES}
    return Result("photo", place, sha256, outcome, said)


def _refused(kind: str, place: int, name: str, error: Exception) -> Result:
    problem = error if isinstance(error, Problem) else errors.incident(error)
    said = {lang: f"{problem.message(lang)} {problem.next_step(lang)}" for lang in words.LANGUAGES}
    return Result(kind, place, name, "refused", said, problem.number)


def _opened(key: bytes, sealed: Sealed, number: int) -> bytes:
    """The decrypted bytes of a record or a photo. Problem `number` when they are damaged or another key's."""
    try:
        nonce = base64.b64decode(sealed["iv"], validate=True)
        if len(nonce) != NONCE_BYTES:
            raise ValueError(f"iv: {len(nonce)} bytes, expected {NONCE_BYTES}")
        return AESGCM(key).decrypt(nonce, base64.b64decode(sealed["data"], validate=True), None)
    except KeyError as error:
        raise Problem(number, reason=str(error)) from None
    except InvalidTag:
        raise Problem(number, reason="AES-GCM") from None
    except (ValueError, TypeError) as error:
        raise Problem(number, reason=str(error)[:100] or type(error).__name__) from None


def _note(viewer: Viewer, file: QueueFile, report: Report) -> None:
    """The audit entry: whose file, its hash, how many came to what."""
    counts: dict[str, Any] = {
        **report.count("record"),
        **{f"photos_{outcome}": count for outcome, count in report.count("photo").items()},
    }
    with transaction.write() as session:
        record(
            session,
            at=viewer.now,
            actor_id=viewer.user_id,
            action="queue.imported",
            subject_kind="queue_file",
            subject_id=file.sha256,
            officer=file.account.id,
            device=file.device_id,
            proven=file.is_proven,
            **counts,
        )
