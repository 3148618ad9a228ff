"""Reads of the registry: one household with its persons, surveys, records and photos."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, case, exists, func, select
from sqlalchemy.orm import Session, aliased

from survey.access.models import User
from survey.areas.names import name_words
from survey.db import begins_with
from survey.registry.models import Household, NameWord, Person, Photo, StatusRecord, Survey, SurveyPhoto
from survey.registry.rows import PhotoEntry, StatusEntry, SurveyVersion

INTERVIEWED = "interviewed"
"""The outcome of a visit that found somebody to ask; what a household's place and assessment rest on."""


LONGEST_ASKED = 100
"""Letters of a name that is looked for."""
HEAD = "head"
"""The role of a head (chủ hộ), also of one who was it before or is to be it."""


def household(session: Session, visible: ColumnElement[bool], household_id: str) -> Household | None:
    """One household, if the viewer may see it."""
    return session.scalar(select(Household).where(visible, Household.id == household_id))


def headed_by(text: str) -> list[Select[Any]]:
    """Ids of households, a statement for each word of a name that is looked for: those that somebody heads,
    or headed, in whose name some word begins with it. No statement where no word is asked.
    """
    words = name_words(text[:LONGEST_ASKED])
    told = [word for word in words if not any(other != word and other.startswith(word) for other in words)]
    return [select(NameWord.household_id).where(begins_with(NameWord.word, word)) for word in sorted(told)]


def without_words(session: Session, after: str, limit: int) -> list[str]:
    """Households (ids after one) that nobody can find by name though a head's is known; none, but for data
    from before words were kept.
    """
    has_words = exists().where(NameWord.household_id == Person.household_id, NameWord.household_id > after)
    named_heads = select(Person.household_id).where(
        Person.role == HEAD, Person.full_name.is_not(None), Person.household_id > after, ~has_words
    )
    return list(session.scalars(named_heads.distinct().order_by(Person.household_id).limit(limit)))


_with_head = (
    select(Household, Person)
    .outerjoin(Person, Person.id == Household.head_person_id)
    .where(Household.id == bindparam("household_id"))
)


def head_names(
    session: Session, visible: ColumnElement[bool], household_ids: Collection[str]
) -> dict[str, str]:
    """The heads' names of those of the households that are visible, by household; no ids ask nothing."""
    if not household_ids:
        return {}
    statement = select(Household.id, Person.full_name).join(Person, Person.id == Household.head_person_id)
    found = session.execute(statement.where(visible, Household.id.in_(list(household_ids))))
    return {household_id: name for household_id, name in found if name}


def with_head(session: Session, household_id: str) -> tuple[Household | None, Person | None]:
    """A household and its present head, if it is known."""
    found = session.execute(_with_head, {"household_id": household_id}).first()
    return (found[0], found[1]) if found else (None, None)


def recorded_by(session: Session, household_id: str, user_id: int) -> bool:
    """Whether this account sent a survey of the household."""
    mine = select(Survey.id).where(Survey.household_id == household_id, Survey.officer_id == user_id)
    return session.scalar(mine.limit(1)) is not None


def latest_interview(session: Session, household_id: str, until: date | None = None) -> Survey | None:
    """The newest interview of a household; see `latest_interviews`."""
    return latest_interviews(session, [household_id], until).get(household_id)


def latest_interviews(
    session: Session, household_ids: Sequence[str], until: date | None = None
) -> dict[str, Survey]:
    """The newest interview of each household (of those made until a day), by the day of the visit.

    A corrected interview stands in for the versions before it, and was made when the first of them was.
    Training forms count for training households only. A clock that ran ahead counts as the moment of
    receipt, or nothing could be newer.
    """
    asked = {"households": household_ids, "until": until or date.max}
    newest_last = reversed(session.scalars(_latest_interviews, asked).all())
    return {survey.household_id: survey for survey in newest_last}


def newest_versions(session: Session, survey_ids: Sequence[int]) -> dict[int, Survey]:
    """Interviews as last corrected, by the id of any version of them; a version that names another household
    is none of this one's.
    """
    named = aliased(Survey)
    same = (named.envelope_id == Survey.envelope_id) & (named.household_id == Survey.household_id)
    wanted = _interviewed.join(named, same).where(named.id.in_(survey_ids)).add_columns(named.id)
    return {id_: survey for survey, id_ in session.execute(wanted.order_by(Survey.version))}


def visited_before(session: Session, envelope_id: str) -> date | None:
    """The day of the visit that the newest stored version of a survey tells."""
    wanted = select(Survey.visited_on).where(Survey.envelope_id == envelope_id)
    return session.scalar(wanted.order_by(Survey.version.desc()).limit(1))


def household_before(session: Session, envelope_id: str) -> str | None:
    """The household that the newest stored version of a survey is about."""
    wanted = select(Survey.household_id).where(Survey.envelope_id == envelope_id)
    return session.scalar(wanted.order_by(Survey.version.desc()).limit(1))


_interviewed = (
    select(Survey)
    .join(Household, Household.id == Survey.household_id)
    .where(Survey.visit == INTERVIEWED, Survey.is_training == Household.is_training)
)


def _interviews() -> Select[Survey]:
    """Interviews that no later version corrected, the newest first."""
    later = aliased(Survey)
    corrected = exists().where(
        later.envelope_id == Survey.envelope_id,
        later.version > Survey.version,
        later.visit == INTERVIEWED,
    )
    first = aliased(Survey)
    made_at = (
        select(case((first.captured_at > first.received_at, first.received_at), else_=first.captured_at))
        .where(first.envelope_id == Survey.envelope_id)
        .order_by(first.version)
        .limit(1)
        .scalar_subquery()
    )
    return _interviewed.where(
        Survey.household_id.in_(bindparam("households", expanding=True)),
        Survey.visited_on <= bindparam("until"),
        ~corrected,
    ).order_by(Survey.visited_on.desc(), made_at.desc(), Survey.envelope_id)


_latest_interviews = _interviews()  # built once: every record that arrives asks it


def survey_versions(session: Session, household_id: str) -> list[SurveyVersion]:
    """Every survey version of a household, newest first."""
    statement = (
        select(Survey, User.full_name)
        .outerjoin(User, User.id == Survey.officer_id)
        .where(Survey.household_id == household_id)
        .order_by(Survey.captured_at.desc(), Survey.id.desc())
    )
    photos = _photo_counts(session, household_id)
    return [_version(row, name, photos) for row, name in session.execute(statement)]


def _version(
    row: Survey, officer: str | None, photos: dict[tuple[str, int], tuple[int, int]]
) -> SurveyVersion:
    announced, arrived = photos.get((row.envelope_id, row.version), (0, 0))
    return SurveyVersion(
        id=row.id,
        envelope_id=row.envelope_id,
        version=row.version,
        visit=row.visit,
        captured_at=row.captured_at,
        received_at=row.received_at,
        officer_name=officer,
        form=row.form,
        form_version=row.form_version,
        is_training=row.is_training,
        answers=row.answers,
        flags=row.flags,
        person_ids=tuple(row.person_ids),
        photos_announced=announced,
        photos_arrived=arrived,
    )


def _photo_counts(session: Session, household_id: str) -> dict[tuple[str, int], tuple[int, int]]:
    """(announced, arrived) photos by survey version."""
    statement = (
        select(SurveyPhoto.envelope_id, SurveyPhoto.version, func.count(), func.count(Photo.stored_sha256))
        .join(
            Survey, (Survey.envelope_id == SurveyPhoto.envelope_id) & (Survey.version == SurveyPhoto.version)
        )
        .join(Photo, Photo.received_sha256 == SurveyPhoto.received_sha256)
        .where(Survey.household_id == household_id)
        .group_by(SurveyPhoto.envelope_id, SurveyPhoto.version)
    )
    return {(row[0], row[1]): (row[2], row[3]) for row in session.execute(statement)}


def photos(session: Session, household_id: str) -> list[PhotoEntry]:
    """The photos of a household that have arrived, newest survey first."""
    statement = (
        select(SurveyPhoto, Photo, Survey.captured_at)
        .join(
            Survey, (Survey.envelope_id == SurveyPhoto.envelope_id) & (Survey.version == SurveyPhoto.version)
        )
        .join(Photo, Photo.received_sha256 == SurveyPhoto.received_sha256)
        .where(Survey.household_id == household_id, Photo.stored_sha256.is_not(None))
        .order_by(Survey.captured_at.desc(), SurveyPhoto.slot)
    )
    return [
        PhotoEntry(slot.slot, photo.stored_sha256 or "", captured_at, slot.taken_at, slot.lon, slot.lat)
        for slot, photo, captured_at in session.execute(statement)
    ]


def persons(session: Session, ids: Sequence[str]) -> list[Person]:
    """The persons of a survey version, the head first."""
    return list(session.scalars(select(Person).where(Person.id.in_(ids)).order_by(Person.position)))


def status_records(session: Session, household_id: str) -> list[StatusEntry]:
    """The dated statuses of a household, newest first."""
    statement = (
        select(StatusRecord)
        .where(StatusRecord.household_id == household_id)
        .order_by(StatusRecord.valid_from.desc())
    )
    return [
        StatusEntry(
            row.fact,
            row.value,
            row.valid_from,
            row.valid_to,
            row.deciding_body,
            row.decision_number,
            row.source,
        )
        for row in session.scalars(statement)
    ]
