"""A map as parts of a page that runs under a strict content security policy, its one script named by hash."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from markupsafe import Markup, escape

if TYPE_CHECKING:
    from maps.elements import LocalMap


@dataclass(frozen=True, slots=True)
class Parts:
    """The pieces of a page with a map.

    `head_html` holds links to our own scripts and styles; `body_html` the map, its legend and the list beside
    it; `script` the text of the one inline script; `script_sha256` its hash in base64, for `script-src
    'sha256-…'`; `script_html` that script as an element, to stand after the body.
    """

    head_html: Markup
    body_html: Markup
    script: str
    script_sha256: str

    @property
    def script_html(self) -> Markup:
        """The inline script as an element. A module runs after the deferred scripts of the head."""
        return Markup('<script type="module">{}</script>').format(Markup(self.script))  # noqa: S704


def parts(drawing: LocalMap, static: Callable[[str], str] | None = None) -> Parts:
    """The parts of a page for `drawing`, a map made by `maps.village.area_map`.

    `static` turns a name such as `vendor/leaflet/leaflet.js` into its address; without it `/static/<name>`.
    The same view gives the same bytes, so the hash and an ETag over the data hold for a cached page too.
    """
    body, script = render(drawing)
    return Parts(_head(drawing, static), layout(body, drawing), script, sha256_base64(script))


def render(drawing: LocalMap) -> tuple[str, str]:
    """The map's own HTML and script, as folium composes them."""
    figure = drawing.figure
    drawing.render()
    return figure.html.render(), figure.script.render()


def layout(body: str, drawing: LocalMap) -> Markup:
    """Map and legend on the left, the list on the right; under each other on a phone."""
    words = drawing.setup["text"]
    return Markup(
        '<div class="nv-mapview"><div class="nv-mapcard">{}</div>'
        '<section class="nv-list" id="nhavung_list" aria-label="{}"></section></div>'
        "<noscript><p>{}</p></noscript>"
    ).format(Markup(body), words["list"], words["noscript"])  # noqa: S704


def sha256_base64(text: str) -> str:
    """The SHA-256 of an inline block as a content security policy names it."""
    return base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii")


def _head(drawing: LocalMap, static: Callable[[str], str] | None) -> Markup:
    def address(url: str) -> str:
        return static(url.removeprefix("/static/")) if static else url

    styles = [f'<link rel="stylesheet" href="{escape(address(url))}">' for _, url in drawing.default_css]
    scripts = [f'<script defer src="{escape(address(url))}"></script>' for _, url in drawing.default_js]
    return Markup("\n".join([*styles, *scripts]))  # noqa: S704  addresses are escaped above
