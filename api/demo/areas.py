"""The demonstration's areas: Bac Kan's units, old and new, from the package `vietnamadminunits`.

Only for the demonstration: a province imports its own official list. Codes, names and points are the
package's; every boundary is drawn from points (outline, communes, villages), so all are approximate, and the
villages *Thôn 1 … n* are made up.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from importlib.resources import as_file, files
from typing import Any

import numpy as np
import shapely
from sqlalchemy.orm import Session

from survey.areas.actions import put_areas, succeed
from survey.areas.cells import cells
from survey.areas.rows import AreaInput, Pair
from survey.areas.shapes import project

FIRST_DAY = date(2020, 2, 1)
"""The communes as Resolution 855/NQ-UBTVQH14 left them."""
LAST_DISTRICT_DAY = date(2025, 6, 30)
MERGER_DAY = date(2025, 7, 1)
LEGAL_ACT = "1683/NQ-UBTVQH15"
PROVINCE_ACT = "202/2025/QH15"
OLD_PROVINCE, NEW_PROVINCE = "06", "19"
SOURCE = "minh họa: vietnamadminunits (MIT); ranh giới gần đúng / demonstration: boundaries approximate"

OUTLINE_RATIO, OUTLINE_MARGIN_M = 0.3, 3_500
"""Concave hull of the commune points and a margin: overlaps the real outline by 92 % (IoU)."""
VILLAGE_KM2, FEWEST_VILLAGES, MOST_VILLAGES = 6, 4, 12
GRID = 24


@dataclass(frozen=True, slots=True)
class Commune:
    """A commune as the package has it; `district` is the code (old ones only), `key` the package's own."""

    code: str
    name: str
    key: str
    point: tuple[float, float]
    district: str = ""


def demo_areas(session: Session) -> None:
    """Bac Kan until 30 June 2025 (8 districts, 108 communes), its 37 successors since, made-up villages.

    A second run changes nothing. Needs the extra `demo`; the caller commits.
    """
    with as_file(files("vietnamadminunits") / "data") as folder:
        with closing(sqlite3.connect(folder / "dataset.db")) as package:
            old, districts = _old_communes(package), _districts(package)
            new, provinces = _new_communes(package), _provinces(package)
        converter = json.loads((folder / "converter_2025.json").read_text("utf-8"))
    successor = _successors(converter, old, new)
    ground = dict(zip([unit.code for unit in old], _commune_cells(old), strict=True))
    whole = shapely.union_all(list(ground.values()))
    _put_old(session, provinces[OLD_PROVINCE], whole, districts, old, ground)
    _put_new(session, provinces[NEW_PROVINCE], old, new, successor, ground)


def _old_communes(package: sqlite3.Connection) -> list[Commune]:
    rows = package.execute(
        "SELECT wardCode, ward, provinceKey || '_' || districtKey || '_' || wardKey,"
        " wardLon, wardLat, districtCode FROM admin_units_legacy WHERE provinceCode = ? ORDER BY wardCode",
        (OLD_PROVINCE,),
    )
    return [Commune(code, name, key, (lon, lat), district) for code, name, key, lon, lat, district in rows]


def _new_communes(package: sqlite3.Connection) -> list[Commune]:
    rows = package.execute(
        "SELECT wardCode, ward, wardKey, wardLon, wardLat"
        " FROM admin_units WHERE provinceCode = ? ORDER BY wardCode",
        (NEW_PROVINCE,),
    )
    return [Commune(code, name, key, (lon, lat)) for code, name, key, lon, lat in rows]


def _districts(package: sqlite3.Connection) -> list[AreaInput]:
    rows = package.execute(
        "SELECT DISTINCT districtCode, district"
        " FROM admin_units_legacy WHERE provinceCode = ? ORDER BY districtCode",
        (OLD_PROVINCE,),
    )
    return [AreaInput(code, "district", _title(name), OLD_PROVINCE, source=SOURCE) for code, name in rows]


def _title(name: str) -> str:
    """Thành Phố Bắc Kạn is written Thành phố Bắc Kạn."""
    return name.replace("Thành Phố", "Thành phố").replace("Thị Xã", "Thị xã")


def _provinces(package: sqlite3.Connection) -> dict[str, str]:
    rows = package.execute(
        "SELECT provinceCode, province FROM admin_units_legacy WHERE provinceCode IN (?, ?)",
        (OLD_PROVINCE, NEW_PROVINCE),
    )
    return dict(rows.fetchall())


def _successors(converter: dict[str, Any], old: Sequence[Commune], new: Sequence[Commune]) -> dict[str, str]:
    """Old code → new code; in Bac Kan every old commune has exactly one successor."""
    became = converter["DICT_PROVINCE_WARD_NO_DIVIDED"]["tinhthainguyen"]
    code_of = {unit.key: unit.code for unit in new}
    new_of = {old_key: code_of[new_key] for new_key, old_keys in became.items() for old_key in old_keys}
    return {unit.code: new_of[unit.key] for unit in old}


def _commune_cells(communes: Sequence[Commune]) -> list[Any]:
    """Approximate ground of each commune: cells of their points within an approximate outline."""
    points = [unit.point for unit in communes]
    in_metres = project([shapely.multipoints(points)])[0]
    outline = shapely.concave_hull(in_metres, OUTLINE_RATIO).buffer(OUTLINE_MARGIN_M)
    return cells(points, project([outline], back=True)[0])


def _put_old(
    session: Session,
    province: str,
    whole: Any,
    districts: Sequence[AreaInput],
    communes: Sequence[Commune],
    ground: dict[str, Any],
) -> None:
    top = [_given(OLD_PROVINCE, "province", province, None, whole)]
    put_areas(session, top, FIRST_DAY)
    drawn = []
    for district in districts:
        under = [ground[unit.code] for unit in communes if unit.district == district.code]
        drawn.append(_given(district.code, "district", district.name, OLD_PROVINCE, shapely.union_all(under)))
    put_areas(session, drawn, FIRST_DAY, until=LAST_DISTRICT_DAY)
    units = [
        _given(unit.code, "commune", unit.name, unit.district, ground[unit.code], unit.point)
        for unit in communes
    ]
    put_areas(session, units, FIRST_DAY)
    put_areas(
        session, [village for unit in communes for village in _villages(unit, ground[unit.code])], FIRST_DAY
    )


def _put_new(
    session: Session,
    province: str,
    old: Sequence[Commune],
    new: Sequence[Commune],
    successor: dict[str, str],
    ground: dict[str, Any],
) -> None:
    """The successors, each the union of its old communes; the rest of the new province is left out."""
    put_areas(session, [AreaInput(NEW_PROVINCE, "province", province, source=SOURCE)], MERGER_DAY)
    units = []
    for unit in new:
        parts = [ground[code] for code, became in successor.items() if became == unit.code]
        if parts:
            units.append(
                _given(unit.code, "commune", unit.name, NEW_PROVINCE, shapely.union_all(parts), unit.point)
            )
    put_areas(session, units, MERGER_DAY)
    succeed(session, [Pair(unit.code, successor[unit.code]) for unit in old], MERGER_DAY, LEGAL_ACT)
    succeed(session, [Pair(OLD_PROVINCE, NEW_PROVINCE)], MERGER_DAY, PROVINCE_ACT)


def _given(
    code: str,
    level: str,
    name: str,
    parent: str | None,
    boundary: Any,
    point: tuple[float, float] | None = None,
) -> AreaInput:
    """A unit with an approximate boundary: how far it is off nobody knows."""
    inside = boundary.representative_point()
    return AreaInput(
        code=code,
        level=level,
        name=name,
        parent_code=parent,
        point=point or (inside.x, inside.y),
        boundary=boundary,
        boundary_is_approximate=True,
        source=SOURCE,
    )


def _villages(commune: Commune, ground: Any) -> list[AreaInput]:
    """Made-up villages spread over a commune, with cells around them."""
    kind = "Tổ dân phố" if commune.name.startswith("Phường") else "Thôn"
    area_km2 = project([ground])[0].area / 1e6
    count = int(np.clip(round(area_km2 / VILLAGE_KM2), FEWEST_VILLAGES, MOST_VILLAGES))
    points = _spread(ground, count)
    return [
        _given(f"{commune.code}-{number:03d}", "village", f"{kind} {number}", commune.code, cell, point)
        for number, (point, cell) in enumerate(zip(points, cells(points, ground), strict=True), 1)
    ]


def _spread(ground: Any, count: int) -> list[tuple[float, float]]:
    """Points well inside a shape and far from one another: of a grid, each time the farthest."""
    middle = ground.representative_point()
    inner = ground.buffer(-0.15 * ground.area**0.5)
    room = inner if inner.area > 0 else ground
    west, south, east, north = room.bounds
    grid = (
        np.array(np.meshgrid(np.linspace(west, east, GRID), np.linspace(south, north, GRID))).reshape(2, -1).T
    )
    free = grid[shapely.intersects_xy(room, grid[:, 0], grid[:, 1])]
    chosen = [np.array([middle.x, middle.y])]
    while len(chosen) < count:
        away = np.min([np.hypot(*(free - point).T) for point in chosen], axis=0)
        chosen.append(free[int(away.argmax())])
    return [(round(float(lon), 6), round(float(lat), 6)) for lon, lat in chosen]
