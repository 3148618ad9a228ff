"""What a file for a GIS desk is made of: layers with described columns, filled by frames of shapes.

Shapes are EPSG:4326. A row that cannot be drawn has no geometry; it is never left out.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from survey.areas.shapes import LON_LAT

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

PERSONAL, MONEY = "head_name", "amount_vnd"
"""The columns that only those have who may read names or amounts."""


@dataclass(frozen=True, slots=True)
class Kind:
    """What can be taken away: its title, its shape, and the table of those that cannot be drawn."""

    title: str
    shape: str
    undrawn: str
    undrawn_title: str


KINDS = {
    "households": Kind("Hộ", "Point", "households_without_point", "Hộ không vẽ được vị trí"),
    "villages": Kind("Thôn", "MultiPolygon", "villages_without_boundary", "Thôn chưa có ranh giới"),
    "communes": Kind("Xã", "MultiPolygon", "communes_without_boundary", "Xã chưa có ranh giới"),
}
"""By the name used in addresses, commands and files."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a file: its standard name, its Vietnamese title, what it holds, its type in a frame."""

    name: str
    title: str
    about: str
    type: str


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer of a file: `frames` can be walked once and bring `rows` rows in all, of `columns`."""

    kind: str
    about: str
    columns: tuple[Column, ...]
    rows: int
    frames: Iterable[GeoDataFrame]


@cache
def _columns() -> dict[str, tuple[Column, ...]]:
    raw = tomllib.loads(Path(__file__).with_name("columns.toml").read_text("utf-8"))
    return {
        group: tuple(
            Column(name, entry["title"], entry["about"], entry.get("type", "str"))
            for name, entry in columns.items()
        )
        for group, columns in raw.items()
    }


def columns_of(group: str, *, names: bool, amounts: bool) -> tuple[Column, ...]:
    """The columns of `households` or `units`, without those the viewer has no right to."""
    withheld = {name for name, seen in ((PERSONAL, names), (MONEY, amounts)) if not seen}
    return tuple(column for column in _columns()[group] if column.name not in withheld)


def about(kind: str, today: date) -> str:
    """The sentence a layer carries: as of when, and that it decides nothing."""
    advice = "Kết quả đối chiếu tiêu chí, chưa phải quyết định hỗ trợ."
    return f"{KINDS[kind].title}; số liệu đến {today:%d/%m/%Y}. {advice}"


def frame(rows: Sequence[dict[str, Any]], shapes: Sequence[Any], columns: Sequence[Column]) -> GeoDataFrame:
    """Rows with their shapes (or None), in types that do not depend on what happens to stand in them."""
    from geopandas import GeoDataFrame

    found = GeoDataFrame(
        rows, columns=[column.name for column in columns], geometry=list(shapes), crs=LON_LAT
    )
    return found.astype({column.name: column.type for column in columns})
