"""folium elements that keep people's text as text: the base of every layer of a map.

folium renders a macro and then compiles the *result* as a Jinja template again, so a name such as `{{ 7 * 7
}}` would be run on the server. `Part` puts the rendered text in as it is. Its templates escape by default,
data goes into scripts by `|tojson` only, and element ids are fixed: two renders of one view are equal byte
for byte.
"""

from __future__ import annotations

from typing import Any, cast

import folium
import jinja2
from branca.element import Element, Figure, MacroElement

_ENVIRONMENT = jinja2.Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
_ENVIRONMENT.policies["json.dumps_kwargs"] = {"separators": (",", ":")}  # ASCII, compact, in the order given


def template(text: str) -> jinja2.Template:
    """A template with the macros `html` and `script` (each optional) that escapes what it is given."""
    return _ENVIRONMENT.from_string(text)


class Text(Element):
    """Text that is already final."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text

    def render(self, **kwargs: Any) -> str:
        """The text itself, not compiled again."""
        return self.text


class Part(MacroElement):
    """A layer or box of a map, rendered from its class's `_template` into the figure's body and script."""

    def __init__(self, name: str) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name, self._id = name, "map"

    def render(self, **kwargs: Any) -> str:
        """Adds the `html` and `script` macros to the figure, then renders the children."""
        return _render_macros(self, **kwargs)


class LocalMap(folium.Map):
    """A folium map whose scripts and styles are our own files; no tiles, no popups, no inline styles.

    The links are class attributes of this subclass. Never call `add_js_link`: it would change them for every
    map in the process.
    """

    _template = template(
        """
        {% macro html(this, kwargs) %}
        <div class="nv-map" id="nhavung_map" role="region" aria-label="{{ this.title }}"></div>
        {% endmacro %}
        {% macro script(this, kwargs) %}
        const nhavung_map = nhavung.frame("nhavung_map", {{ this.setup|tojson }});
        {% endmacro %}
        """
    )
    default_js = [  # noqa: RUF012  folium declares them so
        ("leaflet", "/static/vendor/leaflet/leaflet.js"),
        ("map_frame", "/static/map_frame.js"),
        ("map_dots", "/static/map_dots.js"),
        ("map_houses", "/static/map_houses.js"),
        ("map_list", "/static/map_list.js"),
    ]
    default_css = [  # noqa: RUF012
        ("leaflet_css", "/static/vendor/leaflet/leaflet.css"),
        ("map_css", "/static/map.css"),
    ]

    def __init__(self, title: str, setup: dict[str, Any]) -> None:
        super().__init__(tiles=None)
        self._name, self._id = "nhavung", "map"
        self.title, self.setup = title, setup

    @property
    def figure(self) -> Figure:
        """The page folium composes the map into: `header`, `html` and `script`."""
        return cast(Figure, self.get_root())

    def render(self, **kwargs: Any) -> str:
        """Adds the links, the map's own element and its children to the figure."""
        figure = self.figure
        for name, url in self.default_js:
            figure.header.add_child(Text(f'<script defer src="{url}"></script>'), name=name)
        for name, url in self.default_css:
            figure.header.add_child(Text(f'<link rel="stylesheet" href="{url}">'), name=name)
        return _render_macros(self, **kwargs)


def _render_macros(element: Any, **kwargs: Any) -> str:
    """What folium's own `render` does without compiling the result again; folium ignores what it returns."""
    figure: Figure = element.get_root()
    macros = element._template.module
    for name, place in (("html", figure.html), ("script", figure.script)):
        macro = getattr(macros, name, None)
        if macro is not None:
            place.add_child(Text(str(macro(element, kwargs)).strip() + "\n"), name=element.get_name())
    for child in element._children.values():
        child.render(**kwargs)
    return ""
