"""What was done in the demonstration until 15 May 2025, as published: 709 houses done, 2,178 under way.

Of the 709, 524 are new and 185 repaired. Ba Bể: 567 of 844 begun, 68 without land; Nam Mẫu: 14 of 71 done, 56
blocked by land; Xuân Lạc: 46 begun. Which household and on which day is made up; the acts go through the same
functions as everybody's, day by day.
"""

from __future__ import annotations

import random
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.demo.households import TO_TRY
from survey import law
from survey.areas import queries as areas
from survey.assessment import actions as assessing
from survey.assessment.models import AssessmentRow
from survey.cases.actions import record_act
from survey.cases.models import Act
from survey.cases.rows import NewAct, Target
from survey.days import ZONE
from survey.law.assessment import ELIGIBLE
from survey.registry.models import Household

APPROVING_BODY = "district"
"""In Bắc Kạn districts approved the lists (until 30 June 2025)."""
NAMESPACE = uuid.UUID("0b9f3a52-0515-4709-8178-2b8a6f1d3c77")
SEED = 15052025
BEGUN = {"Nam Mẫu": 15, "Xuân Lạc": 46, "Ba Bể": 567, "": 2887}
"""Houses begun or done by 15 May: of a commune, of its district (the commune included), of the province."""
DONE = {"new": 524, "repair": 185}
DONE_FIRST = {"Nam Mẫu": 14}
WITHOUT_LAND = {"Nam Mẫu": 56, "Ba Bể": 68}
REASONS = ("no_counterpart", "unfavourable_year", "away", "age_or_illness", "other_plan")
OTHER_OBSTACLES = (
    ("counterpart", "front"),
    ("labour", "village"),
    ("materials_or_road", "commune"),
    ("unfavourable_year", "household"),
    ("away_or_ill", "household"),
)
NEW_WAY = ("start", "foundation", "frame", "roof", "finished", "completion", "handover")
REPAIR_WAY = ("start", "repair_30_percent", "finished", "completion", "handover")
STAGES = ("foundation", "frame", "roof", "repair_30_percent", "finished")
DAYS = {"start": 0, "foundation": 7, "frame": 15, "roof": 22, "repair_30_percent": 8}
DAYS |= {"finished": 30, "completion": 33, "handover": 36}
REGISTERED, MET, POSTED, POSTED_UNTIL = (
    date(2025, 3, 4),
    date(2025, 3, 7),
    date(2025, 3, 10),
    date(2025, 3, 16),
)
REVIEWED, APPROVED = date(2025, 3, 24), date(2025, 3, 31)
SENT_AT = time(17)
ASKED_AGAIN = ("approval", "start")
FIRST_START, FIRST_DUE = date(2025, 4, 2), date(2025, 5, 5)


@dataclass(frozen=True, slots=True)
class House:
    """A household of the demonstration and what the assessment says of it."""

    id: str
    village: str
    commune: str
    place: tuple[str, str]
    works_kind: str
    programme: str | None
    amount_vnd: int | None
    is_registering: bool


def days_to_come(session: Session, wanted: Plan) -> dict[date, list[NewAct]]:
    """The acts of every day that were not recorded yet, in the order of the days."""
    communes: defaultdict[str, list[House]] = defaultdict(list)
    for house in _houses(session):
        communes[house.commune].append(house)
    there = set(session.scalars(select(Act.envelope_id)))
    found: defaultdict[date, list[NewAct]] = defaultdict(list)
    for houses in communes.values():
        for new in acts_of(houses, wanted):
            if new.envelope_id not in there:
                found[new.done_on].append(new)
    return {day: found[day] for day in sorted(found)}


def _houses(session: Session) -> list[House]:
    """Everybody entitled or eligible, in a fixed order."""
    tree = areas.tree(session, REGISTERED)
    statement = (
        select(Household, AssessmentRow)
        .join(AssessmentRow, (AssessmentRow.household_id == Household.id) & AssessmentRow.is_current)
        .where(AssessmentRow.outcome.in_(ELIGIBLE))
        .order_by(Household.area_code, Household.id)
    )
    return [_house(tree, household, row) for household, row in session.execute(statement)]


def _house(tree: Any, household: Household, row: AssessmentRow) -> House:
    way = {tree.names[code].level: code for code in tree.path(household.area_code or "")}
    named = tuple(tree.names[way[level]].name.split(" ", 1)[-1] for level in ("commune", "district"))
    return House(
        household.id,
        household.area_code or "",
        way["commune"],
        (named[0], named[1]),
        row.works_kind or "new",
        row.programme,
        row.amount_vnd,
        row.outcome == "entitled",
    )


@dataclass(frozen=True, slots=True)
class Plan:
    """By household id: how far each has come (`approved`, or the last thing done), and what hinders it."""

    reached: dict[str, str]
    obstacles: dict[str, tuple[str, str]]


def plan(session: Session) -> Plan:
    """How far every registering household has come by 15 May, and why others have not begun."""
    chance = random.Random(SEED)  # noqa: S311  made-up data, no secret
    houses = [house for house in _houses(session) if house.is_registering]
    chance.shuffle(houses)
    begun = _begun(houses)
    done = _done(begun)
    reached = {house.id: _last_done(house, house.id in begun, house.id in done, chance) for house in houses}
    return Plan(reached, _obstacles([house for house in houses if house.id not in begun]))


def _obstacles(waiting: Sequence[House]) -> dict[str, tuple[str, str]]:
    """(kind, lead body): land for as many as published, something else for one house in three."""
    found: dict[str, tuple[str, str]] = {}
    for place, wanted in WITHOUT_LAND.items():
        inside = [house for house in waiting if place in house.place]
        free = [house.id for house in inside if house.id not in found]
        free = free[: wanted - sum(house.id in found for house in inside)]
        found |= dict.fromkeys(free, ("land_certificate", "land_office"))
    others = [house.id for house in waiting if house.id not in found and "Ba Bể" not in house.place]
    for number, household_id in enumerate(others[::3]):
        found[household_id] = OTHER_OBSTACLES[number % len(OTHER_OBSTACLES)]
    return found


def _begun(houses: Sequence[House]) -> dict[str, House]:
    """As many houses begun as published, the narrowest place first."""
    begun: dict[str, House] = {}
    closed: set[str] = set()
    for place, wanted in BEGUN.items():
        inside = [house for house in houses if not place or place in house.place]
        free = [house for house in inside if house.id not in begun and not closed & {*house.place}]
        missing = wanted - sum(house.id in begun for house in inside)
        begun |= {house.id: house for house in free[:missing]}
        closed.add(place)
    return begun


def _done(begun: dict[str, House]) -> set[str]:
    """As many houses done as published, of each kind; Nam Mẫu's as its own figure says."""
    done: set[str] = set()
    for place, wanted in DONE_FIRST.items():
        done |= {house.id for house in [one for one in begun.values() if place in one.place][:wanted]}
    anywhere = random.Random(SEED).sample(list(begun.values()), len(begun))  # noqa: S311  made-up data
    for kind, wanted in DONE.items():
        of_kind = [house for house in anywhere if house.works_kind == kind]
        rest = [house.id for house in of_kind if house.id not in done and not {*DONE_FIRST} & {*house.place}]
        done |= set(rest[: wanted - sum(house.id in done for house in of_kind)])
    return done


def _last_done(house: House, is_begun: bool, is_done: bool, chance: random.Random) -> str:
    way = NEW_WAY if house.works_kind == "new" else REPAIR_WAY
    if is_done:
        return chance.choice(("finished", "completion", "handover", "handover", "handover"))
    return chance.choice(way[: way.index("finished")]) if is_begun else "approved"


def put_acts(
    session: Session,
    acts: Iterable[NewAct],
    book: law.LawBook,
    doer: Callable[[NewAct], int | None] = lambda _: None,
) -> None:
    """Record acts of a day, each by its doer; the law is asked again about those approved or begun."""
    for new in acts:
        record_act(session, replace(new, actor_id=doer(new)))
        if new.kind in ASKED_AGAIN:
            ids = [target.household_id for target in new.targets]
            for _ in assessing.reassess(session, ids, book, new.received_at):
                pass


def acts_of(houses: Sequence[House], plan: Plan) -> Iterator[NewAct]:
    """Everything done in one commune, in the order in which it was done for each house."""
    going = [house for house in houses if house.is_registering]
    commune = houses[0].commune
    for number, house in enumerate(one for one in houses if not one.is_registering):
        asked_again = "2025-05-12" if house.place[0] in TO_TRY else "2025-10-01"
        told = {"year": 2025, "reason": REASONS[number % len(REASONS)], "follow_up_on": asked_again}
        yield _act("non_registration", house.village, REGISTERED, [Target(house.id, None, told)], **told)
    villages: defaultdict[str, list[House]] = defaultdict(list)
    for house in going:
        villages[house.village].append(house)
    yield _act("registration", commune, REGISTERED, _registering(going), year=2025)
    for village, neighbours in villages.items():
        yield _meeting(village, neighbours)
        until = POSTED_UNTIL.isoformat()
        yield _act("posting", village, POSTED, _all(neighbours, until=until), until=until)
    yield _act("review", commune, REVIEWED, _all(going, outcome="passed"))
    yield _act("approval", commune, APPROVED, _approved(going), body=APPROVING_BODY)
    yield from _building(commune, going, plan.reached)
    yield from _hindered(going, plan.obstacles)


def _registering(houses: Iterable[House]) -> list[Target]:
    return [Target(one.id, None, {"year": 2025, "works_kind": one.works_kind}) for one in houses]


def _approved(houses: Iterable[House]) -> list[Target]:
    given = {"body": APPROVING_BODY}
    return [
        Target(one.id, None, {**given, "programme": one.programme, "amount_vnd": one.amount_vnd})
        for one in houses
    ]


def _all(houses: Iterable[House], outcome: str | None = None, **values: Any) -> list[Target]:
    return [Target(house.id, outcome, values) for house in houses]


def _meeting(village: str, houses: Sequence[House]) -> NewAct:
    """Everybody was endorsed, some with a few votes against."""
    targets = []
    for number, house in enumerate(houses):
        votes = {"votes_for": 30 - number % 3, "votes_against": number % 3, "works_kind": house.works_kind}
        targets.append(Target(house.id, "passed", {"present": 31, **votes}))
    rows = [{"household": target.household_id, **target.values} for target in targets]
    return _act("meeting", village, MET, targets, present=31, households_total=45, households=rows)


def _building(commune: str, houses: Sequence[House], last: dict[str, str]) -> Iterator[NewAct]:
    """Start, stages, completion and hand-over, as far as each house has come; one act for those of a day."""
    first = FIRST_START + timedelta(days=int(commune) % 5)
    for way, kind in ((NEW_WAY, "new"), (REPAIR_WAY, "repair")):
        reached = {house.id: way.index(last[house.id]) for house in houses if last[house.id] in way}
        for place, name in enumerate(way):
            ids = [one.id for one in houses if one.works_kind == kind and reached.get(one.id, -1) >= place]
            if ids:
                yield _building_act(name, commune, first + timedelta(days=DAYS[name]), ids)


def _building_act(name: str, commune: str, on: date, ids: Sequence[str]) -> NewAct:
    form = "stage" if name in STAGES else name
    outcome = name if name in STAGES else None
    values: dict[str, Any] = {"stage": name} if outcome else {}
    if name == "handover":
        values = {"household_confirms": True}
    return _act(form, commune, on, [Target(one, outcome, values) for one in ids], **values)


def _hindered(houses: Sequence[House], obstacles: dict[str, tuple[str, str]]) -> Iterator[NewAct]:
    for house in (one for one in houses if one.id in obstacles):
        kind, lead = obstacles[house.id]
        due = FIRST_DUE + timedelta(days=uuid.UUID(house.id).int % 30)
        values = {"kind": kind, "lead": lead, "due": due.isoformat()}
        yield _act("obstacle", house.village, date(2025, 4, 10), [Target(house.id, None, values)], **values)


def _act(kind: str, area_code: str, on: date, targets: Sequence[Target], /, **details: Any) -> NewAct:
    """An act as a commune's clerk would have sent it that evening; its id is the same at every building."""
    moment = datetime.combine(on, SENT_AT, ZONE)
    key = f"{kind}/{area_code}/{on}/{details.get('stage')}/{targets[0].household_id}"
    return NewAct(
        envelope_id=str(uuid.uuid5(NAMESPACE, key)),
        version=1,
        kind=kind,
        form_version="2025.1",
        area_code=area_code,
        done_on=on,
        captured_at=moment,
        received_at=moment,
        actor_id=None,
        device_id=None,
        details=details,
        targets=tuple(targets),
    )
