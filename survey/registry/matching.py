"""Which household a row of an official list means: by national id, else by name, birth year and area."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from survey.areas.names import folded_name, normal_name
from survey.encryption import keyed_hash
from survey.registry.models import Household, Person


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a list says of a head of household; `area_codes` are the codes of the unit it names and below."""

    name: str
    birth_year: int | None
    national_id: str | None
    area_codes: Sequence[str]


@dataclass(frozen=True, slots=True)
class MatchResult:
    """One sure household, or the candidates a person has to choose from."""

    household_id: str | None
    candidates: tuple[str, ...] = ()


def match(session: Session, wanted: Wanted) -> MatchResult:
    """Find the household of a list's row.

    The national id decides alone. Where no household has it the name must be the same letter by letter (tone
    placement aside) in the same area, birth year and national id must not differ, and there must be only one;
    look-alikes are candidates: Nông Văn Lang and Nông Văn Lăng are two people.
    """
    if wanted.national_id:
        same = _heads().where(Person.national_id_hash == keyed_hash(wanted.national_id))
        ids = tuple(session.execute(same).scalars())
        if ids:
            return MatchResult(ids[0]) if len(ids) == 1 else MatchResult(None, ids)
    alike = (
        _heads()
        .add_columns(Person.full_name, Person.birth_year, Person.national_id_hash)
        .where(Person.folded_name == folded_name(wanted.name), Household.area_code.in_(wanted.area_codes))
    )
    rows = [
        row
        for row in session.execute(alike)
        if row[2] in (None, wanted.birth_year) or wanted.birth_year is None
    ]
    exact = [
        row[0]
        for row in rows
        if normal_name(row[1] or "") == normal_name(wanted.name) and not (wanted.national_id and row[3])
    ]
    if len(exact) == 1:
        return MatchResult(exact[0])
    return MatchResult(None, tuple(row[0] for row in rows))


def _heads() -> Select[str]:
    """Real households by their present heads; those of a training belong to nobody."""
    heads = select(Household.id).join(Person, Person.id == Household.head_person_id)
    return heads.where(~Household.is_training).order_by(Household.id)
