"""The map of a village or commune: numbered houses in an outline, and what a stranger needs to find them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from maps.frame import frame_of
from maps.rows import AreaView
from maps.wording import browser_text, text

if TYPE_CHECKING:
    from maps.elements import LocalMap


@dataclass(frozen=True, slots=True)
class TileServer:
    """A background an operator configured: Leaflet address template and the credit it asks for.

    `origin` (scheme and host) has to stand in the page's `img-src`.
    """

    url: str
    credit: str
    origin: str


def area_map(
    view: AreaView,
    lang: str = "vi",
    *,
    tiles: TileServer | None = None,
    household_url: str | None = "/households/",
) -> LocalMap:
    """The folium map of `view` in `lang` (vi or en), ready for `maps.page.parts` or `.save()`.

    Houses carry the numbers of the list beside the map. `household_url` is put before a household's id to
    link its record; None leaves links out. No request goes to any host unless `tiles` names one.

    Raises: Problem 7002 if nothing in the view has a position; 7003 if it reaches Hoàng Sa or Trường Sa.
    """
    from maps import layers
    from maps.elements import LocalMap
    from maps.legend import Legend

    frame = frame_of(view)
    words = browser_text(lang)
    bounds = [[frame.south, frame.west], [frame.north, frame.east]]
    title = text("map", lang, area=view.area.name)
    drawing = LocalMap(title, {"bounds": bounds, "text": words})
    if tiles is not None:
        layers.Tiles(tiles.url, tiles.credit, frame).add_to(drawing)
    layers.Outlines(view, frame).add_to(drawing)
    layers.Houses(view.houses, {"household_url": household_url or ""}, lang).add_to(drawing)
    Legend(view, frame, lang).add_to(drawing)
    return drawing
