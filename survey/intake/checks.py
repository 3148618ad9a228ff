"""What a person should look at in a received survey: flags, never refusals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Select, bindparam, literal, select, union_all
from sqlalchemy.orm import Session

from survey.access.models import Device
from survey.areas import locate
from survey.areas import queries as areas
from survey.areas.names import folded_name
from survey.encryption import keyed_hash
from survey.intake.models import ReceivedEnvelope
from survey.intake.rows import IntakeContext
from survey.questionnaire import PersonInput
from survey.registry.models import Household, Person
from survey.registry.rows import Point

Flag = dict[str, Any]

POOR_ACCURACY_M = 50.0
CLOCK_TOLERANCE = timedelta(minutes=10)


def place_flags(
    session: Session, point: Point | None, area_code: str | None, on: date
) -> tuple[list[Flag], str | None]:
    """What the point says about the place, and the area to keep when none was stated.

    Boundaries are those of `on` (the day of receipt: a unit named by its old code is what it became).
    Inside a boundary's uncertainty nobody is alarmed; outside every area it is said with the distance.
    """
    if point is None:
        return [{"code": "no_point"}], area_code
    known = locate.locator(session, on)
    place = known.place(point.lon, point.lat)
    if place.outside:
        return [{"code": "outside", "distance_m": _whole(place.border_distance_m)}], area_code
    if not area_code:
        found = place.village_code or place.commune_code
        return ([{"code": "area_by_point"}], found) if found else ([], None)
    current = next(iter(areas.path(session, area_code, on)), area_code)
    agreement = known.agreement(point.lon, point.lat, current, point.accuracy_m or 0.0)
    if agreement == "near_border":
        beyond_m = known.beyond_m(point.lon, point.lat, current)
        return [{"code": "near_border", "distance_m": _whole(beyond_m)}], area_code
    if agreement == "elsewhere":
        return [{"code": "other_place", "area": place.village_code or place.commune_code}], area_code
    return [], area_code


def _whole(metres: float | None) -> int | None:
    return None if metres is None else round(metres)


def point_flags(told: Mapping[str, Any]) -> list[Flag]:
    """A weak, mocked or hand-placed fix (the answer to a point question, or nothing).

    Mock is kept apart from accuracy: an outside receiver looks like it too.
    """
    flags: list[Flag] = []
    if told.get("accuracy_m", 0) > POOR_ACCURACY_M:
        reason = {"reason": told["reason"]} if told.get("reason") else {}
        flags.append({"code": "poor_accuracy", "accuracy_m": _whole(told["accuracy_m"]), **reason})
    if told.get("mock"):
        flags.append({"code": "mock_position"})
    if told.get("source") == "manual":
        flags.append({"code": "placed_by_hand"})
    return flags


def device_flags(session: Session, row: ReceivedEnvelope, context: IntakeContext) -> list[Flag]:
    """A record received from a phone that was shut out by then (lost, a new password): it came by file."""
    if row.device_id is None:
        return []
    if row.device_id not in context.revoked:
        revoked_at = select(Device.revoked_at).where(Device.id == row.device_id)
        context.revoked[row.device_id] = session.scalar(revoked_at)
    at = context.revoked[row.device_id]
    return [{"code": "revoked_device"}] if at is not None and at <= row.received_at else []


def change_flags(changes: Sequence[Mapping[str, Any]]) -> list[Flag]:
    """Answers changed after the phone had shown its result: which, and when, in their order."""
    told = [{"question": one["question"], "at": one["at"] and one["at"].isoformat()} for one in changes]
    return [{"code": "changed_after_result", "changes": told}] if told else []


def time_flags(captured_at: datetime, received_at: datetime) -> list[Flag]:
    """A phone whose clock runs ahead."""
    return [{"code": "captured_in_future"}] if captured_at > received_at + CLOCK_TOLERANCE else []


def duplicate_flags(
    session: Session, household_id: str, area_code: str | None, persons: list[PersonInput]
) -> list[Flag]:
    """Other households with the same national id, or the same folded head name in the same area."""
    head = next((person for person in persons if person.role == "head"), None)
    if head is None or not (head.national_id or (head.full_name and area_code)):
        return []
    told = {
        "household_id": household_id,
        "sha256": keyed_hash(head.national_id) if head.national_id else None,
        "name": folded_name(head.full_name) if head.full_name else None,
        "area_code": area_code,
    }
    found = session.execute(_alike, told).all()
    return [{"code": code, "household": other} for code, other in sorted(found, key=_by_id_first)]


def _by_id_first(found: Any) -> bool:
    return bool(found[0] != "same_national_id")


def _looks_alike(code: str, most: int = 5) -> Select[str, str]:
    others = select(literal(code).label("code"), Person.household_id)
    return others.where(Person.household_id != bindparam("household_id")).distinct().limit(most)


_same_id = _looks_alike("same_national_id").where(Person.national_id_hash == bindparam("sha256"))
_same_name = (
    _looks_alike("same_name")
    .join(Household, Household.head_person_id == Person.id)
    .where(Person.folded_name == bindparam("name"), Household.area_code == bindparam("area_code"))
)
_alike = union_all(select(_same_id.subquery()), select(_same_name.subquery()))  # made once: every record asks
