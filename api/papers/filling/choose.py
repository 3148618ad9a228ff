"""Papers filled from the database: which households a kind of paper is for, one or a whole village at once.

They are state papers and so in Vietnamese. National ids are never printed: that line is filled by hand.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Select, select

from api.papers import data
from api.papers.blocks import Paper
from api.papers.filling.common import place_of, vi
from api.papers.filling.households import HOUSEHOLD_PAPERS, OF_ONE_ACT
from api.papers.filling.villages import VILLAGE_PAPERS
from api.papers.kinds import KINDS, Kind
from survey.access.viewer import Viewer
from survey.areas import queries as areas
from survey.cases import machine
from survey.cases import queries as cases
from survey.cases.models import Act, Case
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
TELLING = {
    act.printed: (kind, act.waits_in[0])
    for kind, act in machine.acts().items()
    if act.printed and act.of_village
}
"""The act that a village's paper tells of, and the state in which households wait for it."""


def kind_of(code: str) -> Kind:
    """A kind of paper. Problem 1004 for one there is not."""
    if code not in KINDS:
        raise Problem(1004, what=code[:40])
    return KINDS[code]


def of_household(viewer: Viewer, kind: Kind, house: Household) -> Paper:
    """A paper of `HOUSEHOLD_PAPERS`, filled from what is recorded of the house; what is not stays blank."""
    return kind.make(HOUSEHOLD_PAPERS[kind.code](viewer, house))


def of_area(viewer: Viewer, kind: Kind, code: str, site: str | None = None) -> list[Paper]:
    """The papers of a unit: one of each village for a village's kind, one of each household for the others.

    `site` is where the program's pages are reached, for the QR of a posting; None where nobody can.
    Problem 7010 for more than one file may hold, 7011 where there is nobody to print it for.
    """
    if kind.code == "blank_form":
        return [kind.make(data.BlankFormData(place_of(viewer, code)))]
    houses = _houses(viewer, kind, code)
    if not houses:
        raise Problem(7011, paper=vi(f"paper.{kind.code}"))
    if len(houses) > MOST_PAPERS:
        raise Problem(7010, got=len(houses), limit=MOST_PAPERS)
    if kind.per == "village":
        return [_of_village(viewer, kind, village, found, site) for village, found in _by_village(houses)]
    return [of_household(viewer, kind, house) for house in houses]


def _of_village(viewer: Viewer, kind: Kind, code: str, houses: list[Household], site: str | None) -> Paper:
    """A village's paper: for the households that wait for its act, else of the newest such act."""
    fill = VILLAGE_PAPERS[kind.code]
    if kind.code not in TELLING:
        return kind.make(fill(viewer, code, houses, None, site))
    told, state = TELLING[kind.code]
    waiting = [house for house in houses if _is_in(viewer, house, state)]
    if waiting:
        return kind.make(fill(viewer, code, waiting, None, site))
    return kind.make(fill(viewer, code, houses, cases.newest_act_in(viewer.session, code, told), site))


def _is_in(viewer: Viewer, house: Household, state: str) -> bool:
    case = cases.case_of(viewer.session, house.id)
    return case is not None and case.state == state


def kind_telling(act_kind: str) -> Kind | None:
    """The paper that tells of a kind of act, if there is one."""
    act = machine.acts().get(act_kind)
    return KINDS[act.printed] if act and act.printed else None


def of_act(viewer: Viewer, act: Act, site: str | None = None) -> list[Paper]:
    """The papers of an act, one a household or village. Problems 1004 where nothing is visible, 7010."""
    kind = kind_telling(act.kind)
    named = cases.steps_by_household(viewer.session, act.id)
    houses = list(viewer.session.scalars(_listed(viewer).where(Household.id.in_(named))))
    if kind is None or not houses:
        raise Problem(1004, what=act.envelope_id)
    if len(houses) > MOST_PAPERS:
        raise Problem(7010, got=len(houses), limit=MOST_PAPERS)
    if kind.per == "village":
        fill = VILLAGE_PAPERS[kind.code]
        return [kind.make(fill(viewer, village, found, act, site)) for village, found in _by_village(houses)]
    return [kind.make(OF_ONE_ACT[act.kind](viewer, house, act.envelope_id)) for house in houses]


def _houses(viewer: Viewer, kind: Kind, code: str) -> list[Household]:
    """The households a paper is printed for, by village and name."""
    statement = _listed(viewer).where(Household.area_code.in_(areas.subtree([code], viewer.today)))
    if kind.code in STATES:
        statement = statement.where(Case.state.in_(STATES[kind.code]))
    elif kind.code in TELLING:
        statement = statement.where(Case.id.is_not(None))
    elif kind.per == "village":
        statement = statement.where(Case.is_active)
    return list(viewer.session.scalars(statement))


def _listed(viewer: Viewer) -> Select[Household]:
    """Households the viewer may print papers of, with their newest case, by village and name."""
    return (
        select(Household)
        .outerjoin(Case, (Case.household_id == Household.id) & Case.is_newest)
        .where(viewer.visible(Household.area_code, "paper.read"), ~Household.is_training)
        .order_by(Household.area_code, Household.sort_key, Household.id)
    )


def _by_village(houses: Sequence[Household]) -> list[tuple[str, list[Household]]]:
    found: dict[str, list[Household]] = {}
    for house in houses:
        found.setdefault(house.area_code or "", []).append(house)
    return list(found.items())
