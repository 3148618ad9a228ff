"""What the functions of this room take and hand out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does something, and when: `user_id` None is the operator at the server's command line."""

    user_id: int | None
    today: date
    at: datetime


@dataclass(frozen=True, slots=True)
class Account:
    """An account as pages show it. A session lives while it carries the account's `session_number`.

    `is_unconfirmed`: somebody else set the password, and no second administrator has confirmed that since.
    """

    id: int
    username: str
    full_name: str
    language: str
    is_active: bool
    is_demo: bool
    must_change_password: bool
    created_at: datetime
    locked_until: datetime | None
    session_number: int
    password_set_by: int | None = None
    is_unconfirmed: bool = False


@dataclass(frozen=True, slots=True)
class SignIn:
    """What checking a password needs."""

    user_id: int
    password_hash: str
    is_active: bool
    locked_until: datetime | None


@dataclass(frozen=True, slots=True)
class HeldAppointment:
    """A post with its term; both days included, `valid_to` empty while open."""

    id: int
    user_id: int
    role: str
    area_code: str
    valid_from: date
    valid_to: date | None
    capacity: str | None = None
    proposed_on: date | None = None

    def holds(self, on: date) -> bool:
        """Whether the post is in force on that day; one that is only proposed never is."""
        return (
            self.proposed_on is None
            and self.valid_from <= on
            and (self.valid_to is None or on <= self.valid_to)
        )


@dataclass(frozen=True, slots=True)
class NewAppointment:
    """A post to be given."""

    role: str
    area_code: str
    valid_from: date
    valid_to: date | None = None
    capacity: str | None = None


@dataclass(frozen=True, slots=True)
class NewAccount:
    """An account to be made, with its first post. `line` is its row in a list, 0 outside one."""

    username: str
    full_name: str
    post: NewAppointment
    line: int = 0


@dataclass(frozen=True, slots=True)
class Slip:
    """A temporary password on its way to paper; it is shown once and kept nowhere."""

    username: str
    full_name: str
    password: str


@dataclass(frozen=True, slots=True)
class DeviceOwner:
    """Whom a device's token speaks for, and when the device was last heard of, to the hour."""

    device_id: str
    last_seen_at: datetime | None
    account: Account


@dataclass(frozen=True, slots=True)
class HeldDevice:
    """A device as pages show it."""

    id: str
    user_id: int
    username: str
    full_name: str
    label: str
    created_at: datetime
    last_seen_at: datetime | None
    revoked_at: datetime | None
