"""Writes of the registry: a survey version with its persons, records and photos."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from survey.areas.names import folded_name, person_sort_key
from survey.db import add_once
from survey.encryption import keyed_hash
from survey.questionnaire import PersonInput
from survey.registry.models import Household, Person, Photo, StatusRecord, Survey, SurveyPhoto
from survey.registry.queries import INTERVIEWED
from survey.registry.rows import CAMERA, NewStatus, NewSurvey, Point


def keep_survey(session: Session, new: NewSurvey, known: Household | None) -> Household:
    """Store one survey version (phiếu khảo sát) of a `known` household, or make one of its first survey.

    Returns the household: as long as it is held, the session need not read it again.
    """
    persons = [_keep_person(session, new, person) for person in new.persons]
    session.flush()
    household = known or _new_household(new, persons)
    if not new.is_training:
        household.is_training = False
    session.add(household)
    session.flush()
    session.add(_survey_row(new, persons))
    session.flush()
    _keep_photos(session, new)
    session.flush()
    if new.is_training == household.is_training:
        _keep_statuses(session, new)
    return household


def _new_household(new: NewSurvey, persons: list[Person]) -> Household:
    """A household nobody knew before its first survey."""
    household = Household(
        id=new.household_id,
        area_code=new.area_code,
        is_training=new.is_training,
        sort_key="",
        created_at=new.received_at,
    )
    if new.visit == INTERVIEWED:
        follow(household, new.area_code, new.point, persons)
    return household


def _survey_row(new: NewSurvey, persons: list[Person]) -> Survey:
    """The row of a survey version; `facts` and `answers` are plain JSON already."""
    return Survey(
        envelope_id=new.envelope_id,
        version=new.version,
        household_id=new.household_id,
        form=new.form,
        form_version=new.form_version,
        visit=new.visit,
        is_training=new.is_training,
        area_code=new.area_code,
        visited_on=new.visited_on,
        captured_at=new.captured_at,
        received_at=new.received_at,
        officer_id=new.officer_id,
        device_id=new.device_id,
        answers=new.answers,
        facts=new.facts,
        flags=new.flags,
        person_ids=[person.id for person in persons],
    )


def follow(
    household: Household, area_code: str | None, point: Point | None, persons: Iterable[Person]
) -> None:
    """The household is where an interview found it, with the head it named; what it left open stays."""
    household.area_code = area_code or household.area_code
    if point:
        household.lon, household.lat = point.lon, point.lat
        household.accuracy_m, household.point_source = point.accuracy_m, point.source
    head = next((person for person in persons if person.role == "head"), None)
    if head:
        household.head_person_id = head.id
        household.sort_key = person_sort_key(head.full_name or "")


def _keep_person(session: Session, new: NewSurvey, told: PersonInput) -> Person:
    """One person of this survey version; personal values stand nowhere else."""
    person = _person_row(new.household_id, told, new.received_at)
    session.add(person)
    return person


def _person_row(household_id: str, told: PersonInput, at: datetime) -> Person:
    return Person(
        id=str(uuid.uuid4()),
        household_id=household_id,
        created_at=at,
        folded_name=folded_name(told.full_name) if told.full_name else None,
        national_id_hash=keyed_hash(told.national_id) if told.national_id else None,
        **asdict(told),
    )


def add_head(session: Session, household_id: str, told: PersonInput, at: datetime) -> str:
    """Keep a person who is to be the head (chủ hộ) of a household; returns the id."""
    person = _person_row(household_id, told, at)
    session.add(person)
    session.flush()
    return person.id


def set_head(session: Session, household_id: str, person_id: str) -> None:
    """Make a kept person the head of the household."""
    household, person = session.get_one(Household, household_id), session.get_one(Person, person_id)
    household.head_person_id = person.id
    household.sort_key = person_sort_key(person.full_name or "")
    session.flush()


def _keep_photos(session: Session, new: NewSurvey) -> None:
    """Announce the photos of a version; their bytes may come later, or may be there already."""
    by_slot = {(photo["sha256"], photo["slot"]): photo for photo in new.photos}
    for (sha256, slot), photo in sorted(by_slot.items()):
        noted = {name: photo.get(name) for name in CAMERA}
        named = {"envelope_id": new.envelope_id, "version": new.version, "received_sha256": sha256}
        session.add(SurveyPhoto(**named, slot=slot, **noted))


def announce_photo(session: Session, received_sha256: str) -> None:
    """Expect a photo: only announced photos are taken, or anyone could fill the disk."""
    if session.get(Photo, received_sha256) is None:
        add_once(session, Photo(received_sha256=received_sha256))


def photo_arrived(session: Session, received_sha256: str, stored: Any, received_at: datetime) -> None:
    """Note that an announced photo is kept; `stored` has its sha256, size_bytes, width_px, height_px."""
    photo = session.get_one(Photo, received_sha256)
    photo.stored_sha256, photo.size_bytes = stored.sha256, stored.size_bytes
    photo.width_px, photo.height_px = stored.width_px, stored.height_px
    photo.received_at = received_at
    session.flush()


def _keep_statuses(session: Session, new: NewSurvey) -> None:
    """Status told in a survey becomes dated records beside those of the yearly lists."""
    source = f"survey:{new.envelope_id}/{new.version}"
    rows = [_status(new.household_id, status, source, new.received_at) for status in new.statuses]
    if rows:
        session.execute(insert(StatusRecord), rows)


def keep_status(
    session: Session, household_id: str, status: NewStatus, *, source: str, recorded_at: datetime
) -> bool:
    """Add one dated status of a household (diện hộ); False when the same source said it before."""
    known = select(StatusRecord.id).where(
        StatusRecord.household_id == household_id,
        StatusRecord.fact == status.fact,
        StatusRecord.valid_from == status.valid_from,
        StatusRecord.source == source,
    )
    if session.scalar(known):
        return False
    session.add(StatusRecord(**_status(household_id, status, source, recorded_at)))
    session.flush()
    return True


def _status(household_id: str, status: NewStatus, source: str, recorded_at: datetime) -> dict[str, Any]:
    return {"household_id": household_id, "source": source, "recorded_at": recorded_at, **asdict(status)}
