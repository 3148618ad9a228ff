"""The households of an area as frames: each with its place, its assessment in words, and its point."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from itertools import islice
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session

from api.gis.layers import Column, Layer, about, columns_of, frame
from api.shared.point_words import POINT_SOURCES
from api.web.intake_context import book_in_force
from maps.rows import usable_point
from maps.states import state_index, states
from survey.areas import queries as areas
from survey.areas.tree import Tree
from survey.assessment.rows import HouseRow
from survey.standing import queries as standing
from survey.standing.models import StandingLine
from survey.words import glossary, word

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

CHUNK = 5_000
"""Households in one frame: what is held of a province at a time."""


def households(
    session: Session, visible: ColumnElement[bool], today: date, *, names: bool, amounts: bool
) -> Layer:
    """The households that `visible` selects, on today's units; heads' names and amounts by right."""
    columns = columns_of("households", names=names, amounts=amounts)
    houses = standing.houses(session, visible, on=today, names=names, amounts=amounts)
    return Layer(
        "households",
        about("households", today),
        columns,
        standing.count(session, visible, StandingLine.is_newest),
        _frames(houses, columns, _reader(session, today)),
    )


def _frames(
    houses: Iterator[HouseRow], columns: Sequence[Column], read: Callable[[HouseRow], dict[str, Any]]
) -> Iterator[GeoDataFrame]:
    """Frames of at most `CHUNK` houses; at least one, so that a file without houses has its columns."""
    from shapely import Point

    some = list(islice(houses, CHUNK))
    while True:
        points = [usable_point(house.lon, house.lat) for house in some]
        yield frame(
            [read(house) for house in some],
            [None if point is None else Point(point) for point in points],
            columns,
        )
        some = list(islice(houses, CHUNK))
        if not some:
            return


def _reader(session: Session, today: date) -> Callable[[HouseRow], dict[str, Any]]:
    """A function from a house to its row of the file, in Vietnamese words."""
    tree = areas.tree(session, today)
    titles = {one.id: one.title["vi"] for one in book_in_force(session).programmes}

    def read(house: HouseRow) -> dict[str, Any]:
        state = states()[state_index(house.outcome, house.works_kind)].code
        return {
            "household_id": house.household_id,
            "head_name": house.head_name,
            **_place(tree, house.village_code),
            "state": state,
            "state_title": word(f"legend.{state}"),
            "outcome": house.outcome,
            "works_kind": house.works_kind,
            "house_class": word(f"house_class.{house.house_class}") if house.house_class else None,
            "programme": house.programme,
            "programme_title": titles.get(house.programme, house.programme) if house.programme else None,
            "amount_vnd": house.amount_vnd,
            "is_provisional": house.is_provisional,
            "surveyed_on": house.surveyed_on.isoformat() if house.surveyed_on else None,
            "point_source": word(f"point_source.{_point_source(house)}"),
            "accuracy_m": house.accuracy_m,
            "flags": "; ".join(_flag(flag["code"]) for flag in house.flags) or None,
        }

    return read


def _place(tree: Tree, code: str | None) -> dict[str, str | None]:
    """The village and commune a house belongs to today."""
    units = {tree.names[step].level: tree.names[step] for step in tree.path(code)} if code else {}
    village, commune = units.get("village"), units.get("commune")
    return {
        "village_code": village.code if village else code,
        "village": village.name if village else None,
        "commune_code": commune.code if commune else None,
        "commune": commune.name if commune else None,
    }


def _point_source(house: HouseRow) -> str:
    """Where the point came from, or why the house cannot be drawn: a code of `point_source`."""
    if usable_point(house.lon, house.lat):
        return POINT_SOURCES.get(house.point_source or "", "device")
    return "missing" if house.lon is None else "unusable"


def _flag(code: str) -> str:
    """A flag in words; an older one that no word names any more, by its code."""
    return word(f"flag.{code}") if f"flag.{code}" in glossary() else code
