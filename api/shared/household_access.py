"""One household as pages and acts meet it: found by the viewer's right, and what it is called."""

from __future__ import annotations

from api.web.language import t
from survey.access.viewer import Viewer
from survey.problems import Problem
from survey.registry import queries as registry
from survey.registry.models import Household, Person


def visible_household(viewer: Viewer, household_id: str) -> Household:
    """The household, if the viewer may see it. Problem 5001."""
    visible = viewer.visible(Household.area_code, "household.read")
    house = registry.household(viewer.session, visible, household_id)
    if house is None:
        raise Problem(5001)
    return house


def sees_names(viewer: Viewer, house: Household) -> bool:
    """Whether the viewer may read who lives there."""
    return viewer.may("person.read", house.area_code)


def head_name(viewer: Viewer, house: Household) -> str | None:
    """The head's name; None where it is unknown or not for the viewer."""
    person = viewer.session.get(Person, house.head_person_id) if house.head_person_id else None
    return person.full_name if person and person.full_name and sees_names(viewer, house) else None


def title(viewer: Viewer, house: Household) -> str:
    """The head's name, or words where it is unknown or not for the viewer."""
    return head_name(viewer, house) or t("Hộ chưa rõ tên chủ hộ", "Household, name of head unknown")
