"""Writes of the registry: a survey version with its persons, records and photos."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.orm import Session

from survey.areas.names import folded_name, name_words, person_sort_key
from survey.areas.queries import chunks
from survey.db import add_missing, add_rows
from survey.encryption import keyed_hash
from survey.questionnaire import PersonInput
from survey.registry.models import Household, NameWord, Person, Photo, StatusRecord, Survey, SurveyPhoto
from survey.registry.queries import HEAD, INTERVIEWED
from survey.registry.rows import CAMERA, SURVEY_SOURCE, NewStatus, NewSurvey, Point
from survey.touched import touched

PERSONAL = tuple(field.name for field in fields(PersonInput))


def lock(session: Session, household_ids: Iterable[str], *also: ColumnElement[Any]) -> bool:
    """Let nobody else write about these households until the transaction ends: a second writer waits here, in
    the order of ids. What this transaction made or locked itself is not asked for again. SQLite has one
    writer anyway.

    `also` is asked with each of them; False where nothing was left to ask.
    """
    known = touched(session)
    wanted = sorted({*household_ids} - known.new - known.locked)
    if session.get_bind().dialect.name != "postgresql":
        return False
    for ids in chunks(wanted):
        locked = select(Household.id, *also).where(Household.id.in_(ids)).order_by(Household.id)
        session.execute(locked.with_for_update()).all()
    known.locked.update(wanted)
    return bool(wanted)


def keep_survey(session: Session, new: NewSurvey, known: Household | None) -> tuple[Survey, list[Person]]:
    """Store one survey version (phiếu khảo sát) of a `known` household, or make one of its first survey.

    Returns the version and the persons it tells of.
    """
    persons = [_person_row(new.household_id, told, new.received_at) for told in new.persons]
    add_rows(session, persons)
    household = known or _new_household(new, persons)
    if not new.is_training:
        household.is_training = False
    if known is None:
        add_rows(session, [household])
    _keep_words(session, persons)
    survey = _survey_row(new, persons)
    session.add(survey)
    session.flush()
    add_rows(session, _photo_rows(new))
    if new.is_training == household.is_training:
        source = f"{SURVEY_SOURCE}{new.envelope_id}/{new.version}"
        add_rows(session, [_status(new.household_id, one, source, new.received_at) for one in new.statuses])
    return survey, persons


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
    head = next((person for person in persons if person.role == HEAD), None)
    if head:
        household.head_person_id = head.id
        household.sort_key = person_sort_key(head.full_name or "")


def _person_row(household_id: str, told: PersonInput, at: datetime) -> Person:
    """One person of a survey version or of an act; personal values stand nowhere else."""
    return Person(
        id=str(uuid.uuid4()),
        household_id=household_id,
        created_at=at,
        folded_name=folded_name(told.full_name) if told.full_name else None,
        national_id_hash=keyed_hash(told.national_id) if told.national_id else None,
        **{name: getattr(told, name) for name in PERSONAL},
    )


def add_head(session: Session, household_id: str, told: PersonInput, at: datetime) -> str:
    """Keep a person who is to be the head (chủ hộ) of a household; returns the id."""
    person = _person_row(household_id, told, at)
    session.add(person)
    session.flush()
    _keep_words(session, [person])
    return person.id


def set_head(session: Session, household_id: str, person_id: str) -> None:
    """Make a kept person the head of the household."""
    household, person = session.get_one(Household, household_id), session.get_one(Person, person_id)
    household.head_person_id = person.id
    household.sort_key = person_sort_key(person.full_name or "")
    session.flush()


def _keep_words(session: Session, persons: Iterable[Person]) -> None:
    """Let heads be found by the words of their names, beside those before them."""
    words = {
        (word, one.household_id)
        for one in persons
        if one.role == HEAD and one.full_name
        for word in name_words(one.full_name)
    }
    rows = [NameWord(word=word, household_id=household_id) for word, household_id in sorted(words)]
    add_missing(session, rows, "word")


def renew_words(session: Session, household_ids: Sequence[str]) -> None:
    """Make the words by which households are found anew from the names that are kept of their heads."""
    session.execute(delete(NameWord).where(NameWord.household_id.in_(household_ids)))
    heads = select(Person).where(Person.household_id.in_(household_ids), Person.role == HEAD)
    _keep_words(session, session.scalars(heads))


def _photo_rows(new: NewSurvey) -> list[SurveyPhoto]:
    """The photos of a version by slot; their bytes may come later, or may be there already."""
    by_slot = {(photo["sha256"], photo["slot"]): photo for photo in new.photos}
    return [
        SurveyPhoto(
            envelope_id=new.envelope_id,
            version=new.version,
            received_sha256=sha256,
            slot=slot,
            **{name: photo.get(name) for name in CAMERA},
        )
        for (sha256, slot), photo in sorted(by_slot.items())
    ]


def announce_photos(session: Session, received_sha256: Iterable[str]) -> list[str]:
    """Expect photos: only announced ones are taken, or anyone could fill the disk. Gives the new ones."""
    rows = [Photo(received_sha256=sha256) for sha256 in sorted(set(received_sha256))]
    return add_missing(session, rows, "received_sha256")


def photo_arrived(session: Session, received_sha256: str, stored: Any, received_at: datetime) -> None:
    """Note that an announced photo is kept; `stored` has its sha256, size_bytes, width_px, height_px."""
    photo = session.get_one(Photo, received_sha256)
    photo.stored_sha256, photo.size_bytes = stored.sha256, stored.size_bytes
    photo.width_px, photo.height_px = stored.width_px, stored.height_px
    photo.received_at = received_at
    session.flush()


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
    add_rows(session, [_status(household_id, status, source, recorded_at)])
    return True


def _status(household_id: str, status: NewStatus, source: str, recorded_at: datetime) -> StatusRecord:
    return StatusRecord(
        household_id=household_id,
        source=source,
        recorded_at=recorded_at,
        fact=status.fact,
        value=status.value,
        valid_from=status.valid_from,
        valid_to=status.valid_to,
        deciding_body=status.deciding_body,
        decision_number=status.decision_number,
    )
