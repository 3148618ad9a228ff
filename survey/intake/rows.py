"""What the intake hands out."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from survey import law
from survey.approval.duties import DutyBook, duty_book
from survey.questionnaire import Fault

STORED, WAITING = "stored", "waiting"
"""What became of an envelope: in the registry, or in the inbox."""
MAX_FAULTS = 50


@dataclass(frozen=True, slots=True)
class IntakeContext:
    """Who receives, when, and by which law: what the intake may not look up itself.

    `posts` are the (role, area code) pairs in force today by account, and `revoked` says of devices when they
    were shut out: what is known already, each read once where it is not. `duties` says which are apart. With
    `confirms` the sender says that a decision matches its signed paper; `is_from_file`: nobody signed in.
    """

    sender_id: int | None
    device_id: str | None
    today: date
    now: datetime
    book: law.LawBook
    posts: dict[int, tuple[tuple[str, str], ...]] = field(default_factory=dict)
    revoked: dict[str, datetime | None] = field(default_factory=dict)
    duties: DutyBook = field(default_factory=duty_book)
    confirms: bool = False
    is_from_file: bool = False


@dataclass(frozen=True, slots=True)
class Envelope:
    """Everything a phone sends, once it could be read (see `intake.envelope`).

    `changed_after_result` are the answers changed after the phone had shown its result, in their order.
    """

    id: str
    kind: str
    form: str
    form_version: str
    base_version: int
    captured_at: datetime
    officer: str | None
    device: str | None
    payload: dict[str, Any]
    photos: list[dict[str, Any]]
    changed_after_result: list[dict[str, Any]]
    content_sha256: str
    text: str

    @property
    def version(self) -> int:
        """The version this content becomes: one after the one it is based on."""
        return self.base_version + 1


@dataclass(frozen=True, slots=True)
class ProcessingResult:
    """What processing came to: faults (then nothing was kept), or the household it belongs to.

    `concerns` are the households an act names, or the act it wants to revoke: what it may wait for.
    """

    faults: list[dict[str, Any]] = field(default_factory=list)
    area_code: str | None = None
    household_id: str | None = None
    concerns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What would become of an envelope: why it would wait, and what its flags would say of its answers."""

    faults: tuple[Fault, ...] = ()
    flags: tuple[dict[str, Any], ...] = ()
    is_known: bool = False


@dataclass(frozen=True, slots=True)
class Receipt:
    """The promise given for one version (biên nhận): it is stored and will not be lost.

    `missing_photos` are the announced photos whose bytes have not arrived yet. `promise` is signed: the entry
    `leaf` of the trail was made; `proof` that it lies in the sealed tree, empty until then (chưa niêm phong).
    """

    id: str
    version: int
    content_sha256: str
    received_at: datetime
    state: str
    faults: list[dict[str, Any]]
    household_id: str | None
    photos: list[str] = field(default_factory=list)
    missing_photos: list[str] = field(default_factory=list)
    is_new: bool = False
    leaf: str | None = None
    promise: str | None = None
    proof: dict[str, Any] | None = None
    key: str | None = None


@dataclass(frozen=True, slots=True)
class InboxRow:
    """One envelope in the inbox, as its list shows it."""

    row_id: int
    envelope_id: str
    version: int
    kind: str
    area_code: str | None
    sender_name: str | None
    captured_at: datetime | None
    received_at: datetime
    faults: list[dict[str, Any]]
    content: dict[str, Any]
    aside_reason: str | None
