"""What a person should look at in a received survey: flags, never refusals."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.areas import locate
from survey.areas import queries as areas
from survey.areas.names import folded_name
from survey.questionnaire import PersonInput
from survey.registry.models import Household, Person
from survey.registry.rows import Point
from survey.sealed import keyed_hash

Flag = dict[str, Any]

POOR_ACCURACY_M = 50.0
CLOCK_TOLERANCE = timedelta(minutes=10)


def place_flags(session: Session, point: Point | None, area_code: str | None, on: date) -> tuple[list[Flag], str | None]:
    """What the point says about the place, and the area to keep when none was stated.

    Inside a boundary's uncertainty nobody is alarmed; outside every area it is said with the distance.
    """
    if point is None:
        return [{"code": "no_point"}], area_code
    found = locate.locate(session, point.lon, point.lat, on)
    flags: list[Flag] = []
    if found.outside:
        flags.append({"code": "outside", "distance_m": _whole(found.border_distance_m)})
    elif found.near_border:
        flags.append({"code": "near_border", "distance_m": _whole(found.border_distance_m)})
    elif area_code and found.commune_code and found.commune_code not in areas.path(session, area_code, on):
        flags.append({"code": "other_commune", "commune": found.commune_code, "distance_m": _whole(found.border_distance_m)})
    if not area_code and not found.outside:
        area_code = found.village_code or found.commune_code
        flags.append({"code": "area_by_point"})
    return flags, area_code


def _whole(metres: float | None) -> int | None:
    return None if metres is None else round(metres)


def point_flags(point: Point | None, is_mock: bool) -> list[Flag]:
    """A weak, mocked or hand-placed fix; mock is kept apart from accuracy, an outside receiver looks like it."""
    flags: list[Flag] = []
    if point and point.accuracy_m is not None and point.accuracy_m > POOR_ACCURACY_M:
        flags.append({"code": "poor_accuracy", "accuracy_m": _whole(point.accuracy_m)})
    if point and is_mock:
        flags.append({"code": "mock_position"})
    if point and point.source == "manual":
        flags.append({"code": "placed_by_hand"})
    return flags


def time_flags(captured_at: datetime, received_at: datetime) -> list[Flag]:
    """A phone whose clock runs ahead."""
    return [{"code": "captured_in_future"}] if captured_at > received_at + CLOCK_TOLERANCE else []


def duplicate_flags(session: Session, household_id: str, area_code: str | None, persons: list[PersonInput]) -> list[Flag]:
    """Other households with the same national id, or the same folded head name in the same area."""
    head = next((person for person in persons if person.role == "head"), None)
    if head is None:
        return []
    flags: list[Flag] = []
    others = select(Person.household_id).where(Person.household_id != household_id).distinct().limit(5)
    if head.national_id:
        same = others.where(Person.national_id_hash == keyed_hash(head.national_id))
        flags += [{"code": "same_national_id", "household": other} for other in session.scalars(same)]
    if head.full_name and area_code:
        same = (
            others.join(Household, Household.head_person_id == Person.id)
            .where(Person.folded_name == folded_name(head.full_name), Household.area_code == area_code)
        )
        flags += [{"code": "same_name", "household": other} for other in session.scalars(same)]
    return flags
