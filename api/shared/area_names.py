"""Areas as pages show them: names, crumbs, and the condition that keeps a query inside one area."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import url_for
from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session

from api.web.language import t
from survey.access import rights
from survey.access.viewer import Viewer
from survey.areas import queries as areas
from survey.areas.rows import Name
from survey.areas.told import unit_meant
from survey.problems import Problem


def visible_area(viewer: Viewer, code: str, action: str = "household.read") -> Name:
    """The area if it exists and the viewer may do `action` there. Problem 1004 otherwise."""
    name = areas.tree(viewer.session, viewer.today).names.get(code)
    if name is None or not viewer.may(action, code):
        raise Problem(1004, what=code)
    return name


def typed_code(session: Session, text: str, on: date) -> str:
    """The code of the unit that was typed by code or name; a text that comes near none stays as it is.

    Raises: Problem 3041 where several have the name, or are spelt like it.
    """
    meant = unit_meant(session, text, on)
    if meant.code is None and meant.candidates:
        raise Problem(3041, told=text[:60], count=len(meant.candidates), alike=meant.named())
    return meant.code or text


def inside(viewer: Viewer, column: Any, code: str | None) -> list[ColumnElement[bool]]:
    """Conditions that keep rows inside an area by their area `column`; none for no area.

    A root area also answers for houses nobody could place.
    """
    if not code:
        return []
    return [rights.within(column, viewer.session, frozenset({code}), viewer.today)]


def area_name(viewer: Viewer, code: str | None) -> str:
    """A unit's name today with its commune: `Thôn 3, Nam Mẫu`; words for none."""
    if code is None:
        return t("chưa rõ địa bàn", "area unknown")
    tree = areas.tree(viewer.session, viewer.today)
    way = tree.path(code)
    if not way:
        return code
    names = [tree.names[step].name for step in way if tree.names[step].level in ("village", "commune")]
    return ", ".join(names) or tree.names[way[0]].name


def codes_by_level(viewer: Viewer, code: str | None) -> dict[str, str]:
    """The codes of today's units above a place and its own, by their level (`province` … `village`)."""
    tree = areas.tree(viewer.session, viewer.today)
    return {tree.names[step].level: step for step in (tree.path(code) if code else ())}


def name_then(viewer: Viewer, code: str | None, on: date) -> str:
    """A unit's name as it is now or, for one that is gone by now, as it was on the day."""
    if code is None or exists(viewer, code):
        return area_name(viewer, code)
    old = areas.tree(viewer.session, on)
    names = [
        old.names[step].name for step in old.path(code) if old.names[step].level in ("village", "commune")
    ]
    return ", ".join(names) or area_name(viewer, code)


def children(viewer: Viewer, code: str) -> list[Name]:
    """The units right under one today, in Vietnamese order."""
    return areas.children(viewer.session, code, viewer.today)


def crumbs(viewer: Viewer, code: str, last: str | None = None) -> list[tuple[str, str | None]]:
    """The way down to an area, widest first; units the viewer may not open are words only."""
    tree = areas.tree(viewer.session, viewer.today)
    way: list[tuple[str, str | None]] = []
    for step in reversed(tree.path(code)):
        is_end = step == code and last is None
        may_open = not is_end and viewer.may("household.read", step)
        way.append((tree.names[step].name, url_for("areas.area", code=step) if may_open else None))
    return [*way, (last, None)] if last else way


def own_areas(viewer: Viewer, action: str) -> list[str]:
    """The areas of today where the viewer may do `action`, as their posts name them."""
    return sorted(code for code in viewer.areas(action) if exists(viewer, code))


def exists(viewer: Viewer, code: str) -> bool:
    """Whether the unit exists today."""
    return code in areas.tree(viewer.session, viewer.today).names


def named(viewer: Viewer, code: str) -> Name:
    """A unit of today."""
    return areas.tree(viewer.session, viewer.today).names[code]


def is_root(viewer: Viewer, code: str) -> bool:
    """Whether the unit is at the top of today's tree; a root answers for houses nobody could place."""
    name = areas.tree(viewer.session, viewer.today).names.get(code)
    return name is not None and name.parent_code is None
