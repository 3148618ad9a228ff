"""One self-contained HTML file of a map: opens from a memory stick, without a network and without a server.

Scripts, styles and icons stand inside as text and data addresses; its own content security policy names each
inline block by hash and allows nothing else, so the file asks no host for anything.
"""

from __future__ import annotations

import base64
import re
from pathlib import Path

from jinja2 import Environment
from markupsafe import Markup

from maps import page
from maps.rows import AreaView
from maps.village import area_map
from maps.wording import text
from survey.problems import Problem

STATIC = Path(__file__).resolve().parents[1] / "api" / "static"
SCRIPTS = ("vendor/leaflet/leaflet.js", "map_frame.js", "map_dots.js", "map_houses.js", "map_list.js")
STYLES = ("vendor/leaflet/leaflet.css", "map.css")

_PAGE = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True).from_string(
    """<!doctype html>
<html lang="{{ lang }}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{{ policy }}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>{{ title }}</title>
{% for style in styles %}
<style>{{ style }}</style>
{% endfor %}
{% for script in scripts %}
<script>{{ script }}</script>
{% endfor %}
</head>
<body>
<header class="nv-head"><p>{{ path }}</p><h1>{{ heading }}</h1><p>{{ advice }}</p></header>
{{ body }}
<script type="module">{{ drawing }}</script>
</body>
</html>
"""
)


def write(view: AreaView, path: Path, lang: str = "vi") -> int:
    """Writes the map of `view` to `path` (UTF-8) and returns the number of bytes.

    Raises: Problem 7001 if a script of the installation is missing; 7002 and 7003 as `area_map`.
    """
    content = html(view, lang).encode("utf-8")
    path.write_bytes(content)
    return len(content)


def html(view: AreaView, lang: str = "vi") -> str:
    """The text of the file: the same bytes for the same view."""
    drawing = area_map(view, lang, household_url=None)
    parts = page.parts(drawing)
    styles = [_inline_icons(_read(name), name) for name in STYLES]
    styles.append(Path(__file__).with_suffix(".css").read_text("utf-8"))
    scripts = [_script_text(_read(name)) for name in SCRIPTS]
    return _PAGE.render(
        lang=lang,
        policy=policy([*scripts, parts.script], styles),
        title=drawing.title,
        heading=view.area.name,
        path=" › ".join(parent.name for parent in reversed(view.parents)),
        advice=text("advice", lang),
        styles=[Markup(style) for style in styles],  # noqa: S704  our own files
        scripts=[Markup(script) for script in scripts],  # noqa: S704  our own files
        body=parts.body_html,
        drawing=Markup(parts.script),  # noqa: S704  composed with |tojson
    )


def policy(scripts: list[str], styles: list[str]) -> str:
    """The content security policy: these inline blocks, inline icons, and nothing from anywhere."""
    allowed_scripts = " ".join(f"'sha256-{page.sha256_base64(block)}'" for block in scripts)
    allowed_styles = " ".join(f"'sha256-{page.sha256_base64(block)}'" for block in styles)
    return (
        f"default-src 'none'; script-src {allowed_scripts}; style-src {allowed_styles}; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )


def _read(name: str) -> str:
    try:
        return (STATIC / name).read_text("utf-8")
    except FileNotFoundError as missing:
        raise Problem(7001, file=name) from missing


def _script_text(script: str) -> str:
    """A script as inline text: no pointer to a source map, no line that could end the element."""
    without_map = re.sub(r"^//# sourceMappingURL=.*$", "", script, flags=re.MULTILINE)
    if "</script" in without_map.lower() or "<!--" in without_map:
        raise ValueError("a script served by us would end its own element")
    return without_map


def _inline_icons(style: str, name: str) -> str:
    """The style with its pictures as data addresses."""

    def inline(match: re.Match[str]) -> str:
        picture = (STATIC / name).parent / match.group(1)
        if not picture.is_file():
            raise Problem(7001, file=match.group(1))
        return f"url(data:image/png;base64,{base64.b64encode(picture.read_bytes()).decode('ascii')})"

    return re.sub(r"url\(([\w./-]+\.png)\)", inline, style)
