"""Maps against what one would write first with folium: a Marker and a Popup each. Run: python bench_maps.py

Prints milliseconds, kilobytes and ratios. Building means from rows to the finished HTML; shared scripts,
which a browser fetches once, are not counted on either side.
"""

from __future__ import annotations

import html
import random
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
from map_makers import SOUTH, WEST, make_house, make_view

from maps import page
from maps.rows import AreaView, House
from maps.village import area_map


@dataclass(frozen=True)
class Figures:
    """What was measured: our map and folium's, seconds to build and bytes of HTML."""

    houses: int
    ours_s: float
    ours_bytes: int
    folium_s: float
    folium_bytes: int

    @property
    def faster(self) -> float:
        """How many times faster ours is built."""
        return self.folium_s / self.ours_s

    @property
    def smaller(self) -> float:
        """How many times smaller ours is."""
        return self.folium_bytes / self.ours_bytes


def random_view(houses: int) -> AreaView:
    """A village with so many houses, each with its own name, place and id."""
    dice = random.Random(20250515)
    names = ("Hoàng Thị Mỵ", "Triệu Văn Tỷ", "Nông Thị Lưu", "Bàn Văn Quẩy", "Lý Thị Hương", "Đặng Văn Sình")
    rows = [
        make_house(
            number + 1,
            household_id=f"{dice.getrandbits(128):032x}",
            head_name=dice.choice(names),
            lon=WEST + dice.random() * 0.02,
            lat=SOUTH + dice.random() * 0.02,
            accuracy_m=float(dice.randint(3, 40)),
            works_kind=dice.choice(("new", "repair")),
        )
        for number in range(houses)
    ]
    return make_view(rows)


def ours(view: AreaView) -> int:
    """Builds our map; returns its bytes."""
    parts = page.parts(area_map(view))
    return len((parts.head_html + parts.body_html + parts.script_html).encode("utf-8"))


def folium_markers(view: AreaView) -> int:
    """The same houses as folium Markers with Popups holding the same facts; returns the bytes of the page."""
    import folium

    drawing = folium.Map(location=[SOUTH, WEST], tiles=None)
    for house in view.houses:
        popup = folium.Popup(_popup(house), max_width=300)
        folium.Marker([house.lat, house.lon], popup=popup, tooltip=str(house.number)).add_to(drawing)
    return len(drawing.get_root().render().encode("utf-8"))


def _popup(house: House) -> str:
    facts = (
        house.number,
        house.head_name,
        house.village_name,
        house.outcome,
        house.programme,
        house.works_kind,
    )
    more = (house.amount_vnd, f"±{house.accuracy_m} m", house.surveyed_on)
    link = f'<a href="/households/{house.household_id}">{house.number}</a>'
    return "<br>".join(html.escape(str(fact)) for fact in (*facts, *more)) + link


def best(build: Callable[[AreaView], int], view: AreaView, repeats: int) -> tuple[float, int]:
    """The shortest of some runs in seconds, and the bytes."""
    times, size = [], 0
    for _ in range(repeats):
        start = time.perf_counter()
        size = build(view)
        times.append(time.perf_counter() - start)
    return min(times), size


def main(houses: int = 10_000, repeats: int = 3) -> Figures:
    """Measures both ways for so many houses; ours is warm, folium runs once when there are many."""
    view = random_view(houses)
    ours(random_view(2))
    our_time, our_size = best(ours, view, repeats)
    their_time, their_size = best(folium_markers, view, 1 if houses > 1000 else repeats)
    return Figures(houses, our_time, our_size, their_time, their_size)


def report() -> None:
    """A village of 5, a village of 300, a commune survey of 10,000."""
    for number in (5, 300, 10_000):
        found = main(number, repeats=7)
        print(
            f"{found.houses:>6} houses: {found.ours_s * 1000:.1f} ms, {found.ours_bytes / 1000:.0f} kB; "
            f"folium Marker+Popup {found.folium_s * 1000:.0f} ms, {found.folium_bytes / 1000:.0f} kB; "
            f"{found.faster:.0f} times faster, {found.smaller:.1f} times smaller"
        )


if __name__ == "__main__":
    report()
