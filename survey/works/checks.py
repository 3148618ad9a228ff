"""Checks on progress: what a person should look at in an act of building. Flags, never refusals."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey.areas.distance import Place, distance_m, place_of
from survey.cases import machine
from survey.cases.models import Act, ActPhoto, Case, Step
from survey.cases.queries import cases_of
from survey.cases.rows import NewAct
from survey.registry.models import Household, SurveyPhoto
from survey.registry.queries import latest_interview

Flag = dict[str, Any]

OF_THE_HOUSE = ("front", "roof", "wall", "floor")
"""Slots that show the house; papers and other things do not."""
FASTEST_DAYS = 7
"""A house finished sooner after its foundation was hardly built in that time. Not law: a reason to look."""
NEAR_M = 200.0
"""How far from the house a stage may be recorded before somebody should look; the fix's accuracy is added."""


OF_THE_CASE = ("review", "handover")
"""Acts whose flags depend on where the case stands."""


def progress_flags(
    session: Session, new: NewAct, households: Mapping[str, Household]
) -> dict[str, list[Flag]]:
    """What to look at in this act for each of its households."""
    cases = cases_of(session, list(households)) if new.kind in OF_THE_CASE else {}
    return {
        household_id: list(_progress_flags(session, new, household, cases.get(household_id)))
        for household_id, household in households.items()
    }


def _progress_flags(session: Session, new: NewAct, household: Household, case: Case | None) -> Iterator[Flag]:
    if new.kind == "review":
        yield from _reviewed_too_soon(new, case)
    if new.kind == "handover":
        yield from _still_stuck(case)
    if new.kind == "withdrawal":
        yield from _others_live_there(session, new, household)
    if machine.acts()[new.kind].building:
        yield from _too_fast(session, new, household)
        yield from _not_seen(new, household)


def photo_flags(session: Session, new: NewAct) -> Iterator[Flag]:
    """What to look at in the photos of any act: one that another act or a survey has already shown."""
    hashes = {photo["sha256"] for photo in new.photos if photo["slot"] in OF_THE_HOUSE}
    if not hashes:
        return
    in_acts = (
        select(ActPhoto.received_sha256)
        .join(Act, Act.id == ActPhoto.act_id)
        .where(ActPhoto.received_sha256.in_(hashes), Act.envelope_id != new.envelope_id)
    )
    in_surveys = select(SurveyPhoto.received_sha256).where(SurveyPhoto.received_sha256.in_(hashes))
    if session.scalar(in_acts.union(in_surveys).limit(1)):
        yield {"code": "same_photo"}


def _reviewed_too_soon(new: NewAct, case: Case | None) -> Iterator[Flag]:
    """Reviewed while the list was still posted, or an objection was without an answer."""
    if case and case.posted_until and new.done_on <= case.posted_until:
        yield {"code": "posting_not_over", "until": case.posted_until.isoformat()}
    if case and case.objections:
        yield {"code": "objection_open"}


def _still_stuck(case: Case | None) -> Iterator[Flag]:
    """Handed over with an obstacle that nobody ended."""
    if case and case.obstacles:
        yield {"code": "obstacle_open", "count": case.obstacles}


def _others_live_there(session: Session, new: NewAct, household: Household) -> Iterator[Flag]:
    """The head died but the household has more people: a change of head may be what is meant."""
    interview = latest_interview(session, household.id)
    people = (interview.facts.get("people") if interview else None) or 1
    if new.details.get("reason") == "died" and people > 1:
        yield {"code": "others_live_there", "people": people}


def _too_fast(session: Session, new: NewAct, household: Household) -> Iterator[Flag]:
    """Finished within days of the foundation or of the start."""
    if new.details.get("stage") != "finished":
        return
    begun = _begun_on(session, household.id)
    if begun and (new.done_on - begun).days < FASTEST_DAYS:
        yield {"code": "too_fast", "days": (new.done_on - begun).days}


def _begun_on(session: Session, household_id: str) -> date | None:
    """The day of the newest foundation, or of the start where there is none (repairs)."""
    statement = (
        select(Step.done_on)
        .join(Case, Case.id == Step.case_id)
        .where(Case.household_id == household_id)
        .where((Step.outcome == "foundation") | (Step.kind == "start"))
        .order_by(Step.id.desc())
    )
    return session.scalar(statement.limit(1))


def _not_seen(new: NewAct, household: Household) -> Iterator[Flag]:
    """A stage without a photo of the house, or recorded or photographed far from it."""
    if not any(photo["slot"] in OF_THE_HOUSE for photo in new.photos):
        yield {"code": "no_house_photo"}
    house = place_of(household.lon, household.lat)
    away_m = distance_m(place_of(new.lon, new.lat), house)
    if away_m is not None and away_m > NEAR_M + (new.accuracy_m or 0):
        yield {"code": "far_from_house", "distance_m": round(away_m)}
    yield from photo_place_flags(new.photos, house)


def photo_place_flags(photos: Iterable[Mapping[str, Any]], house: Place | None) -> Iterator[Flag]:
    """The photo of a house that its camera says was taken farthest from it, if that is far."""
    of_house = (photo for photo in photos if photo["slot"] in OF_THE_HOUSE)
    places = (place_of(photo.get("lon"), photo.get("lat")) for photo in of_house)
    farthest_m = max((distance_m(place, house) or 0 for place in places), default=0)
    if farthest_m > NEAR_M:
        yield {"code": "photo_elsewhere", "distance_m": round(farthest_m)}
