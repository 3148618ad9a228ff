"""Maps: the houses of a village or commune with the list beside them, and the file to hand over."""

from __future__ import annotations

import io
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, current_app, redirect, render_template, send_file, url_for

from api.map.views import area_view
from api.shared import area_names
from api.web import auth, headers
from api.web.language import current
from maps import page as map_page
from maps import single_file
from maps.village import TileServer, area_map

blueprint = Blueprint("maps", __name__)


@blueprint.get("/map")
def index() -> Any:
    """The map of the viewer's own area."""
    viewer = auth.viewer()
    codes = area_names.own_areas(viewer, "map.read")
    return redirect(url_for("maps.area", code=codes[0]) if codes else url_for("home.index"))


@blueprint.get("/areas/<code>/map")
def area(code: str) -> Any:
    """The map of one area, houses numbered as in the list beside it. Problem 1004."""
    viewer = auth.viewer()
    name = area_names.visible_area(viewer, code, "map.read")
    view = area_view(viewer, name)
    tiles = _tiles()
    parts = map_page.parts(area_map(view, current(), tiles=tiles))
    headers.allow_script(parts.script_sha256)
    if tiles:
        headers.allow_image(tiles.origin)
    return render_template(
        "map/map.html", area=name, crumbs=area_names.crumbs(viewer, code), view=view, map=parts
    )


def _tiles() -> TileServer | None:
    """The background an operator configured; without one no map asks another host for anything."""
    settings = current_app.config["SETTINGS"]
    if not settings.tiles_url:
        return None
    parts = urlsplit(settings.tiles_url)
    return TileServer(settings.tiles_url, settings.tiles_credit, f"{parts.scheme}://{parts.netloc}")


@blueprint.get("/areas/<code>/map.html")
def file(code: str) -> Any:
    """The same map as one self-contained file that opens without a network."""
    viewer = auth.viewer()
    name = area_names.visible_area(viewer, code, "map.read")
    text = single_file.html(area_view(viewer, name), current())
    return send_file(
        io.BytesIO(text.encode()),
        mimetype="text/html",
        as_attachment=True,
        download_name=f"ban-do-{code}.html",
    )
