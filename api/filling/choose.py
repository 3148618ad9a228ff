"""Papers filled from the database: which households a kind of paper is for, one or a whole village at once.

They are state papers and so in Vietnamese. National ids are never printed: that line is filled by hand.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, select

from api import clock
from api.extensions import db
from api.filling.common import place_of, vi
from api.filling.households import HOUSEHOLD_PAPERS
from api.filling.villages import VILLAGE_PAPERS
from api.papers import data
from api.papers.blocks import Paper
from api.papers.kinds import KINDS, Kind
from survey.areas import queries as areas
from survey.cases import machine
from survey.cases.models import Case
from survey.problems import Problem
from survey.registry.models import Household

MOST_PAPERS = 500
"""As many papers one file may hold: a commune's households, and more than a printer's tray."""
STATES = {
    "stage_minutes": (*machine.states("under_way"), "finished"),
    "completion_minutes": ("finished", "accepted", "handed_over"),
    "not_registering": ("not_registered",),
}
"""Whose households a paper is for; others may be about any household."""


def kind_of(code: str) -> Kind:
    """A kind of paper. Problem 1004 for one there is not."""
    if code not in KINDS:
        raise Problem(1004, what=code[:40])
    return KINDS[code]


def of_household(kind: Kind, house: Household) -> Paper:
    """The paper of one household."""
    return kind.make(HOUSEHOLD_PAPERS[kind.code](house))


def of_area(kind: Kind, code: str, visible: ColumnElement[bool]) -> list[Paper]:
    """The papers of a unit: one of each village for a village's kind, one of each household for the others.

    Problem 7010 for more than one file may hold, 7011 where there is nobody to print it for.
    """
    houses = _houses(kind, code, visible)
    if kind.code == "blank_form":
        return [kind.make(data.BlankFormData(place_of(code)))]
    if not houses:
        raise Problem(7011, paper=vi(f"paper.{kind.code}"))
    if kind.per == "village":
        fill = VILLAGE_PAPERS[kind.code]
        return [kind.make(fill(village, found)) for village, found in _by_village(houses)]
    if len(houses) > MOST_PAPERS:
        raise Problem(7010, got=len(houses), limit=MOST_PAPERS)
    return [of_household(kind, house) for house in houses]


def _houses(kind: Kind, code: str, visible: ColumnElement[bool]) -> list[Household]:
    """The households a paper is printed for, by village and name."""
    inside = Household.area_code.in_(areas.subtree([code], clock.today()))
    statement = (
        select(Household)
        .outerjoin(Case, (Case.household_id == Household.id) & Case.is_newest)
        .where(visible, inside, ~Household.is_training)
        .order_by(Household.area_code, Household.sort_key, Household.id)
    )
    wanted = STATES.get(kind.code)
    if wanted:
        statement = statement.where(Case.state.in_(wanted))
    elif kind.per == "village":
        statement = statement.where(Case.is_active)
    return list(db.session.scalars(statement))


def _by_village(houses: Sequence[Household]) -> list[tuple[str, list[Household]]]:
    found: dict[str, list[Household]] = {}
    for house in houses:
        found.setdefault(house.area_code or "", []).append(house)
    return list(found.items())
