"""What each paper is filled from: plain values. None is unknown and is printed as a blank to fill by hand.

Texts are in Vietnamese as they are to be read. `works_kind` is a code of the glossary (`new`, `repair`).
Money is integer đồng. Whoever fills these classes has checked that the reader may see what is in them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time


@dataclass(frozen=True, slots=True)
class Place:
    """Names of the units with their kind (Thôn 2, Xã Bạch Thông). District None: there is none, no line."""

    village: str | None = None
    commune: str | None = None
    district: str | None = None
    province: str | None = None

    @property
    def line(self) -> str | None:
        """The names in one line, smallest unit first."""
        known = (self.village, self.commune, self.district, self.province)
        return ", ".join(name for name in known if name) or None


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who takes part or signs, with the position held (chức vụ)."""

    name: str | None = None
    position: str | None = None


@dataclass(frozen=True, slots=True)
class HouseholdData:
    """A household. `national_id` is printed by the disaster request alone, and given for it alone.

    `status` is what it is recognised as (hộ nghèo, người có công, …), in words.
    """

    head_name: str | None = None
    birth_year: int | None = None
    national_id: str | None = None
    ethnic_group: str | None = None
    people: int | None = None
    place: Place = Place()
    status: str | None = None
    programme: str | None = None
    works_kind: str | None = None
    amount_vnd: int | None = None


@dataclass(frozen=True, slots=True)
class MeetingRow:
    """One household as the village meeting voted on it; `passed` None is not decided yet."""

    head_name: str | None = None
    status: str | None = None
    works_kind: str | None = None
    votes_for: int | None = None
    votes_against: int | None = None
    passed: bool | None = None


@dataclass(frozen=True, slots=True)
class MeetingData:
    """A village meeting. `rule` says in words, with its source, when a household counts as agreed.

    `ballot` is `show_of_hands` or `secret`.
    """

    place: Place = Place()
    year: int | None = None
    held_on: date | None = None
    from_time: time | None = None
    until_time: time | None = None
    venue: str | None = None
    chair: Person = Person()
    commune_representative: Person = Person()
    secretary: Person = Person()
    others: tuple[Person, ...] = ()
    households: int | None = None
    present: int | None = None
    rule: str | None = None
    ballot: str | None = None
    rows: tuple[MeetingRow, ...] = ()
    opinions: str | None = None
    copies: int | None = None


@dataclass(frozen=True, slots=True)
class CommissionMember:
    """A member of the acceptance commission (Ban nghiệm thu) and the body that sent them."""

    body: str
    name: str | None = None
    position: str | None = None


@dataclass(frozen=True, slots=True)
class StageData:
    """Minutes that one stage of the works is done. An empty commission prints the usual bodies."""

    household: HouseholdData = HouseholdData()
    done_on: date | None = None
    commission: tuple[CommissionMember, ...] = ()
    started_on: date | None = None
    stage: str | None = None
    work_done: str | None = None
    accepted: bool | None = None
    remarks: str | None = None
    copies: int | None = None


@dataclass(frozen=True, slots=True)
class CompletionData:
    """Minutes that a house is finished and put in use. Materials are in words."""

    household: HouseholdData = HouseholdData()
    done_on: date | None = None
    commission: tuple[CommissionMember, ...] = ()
    started_on: date | None = None
    finished_on: date | None = None
    area_m2: float | None = None
    foundation: str | None = None
    frame_and_wall: str | None = None
    roof: str | None = None
    accepted: bool | None = None
    handed_over_on: date | None = None
    remarks: str | None = None
    copies: int | None = None


@dataclass(frozen=True, slots=True)
class PostingColumn:
    """A column of the posted list; `width` is its share, `align` is left, center or right."""

    title: str
    width: float = 1.0
    align: str = "left"


@dataclass(frozen=True, slots=True)
class PostingData:
    """A list to post. Only what stands in `columns` and `rows` is printed; a number is written 1.234.567."""

    title: str
    columns: tuple[PostingColumn, ...]
    rows: tuple[tuple[str | int | None, ...], ...] = ()
    place: Place = Place()
    number: str | None = None
    signed_on: date | None = None
    basis: str | None = None
    posted_from: date | None = None
    posted_until: date | None = None
    where: str | None = None
    objection_address: str | None = None
    objection_until: date | None = None
    objection_url: str | None = None
    signer: Person = Person()


@dataclass(frozen=True, slots=True)
class CommitmentRow:
    """What one household commits to; `materials` follow `CommitmentData.materials`."""

    head_name: str | None = None
    village: str | None = None
    status: str | None = None
    works_kind: str | None = None
    amount_vnd: int | None = None
    own_amount_vnd: int | None = None
    start_on: date | None = None
    materials: tuple[str | None, ...] = ()


@dataclass(frozen=True, slots=True)
class CommitmentData:
    """Commitments of the households of a village or commune, and the building materials they need."""

    place: Place = Place()
    year: int | None = None
    signed_on: date | None = None
    rows: tuple[CommitmentRow, ...] = ()
    materials: tuple[str, ...] = (
        "Xi măng (tấn)",
        "Cát, sỏi (m³)",
        "Gạch (viên)",
        "Thép (kg)",
        "Tấm lợp (m²)",
    )
    signer: Person = Person()
    made_by: str | None = None


@dataclass(frozen=True, slots=True)
class NotRegisteringData:
    """A household's signed statement of not registering for a year, and who asks it again and when."""

    household: HouseholdData = HouseholdData()
    year: int | None = None
    reason: str | None = None
    stated_on: date | None = None
    follow_up_name: str | None = None
    follow_up_on: date | None = None


@dataclass(frozen=True, slots=True)
class DisasterRequestData:
    """A household's request after a disaster or fire; `damage` is a code of `disaster_damage`."""

    household: HouseholdData = HouseholdData()
    phone: str | None = None
    event: str | None = None
    happened_on: date | None = None
    damage: str | None = None
    situation: str | None = None
    asked_on: date | None = None


@dataclass(frozen=True, slots=True)
class ReasonLine:
    """One reason in plain words and the document it rests on ("" where none)."""

    text: str
    citation: str = ""


@dataclass(frozen=True, slots=True)
class NoticeData:
    """What the assessment of a household says, for the household. `house_class` and `outcome` are words.

    The amount stands in `household.amount_vnd`; None leaves its line out (some areas do not tell it). `parts`
    say what it is made of.
    """

    household: HouseholdData = HouseholdData()
    house_class: str | None = None
    outcome: str | None = None
    provisional: bool = False
    surveyed_on: date | None = None
    assessed_on: date | None = None
    law_release: str | None = None
    parts: tuple[ReasonLine, ...] = ()
    reasons: tuple[ReasonLine, ...] = ()
    missing: tuple[str, ...] = ()
    unverified: tuple[str, ...] = ()
    number: str | None = None
    signed_on: date | None = None
    contact: str | None = None
    signer: Person = Person()


@dataclass(frozen=True, slots=True)
class BlankFormData:
    """An empty survey form; what is known of the place is printed, so that a village's stack is ready."""

    place: Place = Place()
