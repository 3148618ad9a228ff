"""Tables of the registry. History is appended: a correction is a new version, the old one stays."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from survey.db import AreaCode, Base, InByteOrder, Sha256, UuidText
from survey.encryption import EncryptedText


class Household(Base):
    """A household (hộ) and where its house stands; the id is that of its first survey.

    `area_code` is the village, or the smallest unit known; none means nobody could say yet. Position in
    EPSG:4326 degrees.
    """

    __tablename__ = "households"
    __table_args__ = (
        CheckConstraint("lon BETWEEN -180 AND 180 AND lat BETWEEN -90 AND 90", name="position_in_range"),
        Index("ix_households_area_code_sort_key_id", "area_code", "sort_key", "id"),
    )

    id: Mapped[str] = mapped_column(UuidText, primary_key=True)
    area_code: Mapped[str | None] = mapped_column(AreaCode)
    head_person_id: Mapped[str | None] = mapped_column(UuidText, ForeignKey("persons.id"), index=True)
    sort_key: Mapped[str] = mapped_column(String(300), default="")
    lon: Mapped[float | None]
    lat: Mapped[float | None]
    accuracy_m: Mapped[float | None]
    point_source: Mapped[str | None] = mapped_column(String(20))
    is_training: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]


class Person(Base):
    """Personal values of one person, in the only table that holds them: an erasure blanks one row.

    The national id (số định danh) is sealed; `national_id_hash` is keyed and serves matching only.
    """

    __tablename__ = "persons"

    id: Mapped[str] = mapped_column(UuidText, primary_key=True)
    household_id: Mapped[str] = mapped_column(UuidText, index=True)
    role: Mapped[str] = mapped_column(String(20))
    position: Mapped[int]
    full_name: Mapped[str | None] = mapped_column(String(200))
    folded_name: Mapped[str | None] = mapped_column(String(200), index=True)
    birth_year: Mapped[int | None]
    sex: Mapped[str | None] = mapped_column(String(20))
    relation: Mapped[str | None] = mapped_column(String(40))
    ethnic_group: Mapped[str | None] = mapped_column(EncryptedText)
    phone: Mapped[str | None] = mapped_column(EncryptedText)
    national_id: Mapped[str | None] = mapped_column(EncryptedText)
    national_id_hash: Mapped[str | None] = mapped_column(Sha256, index=True)
    created_at: Mapped[datetime]


class NameWord(Base):
    """A folded word of the name that somebody bears or bore as head of a household, to look for them by.

    Kept by whoever keeps a head; what an erasure blanks in `persons` goes here too (`actions.renew_words`).
    """

    __tablename__ = "name_words"
    __table_args__ = ({"sqlite_with_rowid": False},)

    word: Mapped[str] = mapped_column(InByteOrder, primary_key=True)
    household_id: Mapped[str] = mapped_column(UuidText, primary_key=True, index=True)


class Survey(Base):
    """One version of a survey (phiếu khảo sát) as it was recorded; never changed after it is stored.

    `answers` holds every answer but the personal ones, which `person_ids` refers to. `facts` are what
    the law is told. `flags` are what a person should look at; they refuse nothing. `visited_on` is the day
    of the visit, which a correction keeps.
    """

    __tablename__ = "surveys"
    __table_args__ = (UniqueConstraint("envelope_id", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    envelope_id: Mapped[str] = mapped_column(UuidText)
    version: Mapped[int]
    household_id: Mapped[str] = mapped_column(UuidText, ForeignKey("households.id"), index=True)
    form: Mapped[str] = mapped_column(String(40))
    form_version: Mapped[str] = mapped_column(String(40))
    visit: Mapped[str] = mapped_column(String(20))
    is_training: Mapped[bool] = mapped_column(default=False)
    area_code: Mapped[str | None] = mapped_column(AreaCode)
    visited_on: Mapped[date]
    captured_at: Mapped[datetime]
    received_at: Mapped[datetime] = mapped_column(index=True)
    officer_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    device_id: Mapped[str | None] = mapped_column(String(80))
    answers: Mapped[dict[str, Any]]
    facts: Mapped[dict[str, Any]]
    flags: Mapped[list[Any]]
    person_ids: Mapped[list[Any]]


class Photo(Base):
    """A photo (ảnh) as received, by the hash the phone gave; stored without its EXIF data.

    `stored_sha256` is the address of the kept file, empty until the bytes have arrived.
    """

    __tablename__ = "photos"

    received_sha256: Mapped[str] = mapped_column(Sha256, primary_key=True)
    stored_sha256: Mapped[str | None] = mapped_column(Sha256)
    size_bytes: Mapped[int | None]
    width_px: Mapped[int | None]
    height_px: Mapped[int | None]
    received_at: Mapped[datetime | None]


class SurveyPhoto(Base):
    """Which photo fills which slot of a survey version; place and time are the camera's, if it told them."""

    __tablename__ = "survey_photos"
    __table_args__ = (
        ForeignKeyConstraint(["envelope_id", "version"], ["surveys.envelope_id", "surveys.version"]),
    )

    envelope_id: Mapped[str] = mapped_column(UuidText, primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    received_sha256: Mapped[str] = mapped_column(Sha256, primary_key=True)
    slot: Mapped[str] = mapped_column(String(20), primary_key=True)
    lon: Mapped[float | None]
    lat: Mapped[float | None]
    taken_at: Mapped[str | None] = mapped_column(String(19))


class StatusRecord(Base):
    """A dated status of a household (diện hộ): poverty, merit; who decided it, where it came from.

    `fact` is the law's name for it; `source` is `survey:<envelope>/<version>` or `list:<hash>`.
    """

    __tablename__ = "status_records"
    __table_args__ = (UniqueConstraint("household_id", "fact", "valid_from", "source"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    household_id: Mapped[str] = mapped_column(UuidText, ForeignKey("households.id"), index=True)
    fact: Mapped[str] = mapped_column(String(40))
    value: Mapped[Any] = mapped_column(JSON)
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    deciding_body: Mapped[str | None] = mapped_column(String(200))
    decision_number: Mapped[str | None] = mapped_column(String(80))
    source: Mapped[str] = mapped_column(String(64))
    recorded_at: Mapped[datetime]
