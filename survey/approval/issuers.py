"""Who speaks for the unit that issued an act: a post in that unit itself, of today.

Posts above or below it cite: a province claims no number of a commune, and the other way round. Where the
unit has ended, whoever holds its papers speaks for it: the one unit it became, else (split, or a district of
before July 2025) the unit above it. A unit that does not use the program is named so, dated and with its
ground; a second person confirms its acts.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from survey.access.models import Appointment, User
from survey.access.rights import RIGHTS
from survey.access.viewer import Viewer
from survey.approval import queries
from survey.approval.models import OfficialAct
from survey.areas import queries as areas
from survey.areas.tree import holds

KEEP = "official_act.keep"


def holder(session: Session, code: str, on: date) -> str | None:
    """The unit that holds a unit's papers on a day: itself, what it became, the one above; None: unknown."""
    path = areas.tree(session, on).path(code)
    return path[0] if path else None


def speaks_for(viewer: Viewer, code: str) -> bool:
    """Whether the viewer is staff of a unit, or of the one that holds its papers today."""
    return viewer.is_operator or holder(viewer.session, code, viewer.today) in viewer.areas(KEEP)


def spoken_for(viewer: Viewer) -> list[str]:
    """Every unit, ended ones too, that the viewer speaks for."""
    tree = areas.tree(viewer.session, viewer.today)
    own = viewer.areas(KEEP) & tree.names.keys()
    ended = (code for unit in own for code in tree.under(unit) if code not in tree.names)
    return [*sorted(own), *sorted(code for code in ended if tree.path(code)[0] in own)]


def waiting(viewer: Viewer) -> ColumnElement[bool]:
    """Acts that the viewer's units are said to have issued, and have not entered."""
    return OfficialAct.issuer_code.in_(spoken_for(viewer)) & (OfficialAct.state == "cited")


def for_a_second(viewer: Viewer) -> ColumnElement[bool]:
    """Acts of units outside the program that somebody else entered where the viewer keeps acts."""
    return (
        (OfficialAct.state == "cited")
        & OfficialAct.issuer_code.in_(queries.outside(viewer.session, viewer.today))
        & (OfficialAct.kept_by != viewer.user_id)
        & viewer.visible(OfficialAct.area_code, KEEP)
    )


def declined(viewer: Viewer) -> ColumnElement[bool]:
    """Citations of the viewer's units that the issuer does not know as its act."""
    return OfficialAct.area_code.in_(spoken_for(viewer)) & (OfficialAct.state == "declined")


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many acts wait for the viewer: as the issuer's staff, as a second person, as who cited."""

    waiting: int = 0
    second: int = 0
    declined: int = 0


def counts(viewer: Viewer) -> Waiting:
    """How many acts wait for the viewer; one statement, a second one where something is cited at all."""
    if not viewer.can(KEEP):
        return Waiting()
    groups = queries.cited_groups(viewer.session)
    cited = [group for group in groups if group[0] == "cited"]
    outside = queries.outside(viewer.session, viewer.today) if cited else frozenset()
    return Waiting(
        waiting=sum(count for _, issuer, _, _, count in cited if speaks_for(viewer, issuer)),
        second=sum(
            count
            for _, issuer, unit, by, count in cited
            if issuer in outside and by not in (None, viewer.user_id) and viewer.may(KEEP, unit)
        ),
        declined=sum(
            count for state, _, unit, _, count in groups if state == "declined" and speaks_for(viewer, unit)
        ),
    )


def staff(session: Session, code: str, on: date) -> int:
    """How many active accounts have a post in the unit itself that keeps acts on a day."""
    held = (
        select(func.count(Appointment.user_id.distinct()))
        .join(User, User.id == Appointment.user_id)
        .where(
            User.is_active,
            Appointment.area_code == code,
            Appointment.role.in_(RIGHTS[KEEP]),
            or_(holds(Appointment, on), Appointment.valid_from > on),
        )
    )
    return session.scalar(held) or 0
