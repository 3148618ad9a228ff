"""Makers for map tests: a small commune of three villages with straight borders and named houses."""

from __future__ import annotations

from datetime import date
from typing import Any

from shapely.geometry import Point, box

from maps.rows import AreaView, House, Outline

AS_OF = date(2025, 5, 15)
WEST, SOUTH = 105.60, 22.38

# Each would do harm somewhere if it were ever read as code: JavaScript, HTML, Jinja, a string's end.
HOSTILE = (
    "${alert(1)}",
    "<img src=x onerror=alert(2)>",
    "</script><script>alert(3)</script>",
    "`+alert(4)+`",
    "a\u2028b\u2029c",
    "{{ 7 * 7 }}{% raise %}",
    "');alert(5);('",
    '"><svg onload=alert(6)>',
    "<!--<script>",
    "javascript:alert(7)",
)


def make_house(number: int = 1, **changes: Any) -> House:
    """A house inside village 1, entitled to a new building."""
    values: dict[str, Any] = {
        "household_id": f"household-{number}",
        "number": number,
        "head_name": f"Hoàng Thị {number}",
        "lon": WEST + 0.004 + 0.003 * (number % 5),
        "lat": SOUTH + 0.004 + 0.0025 * (number % 4),
        "accuracy_m": 8.0,
        "village_name": "Thôn 1",
        "outcome": "entitled",
        "programme": "Hộ nghèo",
        "works_kind": "new",
        "amount_vnd": 60_000_000,
        "surveyed_on": date(2025, 5, 10),
    }
    return House(**(values | changes))


def village(number: int, **changes: Any) -> Outline:
    """Village 1, 2, 3 from west to east, 2 km wide, with approximate borders."""
    west = WEST + 0.02 * (number - 1)
    values: dict[str, Any] = {
        "code": f"01834-{number}",
        "level": "village",
        "name": f"Thôn {number}",
        "boundary": box(west, SOUTH, west + 0.02, SOUTH + 0.02),
        "boundary_is_approximate": True,
    }
    return Outline(**(values | changes))


def commune(**changes: Any) -> Outline:
    """The commune around the three villages."""
    ground = box(WEST, SOUTH, WEST + 0.06, SOUTH + 0.03)
    values: dict[str, Any] = {"code": "01834", "level": "commune", "name": "Xã Nam Mẫu", "boundary": ground}
    return Outline(**(values | changes))


def make_view(houses: int | list[House] = 5, **changes: Any) -> AreaView:
    """Village 1 with its houses, its neighbours and its commune."""
    rows = [make_house(n + 1) for n in range(houses)] if isinstance(houses, int) else houses
    values: dict[str, Any] = {
        "area": village(1),
        "houses": rows,
        "as_of": AS_OF,
        "parents": (commune(),),
        "neighbours": (village(2), village(3)),
        "sources": ("phiếu khảo sát",),
    }
    return AreaView(**(values | changes))


def hostile_view() -> AreaView:
    """A view in which every text a person can write is hostile."""
    houses = [
        make_house(
            n + 1,
            household_id=bad,
            head_name=bad,
            village_name=bad,
            programme=bad,
            flags=(bad,),
            works_kind=bad,
        )
        for n, bad in enumerate(HOSTILE)
    ]
    houses.append(make_house(99, head_name=HOSTILE[1], lon=None, lat=None, point_source="missing"))
    every = "".join(HOSTILE)
    return make_view(
        houses,
        area=village(1, name=every),
        parents=(commune(name=every),),
        neighbours=tuple(
            village(2, name=bad, boundary=None, point=Point(WEST + 0.021, SOUTH + 0.01)) for bad in HOSTILE
        ),
        parts=(village(3, name=every),),
        sources=HOSTILE,
    )
