"""Households that walk every branch of the law: each clause, programme and supplement, both sides of every
threshold and of every first and last day, every unknown. The same ones on every run.
"""

from __future__ import annotations

import os
import random
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from functools import cache
from itertools import chain, combinations, islice, product
from pathlib import Path
from typing import Any, NamedTuple

from law.made_facts import HUT

from survey.law import Assessment, ComponentAmount, LawBook, LawOnDate, load_book

MADE_PROVINCE = Path(__file__).with_name("made_province")
BOOK: LawBook = load_book(MADE_PROVINCE)
IS_PROOF = os.environ.get("HYPOTHESIS_PROFILE") == "prove"
DAY = timedelta(days=1)

NATION: tuple[str, ...] = ()
PLACES = (NATION, ("06",), ("19",), ("10",), ("48",), ("99",), ("01234", "06"))


@cache
def law_of(visit: date, path: tuple[str, ...]) -> LawOnDate:
    """The law for a place on the day of a visit."""
    return BOOK.law_on(visit, path)


class Household(NamedTuple):
    """A household to be assessed: what is known of it, the day of the visit, the path of its place."""

    facts: dict[str, Any]
    visit: date
    path: tuple[str, ...]


# --- the households that the walks start from: nothing of them is unknown but the days to come

KNOWN = HUT | {
    "year_built": 2010,
    "ever_repaired": False,
    "degraded": False,
    "near_collapse": False,
    "sheet_roof_tied": False,
    "permanent_residence": True,
    "separated_on": date(2015, 5, 1),
    "has_merit_person": False,
    "has_social_protection": False,
    "has_special_hardship": False,
    "disaster_prone": False,
    "helped_2013": False,
    "helped_house_lost": False,
    "last_help_year": 2010,
    "ntp_paid_vnd": 0,
    "has_kitchen": True,
    "has_toilet": True,
    "has_electricity": True,
    "has_clean_water": True,
    "fire_unsafe": False,
}
SOLID = {
    "foundation_material": "concrete",
    "frame_material": "steel",
    "wall_material": "brick",
    "roof_frame_material": "steel",
    "roof_material": "tile",
    "area_m2": 60.0,
}
MERIT = {"merit_status": True, "poverty_status": "none"}
POOR_DISTRICT = {"poor_district": True, "poverty_status": "poor", "people": 6, "minority_area": False}
MINORITY = {"ethnic_minority": True, "poverty_status": "poor"}
PAID = {"helped_before": True, "ntp_paid_vnd": 44_000_000}
LACKING = {
    "has_kitchen": False,
    "has_toilet": False,
    "has_electricity": False,
    "has_clean_water": False,
    "fire_unsafe": True,
}
SPRING, AUTUMN, WINTER = date(2025, 5, 15), date(2024, 10, 15), date(2026, 2, 10)
BASES = [
    Household(KNOWN | facts, visit, path)
    for facts, visit, path in [
        ({}, SPRING, NATION),
        ({}, AUTUMN, NATION),
        ({}, SPRING, ("99",)),
        (MERIT, SPRING, NATION),
        (MERIT | {"works_kind": "repair"}, AUTUMN, NATION),
        (MERIT | {"disaster_damage": "collapsed", "works_kind": "repair"}, SPRING, ("99",)),
        (POOR_DISTRICT, SPRING, ("10",)),
        (POOR_DISTRICT, AUTUMN, ("10",)),
        (POOR_DISTRICT | {"works_kind": "repair"}, SPRING, ("99",)),
        (POOR_DISTRICT | {"house_tenure": "with_parents"}, AUTUMN, NATION),
        (MINORITY, SPRING, ("06",)),
        (MINORITY | {"works_kind": "repair", "disaster_damage": "collapsed"}, AUTUMN, NATION),
        (MINORITY | {"house_tenure": "rented", "has_special_hardship": True}, SPRING, ("99",)),
        (PAID, SPRING, NATION),
        (PAID | {"works_kind": "repair", "ntp_paid_vnd": 22_000_000}, SPRING, ("06",)),
        ({"helped_before": True, "last_help_year": 2015}, SPRING, ("48",)),
        ({"disaster_damage": "collapsed"}, WINTER, NATION),
        ({"disaster_damage": "badly_damaged", "works_kind": "repair"} | SOLID, WINTER, ("99",)),
        ({"disaster_damage": "forced_relocation", "works_kind": "repair"}, SPRING, ("10",)),
        (SOLID, SPRING, NATION),
        (SOLID | {"people": 1, "area_m2": 17.0}, SPRING, NATION),
        (SOLID | {"area_m2": 29.0}, SPRING, NATION),
        (SOLID | {"year_built": 2000, "degraded": True}, SPRING, NATION),
        (SOLID | LACKING, SPRING, ("99",)),
        (SOLID | {"foundation_material": "earth"}, SPRING, NATION),
        (SOLID | {"frame_material": "bamboo"}, AUTUMN, NATION),
    ]
]

# --- what each fact is changed to: both sides of every threshold, every choice, unknown

_SIDES = (-0.01, 0, 0.01)
_TELLING: dict[str, tuple[Any, ...]] = {
    "people": (1, 2, 3, 4, 5, 6, 7, 8),
    "area_m2": (0.0, *(limit + side for limit, side in product((16, 18, 24, 30, 32, 40, 48), _SIDES))),
    "separated_on": (date(2019, 1, 17), date(2019, 1, 18), date(2019, 1, 19)),
    "ntp_paid_vnd": (
        *(0, 1, 19_999_999, 20_000_000, 20_000_001, 39_999_999, 40_000_000, 40_000_001),
        *(level + side for level in (30_000_000, 60_000_000) for side in (-1, 0, 1)),
    ),
}
_YEARS_AGO = {"year_built": (19, 20, 21, 22), "last_help_year": (9, 10, 11)}


def telling(name: str, visit: date) -> tuple[Any, ...]:
    """The answers to a fact that could tell one branch from another, unknown first."""
    fact = BOOK.facts[name]
    if name in _YEARS_AGO:
        return (None, *(visit.year - ago for ago in _YEARS_AGO[name]))
    if fact.type == "boolean":
        return (None, True, False)
    return (None, *(fact.choices or _TELLING.get(name, ())))


PARTS = (  # the three main parts of a house, each of durable material
    {"foundation_material": "brick"},
    {"frame_material": "iron", "wall_material": "stone"},
    {"roof_frame_material": "durable_wood", "roof_material": "tile"},
)


def some_parts_durable(facts: dict[str, Any], visit: date) -> Iterator[Household]:
    """A household in a house of which each part is durable or not."""
    for chosen in product((True, False), repeat=3):
        durable = {k: v for part, is_so in zip(PARTS, chosen, strict=True) if is_so for k, v in part.items()}
        yield Household(KNOWN | facts | durable, visit, NATION)


# A day in every place and what only there is open: each period of a value is met, each supplement left open.
MEETINGS = [
    *BASES,
    *(base._replace(facts=base.facts | {"approved_on": base.visit + 10 * DAY}) for base in BASES),
    Household(KNOWN | SOLID | {"people": 1, "area_m2": 7.0}, SPRING, NATION),
    Household(
        KNOWN | {"merit_status": True, "disaster_damage": "collapsed", "works_kind": "repair"}, AUTUMN, NATION
    ),
    Household(
        KNOWN
        | PAID
        | {"ntp_paid_vnd": 15_000_000, "disaster_damage": "badly_damaged", "works_kind": "repair"},
        SPRING,
        NATION,
    ),
    *some_parts_durable(POOR_DISTRICT, AUTUMN),
    *some_parts_durable(MERIT, AUTUMN),
    *some_parts_durable({}, SPRING),
    Household(KNOWN | MERIT | {"helped_before": True, "helped_2013": True}, AUTUMN, NATION),
    Household(KNOWN | POOR_DISTRICT, date(2025, 8, 5), ("19",)),
    Household(KNOWN | MINORITY, date(2025, 8, 5), ("19",)),
    Household(KNOWN | MINORITY | {"has_special_hardship": None}, SPRING, ("99",)),
    Household(KNOWN | {"disaster_damage": "collapsed", "works_kind": None}, WINTER - 90 * DAY, ("99",)),
    Household(KNOWN | {"disaster_damage": None, "works_kind": "repair"}, SPRING, NATION),
    Household(KNOWN, date(2025, 9, 1), ("48",)),
    Household(KNOWN | SOLID | {"year_built": 2005, "degraded": True}, SPRING, NATION),
    Household(KNOWN | SOLID | MERIT | {"foundation_material": "earth"}, AUTUMN, NATION),
    Household(KNOWN | SOLID | MERIT | {"near_collapse": True}, AUTUMN, NATION),
    Household(KNOWN | MERIT | {"roof_material": "tile", "roof_frame_material": "steel"}, AUTUMN, NATION),
    Household(KNOWN | {"disaster_damage": "forced_relocation"}, WINTER, NATION),
    Household(KNOWN | {"disaster_damage": "badly_damaged"}, WINTER, NATION),
    *(
        Household(KNOWN | POOR_DISTRICT | {"people": people, "area_m2": area}, AUTUMN, NATION)
        for people, area in ((5, 36.0), (5, 39.99), (5, 40.0), (5, 44.0))
    ),
]

FACTS = tuple(name for name in BOOK.facts if name not in ("approved_on", "started_on"))
EDGES = tuple(day for first in BOOK.breakpoints for day in (first - DAY, first))
"""Both sides of every first and last day of the law."""


def answers(name: str, base: Household) -> Iterator[Household]:
    """A household with one answer changed, to each that tells something."""
    for value in telling(name, base.visit):
        yield base._replace(facts=base.facts | {name: value})


def one_answer(
    bases: Iterable[Household] = tuple(BASES), facts: Iterable[str] = FACTS
) -> Iterator[Household]:
    """Every household with every answer changed alone, and with nothing known but that answer."""
    for base in (*bases, Household({}, SPRING, NATION)):
        for name in facts:
            yield from answers(name, base)


def one_day(bases: Iterable[Household], edges: Iterable[date] = EDGES) -> Iterator[Household]:
    """Every household on both sides of every first and last day: visited, approved, begun then."""
    for base, day in product(bases, tuple(edges)):
        yield base._replace(visit=day)
        yield base._replace(visit=day, facts=base.facts | {"started_on": day, "approved_on": day})
        yield base._replace(facts=base.facts | {"approved_on": day})
        yield base._replace(facts=base.facts | {"started_on": day})


def two_days(bases: Iterable[Household], act: str) -> Iterator[Household]:
    """Every household visited on an edge of the movement's time, and approved or begun on another one."""
    late = [day for day in EDGES if day.year >= 2024]
    for base, one, other in product(bases, late, late):
        yield base._replace(visit=one, facts=base.facts | {act: other})


def two_answers(bases: Iterable[Household], facts: Iterable[str] = FACTS) -> Iterator[Household]:
    """Every household with every pair of answers changed."""
    for base, (one, other) in product(bases, tuple(combinations(facts, 2))):
        for first in answers(one, base):
            yield from answers(other, first)


DAYS = (SPRING, AUTUMN, WINTER, date(2024, 12, 20), date(2025, 1, 12), date(2023, 3, 1))
SOME = tuple(product(DAYS, PLACES))


def mixed(count: int, meetings: tuple[tuple[date, tuple[str, ...]], ...] = SOME) -> Iterator[Household]:
    """Households with any answers at all, on some days and in some places."""
    chance = random.Random(20_250_831)  # the same ones on every run
    for _ in range(count):
        visit, path = chance.choice(meetings)
        changed = chance.sample(FACTS, chance.randint(3, 12))
        answered = {name: chance.choice(telling(name, visit)) for name in changed}
        yield Household(chance.choice(BASES).facts | answered, visit, path)


def few() -> Iterator[Household]:
    """The walk of an ordinary run: at least 2,000, on few days, as each takes its time."""
    return chain(
        MEETINGS,
        thinned(one_answer(), 4),
        one_day([BASES[0], BASES[10]], EDGES[::5]),
        one_day([BASES[5], BASES[8]], EDGES[3::5]),
        mixed(700, SOME[::4]),
    )


def all_of_them() -> Iterator[Household]:
    """The walk of a proof: at least 200,000."""
    everywhere = [base._replace(path=path) for base in BASES for path in PLACES]
    return chain(
        MEETINGS,
        one_answer(everywhere),
        one_day(BASES),
        two_days([BASES[2], BASES[6]], "started_on"),
        two_days([BASES[3], BASES[10]], "approved_on"),
        thinned(two_answers(BASES), 5),
        mixed(60_000),
    )


def thinned(households: Iterable[Household], step: int) -> Iterator[Household]:
    """Every so-manyth household."""
    return islice(households, 0, None, step)


def walk() -> Iterator[Household]:
    """The households of this run."""
    return all_of_them() if IS_PROOF else few()


# --- what the engine says, in the words of the second encoding


def in_short(made: Assessment) -> dict[str, Any]:
    """What of an assessment the second encoding gives too."""
    return {
        "outcome": made.outcome,
        "house_class": made.house_class,
        "house_reasons": list(made.house_reasons),
        "doubts": list(made.doubts),
        "programme": made.programme,
        "provisional": made.provisional,
        "lapses_on": made.lapses_on,
        "redefined_on": made.redefined_on,
        "priority": made.priority,
        "tie_breaks": made.tie_breaks,
        "amount_vnd": made.amount_vnd,
        "amount_high_vnd": made.amount_high_vnd,
        "components": [_component(one) for one in made.components],
        "open": [one.code for one in made.open_components],
        "if_started": [
            (one.first, one.programme, one.amount_vnd, [_component(part) for part in one.components])
            for one in made.if_started
        ],
    }


def _component(one: ComponentAmount) -> tuple[Any, ...]:
    payments = tuple((each.after, each.percent, each.amount_vnd) for each in one.tranches)
    return one.code, one.payer, one.amount_vnd, payments


def differs(expected: dict[str, Any], made: Assessment) -> dict[str, Any]:
    """What the second encoding gives otherwise than an assessment, with both."""
    got = in_short(made)
    return {name: (wanted, got[name]) for name, wanted in expected.items() if got[name] != wanted}
