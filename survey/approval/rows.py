"""What the approval room hands out: list rows and versions, their differences, official acts, postings."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class ListRow:
    """One household of an approved list: ids, codes and money (integer đồng), never a personal value.

    `person_id` refers to the head at that time, `area_code` to the village at that time.
    """

    household_id: str
    case_id: str
    person_id: str | None
    area_code: str | None
    programme: str | None
    works_kind: str | None
    amount_vnd: int | None
    approved_on: str | None

    @property
    def decided(self) -> tuple[Any, ...]:
        """What an approval decides: a change of it needs a new decision, a new head does not."""
        return self.programme, self.works_kind, self.amount_vnd


@dataclass(frozen=True, slots=True)
class ListDeparture:
    """A household that is on a list no longer: its last row, where its case stands, and why."""

    row: ListRow
    state: str
    reason: str | None


@dataclass(frozen=True, slots=True)
class Change:
    """A household whose row differs between two versions, and the fields that do."""

    before: ListRow
    after: ListRow
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Differences:
    """What one list has that another has not, by household."""

    added: tuple[ListRow, ...] = ()
    removed: tuple[ListRow, ...] = ()
    changed: tuple[Change, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.changed)


SURE = ("issued", "confirmed")
"""States of an act that its issuer stands for, or a second person for a unit outside the program."""
USABLE = (*SURE, "cited", "before")
"""States of an act that a list may be tied to."""


@dataclass(frozen=True, slots=True)
class OfficialActRow:
    """An official act as lists show it. `name` is its number as people write it: 407/QĐ-UBND."""

    id: int
    number: str
    symbol: str
    signed_on: date
    issuer_code: str
    issuer_level: str
    issuer: str
    area_code: str
    signer: str | None
    subject: str
    kept_by: int | None
    kept_at: datetime
    kept_by_name: str | None
    state: str
    joined_id: int | None
    changes: int

    @property
    def name(self) -> str:
        """Number and symbol as one."""
        return f"{self.number}/{self.symbol}"

    @property
    def is_sure(self) -> bool:
        """Whether it stands for its issuer; everything else is shown as unconfirmed."""
        return self.state in SURE


@dataclass(frozen=True, slots=True)
class NewOfficialAct:
    """An official act to keep, as somebody read it on the paper; `area_code`: for whom it is kept."""

    number: str
    symbol: str
    signed_on: date
    issuer_code: str
    subject: str
    area_code: str
    signer: str | None = None


@dataclass(frozen=True, slots=True)
class ActEvent:
    """What became of an act, by whom and why; `before` says what it said before a correction."""

    kind: str
    at: datetime
    by: int | None
    by_name: str | None
    reason: str | None
    before: dict[str, Any]


@dataclass(frozen=True, slots=True)
class OutsideRow:
    """A unit named as not using the program, with who named it and on what ground."""

    id: int
    area_code: str
    valid_from: date
    valid_to: date | None
    ground: str
    named_at: datetime
    named_by_name: str | None


@dataclass(frozen=True, slots=True)
class NewTarget:
    """A total to keep with an official act; `*` as programme or works kind means all of them."""

    area_code: str
    year: int
    programme: str
    works_kind: str
    households: int
    amount_vnd: int


@dataclass(frozen=True, slots=True)
class ListHead:
    """A frozen version without its rows."""

    id: int
    area_code: str
    year: int
    version: int
    sha256: str
    households: int
    amount_vnd: int
    made_at: datetime
    made_by_name: str | None
    reason: str | None
    act: OfficialActRow | None


@dataclass(frozen=True, slots=True)
class ListVersion:
    """A frozen version with its rows; `is_intact`: they still have the hash under which they were frozen."""

    head: ListHead
    rows: tuple[ListRow, ...]
    left: tuple[ListDeparture, ...]
    is_intact: bool


@dataclass(frozen=True, slots=True)
class DueDecision:
    """A version whose decision was promised by a day and has not come."""

    area_code: str
    year: int
    version: int
    due_on: date


@dataclass(frozen=True, slots=True)
class AreaList:
    """The list of one area and year in an overview: what it is now, its newest version, whether they agree.

    `undecided`: households that no official act carries as they stand now; `unsure`: those carried by one
    that its issuer does not stand for.
    No area: approved households that nobody could place in a commune.
    """

    area_code: str | None
    households: int
    amount_vnd: int
    undecided: int
    unsure: int
    newest: ListHead | None
    is_current: bool
    is_commune: bool


@dataclass(frozen=True, slots=True)
class WaitingCase:
    """A reviewed case that waits for approval, with what it is assessed as today and how much to look at."""

    case_id: str
    household_id: str
    head_name: str | None
    area_code: str | None
    year: int | None
    since: date
    posted_until: date | None
    objections: int
    flags: int
    works_kind: str | None
    outcome: str | None
    programme: str | None
    amount_vnd: int | None


@dataclass(frozen=True, slots=True)
class PublicNotice:
    """A public posting (niêm yết) as staff see it; `until` is its last day, `page` where it is on the web."""

    act_id: str
    area_code: str | None
    posted_from: date
    until: date
    households: int
    objections: int
    publication_id: int | None
    token: str | None
    page_until: date | None


@dataclass(frozen=True, slots=True)
class PostedHouse:
    """One household of a posting, with no more than the columns of a posting may show."""

    household_id: str
    head_name: str | None
    village: str | None
    works_kind: str | None
    programme: str | None
    amount_vnd: int | None


@dataclass(frozen=True, slots=True)
class Decision:
    """One act of approval behind a list: who did (or entered) it, who compared it, how many households."""

    act_id: str
    done_on: date
    actor_name: str | None
    confirmed_by_name: str | None
    capacity: str | None
    signed_by: str | None
    households: int
